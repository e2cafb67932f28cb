package commands

import (
	"context"
	"slices"
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
			Also:     []string{"取消关注", "取消订阅", "停止关注", "不再关注", "unsubscribe"},
			Beside:   "watch",
			Usage:    "TASK",
			Does:     texts.UnwatchDoes,
			Examples: []typed.Suggestion{{Line: "unwatch web", Does: texts.UnwatchExample.With()}},
			Changes:  true,
			Min:      1, Max: 1,
		},
		refuse: watchesHere(store),
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			channel, id, label, err := watched(ctx, names, policy, store, in)
			if err != nil {
				return reply.Reply{}, err
			}
			in.audited.Task = id
			return answerUnwatch(ctx, names, store, in, channel, id, label)
		},
	}
}

func answerUnwatch(ctx context.Context, names *find.Names, store WatchStore, in *command, channel, id string, label find.Label) (reply.Reply, error) {
	found, err := store.RemoveWatch(ctx, channel, id)
	switch {
	case err != nil:
		return reply.Reply{}, notStored(in, err, texts.WatchAway, texts.WatchFull, "watches")
	case !found:
		in.audited.Result = NotFound
		return reply.Reply{Private: true, Body: in.say(texts.UnwatchUnknown, label.Name), Try: []reply.Example{{Line: "watches"}}}, nil
	}
	word := label.Word
	if now, err := names.Task(ctx, in.Query, in.Words[0]); err == nil && now.ID() == id {
		word = now.Word // what was typed still means this task
	}
	r := reply.Reply{Body: in.say(texts.UnwatchDone, label.Name), Try: []reply.Example{{Line: typed.Line("watch", word), Does: in.say(texts.WatchDoes)}}}
	if channel == in.User {
		r.Private, r.Body = true, in.say(texts.UnwatchDoneMe, label.Name)
		r.Try = []reply.Example{{Line: typed.Line("watch", word, "--"+typed.Me)}}
	}
	return r, nil
}

// watched is the task that the first word names, and the channel or user whose watch
// is meant: one that is watched here, or that tells the caller alone, by its name or
// id, if the caller may end that watch, even if the task no longer exists; else as in
// any command. What the channel watches goes first, unless --me is typed.
func watched(ctx context.Context, names *find.Names, policy *access.Policy, store WatchStore, in *command) (channel, id string, label find.Label, err error) {
	word := in.Words[0]
	names.LearnProjects(ctx)
	here, alone, err := watchesOf(ctx, store, in)
	if err != nil {
		return "", "", find.Label{}, err
	}
	all := append(here, alone...)
	if in.Has(typed.Me) {
		all = append(alone, here...)
	}
	all = slices.DeleteFunc(all, func(w Watch) bool { return !mayEnd(names, policy, in, w) })
	if !names.IsAlias(in.Caller, word) {
		for _, w := range all {
			if strings.EqualFold(w.Name, word) || strings.EqualFold(w.Task, word) {
				in.granted = min(in.granted, names.Granted(in.Caller, w.Task, false))
				return w.Channel, strings.ToLower(w.Task), names.Label(w.Task, w.Name), nil
			}
		}
	}
	q := in.Query
	q.As = find.ByAny
	t, err := names.Task(ctx, q, word)
	if err != nil {
		return "", "", find.Label{}, err
	}
	for _, w := range all {
		if strings.EqualFold(w.Task, t.ID()) {
			return w.Channel, t.ID(), t.Label, nil
		}
	}
	return in.Channel, t.ID(), t.Label, nil
}
