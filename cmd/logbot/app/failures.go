package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"logbot/bot/jobs/storeerr"
	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/failure/known"
)

// failureStore is the state's memory of failures as commands use it. Claims wait for the
// state as long as it takes, because they are all that their command is about.
type failureStore struct{ failures state.Failures }

// Saw implements commands.FailureStore.
func (s failureStore) Saw(ctx context.Context, b known.Sighting) (known.Failure, error) {
	f, err := s.failures.Saw(ctx, time.Now(), state.Sighting{
		Key: b.Key, Text: b.Text, Kind: b.Kind,
		Task: strings.ToLower(b.Task), Name: b.Name, Build: b.Build,
		Branch: b.Branch, Commit: b.Commit, Who: b.Who, Step: b.Step, At: b.At,
	})
	return commandsFailure(f), storeerr.ForCommands(err)
}

// SawGreen implements commands.FailureStore.
func (s failureStore) SawGreen(ctx context.Context, greens []known.Green) error {
	var all []state.Green
	for _, g := range greens {
		all = append(all, state.Green{Task: strings.ToLower(g.Task), Build: g.Build, Branch: g.Branch, Commit: g.Commit, At: g.At})
	}
	return storeerr.ForCommands(s.failures.SawGreen(ctx, time.Now(), all))
}

// Failure implements commands.FailureStore.
func (s failureStore) Failure(ctx context.Context, key string) (known.Failure, bool, error) {
	f, found, err := s.failures.Failure(ctx, time.Now(), key)
	return commandsFailure(f), found, storeerr.ForCommands(err)
}

// OfTask implements commands.FailureStore.
func (s failureStore) OfTask(ctx context.Context, task string, n int) ([]known.Sighting, error) {
	stored, err := s.failures.OfTask(ctx, time.Now(), strings.ToLower(task), n)
	var all []known.Sighting
	for _, b := range stored {
		all = append(all, commandsSighting(b))
	}
	return all, storeerr.ForCommands(err)
}

// OfBuild implements commands.FailureStore. It is asked for claims.
func (s failureStore) OfBuild(ctx context.Context, task string, build int64) (known.Sighting, bool, error) {
	b, found, err := s.failures.OfBuild(patience.Without(ctx), time.Now(), strings.ToLower(task), build)
	return commandsSighting(b), found, storeerr.ForCommands(err)
}

// Claim implements commands.FailureStore.
func (s failureStore) Claim(ctx context.Context, c known.NewClaim) (known.Claim, error) {
	is, err := s.failures.Claim(patience.Without(ctx), time.Now(), state.NewClaim{
		Key: c.Key, Task: strings.ToLower(c.Task), Build: c.Build, User: c.User, Name: c.Name, At: c.At, Take: c.Take,
	})
	switch {
	case errors.Is(err, state.ErrGreenSince):
		return known.Claim{}, commands.ErrGreenSince
	case errors.Is(err, state.ErrNotSeen):
		return known.Claim{}, commands.ErrNotSeen
	case err != nil:
		return known.Claim{}, storeerr.ForCommands(err)
	}
	return *commandsClaim(&is), nil
}

// Release implements commands.FailureStore.
func (s failureStore) Release(ctx context.Context, key, user string) (was *known.Claim, ended bool, err error) {
	stored, ended, err := s.failures.Release(patience.Without(ctx), time.Now(), key, user)
	return commandsClaim(stored), ended, storeerr.ForCommands(err)
}

func commandsSighting(b state.Sighting) known.Sighting {
	return known.Sighting{
		Key: b.Key, Text: b.Text, Kind: b.Kind, Task: b.Task, Name: b.Name, Build: b.Build,
		Branch: b.Branch, Commit: b.Commit, Who: b.Who, Step: b.Step, At: b.At,
	}
}

func commandsFailure(f state.Failure) known.Failure {
	is := known.Failure{
		Key: f.Key, Text: f.Text, Kind: f.Kind, First: f.First, Last: f.Last, Count: f.Count,
		Branches: commandsCounts(f.Branches), People: commandsCounts(f.People), Claim: commandsClaim(f.Claim),
	}
	for _, b := range f.Builds {
		b.Key, b.Text = f.Key, f.Text
		is.Builds = append(is.Builds, commandsSighting(b))
	}
	for _, t := range f.Tasks {
		is.Tasks = append(is.Tasks, known.Task{ID: t.Name, Name: t.Label, Count: t.Count})
	}
	for _, g := range f.Greens {
		is.Greens = append(is.Greens, known.Green{Task: g.Task, Build: g.Build, Branch: g.Branch, Commit: g.Commit, At: g.At})
	}
	return is
}

func commandsCounts(stored []state.Tally) (all []known.Counted) {
	for _, t := range stored {
		all = append(all, known.Counted{Name: t.Name, Count: t.Count})
	}
	return all
}

func commandsClaim(c *state.FailureClaim) *known.Claim {
	if c == nil {
		return nil
	}
	return &known.Claim{User: c.User, Name: c.Name, At: c.At}
}
