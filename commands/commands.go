// Package commands answers what people type: one file per verb, and a Reply that
// knows nothing of Slack or of a terminal.
package commands

import (
	"context"
	"slices"

	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

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
	d := dependencies{
		Options: o, names: c.names, reader: read.Reader{Logs: o.Logs, Gate: o.Gate, Rules: o.Rules},
		service: service{builds: o.Builds, console: o.Console}, ask: c.answerAbout, finish: c.mask,
	}
	c.follower, c.announcer = newFollower(d), newAnnouncer(d)
	c.verbs = registry(d, c.follower)
	c.known = typed.Parser{Name: o.Name, Verbs: grammar(c.verbs), IsAlias: o.Aliases.Known, IsTask: c.names.IsTask}
	return c
}

// Follower makes the steps of messages that grow.
func (c *Commands) Follower() *Follower { return c.follower }

// Announcer finds the words for what a watch tells.
func (c *Commands) Announcer() *Announcer { return c.announcer }

// Run answers a request. It always returns a reply, and every text and file in
// that reply has been masked; nothing else leaves this package.
//
// The steps are those of Run and answer, in this order:
//
//	greeted     "hello" asks for help
//	Split       cuts the text into words
//	aliasFirst  an alias that looks like a mistyped verb is a task
//	parse       finds the verb and takes the flags apart
//	check       refuses flags that contradict each other
//	resolve     finds what the words name; nothing is found without the access check
//	answer      reads what was asked for and explains it
//	auditRead   tells the audit log, also of what was refused
//	forMe       makes the answer one for the caller alone, for --me
//	mask        hides secrets in every text
func (c *Commands) Run(ctx context.Context, r Request) reply.Reply {
	r = c.greeted(ctx, r)
	answer, err := c.answer(ctx, r, nil)
	if err != nil {
		answer = apology(err, r.Lang)
	}
	return c.mask(answer, r.Lang)
}

// answer takes a command from its text to its answer. resolved is the task that its
// first word names, if that is known; the access to it is checked all the same.
func (c *Commands) answer(ctx context.Context, r Request, resolved *find.Task) (reply.Reply, error) {
	working, end := context.WithCancel(ctx)
	defer end() // also requests that the verb began and did not wait for

	words, err := typed.Split(r.Text)
	if err != nil {
		return reply.Reply{}, err
	}
	words = c.aliasFirst(working, r, words)
	in, verb, err := c.parse(r, words)
	if err != nil {
		return reply.Reply{}, err
	}
	defer c.auditRead(ctx, in)

	in.resolved = resolved
	if err := verb.check(in); err != nil {
		return reply.Reply{}, err
	}
	if err := verb.resolve(working, c.names, in); err != nil {
		return reply.Reply{}, err
	}
	answer, err := verb.answer(working, in)
	if err != nil {
		return reply.Reply{}, err
	}
	return c.forMe(in, answer)
}

// parse reads words as a command of the caller of r.
func (c *Commands) parse(r Request, words []string) (*command, *verb, error) {
	parser := c.known
	parser.Examples = func(v *typed.Verb) []string { return c.names.Examples(r.caller(), v) }
	parsed, err := parser.Parse(words)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(c.verbs, func(v *verb) bool { return v.Name == parsed.Verb.Name })
	return newCommand(parsed, r), c.verbs[i], nil
}

// aliasFirst puts the verb that may be left out before an alias that somebody set
// and that looks like a mistyped verb.
func (c *Commands) aliasFirst(ctx context.Context, r Request, words []string) []string {
	verbs := c.known.Verbs
	if len(words) == 0 || verbs.Named(words[0]) != nil || verbs.Near(words[0]) == "" || !c.names.IsSet(ctx, r.caller(), words[0]) {
		return words
	}
	return append([]string{typed.Fail}, words...)
}

// auditRead tells the audit log of a command.
func (c *Commands) auditRead(ctx context.Context, in *command) {
	if r, ok := in.read(); ok && c.audit != nil {
		c.audit(ctx, r)
	}
}

// answerAbout answers a line about a task that was resolved before.
func (c *Commands) answerAbout(ctx context.Context, r Request, about find.Task) (reply.Reply, error) {
	return c.answer(ctx, r, &about)
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

// mask makes a reply ready to leave: its lines can be copied as they are, and all
// of it is masked.
func (c *Commands) mask(answer reply.Reply, l texts.Lang) reply.Reply {
	answer.Lang = l
	for i := range answer.Try {
		answer.Try[i].Line = c.name + " " + answer.Try[i].Line
	}
	return reply.Mask(c.gate, answer)
}

// FindBuild looks for a build in a message, the plain text of r; see
// find.Names.InMessage. line is what to Run as the same person. If there is none,
// why says privately what was looked for and what to type.
func (c *Commands) FindBuild(ctx context.Context, r Request) (line string, why reply.Reply, ok bool) {
	in := newCommand(&typed.Command{Verb: c.known.Verbs.Named(typed.Fail)}, r)
	line, err := c.names.InMessage(ctx, in.Query, r.Text)
	if err != nil {
		return "", c.mask(apology(err, r.Lang), r.Lang), false
	}
	return line, reply.Reply{}, true
}
