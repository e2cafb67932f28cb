package commands

import (
	"strconv"
	"strings"

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
	Groups   []string
	Direct   bool

	as string // the command whose right counts, if it is not the one of Text

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
	return access.Caller{Channel: r.Channel, User: r.User, Standing: r.Standing, Bot: r.Bot, Shared: r.Shared, Groups: r.Groups, Direct: r.Direct}
}

// by is the request of that caller.
func (r Request) by(c access.Caller) Request {
	r.Channel, r.User, r.Standing, r.Bot, r.Shared, r.Groups, r.Direct = c.Channel, c.User, c.Standing, c.Bot, c.Shared, c.Groups, c.Direct
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

	// granted is the least that the rules gave for what the words name.
	granted access.Grant

	// For the audit log, as far as it is known.
	audited AuditEvent
	denied  bool // the access check of the task refused
	stage   stage
}

func newCommand(c *typed.Command, r Request) *command {
	in := &command{request: r, meter: &read.Meter{Report: r.Progress}, granted: access.Posted}
	in.Query = find.Query{Command: c, Caller: r.caller(), As: r.as, Checked: func(id string, granted access.Grant) {
		in.audited.Task, in.denied = id, granted == access.Refused
		if !in.denied { // otherwise the error says so
			in.granted = min(in.granted, granted)
		}
	}}
	return in
}

// alone reports whether the answer must be shown to the caller alone: no rule lets it be
// posted where others see it.
func (in *command) alone() bool { return in.granted < access.Posted && in.Channel != "" && !in.Direct }

// mayPost reports whether the bot may post here what the words name: files, and messages
// that come later. In a conversation of two it can only post if it is one of them.
func (in *command) mayPost() bool {
	return in.granted == access.Posted || in.Channel == "" || strings.HasPrefix(in.Channel, "D")
}

// notPosted refuses what the caller may read, but not post here.
func (in *command) notPosted() error {
	in.audited.Result, in.audited.Reason = Refused, noRule
	says := texts.NotPostedHere.With(in.Verb.Name, in.Channel)
	if _, grows := in.Verb.Flag("stop"); grows { // others would see it grow
		return typed.Wrong(says, typed.Help)
	}
	return typed.Wrong(says, in.Again(typed.Me, ""), typed.Help)
}

// say is a text in the caller's language.
func (in *command) say(t texts.Text, args ...any) string { return t.With(args...).In(in.request.Lang) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
