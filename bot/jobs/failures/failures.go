// Package failures is the state's memory of failures as commands use it.
package failures

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

// Store is a commands.FailureStore. Claims wait for the state as long as it takes, because
// they are all that their command is about.
type Store struct{ Failures state.Failures }

// Saw implements commands.FailureStore.
func (s Store) Saw(ctx context.Context, b known.Sighting) (known.Failure, error) {
	f, err := s.Failures.Saw(ctx, time.Now(), state.Sighting{
		Key: b.Key, Text: b.Text, Kind: b.Kind,
		Task: strings.ToLower(b.Task), Name: b.Name, Build: b.Build,
		Branch: b.Branch, Commit: b.Commit, Who: b.Who, Step: b.Step, At: b.At,
	})
	return failureOf(f), storeerr.ForCommands(err)
}

// SawGreen implements commands.FailureStore.
func (s Store) SawGreen(ctx context.Context, greens []known.Green) error {
	var all []state.Green
	for _, g := range greens {
		all = append(all, state.Green{Task: strings.ToLower(g.Task), Build: g.Build, Branch: g.Branch, Commit: g.Commit, At: g.At})
	}
	return storeerr.ForCommands(s.Failures.SawGreen(ctx, time.Now(), all))
}

// Failure implements commands.FailureStore.
func (s Store) Failure(ctx context.Context, key string) (known.Failure, bool, error) {
	f, found, err := s.Failures.Failure(ctx, time.Now(), key)
	return failureOf(f), found, storeerr.ForCommands(err)
}

// OfTask implements commands.FailureStore.
func (s Store) OfTask(ctx context.Context, task string, n int) ([]known.Sighting, error) {
	stored, err := s.Failures.OfTask(ctx, time.Now(), strings.ToLower(task), n)
	var all []known.Sighting
	for _, b := range stored {
		all = append(all, sightingOf(b))
	}
	return all, storeerr.ForCommands(err)
}

// OfBuild implements commands.FailureStore. It is asked for claims.
func (s Store) OfBuild(ctx context.Context, task string, build int64) (known.Sighting, bool, error) {
	b, found, err := s.Failures.OfBuild(patience.Without(ctx), time.Now(), strings.ToLower(task), build)
	return sightingOf(b), found, storeerr.ForCommands(err)
}

// Claim implements commands.FailureStore.
func (s Store) Claim(ctx context.Context, c known.NewClaim) (known.Claim, error) {
	is, err := s.Failures.Claim(patience.Without(ctx), time.Now(), state.NewClaim{
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
	return *claimOf(&is), nil
}

// Release implements commands.FailureStore.
func (s Store) Release(ctx context.Context, key, user string) (was *known.Claim, ended bool, err error) {
	stored, ended, err := s.Failures.Release(patience.Without(ctx), time.Now(), key, user)
	return claimOf(stored), ended, storeerr.ForCommands(err)
}

func sightingOf(b state.Sighting) known.Sighting {
	return known.Sighting{
		Key: b.Key, Text: b.Text, Kind: b.Kind, Task: b.Task, Name: b.Name, Build: b.Build,
		Branch: b.Branch, Commit: b.Commit, Who: b.Who, Step: b.Step, At: b.At,
	}
}

func failureOf(f state.Failure) known.Failure {
	is := known.Failure{
		Key: f.Key, Text: f.Text, Kind: f.Kind, First: f.First, Last: f.Last, Count: f.Count,
		Branches: countsOf(f.Branches), People: countsOf(f.People), Claim: claimOf(f.Claim),
	}
	for _, b := range f.Builds {
		b.Key, b.Text = f.Key, f.Text
		is.Builds = append(is.Builds, sightingOf(b))
	}
	for _, t := range f.Tasks {
		is.Tasks = append(is.Tasks, known.Task{ID: t.Name, Name: t.Label, Count: t.Count})
	}
	for _, g := range f.Greens {
		is.Greens = append(is.Greens, known.Green{Task: g.Task, Build: g.Build, Branch: g.Branch, Commit: g.Commit, At: g.At})
	}
	return is
}

func countsOf(stored []state.Tally) (all []known.Counted) {
	for _, t := range stored {
		all = append(all, known.Counted{Name: t.Name, Count: t.Count})
	}
	return all
}

func claimOf(c *state.FailureClaim) *known.Claim {
	if c == nil {
		return nil
	}
	return &known.Claim{User: c.User, Name: c.Name, At: c.At, Task: c.Task}
}
