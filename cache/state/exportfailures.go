package state

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"logbot/cache/store"
)

// export writes the memory of failures: the failures, the failed builds and the
// green builds of tasks.
func (f Failures) export(ctx context.Context, now time.Time, write func(line)) error {
	tables := f.tables.At(now)
	err := scanJSON(ctx, tables.Table(failuresTable), func(f Failure) { write(line{Failure: &f}) })
	if err == nil {
		err = scanJSON(ctx, tables.Table(sightingsTable), func(s Sighting) { write(line{Sighting: &s}) })
	}
	if err == nil {
		err = scanJSON(ctx, tables.Table(greensTable), func(g taskGreens) { write(line{Greens: &g}) })
	}
	return during(err, "export the memory of failures")
}

// scanJSON calls do with the rows of a table that are not damaged.
func scanJSON[T any](ctx context.Context, t store.Table, do func(T)) error {
	return t.Scan(ctx, store.Range{}, func(row store.Row) bool {
		if value, err := fromJSON[T](row.Value); err == nil {
			do(value)
		}
		return true
	})
}

// empty reports whether nothing is remembered.
func (f Failures) empty(ctx context.Context, now time.Time) (bool, error) {
	is := true
	for _, spec := range failureTables() {
		err := f.tables.At(now).Table(spec.Name).Scan(ctx, store.Range{}, func(store.Row) bool {
			is = false
			return false
		})
		if err != nil {
			return false, during(err, "look whether failures are remembered")
		}
	}
	return is, nil
}

// check refuses green builds that cannot be stored.
func (g taskGreens) check() error {
	if g.Task == "" || len(g.Task) > MaxID || strings.Contains(g.Task, "\x00") {
		return fmt.Errorf("remember green builds of task %.40q: it needs a task", g.Task)
	}
	return nil
}

// bringing imports the memory of failures. A failure that is not known is taken over as it
// is, with its counts: before it come its builds, so that an import that was broken off
// can be repeated. Into one that is known its builds go one by one, each once.
type bringing struct {
	Failures
	now time.Time

	texts map[string]string // of the failures, by key

	mu       sync.Mutex
	brought  map[string]*Failure // those to take over, by key
	removed  map[string]bool     // sightings that do not count for them
	failures Brought
	builds   Brought
}

func (f Failures) bring(ctx context.Context, now time.Time, lines []line) (failures, builds Brought, err error) {
	b := &bringing{Failures: f, now: now, brought: map[string]*Failure{}, texts: map[string]string{}, removed: map[string]bool{}}
	for _, l := range lines {
		if l.Failure == nil || now.Sub(l.Failure.Last) >= FailureAge {
			continue
		}
		_, known, err := f.Failure(ctx, now, l.Failure.Key)
		if err != nil {
			return b.failures, b.builds, err
		}
		b.texts[l.Failure.Key] = l.Failure.Text
		if known {
			b.failures.Kept++
		} else {
			b.brought[l.Failure.Key] = l.Failure
		}
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, l := range lines {
		if l.Greens == nil && (l.Sighting == nil || now.Sub(l.Sighting.At) >= FailureAge) {
			continue
		}
		group.Go(func() error {
			if err := b.line(within, l); err != nil {
				return fmt.Errorf("import line %d of the state: %w", i+1, err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return b.failures, b.builds, err
	}
	for _, l := range lines {
		if l.Failure == nil || b.brought[l.Failure.Key] == nil {
			continue
		}
		if l.Failure.Count < 1 { // all its builds are known otherwise
			continue
		}
		err := f.tables.At(now).Change(ctx, func(step *store.Step) error { return b.failure(failureStep{step, now}, *l.Failure) })
		if err != nil && !errors.Is(err, ErrFull) {
			return b.failures, b.builds, fmt.Errorf("import failure %.60s: %w", l.Failure.Key, err)
		}
		b.failures.Added++
	}
	return b.failures, b.builds, nil
}

// line brings one failed build, or the green builds of a task.
func (b *bringing) line(ctx context.Context, l line) error {
	tables := b.tables.At(b.now)
	if l.Greens != nil {
		return tables.Change(ctx, func(step *store.Step) error { return failureStep{step, b.now}.bringGreens(*l.Greens) })
	}
	had := false
	err := tables.Change(ctx, func(step *store.Step) (err error) {
		had, err = b.sighting(failureStep{step, b.now}, *l.Sighting)
		return err
	})
	if errors.Is(err, ErrFull) { // it is older than all that is there
		return nil
	}
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if had {
		b.builds.Kept++
	} else {
		b.builds.Added++
	}
	return nil
}

// sighting brings one failed build, and reports whether it was there. If this build was read
// here since and another cause was found, it does not count for the failure that is taken
// over.
func (b *bringing) sighting(step failureStep, s Sighting) (had bool, err error) {
	old, had, err := row[Sighting](step, sightingsTable, s.key())
	of := b.brought[s.Key]
	switch {
	case err != nil:
		return false, err
	case had && of != nil && old.Key != s.Key:
		b.mu.Lock()
		defer b.mu.Unlock()
		if !b.removed[s.key()] { // the step may be repeated
			b.removed[s.key()] = true
			of.remove(s)
		}
		return true, nil
	case had:
		return true, nil
	case of != nil:
		return false, step.set(sightingsTable, s.key(), s, s.At)
	}
	if s.Key != "" {
		s.Text = b.texts[s.Key]
	}
	return false, step.saw(s)
}

// failure takes a failure over.
func (b *bringing) failure(step failureStep, f Failure) error {
	is, err := step.failure(f.Key)
	if err != nil || is.Count > 0 { // recorded meanwhile: what was counted before is lost, so import with the bot stopped
		return err
	}
	return step.setFailure(f)
}

// bringGreens adds green builds, and what waits for them.
func (s failureStep) bringGreens(more taskGreens) error {
	g, err := s.greens(more.Task)
	if err != nil {
		return err
	}
	changed := g.add(more.Greens, s.now)
	for _, key := range more.Claims {
		if len(g.Claims) < maxTaskClaims && !slices.Contains(g.Claims, key) {
			g.Claims, changed = append(g.Claims, key), true
		}
	}
	if !changed {
		return nil
	}
	return s.setGreens(g)
}
