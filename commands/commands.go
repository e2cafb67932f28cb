// Package commands understands what people type and answers it: one small file
// per command, and a Reply that knows nothing of Slack or of a terminal.
package commands

import (
	"context"
	"io"
	"strings"
	"sync/atomic"

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
	Task(ctx context.Context, taskID string) (logsapi.Task, error)
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

	// Console is the address of a build's page with {project}, {task} and {build}
	// in the place of its ids; empty for no links. See CheckConsole.
	Console string

	// Audit, where it is set, hears of every read, allowed or refused, before its
	// answer leaves. It is called from many goroutines.
	Audit func(ctx context.Context, r Read)
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
	return &Commands{logs: o.Logs, builds: o.Builds, gate: o.Gate, access: o.Access, aliases: o.Aliases, name: o.Name, rules: o.Rules, console: o.Console, audited: o.Audit,
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
	r = c.greeted(ctx, r)
	reply, err := c.run(ctx, r)
	if err != nil {
		reply = c.apology(err, r.Lang)
	}
	return c.finish(reply, r)
}

// finish makes a reply ready to leave.
func (c *Commands) finish(reply Reply, r Request) Reply {
	reply.Lang = r.Lang
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
	in, err := c.parse(c.meant(ctx, words, r), r)
	if err != nil {
		return Reply{}, err
	}
	reply, err := c.perform(ctx, in)
	if err != nil || !in.has("me") || reply.Private {
		return reply, err
	}
	if reply.File != nil {
		return Reply{}, wrong(texts.NoMeFile.With(), in.without("me").line())
	}
	return c.private(in, reply), nil
}

// perform runs the verb of a parsed command, and has what it read audited. Requests
// that the verb began and did not wait for end with it, on every path.
func (c *Commands) perform(ctx context.Context, in *call) (Reply, error) {
	working, end := context.WithCancel(ctx)
	defer end()
	reply, err := in.verb.run(working, c, in)
	c.audit(ctx, in)
	return reply, err
}

// private makes a reply one for the caller alone. What its buttons answer is for
// the caller alone, too, and none of them sends a file, which everybody would
// see; one shares the whole.
func (c *Commands) private(in *call, r Reply) Reply {
	r.Private = true
	var try []Example
	for _, e := range r.Try {
		line, ok := c.privateLine(e)
		if !ok {
			continue
		}
		e.Line = line
		try = append(try, e)
	}
	if in.request.Channel != "" {
		try = append(try, Example{
			Line: in.without("me").line(), Does: in.say(texts.DoesShare), Button: in.say(texts.Share), Place: InChannel,
		})
	}
	r.Try = try
	return r
}

// privateLine is an example's line with --me; it is false for one that sends a
// file.
func (c *Commands) privateLine(e Example) (string, bool) {
	line, asked := e.Line, ""
	if e.Place == AskFirst {
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

// file wraps the opening of a log as an attachment whose bytes pass the gate. An
// error is a sentence in the language of the request.
func (c *Commands) file(in *call, name string, open func(context.Context, *meter) (io.ReadCloser, error)) *File {
	says := func(err error) error { return spoken{c.problem(err), in.request.Lang} }
	return NewFile(name, c.gate, func(ctx context.Context) (io.ReadCloser, error) {
		m := &meter{tell: in.request.Progress}
		raw, err := open(ctx, m)
		if err != nil {
			return nil, says(err)
		}
		body := &fileBody{ReadCloser: raw, says: says}
		if download, ok := raw.(*logsapi.Download); ok {
			m.About = max(0, download.Size)
			body.meter = m
		}
		return body, nil
	})
}
