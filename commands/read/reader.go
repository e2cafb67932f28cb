// Package read reads logs for the commands: page by page in both directions, for
// an excerpt, a search, a file, or the end of a log that still grows. Every line
// it returns has been masked.
package read

import (
	"context"
	"errors"
	"iter"
	"strings"

	"logbot/commands/excerpt"
	"logbot/commands/redact"
	"logbot/logsapi"
)

// MaxPages bounds what one command reads of a log: 1,000 pages are a million
// lines.
const MaxPages = 1000

// Logs is where logs are read: a logsapi.Client, or a cache in front of one.
type Logs interface {
	logsapi.Pager
	// OpenStepFile starts the download of a step's log file. The caller closes
	// it; reading ends with the context.
	OpenStepFile(ctx context.Context, f logsapi.StepFile) (*logsapi.Download, error)
}

// Reader reads logs. It is safe for concurrent use.
type Reader struct {
	Logs  Logs
	Gate  *redact.Gate   // masks every line before it is chosen or shown
	Rules *excerpt.Rules // what a failure looks like; nil is the embedded set
}

// Request says what to read.
type Request struct {
	Logs     []logsapi.Log   // tried in turn until one has any text
	Finished bool            // the build is known to have ended
	Known    excerpt.Outcome // how it ended, as far as its record or its steps say so
	Meter    *Meter          // counts what is read
	Whole    bool            // the log will be read to its end, so that progress needs its size
}

// BuildLogs are the logs that hold a whole build, in the order they are tried.
func BuildLogs(taskID string, build int64) []logsapi.Log {
	return []logsapi.Log{
		logsapi.FinishedLog{TaskID: taskID, Build: build},
		logsapi.LiveLog{TaskID: taskID, Build: build},
	}
}

// StepLogs are the logs that hold one step of a build, in the order they are tried.
// finished says that the build is known to have ended: a step has one endpoint
// while it runs and another afterwards, and either may be missing.
func StepLogs(taskID string, build, step int64, finished bool) []logsapi.Log {
	log := logsapi.StepLog{TaskID: taskID, Build: build, Step: step}
	if finished {
		return []logsapi.Log{logsapi.FinishedStepLog(log), log}
	}
	return []logsapi.Log{log, logsapi.FinishedStepLog(log)}
}

// IsStep reports whether log is that of one step.
func IsStep(log logsapi.Log) bool {
	switch log.(type) {
	case logsapi.StepLog, logsapi.FinishedStepLog:
		return true
	}
	return false
}

// StepName is the part of a step's name that people chose: "Maven test" of
// "Maven test:maven".
func StepName(step string) string {
	name, _, _ := strings.Cut(step, ":")
	return name
}

// logPage is a page and the log it is from.
type logPage struct {
	logsapi.Page
	Log logsapi.Log
}

// pages reads the first log of what that has any text: an empty or refused log gives
// way to the next. It yields nothing if all logs are empty.
func (r Reader) pages(ctx context.Context, what Request, order logsapi.Order) iter.Seq2[logPage, error] {
	return func(yield func(logPage, error) bool) {
		var refused error
		for _, log := range what.Logs {
			began := false
			for page, err := range logsapi.Pages(ctx, r.Logs, logsapi.PageRequest{Log: log, Order: order, Finished: what.Finished}) {
				if err != nil && (began || repeats(err)) {
					yield(logPage{}, err)
					return
				}
				if err != nil {
					refused = clearer(refused, err)
					break
				}
				if page.Text == "" {
					continue
				}
				began = true
				what.Meter.page(page.Text)
				if what.Whole && what.Meter.wantsSize() && !page.Last {
					what.Meter.About = r.size(ctx, what, log, page)
				}
				if !yield(logPage{page, log}, nil) {
					return
				}
			}
			if began {
				return
			}
		}
		if refused != nil {
			yield(logPage{}, refused)
		}
	}
}

// worthwhile reports whether what was read before err answers the caller, who is told
// what is missing: some was read, the caller waits, and the account may read on.
func worthwhile(ctx context.Context, pages int, err error) bool {
	return pages > 0 && ctx.Err() == nil && !errors.Is(err, context.Canceled) && !errors.Is(err, logsapi.ErrForbidden)
}

// repeats reports whether another endpoint would answer with the same error.
func repeats(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, logsapi.ErrUnauthorized) || errors.Is(err, logsapi.ErrThrottled)
}

// clearer is the error of two that tells the user more: that a build does not
// exist is worth more than that an endpoint does not.
func clearer(a, b error) error {
	if a == nil || errors.Is(b, logsapi.ErrNotFound) && !errors.Is(a, logsapi.ErrNotFound) {
		return b
	}
	return a
}

// size estimates the bytes of a log from the last page read; 0 if it cannot. It
// assumes that offsets grow with the text, which is good enough for progress and
// used for nothing else. It asks for the last page of the log, which a look at the
// failure has mostly asked for before.
func (r Reader) size(ctx context.Context, what Request, log logsapi.Log, page logsapi.Page) int64 {
	end, err := r.Logs.Page(ctx, logsapi.PageRequest{Log: log, Order: logsapi.Descending, Finished: what.Finished})
	if err != nil || page.Next.End <= 0 || end.Next.End <= page.Next.End {
		return 0
	}
	return int64(float64(what.Meter.Bytes) * float64(end.Next.End) / float64(page.Next.End))
}
