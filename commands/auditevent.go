package commands

import (
	"cmp"
	"context"
	"errors"
	"time"

	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// AuditEvent is one event for the audit log: who asked for what, and what came of it.
// It holds nothing of a log.
type AuditEvent struct {
	At      time.Time
	User    string // the bot_id of an app that has no user
	Channel string
	Verb    string // "fail"; of buttons "stop" and "remove"
	Via     string // what asked in the user's name: ViaWatch or ViaFollow; empty if they did themselves
	Task    string // id of the task, the check run or the record
	Build   int64  // 0 if the request ended before it was known, and for check runs
	Name    string // what was typed for a task that was not found, and the name of an alias; masked
	Result  Result
	Reason  string // why, in a word of ours, unless it was answered
	Bytes   int64  // of a log that left
	Hidden  int    // values masked in them
}

// Result is what came of a request.
type Result string

// The results.
const (
	Answered Result = "answered"
	Sent     Result = "sent"      // a file, which has an event of its own
	Refused  Result = "refused"   // by a rule
	NotFound Result = "not-found" // what was named
	Failed   Result = "failed"
)

// What asks in the name of somebody.
const (
	ViaWatch  = "watch"
	ViaFollow = "follow"
)

// Reasons of refusals and failures, besides those of access.Verdict.
const (
	noRule     = "no-rule"
	notAdmin   = "not-admin"
	wrongWords = "wrong-words"
)

// stage is how far a command got.
type stage int

// The stages.
const (
	checking stage = iota
	resolving
	over
)

// auditCommand records what came of a command, and later of the file that its answer
// promises. Help reads nothing.
func (c *Commands) auditCommand(ctx context.Context, in *command, answer *reply.Reply, err error) {
	if c.audit == nil || in.Verb.Name == typed.Help {
		return
	}
	e := in.audited
	if e.Result == "" {
		e.Result, e.Reason = in.result(err)
	}
	if e.Result == NotFound && e.Name == "" && len(in.Words) > 0 {
		e.Name = in.Words[min(in.Verb.Task, len(in.Words)-1)]
	}
	if e.Verb = in.Verb.Name; in.Has("stop") {
		e.Verb = "stop"
	}
	if e.Result == Answered {
		e.Bytes, e.Hidden = logIn(*answer)
	}
	c.record(ctx, in.request, e)
	if answer.File != nil && err == nil {
		answer.File.Closed = func(read int64, hidden int) {
			e.Result, e.Bytes, e.Hidden = Sent, read, hidden
			c.record(ctx, in.request, e)
		}
	}
}

// record tells the audit log of an event of a request.
func (c *Commands) record(ctx context.Context, r Request, e AuditEvent) {
	if c.audit == nil {
		return
	}
	e.At, e.User, e.Channel, e.Via = time.Now(), cmp.Or(r.User, r.Bot), r.Channel, r.Via
	e.Name = c.gate.Text(e.Name)
	c.audit(ctx, e)
}

// result is what came of a command by its error, and the reason.
func (in *command) result(err error) (Result, string) {
	var own *typed.Problem
	var service *logsapi.Error
	switch {
	case in.denied:
		return Refused, noRule
	case err == nil && in.stage != over:
		return Failed, "panic"
	case err == nil:
		return Answered, ""
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Failed, "ended"
	case errors.As(err, &service):
		return Failed, kindOf(service)
	case errors.As(err, &own) && in.audited.Task == "" && in.stage != checking && in.Verb.Min > 0:
		return NotFound, ""
	case errors.As(err, &own):
		return Failed, wrongWords
	}
	return Failed, "internal"
}

// kindOf is the kind of an error of the service in a word: its own words may be those
// of a log.
func kindOf(err error) string {
	for _, kind := range []struct {
		is   error
		word string
	}{
		{logsapi.ErrNotFound, "codearts-not-found"}, {logsapi.ErrNotReady, "codearts-not-ready"},
		{logsapi.ErrForbidden, "codearts-forbidden"}, {logsapi.ErrUnauthorized, "codearts-unauthorized"},
		{logsapi.ErrThrottled, "codearts-throttled"}, {logsapi.ErrNotPublished, "codearts-not-published"},
		{logsapi.ErrUnavailable, "codearts-unavailable"}, {logsapi.ErrIncomplete, "codearts-incomplete"},
	} {
		if errors.Is(err, kind.is) {
			return kind.word
		}
	}
	return "codearts-refused"
}

// logIn counts what a reply holds of a log, in bytes, and the values masked in it.
func logIn(r reply.Reply) (bytes int64, hidden int) {
	for _, l := range r.Lines {
		bytes += int64(len(l.Text))
		hidden += redact.Masks(l.Text)
	}
	if len(r.Lines) == 0 {
		return int64(len(r.Reason)), redact.Masks(r.Reason)
	}
	return bytes, hidden
}
