// Package commands understands what people type and answers it: one small file
// per verb, and a Reply that knows nothing of Slack or of a terminal.
package commands

import (
	"context"

	"logbot/commands/access"
	"logbot/commands/excerpt"
	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// Options are the parts of Commands. All but Name and Aliases are required.
type Options struct {
	Logs    read.Logs
	Builds  Builds
	Gate    *redact.Gate   // every reply and file passes it
	Access  *access.Policy // who may read what
	Aliases find.Aliases   // of tasks and check runs, from the configuration
	Name    string         // what people type before the words, default "/logs"
	Rules   *excerpt.Rules // what a failure looks like; nil is the embedded set

	// What outlives a request; nil if there is no store for it.
	AliasStore AliasStore
	Watches    WatchStore
	Follows    Follows

	// Console is the address of a build's page with {project}, {task} and {build}
	// in the place of its ids; empty for no links. See CheckConsole.
	Console string

	// Audit, if it is set, is called for every read, allowed or refused, before its
	// answer leaves. It is called from many goroutines.
	Audit func(ctx context.Context, r Read)
}

// Builds is what the service tells of tasks and builds besides their logs. It is
// never a precondition: a region may not publish it and an account may not use it,
// which the errors logsapi.ErrNotPublished and logsapi.ErrForbidden say.
type Builds interface {
	find.Lists
	buildSource
}

// Commands runs what people type. It is safe for concurrent use.
type Commands struct {
	name  string
	gate  *redact.Gate
	names *find.Names
	known typed.Parser // without what depends on the caller
	verbs []*verb
	audit func(context.Context, Read)

	follower  *Follower
	announcer *Announcer
}

// New returns the commands over o.
func New(o Options) *Commands {
	if o.Name == "" {
		o.Name = "/logs"
	}
	c := &Commands{name: o.Name, gate: o.Gate, audit: o.Audit, names: find.New(find.Options{
		Lists: o.Builds, Access: o.Access, Aliases: o.Aliases, Set: o.AliasStore,
	})}
	p := parts{
		Options: o, names: c.names, reader: read.Reader{Logs: o.Logs, Gate: o.Gate, Rules: o.Rules},
		service: service{builds: o.Builds, console: o.Console}, ask: c.ask, finish: c.finish,
	}
	c.follower, c.announcer = newFollower(p), newAnnouncer(p)
	c.verbs = registry(p, c.follower)
	c.known = typed.Parser{Name: o.Name, Verbs: grammar(c.verbs), IsAlias: o.Aliases.Known, IsTask: c.names.IsTask}
	return c
}

// Follower makes the steps of messages that grow.
func (c *Commands) Follower() *Follower { return c.follower }

// Announcer finds the words for what a watch tells.
func (c *Commands) Announcer() *Announcer { return c.announcer }

// Run answers a request. It always returns a reply, and every text and file in
// that reply has been masked; nothing else leaves this package.
func (c *Commands) Run(ctx context.Context, r Request) reply.Reply {
	r = c.greeted(ctx, r)
	answer, err := c.answer(ctx, r, nil)
	if err != nil {
		answer = apology(err, r.Lang)
	}
	return c.finish(answer, r.Lang)
}

// answer is the way of a command, step by step. resolved is the task that its first
// word names, if that is known; the access to it is checked all the same.
func (c *Commands) answer(ctx context.Context, r Request, resolved *find.Task) (reply.Reply, error) {
	working, end := context.WithCancel(ctx)
	defer end() // also requests that the verb began and did not wait for

	words, err := typed.Split(r.Text)
	if err != nil {
		return reply.Reply{}, err
	}
	words = c.aliasFirst(working, r, words)
	in, err := c.parse(r, words)
	if err != nil {
		return reply.Reply{}, err
	}
	defer c.auditRead(ctx, in) // refused or not

	in.resolved = resolved
	if err := in.verb.check(in); err != nil {
		return reply.Reply{}, err
	}
	if err := in.verb.resolve(working, c.names, in); err != nil { // and authorize
		return reply.Reply{}, err
	}
	answer, err := in.verb.answer(working, in) // read and explain
	if err != nil {
		return reply.Reply{}, err
	}
	return c.forMe(in, answer)
}

// ask answers a line about a task that was resolved before.
func (c *Commands) ask(ctx context.Context, r Request, about find.Task) (reply.Reply, error) {
	return c.answer(ctx, r, &about)
}

// finish makes a reply ready to leave: its lines can be copied as they are, and all
// of it is masked.
func (c *Commands) finish(answer reply.Reply, l texts.Lang) reply.Reply {
	answer.Lang = l
	for i := range answer.Try {
		answer.Try[i].Line = c.name + " " + answer.Try[i].Line
	}
	return reply.Mask(c.gate, answer)
}

// apology is the private reply to an error.
func apology(err error, l texts.Lang) reply.Reply {
	p := typed.ProblemOf(err)
	r := reply.Reply{Private: true, Refused: true, Body: p.Says.In(l)}
	for _, s := range p.Try {
		r.Try = append(r.Try, reply.Example{Line: s.Line, Does: s.Does.In(l)})
	}
	return r
}

// FindBuild looks for a build in a message, the plain text of r; see
// find.Names.InMessage. line is what to Run as the same person. If there is none,
// why says privately what was looked for and what to type.
func (c *Commands) FindBuild(ctx context.Context, r Request) (line string, why reply.Reply, ok bool) {
	in := newCommand(&typed.Command{Verb: c.known.Verbs.Named(typed.Fail)}, r)
	line, err := c.names.InMessage(ctx, in.Query, r.Text)
	if err != nil {
		return "", c.finish(apology(err, r.Lang), r.Lang), false
	}
	return line, reply.Reply{}, true
}
