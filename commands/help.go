package commands

import (
	"context"
	"strings"

	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// helpVerb explains the verbs. name is what people type before a line.
func helpVerb(name string, policy *access.Policy, names *find.Names, verbs func() typed.Verbs) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:     typed.Help,
			Also:     []string{"帮助", "用法", "命令", "?", "？"},
			Usage:    "[COMMAND]",
			Does:     texts.HelpDoes,
			Examples: []typed.Suggestion{{Line: "help show", Does: texts.HelpShow.With()}},
			Max:      1,
		},
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			if !policy.AllowsSome(in.Caller) {
				return reply.Reply{Private: true, Body: in.say(texts.NoRuleAtAll, in.Channel, in.User)}, nil
			}
			names.Learn(ctx)
			all := verbs()
			if len(in.Words) == 0 {
				return helpPage(names, policy, in, all), nil
			}
			v := all.Named(in.Words[0])
			if called := all.Listed().Called(in.Words[0]); v == nil {
				v = called
			}
			if v == nil {
				if near := all.Near(in.Words[0]); near != "" {
					return reply.Reply{}, typed.Wrong(texts.MeantVerb.With(texts.Quote(in.Words[0])), typed.Line("help", near))
				}
				return reply.Reply{}, typed.Wrong(texts.NoCommand.With(texts.Quote(in.Words[0])), "help")
			}
			return helpOn(name, names, in, v, all, policy.Admin(in.User)), nil
		},
	}
}

// helpPage is short: what there is for the caller, as lines to copy.
func helpPage(names *find.Names, policy *access.Policy, in *command, all typed.Verbs) reply.Reply {
	r := reply.Reply{Private: true, Heading: in.say(texts.HelpHeading), Picks: in.say(texts.HelpPick)}
	for _, v := range all.Listed() {
		allowed := policy.AllowsVerb(in.Caller, v.Name)
		if v.Admins {
			allowed = policy.Admin(in.User)
		}
		if v.Beside == "" && (v.Name == typed.Help || allowed) {
			r.Try = append(r.Try, helpLine(v, names.Example(in.Caller, v.Examples[0].Line), in.say(v.Does)))
		}
	}
	return r
}

// helpOn is the help of one verb.
func helpOn(name string, names *find.Names, in *command, v *typed.Verb, all typed.Verbs, admin bool) reply.Reply {
	body := []string{strings.TrimSpace(strings.Join([]string{name, v.Name, texts.Usage(v.Usage).In(in.request.Lang)}, " "))}
	for _, f := range v.AllFlags() {
		body = append(body, in.say(texts.HelpFlagLine, texts.Usage(f.Usage()), f.Does))
	}
	if more := in.say(v.More); more != "" {
		body = append(body, more)
	}
	r := reply.Reply{Private: true, Heading: in.say(texts.HelpOn, v.Name, v.Does), Body: strings.Join(body, "\n"), Picks: in.say(texts.HelpPick)}
	for _, other := range all {
		if other.Name != v.Name && other.Beside != v.Name {
			continue
		}
		for _, e := range other.Examples {
			if (e.Admin || other.Admins) && !admin {
				continue
			}
			r.Try = append(r.Try, helpLine(other, names.Example(in.Caller, e.Line), e.Does.In(in.request.Lang)))
		}
	}
	return r
}

// helpLine is a line to learn. If it changes nothing, it stands in a list to pick from,
// too: a row of so many buttons would fill a phone.
func helpLine(v *typed.Verb, line, does string) reply.Example {
	e := reply.Example{Line: line, Does: does, Listed: true}
	if !v.Changes && (reply.Example{Line: "/" + line}).Pressable() {
		e.Button, e.Place, e.Picked = line, reply.InChannel, true
	}
	return e
}
