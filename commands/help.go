package commands

import (
	"context"
	"strings"

	"logbot/commands/reply"
	"logbot/commands/texts"
)

func helpVerb() *verb {
	return &verb{
		name:     "help",
		usage:    "[COMMAND]",
		does:     texts.HelpDoes,
		examples: []suggestion{{"help show", texts.HelpShow.With()}},
		max:      1,
		run:      runHelp,
	}
}

func runHelp(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	if !c.access.AllowsSome(in.request.Channel, in.request.User) {
		return reply.Reply{Private: true, Body: in.say(texts.NoRuleAtAll, in.request.Channel, in.request.User)}, nil
	}
	c.see(ctx)
	if len(in.words) == 0 {
		return c.helpPage(in), nil
	}
	v := verbNamed(in.words[0])
	if v == nil {
		if near := nearVerb(in.words[0]); near != "" {
			return reply.Reply{}, wrong(texts.MeantVerb.With(texts.Quote(in.words[0])), typed("help", near))
		}
		return reply.Reply{}, wrong(texts.NoCommand.With(texts.Quote(in.words[0])), "help")
	}
	return c.helpOn(in, v), nil
}

// see has the service list what there is, for lines that can be copied as they
// stand, where it has not done so before. It waits a second at most.
func (c *Commands) see(ctx context.Context) {
	var waits []func() []named
	for _, k := range []kind{c.tasks(), c.checkRuns()} {
		if len(k.aliases) == 0 && k.seen.Load() == nil {
			waits = append(waits, later(ctx, k.list))
		}
	}
	for _, wait := range waits {
		wait()
	}
}

// helpPage is short: what there is, as lines to copy.
func (c *Commands) helpPage(in *call) reply.Reply {
	r := reply.Reply{Private: true, Heading: in.say(texts.HelpHeading)}
	for _, v := range verbs() {
		if v.beside != "" {
			continue
		}
		r.Try = append(r.Try, reply.Example{Line: c.owned(in, v.examples[0].line), Does: in.say(v.does)})
	}
	return r
}

func (c *Commands) helpOn(in *call, v *verb) reply.Reply {
	body := []string{strings.Join([]string{c.name, v.name, v.usage}, " ")}
	for _, f := range v.all() {
		flag := "--" + f.name
		if f.value != "" {
			flag += " " + f.value
		}
		body = append(body, in.say(texts.HelpFlagLine, flag, f.does))
	}
	if more := in.say(v.more); more != "" {
		body = append(body, more)
	}
	r := reply.Reply{Private: true, Heading: in.say(texts.HelpOn, v.name, v.does), Body: strings.Join(body, "\n")}
	for _, other := range verbs() {
		if other.name != v.name && other.beside != v.name {
			continue
		}
		for _, e := range other.examples {
			r.Try = append(r.Try, reply.Example{Line: c.owned(in, e.line), Does: e.does.In(in.request.Lang)})
		}
	}
	return r
}
