package commands

import (
	"context"

	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

func unaliasVerb(places aliasPlaces, configured find.Aliases) *verb {
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
			if name, ok := configured.Spelling(in.Words[0]); ok {
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
			return answerUnalias(ctx, places.store, in, channel)
		},
	}
}

func answerUnalias(ctx context.Context, store AliasStore, in *command, channel string) (reply.Reply, error) {
	name := in.Words[0]
	found, err := store.DeleteAlias(ctx, channel, name)
	if err != nil {
		return reply.Reply{}, notStored(err, texts.AliasAway, texts.AliasFull)
	}
	other, still, _ := store.Alias(ctx, channel, name) // to tell what applies now; not needed
	switch {
	case found && channel == "":
		return reply.Reply{Body: in.say(texts.AliasRemovedAll, name)}, nil
	case found && still:
		return reply.Reply{Body: in.say(texts.Both, texts.AliasRemoved.With(name), texts.AliasStill.With(other.Name))}, nil
	case found:
		return reply.Reply{Body: in.say(texts.AliasRemoved, name)}, nil
	}
	in.audited.Result = NotFound
	switch {
	case channel == "":
		return reply.Reply{Private: true, Body: in.say(texts.AliasUnknownAll, name), Try: []reply.Example{{Line: "aliases"}}}, nil
	case still:
		return reply.Reply{}, typed.Wrong(texts.AliasOfWorkspace.With(other.Name), typed.Line("unalias", other.Name, "--"+workspace))
	}
	return reply.Reply{Private: true, Body: in.say(texts.AliasUnknown, name), Try: []reply.Example{{Line: "aliases"}}}, nil
}
