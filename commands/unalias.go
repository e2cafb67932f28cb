package commands

import (
	"context"

	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

func unaliasVerb(places aliasPlaces, names *find.Names) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:     "unalias",
			Also:     []string{"删除别名", "取消别名"},
			Beside:   "alias",
			Usage:    "NAME",
			Does:     texts.UnaliasDoes,
			Examples: []typed.Suggestion{{Line: "unalias shop", Does: texts.UnaliasExample.With()}},
			Flags:    []typed.Flag{workspaceFlag()},
			Changes:  true,
			Min:      1, Max: 1,
		},
		refuse: func(in *command) error {
			if name, ok := names.Configured(in.Caller, in.Words[0]); ok {
				return typed.Wrong(texts.AliasTaken.With(name), "aliases")
			}
			return nil
		},
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			in.audited.Name = in.Words[0]
			channel, err := places.of(in)
			if err != nil {
				return reply.Reply{}, err
			}
			return places.remove(ctx, names, in, channel)
		},
	}
}

// remove takes an alias away, for those who may read its target, for who set it, and for
// admins. To everybody else it does not exist.
func (p aliasPlaces) remove(ctx context.Context, names *find.Names, in *command, channel string) (reply.Reply, error) {
	name := in.Words[0]
	names.LearnProjects(ctx)
	before, err := p.own(ctx, channel, name)
	found := err == nil && before != nil && p.mayRemove(names, in, *before)
	if found {
		in.granted = min(in.granted, names.Granted(in.Caller, before.Target, before.Check))
		found, err = p.store.DeleteAlias(ctx, channel, name)
	}
	if err != nil {
		return reply.Reply{}, notStored(in, err, texts.AliasAway, texts.AliasFull, "aliases")
	}
	other, still, _ := p.store.Alias(ctx, channel, name) // to tell what applies now; not needed
	still = still && other.Channel == "" && p.mayRemove(names, in, other)
	switch {
	case found && channel == "":
		return reply.Reply{Body: in.say(texts.AliasRemovedAll, name)}, nil
	case found && still:
		return reply.Reply{Body: in.say(texts.Both, texts.AliasRemoved.With(name), texts.AliasStill.With(other.Name))}, nil
	case found:
		return reply.Reply{Body: in.say(texts.AliasRemoved, name)}, nil
	}
	if in.audited.Result = NotFound; before != nil {
		in.audited.Task, in.audited.Result, in.audited.Reason = before.Target, Refused, noRule
	}
	switch {
	case channel == "":
		return reply.Reply{Private: true, Body: in.say(texts.AliasUnknownAll, name), Try: []reply.Example{{Line: "aliases"}}}, nil
	case still:
		return reply.Reply{}, typed.Wrong(texts.AliasOfWorkspace.With(other.Name), typed.Line("unalias", other.Name, "--"+workspace))
	}
	return reply.Reply{Private: true, Body: in.say(texts.AliasUnknown, name), Try: []reply.Example{{Line: "aliases"}}}, nil
}
