package green

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"logbot/commands/excerpt"
	"logbot/commands/read"
	"logbot/logsapi"
	"logbot/logsapi/pace"
)

// Bounds of reading green logs in the background.
const (
	// maxLessons bounds the logs that are read at a time, each with one request at a time.
	maxLessons = 2
	// maxPages bounds the pages of one log, for services that publish no file of a build.
	maxPages = 40
	// pagePause is waited before each page but the first ones: of the 5 requests a second
	// that are the default, commands have 3 at least.
	pagePause = time.Second
	// freePages are enough for a small log, and for the comparison of a file with pages.
	freePages = 2
	// maxBytes bounds the text of one log.
	maxBytes = 64 << 20
	// lessonWithin ends the reading of one log.
	lessonWithin = 2 * time.Minute
	// failedTTL is how long a log is not tried again that could not be read.
	failedTTL = 10 * time.Minute
)

// lesson is the reading of one log.
type lesson struct {
	done  chan struct{}
	lines *excerpt.Seen // read it after done; nil if it cannot be had
}

// learn begins to read the log of a build, or joins who does. It returns nil if the log
// could not be read lately, or too many are read.
func (f *Finder) learn(taskID string, b logsapi.Build, edition string) *lesson {
	key := fmt.Sprintf("%s/%d/%s", taskID, b.Number, edition)
	f.mu.Lock()
	defer f.mu.Unlock()
	if l := f.lessons[key]; l != nil {
		return l
	}
	if f.closed || len(f.lessons) == maxLessons || time.Now().Before(f.failed[key]) {
		return nil
	}
	l := &lesson{done: make(chan struct{})}
	f.lessons[key] = l
	f.work.Add(1)
	go func() {
		defer f.work.Done()
		lines, err := f.read(f.closing, taskID, b)
		if err == nil {
			f.store.KeepLines(taskID, b.Number, edition, lines.Append(nil))
			l.lines = lines
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.lessons, key)
		if err != nil && f.closing.Err() == nil {
			if len(f.failed) >= maxChoices {
				clear(f.failed)
			}
			f.failed[key] = time.Now().Add(failedTTL)
		}
		close(l.done)
	}()
	return l
}

var (
	errEnough   = errors.New("enough of the log was read")
	errNotGreen = errors.New("the build did not succeed")
	errNoLines  = errors.New("the log is empty")
)

// read reads the lines of a build that succeeded, masked as those of a failure are.
func (f *Finder) read(ctx context.Context, taskID string, b logsapi.Build) (*excerpt.Seen, error) {
	ctx, cancel := context.WithTimeout(ctx, lessonWithin)
	defer cancel()
	what := read.Request{
		Finished: true, Known: excerpt.Succeeded, Record: b.RecordID, Meter: &read.Meter{},
		Logs: read.BuildLogs(taskID, b.Number),
	}
	record, err := f.builds.Record(ctx, taskID, b.Number)
	switch {
	case err == nil && record.State != logsapi.Succeeded && record.State != logsapi.Unknown:
		return nil, errNotGreen // by now: it was run again
	case err == nil:
		what.Edition = record.Edition()
		what.Record = record.ID
	case !logsapi.OutOfReach(err):
		return nil, err
	}
	r := f.reader
	r.Logs = &slow{Logs: r.Logs}
	body := r.Open(ctx, what)
	defer body.Close()
	lines := &excerpt.Seen{}
	n, err := io.Copy(lines, r.Gate.Reader(io.LimitReader(body, maxBytes)))
	switch {
	case errors.Is(err, errEnough) || err == nil && n >= maxBytes:
		lines.InPart()
	case err != nil:
		return nil, err
	}
	if err := lines.Close(); err != nil {
		return nil, err
	}
	if lines.Empty() {
		return nil, errNoLines
	}
	return lines, nil
}

// slow reads up to maxPages pages, slowly. It is for one log and one goroutine.
type slow struct {
	read.Logs
	pages int
}

func (s *slow) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	if s.pages == maxPages {
		return logsapi.Page{}, errEnough
	}
	if s.pages++; s.pages > freePages {
		if err := pace.Sleep(ctx, pagePause); err != nil {
			return logsapi.Page{}, err
		}
	}
	return s.Logs.Page(ctx, r)
}
