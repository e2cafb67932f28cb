package commands

import (
	"strconv"

	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// Request is one typed command.
type Request struct {
	Text    string // what stands behind the command's name, unescaped
	Channel string // where it was typed; empty in a terminal
	User    string // who typed it; empty in a terminal
	Lang    texts.Lang

	// What the caller is to the workspace, and whether other organisations read the
	// channel; see access.Caller.
	Standing access.Standing
	Bot      string
	Shared   bool

	// Verb is what somebody does by a button that runs no command, for Admit.
	Verb string
	// Via is what asks in the name of the user, for the audit log; empty if they do.
	Via string

	// Progress, if it is set, is told now and then how much of a log was read. It
	// must return at once; it is called from the goroutine of Run or of the reader
	// of the reply's file.
	Progress func(read.Progress)
}

func (r Request) caller() access.Caller {
	return access.Caller{Channel: r.Channel, User: r.User, Standing: r.Standing, Bot: r.Bot, Shared: r.Shared}
}

// by is the request of that caller.
func (r Request) by(c access.Caller) Request {
	r.Channel, r.User, r.Standing, r.Bot, r.Shared = c.Channel, c.User, c.Standing, c.Bot, c.Shared
	return r
}

// command is a parsed command on its way to an answer.
type command struct {
	find.Query
	request  Request
	meter    *read.Meter
	resolved *find.Task // what the first word names, if that is known before

	// What the words name, as far as the verb resolves them.
	task  find.Task
	build int64

	// For the audit log, as far as it is known.
	audited AuditEvent
	denied  bool // the access check of the task refused
	stage   stage
}

func newCommand(c *typed.Command, r Request) *command {
	in := &command{request: r, meter: &read.Meter{Report: r.Progress}}
	in.Query = find.Query{Command: c, Caller: r.caller(), Checked: func(id string, allowed bool) {
		in.audited.Task, in.denied = id, !allowed
	}}
	return in
}

// say is a text in the caller's language.
func (in *command) say(t texts.Text, args ...any) string { return t.With(args...).In(in.request.Lang) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
