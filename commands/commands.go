// Package commands answers what people type: one file per verb, and a Reply that
// knows nothing of Slack or of a terminal.
package commands

import (
	"context"

	"logbot/commands/find"
	"logbot/commands/green"
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
	seen  *read.Habits
	green *green.Finder // may be nil
	past  *memory
	audit func(context.Context, AuditEvent) // may be nil

	callers   Callers // may be nil
	follower  *Follower
	announcer *Announcer
	admission Admission
}

// New returns the commands over o.
func New(o Options) *Commands {
	if o.Name == "" {
		o.Name = "/logs"
	}
	o.Builds = maskedBuilds{o.Builds, o.Gate, o.People, o.PersonName}
	names := find.New(find.Options{Lists: o.Builds, Access: o.Access, Aliases: o.Aliases, Set: o.AliasStore, Hosts: o.Hosts, Console: o.Console, Region: o.Region})
	reader := read.Reader{Logs: o.Logs, Gate: o.Gate, Rules: o.Rules, Habits: &read.Habits{}}
	c := &Commands{name: o.Name, seen: reader.Habits, gate: o.Gate, audit: o.Audit, names: names, admission: Admission{o.Access, o.Audit}, callers: o.Callers}
	c.green = green.New(o.Builds, reader, o.GreenLines, o.GreenWait)
	c.past = newMemory(o, names, reader, c.green)
	c.follower = &Follower{names: names, reader: reader, builds: o.Builds, callers: o.Callers, ask: c.answer, finish: c.mask, record: c.record}
	c.announcer = &Announcer{names: names, green: c.green, past: c.past, callers: o.Callers, ask: c.answer, finish: c.mask, record: c.record}
	c.verbs = registry(o, names, reader, c.follower, c.green, c.past, c.answer)
	c.known = typed.Parser{Name: o.Name, Verbs: grammar(c.verbs)}
	return c
}

// registry are all verbs, in the order of the help. Each is handed what it needs;
// none knows another.
func registry(o Options, names *find.Names, reader read.Reader, f *Follower, g *green.Finder, m *memory, ask asking) []*verb {
	service := service{builds: o.Builds, console: o.Console}
	places := aliasPlaces{o.AliasStore, o.Access}
	var all []*verb
	verbs := func() typed.Verbs { return grammar(all) }
	all = []*verb{
		failVerb(service, names, reader, g, m),
		showVerb(service, names, reader),
		fullVerb(service, names, reader),
		checkVerb(o.Builds, reader),
		stepsVerb(service),
		testsVerb(service, reader, g),
		buildsVerb(o.Builds, names),
		seenVerb(service, m),
		historyVerb(m),
		followVerb(f, o.Follows),
		claimVerb(claims{o.Failures, o.PersonName, ask, m}),
		watchVerb(o.Builds, o.Watches, o.People, m),
		unwatchVerb(names, o.Access, o.Watches),
		watchesVerb(names, o.Access, o.Watches),
		aliasVerb(places, names, verbs),
		unaliasVerb(places, names),
		aliasesVerb(names),
		auditVerb(o.AuditLog, o.Access, names),
		helpVerb(o.Name, o.Access, names, verbs),
		elsewhereVerb(service, names),
	}
	return all
}

// asking runs a command for another one, about a task that is known.
type asking func(ctx context.Context, r Request, about *find.Task) (reply.Reply, error)

// VerbNames are the names of all commands.
func VerbNames() []string {
	return grammar(registry(Options{}, nil, read.Reader{}, nil, nil, nil, nil)).Names()
}

// Close ends what goes on in the background. Without Options.GreenLines and
// Options.Failures nothing does.
func (c *Commands) Close() {
	c.past.Close()
	c.green.Close()
}

// Habits is what was seen of the host of the logs so far, for operators.
func (c *Commands) Habits() *read.Habits { return c.seen }

// Follower makes the steps of messages that grow.
func (c *Commands) Follower() *Follower { return c.follower }

// Announcer finds the words for what a watch tells.
func (c *Commands) Announcer() *Announcer { return c.announcer }

// Admit decides whether the caller of a request may use the bot at all; see
// Admission.Admit.
func (c *Commands) Admit(ctx context.Context, r Request) (why reply.Reply, ok bool) {
	return c.admission.Admit(ctx, r)
}

// Groups are the ids of the user groups that the rules name.
func (c *Commands) Groups() []string { return c.admission.Groups() }

// FindBuild looks for a build in a message, the plain text of r; see
// find.Names.InMessage. line is what to Run as the same person. If there is none,
// why says privately what was looked for and what to type.
func (c *Commands) FindBuild(ctx context.Context, r Request) (line string, why reply.Reply, ok bool) {
	in := newCommand(&typed.Command{Verb: c.known.Verbs.Named(typed.Fail)}, r)
	line, err := c.names.InMessage(ctx, in.Query, r.Text)
	if err != nil {
		c.record(ctx, r, AuditEvent{Verb: "explain", Result: NotFound})
		return "", c.mask(apology(err, r.Lang), r.Lang), false
	}
	return line, reply.Reply{}, true
}

// VerbUsage is how one command is typed, for places that list or complete them.
type VerbUsage struct {
	Verb     string   // "fail"
	Also     []string // other words for it, in any language
	Follows  string   // "TASK [BUILD]"
	Does     string   // one line
	Flags    []FlagUsage
	Examples []string // whole texts, the verb included
}

// FlagUsage is how one flag of a command is typed.
type FlagUsage struct {
	Typed string // "--lines N"
	Does  string // one line
}

// Usages lists what can be typed, in the order of the help.
func (c *Commands) Usages(lang texts.Lang) []VerbUsage {
	var all []VerbUsage
	for _, v := range c.verbs {
		if v.Hidden {
			continue
		}
		u := VerbUsage{Verb: v.Name, Also: v.Also, Follows: texts.Usage(v.Verb.Usage).In(lang), Does: v.Does.In(lang)}
		for _, f := range v.AllFlags() {
			u.Flags = append(u.Flags, FlagUsage{texts.Usage(f.Usage()).In(lang), f.Does.In(lang)})
		}
		for _, e := range v.Examples {
			u.Examples = append(u.Examples, e.Line)
		}
		all = append(all, u)
	}
	return all
}
