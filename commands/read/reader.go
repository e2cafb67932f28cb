// Package read reads logs for the commands: page by page in both directions, for
// an excerpt, a search, a file, or the end of a log that still grows. Every line
// it returns has been masked.
package read

import (
	"context"
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
	// OpenBuildFile is OpenStepFile for a whole build.
	OpenBuildFile(ctx context.Context, recordID string) (*logsapi.Download, error)
}

// Reader reads logs. It is safe for concurrent use.
type Reader struct {
	Logs   Logs
	Gate   *redact.Gate   // masks every line before it is chosen or shown
	Rules  *excerpt.Rules // what a failure looks like; nil is the embedded set
	Habits *Habits        // what was seen of the host; nil remembers nothing
}

// Request says what to read.
type Request struct {
	Logs     []logsapi.Log   // tried in turn until one has any text
	Finished bool            // the build is known to have ended
	Known    excerpt.Outcome // how it ended, as far as its record or its steps say so
	Meter    *Meter          // counts what is read
	Whole    bool            // the log will be read to its end, so that progress needs its size
	Uncut    bool            // no line may be cut: it is for a file
	Record   string          // id of the build's record, by which its log is had as a file; may be empty
	Edition  string          // Record.Edition of the build; may be empty

	// Green, if it is set, is asked once a page has come for the lines of the last build
	// that succeeded; it may return nil. See excerpt.Options.
	Green func() *excerpt.Seen
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
