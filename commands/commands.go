// Package commands understands what people type and answers it: one small file
// per command, and a Reply that knows nothing of Slack or of a terminal.
package commands

import (
	"context"
	"io"
	"strings"

	"logbot/commands/access"
	"logbot/commands/excerpt"
	"logbot/commands/redact"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// Logs is what the commands need to read logs: a logsapi.Client, or a cache in
// front of one.
type Logs interface {
	logsapi.Pager
	// OpenStepFile starts the download of a step's log file. The caller closes
	// it; reading ends with the context.
	OpenStepFile(ctx context.Context, f logsapi.StepFile) (*logsapi.Download, error)
}

// Builds tells what the service knows of tasks and builds besides their logs. It
// is never a precondition: a region may not publish it and an account may not
// use it, which the errors logsapi.ErrNotPublished and logsapi.ErrForbidden say.
type Builds interface {
	Record(ctx context.Context, taskID string, build int64) (logsapi.Record, error)
	Builds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error) // newest first
	Steps(ctx context.Context, taskID string, build int64, recordID string) ([]logsapi.Step, error)
	Analysis(ctx context.Context, taskID string, build int64) (logsapi.Analysis, error)
	Tasks(ctx context.Context) ([]logsapi.Task, error)           // of all projects
	CheckTasks(ctx context.Context) ([]logsapi.CheckTask, error) // of all projects
	CheckRuns(ctx context.Context, checkTaskID string) ([]logsapi.CheckRun, error)
}

// Options are the parts a Commands is made of. All but Name and Aliases are
// required.
type Options struct {
	Logs    Logs
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
	Admin      func(user string) bool // who may change what holds in all channels; nil is nobody
}

// Commands runs what people type. It is safe for concurrent use.
type Commands struct {
	logs    Logs
	builds  Builds
	gate    *redact.Gate
	access  *access.Policy
	aliases Aliases
	name    string
	rules   *excerpt.Rules

	aliasStore AliasStore
	watches    WatchStore
	follows    Follows
	admin      func(user string) bool
}

// New returns the commands over o.
func New(o Options) *Commands {
	if o.Name == "" {
		o.Name = "/logs"
	}
	return &Commands{logs: o.Logs, builds: o.Builds, gate: o.Gate, access: o.Access, aliases: o.Aliases, name: o.Name, rules: o.Rules,
		aliasStore: o.AliasStore, watches: o.Watches, follows: o.Follows, admin: o.Admin}
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
	Progress func(Progress)
}

// Progress is how far the reading of a log has come.
type Progress struct {
	Pages int   // read so far
	Bytes int64 // of log text read so far
	About int64 // bytes of the whole log as far as can be told; 0 when it cannot
}

// Run answers a request. It always returns a reply, and every text and file in
// that reply has passed the gate; there is no other way out of this package.
func (c *Commands) Run(ctx context.Context, r Request) Reply {
	reply, err := c.run(ctx, r)
	if err != nil {
		reply = c.apology(err)
	}
	for i := range reply.Try {
		reply.Try[i].Line = c.name + " " + reply.Try[i].Line
	}
	return seal(c.gate, reply)
}

func (c *Commands) run(ctx context.Context, r Request) (Reply, error) {
	words, err := split(r.Text)
	if err != nil {
		return Reply{}, err
	}
	call, err := c.parse(c.meant(ctx, words, r))
	if err != nil {
		return Reply{}, err
	}
	call.request = r
	reply, err := call.verb.run(ctx, c, call)
	if err != nil || !call.has("me") {
		return reply, err
	}
	if reply.File != nil {
		return Reply{}, wrong("A file is seen by everybody in the channel; it cannot be sent to you alone. Leave --me out, or type the command in a direct message:",
			call.verb.name+" "+strings.Join(call.words, " "))
	}
	reply.Private = true
	for i := range reply.Try {
		reply.Try[i].Button = "" // it would send a file to everybody
	}
	return reply, nil
}

// file wraps the opening of a log as an attachment whose bytes pass the gate.
func (c *Commands) file(name string, open func(context.Context) (io.ReadCloser, error)) *File {
	return NewFile(name, c.gate, func(ctx context.Context) (io.ReadCloser, error) {
		raw, err := open(ctx)
		if err != nil {
			return nil, c.problem(err)
		}
		return raw, nil
	})
}
