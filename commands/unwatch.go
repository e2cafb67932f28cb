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

func unwatchVerb(names *find.Names, policy *access.Policy, store WatchStore) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:     "unwatch",
			Beside:   "watch",
			Usage:    "TASK",
			Does:     texts.UnwatchDoes,
			Examples: []typed.Suggestion{{Line: "unwatch web", Does: texts.UnwatchExample.With()}},
			Min:      1, Max: 1,
		},
		refuse: watchesHere(store),
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			id, label, err := watched(ctx, names, policy, store, in)
			if err != nil {
				return reply.Reply{}, err
			}
			in.audited.Task = id
			return answerUnwatch(ctx, names, store, in, id, label)
		},
	}
}

func answerUnwatch(ctx context.Context, names *find.Names, store WatchStore, in *command, id string, label find.Label) (reply.Reply, error) {
	found, err := store.RemoveWatch(ctx, in.Channel, id)
	switch {
	case err != nil:
		return reply.Reply{}, notStored(err, texts.WatchAway, texts.WatchFull)
	case !found:
		in.audited.Result = NotFound
		return reply.Reply{Private: true, Body: in.say(texts.UnwatchUnknown, label.Name), Try: []reply.Example{{Line: "watches"}}}, nil
	}
	word := label.Word
	if now, err := names.Task(ctx, in.Query, in.Words[0]); err == nil && now.ID() == id {
		word = now.Word // what was typed still means this task
	}
	return reply.Reply{Body: in.say(texts.UnwatchDone, label.Name), Try: []reply.Example{{Line: typed.Line("watch", word), Does: in.say(texts.WatchDoes)}}}, nil
}

// watched is the task that the first word names: one that is watched here by its
// name or id, if the caller may end that watch, even if it no longer exists; else as
// in any command.
func watched(ctx context.Context, names *find.Names, policy *access.Policy, store WatchStore, in *command) (id string, label find.Label, err error) {
	word := in.Words[0]
	names.LearnProjects(ctx)
	watches, err := store.ListWatches(ctx, in.Channel)
	if err != nil {
		return "", find.Label{}, notStored(err, texts.WatchReadAway, texts.WatchReadAway)
	}
	if !names.IsAlias(in.Caller, word) {
		for _, w := range watches {
			if (strings.EqualFold(w.Name, word) || strings.EqualFold(w.Task, word)) && mayEnd(names, policy, in, w) {
				in.granted = min(in.granted, names.Granted(in.Caller, w.Task, false))
				return strings.ToLower(w.Task), names.Label(w.Task, w.Name), nil
			}
		}
	}
	q := in.Query
	q.As = find.ByAny
	t, err := names.Task(ctx, q, word)
	if err != nil {
		return "", find.Label{}, err
	}
	return t.ID(), t.Label, nil
}
