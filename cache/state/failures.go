package state

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"logbot/cache/store"
)

const (
	// FailureAge is how long a failed build is remembered after it started, and a failure
	// after the start of the last build that failed in this way.
	FailureAge = 90 * 24 * time.Hour
	// MaxFailures is the most failures; those seen longest ago are dropped first.
	MaxFailures = 10_000
	// MaxSightings is the most failed builds; those that started longest ago are dropped
	// first. One that is older than all of a full table is not recorded, so that no build
	// counts twice.
	MaxSightings = 100_000
	// MaxGreenTasks is the most tasks whose green builds are remembered.
	MaxGreenTasks = 5_000

	// Bounds of the lists of one failure and of one task. Counts are not bounded.
	maxFailureBuilds = 20
	maxTallies       = 20
	maxTaskGreens    = 30
	maxTaskClaims    = 50

	maxFailureKey  = 100 // bytes
	maxFailureText = 300 // bytes of each text; longer ones are cut
)

// Sighting is a failed build whose log was read. It is stored as JSON.
type Sighting struct {
	// Key is the failure; empty if it is not sure enough to be called the same as another.
	Key string `json:"key,omitempty"`
	// Text is the line that it is shown by. A build with a key has that of its failure.
	Text   string `json:"text,omitempty"`
	Kind   string `json:"kind,omitempty"`
	Task   string `json:"task,omitempty"`
	Name   string `json:"name,omitempty"` // of the task
	Build  int64  `json:"build"`
	Branch string `json:"branch,omitempty"`
	Commit string `json:"commit,omitempty"`
	Who    string `json:"who,omitempty"`
	Step   string `json:"step,omitempty"`
	// At is when the build started, or was read if that is not known.
	At time.Time `json:"at"`
}

// cut shortens texts that are too long, and times to what is stored of them.
func (s Sighting) cut() Sighting {
	for _, text := range []*string{&s.Text, &s.Kind, &s.Name, &s.Branch, &s.Commit, &s.Who, &s.Step} {
		*text = firstBytes(*text, maxFailureText)
	}
	s.At = s.At.UTC().Truncate(time.Millisecond)
	return s
}

func (s Sighting) check() error {
	switch {
	case s.Task == "" || s.Build < 1 || s.At.IsZero():
		return fmt.Errorf("remember the failure of build %d of task %q: it needs a task, a number from 1 and a time", s.Build, s.Task)
	case strings.Contains(s.Task, "\x00") || strings.Contains(s.Key, "\x00"):
		return fmt.Errorf("remember the failure of build %d of task %q: a task or key must not contain a zero byte", s.Build, s.Task)
	case len(s.Task) > MaxID || len(s.Key) > maxFailureKey:
		return fmt.Errorf("remember the failure of build %d of task %.40q: %w", s.Build, s.Task, ErrTooLarge)
	}
	return nil
}

// key is the key of a sighting: those of a task are together, by number.
func (s Sighting) key() string { return Build{Task: s.Task, Build: s.Build}.key() }

// merged is s, with what only the earlier sighting of the same build knew. When it was
// read is later than when it started, so the earlier time is the better one.
func (s Sighting) merged(earlier Sighting) Sighting {
	for _, text := range []struct {
		to   *string
		from string
	}{{&s.Name, earlier.Name}, {&s.Branch, earlier.Branch}, {&s.Commit, earlier.Commit}, {&s.Who, earlier.Who}} {
		if *text.to == "" {
			*text.to = text.from
		}
	}
	if s.Key == earlier.Key {
		if s.Step == "" {
			s.Step = earlier.Step
		}
		if s.Kind == "" {
			s.Kind = earlier.Kind
		}
	}
	if earlier.At.Before(s.At) {
		s.At = earlier.At
	}
	return s
}

// Green is a build that succeeded. It is stored as JSON.
type Green struct {
	Task   string    `json:"task,omitempty"`
	Build  int64     `json:"build"`
	Branch string    `json:"branch,omitempty"`
	Commit string    `json:"commit,omitempty"`
	At     time.Time `json:"at"`
}

// The tables of failures. They have one hash tag in Redis.
const (
	failuresTable  = "failures"
	sightingsTable = "sightings"
	greensTable    = "greens"
	failuresGroup  = "failures"
)

func failureTables() []store.Spec {
	return []store.Spec{
		{
			Name: failuresTable, Noun: "failures", Max: MaxFailures, Life: FailureAge, Evict: true,
			Valid: func(key string, value []byte) bool {
				f, err := fromJSON[Failure](value)
				return err == nil && f.Key == key && f.check() == nil
			},
		},
		{
			Name: sightingsTable, Noun: "failed builds", Max: MaxSightings, Life: FailureAge, Evict: true,
			Valid: func(key string, value []byte) bool {
				s, err := fromJSON[Sighting](value)
				return err == nil && s.key() == key && s.check() == nil
			},
		},
		{
			Name: greensTable, Noun: "tasks", Max: MaxGreenTasks, Life: FailureAge, Evict: true,
			Valid: func(key string, value []byte) bool {
				g, err := fromJSON[taskGreens](value)
				return err == nil && g.Task == key
			},
		},
	}
}

// Failures are the memory of failures: what broke, in which builds, who is on it. A
// sighting changes all rows that it concerns in one step, also if several processes
// record at once: the counts are exact. Nothing reads a clock but the server of a Redis.
//
// A row that is damaged is as one that is missing.
type Failures struct{ tables store.Together }

// Saw records a sighting, and returns the failure with it. A build counts once. If it was
// recorded with another key, it moves: the last one counts. A build that started longer
// ago than [FailureAge] is not recorded; the failure is returned as it is. Without a key
// the result is empty.
func (f Failures) Saw(ctx context.Context, now time.Time, s Sighting) (Failure, error) {
	s = s.cut()
	if err := s.check(); err != nil {
		return Failure{}, err
	}
	const remember = "remember the failure of build %d of task %s"
	if now.Sub(s.At) < FailureAge {
		err := f.tables.At(now).Change(ctx, func(step *store.Step) error { return failureStep{step, now}.saw(s) })
		if err != nil && !errors.Is(err, ErrFull) { // full of builds that are newer
			return Failure{}, during(err, remember, s.Build, s.Task)
		}
	}
	if s.Key == "" {
		return Failure{}, nil
	}
	is, _, err := f.Failure(ctx, now, s.Key)
	return is, during(err, remember, s.Build, s.Task)
}

// SawGreen records builds that succeeded. Those that are known cost no write. It ends the
// claims that they end.
func (f Failures) SawGreen(ctx context.Context, now time.Time, greens []Green) error {
	byTask := map[string][]Green{}
	for _, g := range greens {
		if g.Task == "" || g.Build < 1 || len(g.Task) > MaxID || strings.Contains(g.Task, "\x00") {
			return fmt.Errorf("remember green build %d of task %.40q: it needs a task and a number from 1", g.Build, g.Task)
		}
		g.Branch, g.Commit = firstBytes(g.Branch, maxFailureText), firstBytes(g.Commit, maxFailureText)
		g.At = g.At.UTC().Truncate(time.Millisecond)
		if now.Sub(g.At) < FailureAge {
			byTask[g.Task] = append(byTask[g.Task], g)
		}
	}
	for task, greens := range byTask {
		err := f.tables.At(now).Change(ctx, func(step *store.Step) error { return failureStep{step, now}.sawGreen(task, greens) })
		if err != nil {
			return during(err, "remember green builds of task %s", task)
		}
	}
	return nil
}

// Failure returns what is known of a failure.
func (f Failures) Failure(ctx context.Context, now time.Time, key string) (is Failure, found bool, err error) {
	tables := f.tables.At(now)
	stored, err := tables.Table(failuresTable).GetAll(ctx, key)
	if err == nil {
		if is, found = decodedFailure(stored, key); found {
			is.expire(now)
			err = is.readGreens(ctx, tables.Table(greensTable))
		}
	}
	if err != nil {
		return Failure{}, false, during(err, "look up failure %.60s", key)
	}
	return is, found, nil
}

// decodedFailure is the failure among stored rows; ok is false if it is not there, or
// damaged.
func decodedFailure(stored map[string][]byte, key string) (f Failure, ok bool) {
	f, err := fromJSON[Failure](stored[key])
	if err != nil || f.Key != key || f.check() != nil {
		return Failure{}, false
	}
	return f, true
}

// readGreens adds the green builds of the tasks.
func (f *Failure) readGreens(ctx context.Context, greens store.Table) error {
	oldest := map[string]int64{}
	for _, b := range f.Builds {
		if first := oldest[b.Task]; first == 0 || b.Build < first {
			oldest[b.Task] = b.Build
		}
	}
	stored, err := greens.GetAll(ctx, slices.Collect(maps.Keys(oldest))...)
	for task, encoded := range stored {
		if of, err := fromJSON[taskGreens](encoded); err == nil && of.Task == task {
			f.addGreens(of, oldest[task])
		}
	}
	return err
}

// OfTask returns the newest sightings of a task, highest number first, n at most.
func (f Failures) OfTask(ctx context.Context, now time.Time, task string, n int) (all []Sighting, err error) {
	r := store.Prefix(buildPrefix(task))
	r.Reverse = true
	err = f.tables.At(now).Table(sightingsTable).Scan(ctx, r, func(row store.Row) bool {
		if len(all) >= n {
			return false
		}
		if s, err := fromJSON[Sighting](row.Value); err == nil && s.key() == row.Key {
			all = append(all, s)
		}
		return true
	})
	if err == nil {
		err = f.addTexts(ctx, now, all)
	}
	if err != nil {
		return nil, during(err, "read the failures of task %s", task)
	}
	return all, nil
}

// OfBuild returns the sighting of one build.
func (f Failures) OfBuild(ctx context.Context, now time.Time, task string, build int64) (Sighting, bool, error) {
	key := Sighting{Task: task, Build: build}.key()
	stored, err := f.tables.At(now).Table(sightingsTable).GetAll(ctx, key)
	s, damaged := fromJSON[Sighting](stored[key])
	found := err == nil && damaged == nil && s.key() == key
	one := []Sighting{s}
	if found {
		err = f.addTexts(ctx, now, one)
	}
	if err != nil || !found {
		return Sighting{}, false, during(err, "read the failure of build %d of task %s", build, task)
	}
	return one[0], true, nil
}

// addTexts gives sightings with a key the text of their failure.
func (f Failures) addTexts(ctx context.Context, now time.Time, all []Sighting) error {
	keys := map[string]bool{}
	for _, s := range all {
		keys[s.Key] = true
	}
	delete(keys, "")
	stored, err := f.tables.At(now).Table(failuresTable).GetAll(ctx, slices.Collect(maps.Keys(keys))...)
	texts := map[string]string{}
	for key := range stored {
		if of, ok := decodedFailure(stored, key); ok {
			texts[key] = of.Text
		}
	}
	for i, s := range all {
		if text, known := texts[s.Key]; known {
			all[i].Text = text
		}
	}
	return err
}
