// Package commands understands what people type and answers it: one small file
// per command, and a Reply that knows nothing of Slack or of a terminal.
package commands

import (
	"context"
	"strings"
	"sync/atomic"

	"logbot/commands/access"
	"logbot/commands/excerpt"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// Builds tells what the service knows of tasks and builds besides their logs. It
// is never a precondition: a region may not publish it and an account may not
// use it, which the errors logsapi.ErrNotPublished and logsapi.ErrForbidden say.
type Builds interface {
	Record(ctx context.Context, taskID string, build int64) (logsapi.Record, error)
	Builds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error) // newest first
	Steps(ctx context.Context, taskID string, build int64, recordID string) ([]logsapi.Step, error)
	Analysis(ctx context.Context, taskID string, build int64) (logsapi.Analysis, error)
	Task(ctx context.Context, taskID string) (logsapi.Task, error)
	Tasks(ctx context.Context) ([]logsapi.Task, error)           // of all projects
	CheckTasks(ctx context.Context) ([]logsapi.CheckTask, error) // of all projects
	CheckRuns(ctx context.Context, checkTaskID string) ([]logsapi.CheckRun, error)
}

// Options are the parts a Commands is made of. All but Name and Aliases are
// required.
type Options struct {
	Logs    read.Logs
	Builds  Builds
	Gate    *redact.Gate   // every reply and file passes it
	Access  *access.Policy // who may read what
	Aliases Aliases        // short names of tasks and check runs
	Name    string         // what people type before the words, default "/logs"
	Rules   *excerpt.Rules // what a failure looks like; nil is the embedded set

	// What outlives a request; nil where there is no place for it.
	AliasStore AliasStore
	Watches    WatchStore
	Follows    Follows

	// Console is the address of a build's page with {project}, {task} and {build}
	// in the place of its ids; empty for no links. See CheckConsole.
	Console string

	// Audit, where it is set, hears of every read, allowed or refused, before its
	// answer leaves. It is called from many goroutines.
	Audit func(ctx context.Context, r Read)
}

// Commands runs what people type. It is safe for concurrent use.
type Commands struct {
	reader  read.Reader
	builds  Builds
	access  *access.Policy
	aliases Aliases
	name    string

	aliasStore AliasStore
	watches    WatchStore
	follows    Follows

	console string
	audited func(context.Context, Read)

	// What the service listed last, for examples; nil before.
	seenTasks, seenChecks atomic.Pointer[[]named]
}

// New returns the commands over o.
func New(o Options) *Commands {
	if o.Name == "" {
		o.Name = "/logs"
	}
	return &Commands{reader: read.Reader{Logs: o.Logs, Gate: o.Gate, Rules: o.Rules}, builds: o.Builds, access: o.Access, aliases: o.Aliases, name: o.Name, console: o.Console, audited: o.Audit,
		aliasStore: o.AliasStore, watches: o.Watches, follows: o.Follows}
}

// Request is one typed command.
type Request struct {
	Text    string // what stands behind the command's name, unescaped
	Channel string // where it was typed; empty in a terminal
	User    string // who typed it; empty in a terminal
	Lang    texts.Lang

	// Progress, where it is set, hears now and then how far long work has come. It
	// must return at once; it is called from the goroutine of Run or of whoever
	// reads the reply's file.
	Progress func(read.Progress)
}

// Run answers a request. It always returns a reply, and every text and file in
// that reply has passed the gate; there is no other way out of this package.
func (c *Commands) Run(ctx context.Context, r Request) reply.Reply {
	r = c.greeted(ctx, r)
	answer, err := c.run(ctx, r)
	if err != nil {
		answer = c.apology(err, r.Lang)
	}
	return c.finish(answer, r)
}

// finish makes a reply ready to leave.
func (c *Commands) finish(answer reply.Reply, r Request) reply.Reply {
	answer.Lang = r.Lang
	for i := range answer.Try {
		answer.Try[i].Line = c.name + " " + answer.Try[i].Line
	}
	return reply.Mask(c.reader.Gate, answer)
}

func (c *Commands) run(ctx context.Context, r Request) (reply.Reply, error) {
	words, err := split(r.Text)
	if err != nil {
		return reply.Reply{}, err
	}
	in, err := c.parse(c.meant(ctx, words, r), r)
	if err != nil {
		return reply.Reply{}, err
	}
	answer, err := c.perform(ctx, in)
	if err != nil || !in.has("me") || answer.Private {
		return answer, err
	}
	if answer.File != nil {
		return reply.Reply{}, wrong(texts.NoMeFile.With(), in.without("me").line())
	}
	return c.private(in, answer), nil
}

// perform runs the verb of a parsed command, and has what it read audited. Requests
// that the verb began and did not wait for end with it, on every path.
func (c *Commands) perform(ctx context.Context, in *call) (reply.Reply, error) {
	working, end := context.WithCancel(ctx)
	defer end()
	answer, err := in.verb.run(working, c, in)
	c.audit(ctx, in)
	return answer, err
}

// private makes a reply one for the caller alone. What its buttons answer is for
// the caller alone, too, and none of them sends a file, which everybody would
// see; one shares the whole.
func (c *Commands) private(in *call, r reply.Reply) reply.Reply {
	r.Private = true
	var try []reply.Example
	for _, e := range r.Try {
		line, ok := c.privateLine(e)
		if !ok {
			continue
		}
		e.Line = line
		try = append(try, e)
	}
	if in.request.Channel != "" {
		try = append(try, reply.Example{
			Line: in.without("me").line(), Does: in.say(texts.DoesShare), Button: in.say(texts.Share), Place: reply.InChannel,
		})
	}
	r.Try = try
	return r
}

// privateLine is an example's line with --me; it is false for one that sends a
// file.
func (c *Commands) privateLine(e reply.Example) (string, bool) {
	line, asked := e.Line, ""
	if e.Place == reply.AskFirst {
		line = strings.TrimSuffix(line, searchEnd)
		asked = searchEnd
	}
	words, err := split(line)
	if err != nil {
		return "", false
	}
	in, err := c.parse(words, Request{})
	if err != nil || in.sendsFile() {
		return "", false
	}
	return in.again("me", "") + asked, true
}

// sendsFile reports whether the answer to the command is a file.
func (in *call) sendsFile() bool { return in.verb.name == "full" || in.has("full") }
