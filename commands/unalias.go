package commands

import (
	"context"
	"slices"

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
	mayRemove := p.mayRemove(names, in)
	all, err := p.store.Named(ctx, channel, name)
	var own, applies []find.Alias // own: of exactly this channel
	for _, a := range all {
		if a.Channel == channel {
			own = append(own, a)
		} else if mayRemove(a) {
			applies = append(applies, a)
		}
	}
	found := false
	if i := slices.IndexFunc(own, mayRemove); err == nil && i >= 0 {
		in.audited.Task = own[i].Target
		in.granted = min(in.granted, names.Granted(in.Caller, own[i].Target, own[i].Check))
		found, err = p.store.DeleteAlias(ctx, channel, name, mayRemove)
	}
	if err != nil {
		return reply.Reply{}, notStored(in, err, texts.AliasAway, texts.AliasFull, "aliases")
	}
	still := len(applies) > 0 // to tell what applies now
	other := find.Alias{}
	if still {
		other = applies[0]
	}
	switch {
	case found && channel == "":
		return reply.Reply{Body: in.say(texts.AliasRemovedAll, name)}, nil
	case found && still:
		return reply.Reply{Body: in.say(texts.Both, texts.AliasRemoved.With(name), texts.AliasStill.With(other.Name))}, nil
	case found:
		return reply.Reply{Body: in.say(texts.AliasRemoved, name)}, nil
	}
	if in.audited.Result = NotFound; len(own) > 0 {
		in.audited.Task, in.audited.Result, in.audited.Reason = own[0].Target, Refused, noRule
	}
	switch {
	case channel == "":
		return reply.Reply{Private: true, Body: in.say(texts.AliasUnknownAll, name), Try: []reply.Example{{Line: "aliases"}}}, nil
	case still:
		return reply.Reply{}, typed.Wrong(texts.AliasOfWorkspace.With(other.Name), typed.Line("unalias", other.Name, "--"+workspace))
	}
	return reply.Reply{Private: true, Body: in.say(texts.AliasUnknown, name), Try: []reply.Example{{Line: "aliases"}}}, nil
}
