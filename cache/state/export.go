package state

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// exportVersion is the version of the form below. An export without failures is of
	// version 1, which earlier programs read, too.
	exportVersion = 2
	// maxLine bounds one line of an export, in bytes: the largest intent takes some
	// 180 KiB.
	maxLine = 1 << 20
	// atOnce is how many lines are imported at the same time; in a file they share
	// a write to the disk.
	atOnce = 64
)

// line is one line of an export, which has one JSON value a line: a header, then
// aliases, watches, builds with their votes, the intents not yet done and the memory of
// failures, then the number of lines before. Exactly one field is set.
//
// The audit log, presses and rates are not exported.
type line struct {
	State  *header `json:"logbot-state,omitempty"`
	Alias  *Alias  `json:"alias,omitempty"`
	Watch  *Watch  `json:"watch,omitempty"`
	Build  *Build  `json:"build,omitempty"`
	Intent *Intent `json:"intent,omitempty"`

	// Since version 2.
	Failure  *Failure    `json:"failure,omitempty"`
	Sighting *Sighting   `json:"sighting,omitempty"`
	Greens   *taskGreens `json:"greens,omitempty"`

	End *int `json:"lines,omitempty"`
}

type header struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
}

// Export writes what is moved to another backend. If the state changes meanwhile,
// parts of the export are older than others.
func (s *Store) Export(ctx context.Context, now time.Time, w io.Writer) error {
	without, err := s.Failures.empty(ctx, now)
	if err != nil {
		return err
	}
	return s.export(ctx, now, w, without)
}

// ExportForEarlier is Export for programs that know no memory of failures: it is left out.
func (s *Store) ExportForEarlier(ctx context.Context, now time.Time, w io.Writer) error {
	return s.export(ctx, now, w, true)
}

func (s *Store) export(ctx context.Context, now time.Time, w io.Writer, withoutFailures bool) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	written := 0
	var failed error
	write := func(l line) {
		if failed == nil {
			failed = encoder.Encode(l)
			written++
		}
	}
	version := exportVersion
	if withoutFailures {
		version = 1
	}
	write(line{State: &header{version, now.UTC()}})
	aliases, err := s.Aliases.AllAliases(ctx)
	if err != nil {
		return err
	}
	for _, a := range aliases {
		write(line{Alias: &a})
	}
	watches, err := s.Watches.all(ctx)
	if err != nil {
		return err
	}
	for _, w := range watches {
		write(line{Watch: &w})
	}
	err = s.History.EachTask(ctx, func(_ string, builds []Build) error {
		for _, b := range builds {
			write(line{Build: &b})
		}
		return failed
	})
	if err != nil && failed == nil {
		return err
	}
	intents, err := s.Intents.List(ctx, "")
	if err != nil {
		return err
	}
	for _, i := range intents {
		i.Attempts, i.LeasedUntil = 0, time.Time{}
		write(line{Intent: &i})
	}
	if !withoutFailures {
		if err := s.Failures.export(ctx, now, write); err != nil {
			return err
		}
	}
	before := written
	write(line{End: &before})
	if failed == nil {
		failed = out.Flush()
	}
	return during(failed, "export the state")
}

// Imported counts what an import added. What existed already, under the same name,
// stayed as it was.
type Imported struct {
	Aliases, Watches, Builds, Intents Brought
	Failures, FailedBuilds            Brought // of the memory of failures
	// Late says that the export is older than an hour ([Remembered]). Its intents
	// were then left out, as they may have been done since.
	Late bool
}

// Brought counts values of one kind.
type Brought struct{ Added, Kept int }

// Import adds what was exported. It checks everything before it adds anything: the
// error names the first line that is wrong. Imported again it adds nothing.
func (s *Store) Import(ctx context.Context, now time.Time, r io.Reader) (Imported, error) {
	lines, err := readExport(r)
	if err != nil {
		return Imported{}, fmt.Errorf("import the state: %w", err)
	}
	var got Imported
	got.Late = now.Sub(lines[0].State.At) > Remembered
	var mu sync.Mutex // guards got
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, l := range lines {
		if l.State != nil || l.End != nil || l.remembered() || l.Intent != nil && got.Late {
			continue
		}
		group.Go(func() error {
			kind, added, err := s.bring(within, now, l, &got)
			if err != nil {
				return fmt.Errorf("import line %d of the state: %w", i+1, err)
			}
			mu.Lock()
			defer mu.Unlock()
			if added {
				kind.Added++
			} else {
				kind.Kept++
			}
			return nil
		})
	}
	if err = group.Wait(); err == nil {
		got.Failures, got.FailedBuilds, err = s.Failures.bring(ctx, now, lines)
	}
	return got, err
}

// remembered reports whether the line is of the memory of failures.
func (l line) remembered() bool { return l.Failure != nil || l.Sighting != nil || l.Greens != nil }

// bring adds what one line has, if it does not exist yet. Kind is where to count it.
func (s *Store) bring(ctx context.Context, now time.Time, l line, got *Imported) (kind *Brought, added bool, err error) {
	switch {
	case l.Alias != nil:
		there, err := s.Aliases.Named(ctx, l.Alias.Channel, l.Alias.Name)
		if added = err == nil && !slices.ContainsFunc(there, func(a Alias) bool { return a.Channel == l.Alias.Channel }); added {
			err = s.Aliases.SetAlias(ctx, *l.Alias, nil)
		}
		return &got.Aliases, added, err
	case l.Watch != nil:
		_, err := s.Watches.Watch(ctx, l.Watch.Channel, l.Watch.Task)
		if added = errors.Is(err, ErrNotFound); added {
			_, _, err = s.Watches.AddWatch(ctx, *l.Watch)
		}
		return &got.Watches, added, err
	case l.Build != nil:
		added, err = s.bringBuild(ctx, *l.Build)
		return &got.Builds, added, err
	}
	added, err = s.Intents.Put(ctx, now, *l.Intent)
	return &got.Intents, added, err
}

func (s *Store) bringBuild(ctx context.Context, b Build) (added bool, err error) {
	builds, err := s.History.Builds(ctx, b.Task, 0)
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(builds, func(is Build) bool { return is.Build == b.Build }) {
		return false, nil
	}
	if len(builds) >= MaxBuilds && builds[len(builds)-1].Build > b.Build {
		return false, nil // it would be dropped at once
	}
	return true, s.History.Record(ctx, b)
}

// readExport reads a whole export and checks every line.
func readExport(r io.Reader) ([]line, error) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, maxLine)
	var lines []line
	ended := false
	for in.Scan() {
		n := len(lines) + 1
		if ended {
			return nil, fmt.Errorf("line %d: nothing is expected after the end of the export", n)
		}
		var l line
		d := json.NewDecoder(bytes.NewReader(in.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil {
			return nil, fmt.Errorf("line %d: %w; expected a line of \"logbot state export\"", n, err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("line %d: more than one JSON value in a line", n)
		}
		if err := l.check(n); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		ended = l.End != nil
		lines = append(lines, l)
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("line %d: longer than %d bytes", len(lines)+1, maxLine)
	case err != nil:
		return nil, fmt.Errorf("line %d: %w", len(lines)+1, err)
	case len(lines) == 0:
		return nil, errors.New("line 1: it is empty; expected the output of \"logbot state export\"")
	case !ended:
		return nil, fmt.Errorf("line %d: the export ends early; copy it again, whole", len(lines)+1)
	}
	return lines, nil
}

// check returns what is wrong with the n-th line.
func (l line) check(n int) error {
	set := 0
	for _, is := range []bool{l.State != nil, l.Alias != nil, l.Watch != nil, l.Build != nil, l.Intent != nil, l.Failure != nil, l.Sighting != nil, l.Greens != nil, l.End != nil} {
		if is {
			set++
		}
	}
	switch {
	case (l.State != nil) != (n == 1):
		return errors.New("the first line, and only that, says \"logbot-state\"; is this the output of \"logbot state export\"?")
	case set != 1:
		return fmt.Errorf("expected one of alias, watch, build, intent, failure, sighting, greens; it has %d", set)
	case l.State != nil && (l.State.Version < 1 || l.State.Version > exportVersion):
		return fmt.Errorf("version %d of the form; this logbot reads up to version %d", l.State.Version, exportVersion)
	case l.Alias != nil:
		return l.Alias.check()
	case l.Watch != nil:
		return l.Watch.check()
	case l.Build != nil:
		return l.Build.check()
	case l.Intent != nil:
		return l.Intent.check()
	case l.Failure != nil:
		return l.Failure.check()
	case l.Sighting != nil:
		return l.Sighting.check()
	case l.Greens != nil:
		return l.Greens.check()
	case l.End != nil && *l.End != n-1:
		return fmt.Errorf("the export had %d lines before this one, here are %d; copy it again, whole", *l.End, n-1)
	}
	return nil
}
