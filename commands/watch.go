package commands

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"logbot/commands/access"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// watchFrom is how many builds are looked at when a watch begins: those of them
// that still run are told when they fail.
const watchFrom = 20

// executors are the Slack users by the names under which they start builds in
// CodeArts.
type executors map[string]string

// has reports whether a user has such a name.
func (e executors) has(user string) bool {
	return slices.Contains(slices.Collect(maps.Values(e)), user)
}

func watchVerb(tasks Builds, store WatchStore, people executors, m *memory) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:  "watch",
			Also:  []string{"关注", "订阅", "监视", "subscribe"},
			Usage: "TASK",
			Does:  texts.WatchDoes,
			More:  texts.WatchMore,
			Examples: []typed.Suggestion{
				{Line: "watch web", Does: texts.WatchExample.With()},
				{Line: "watch web --me", Does: texts.WatchExampleMe.With()},
				{Line: "watch web --every", Does: texts.WatchExampleEvery.With()},
			},
			Flags: []typed.Flag{
				{Name: "every", Does: texts.FlagEvery.With()},
				{Name: "mine", Does: texts.FlagMine.With()},
				{Name: "branch", Value: "B", Does: texts.FlagBranch.With()},
			},
			Changes: true,
			Min:     1, Max: 1,
		},
		later: true,
		refuse: func(in *command) error {
			if in.request.Standing == access.App {
				return typed.Wrong(texts.WatchNeedsPerson.With())
			}
			if err := watchesHere(store)(in); err != nil {
				return err
			}
			if in.Has("mine") && !people.has(in.User) {
				return typed.Wrong(texts.WatchNobody.With(in.User), in.Without("mine").Again(typed.Me, ""))
			}
			if branch, ok := in.Flags["branch"]; ok && (strings.TrimSpace(branch) == "" || len(branch) > maxWatchBranch) {
				return typed.Wrong(texts.WatchBranchBad.With(texts.Quote(branch)), in.Again("branch", "main"))
			}
			return nil
		},
		names: aTask,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			return answerWatch(ctx, tasks, store, m, in)
		},
	}
}

func answerWatch(ctx context.Context, tasks Builds, store WatchStore, m *memory, in *command) (reply.Reply, error) {
	t := in.task
	newest, err := tasks.Builds(ctx, t.ID(), watchFrom)
	switch {
	case logsapi.OutOfReach(err):
		return reply.Reply{}, typed.Wrong(texts.WatchBlind.With(t.Name), typed.Line("fail", t.Word, "NUMBER"))
	case err != nil && !errors.Is(err, logsapi.ErrNotFound): // that is a task that was never built
		return reply.Reply{}, err
	}
	w := Watch{
		Channel: in.Channel, Task: t.ID(), Name: t.Name, Project: projectWith(ctx, tasks, t.ID()),
		Every: in.Has("every"), Owner: in.User, Created: time.Now(), Newest: newest,
		Mine: in.Has("mine"), Branch: in.Flags["branch"],
	}
	alone, err := in.watchesAlone(ctx, store)
	if err != nil {
		return reply.Reply{}, err
	}
	if alone {
		w.Channel, w.Rights = in.User, in.Channel
	}
	added, err := store.AddWatch(ctx, w)
	if err != nil {
		return reply.Reply{}, notStored(in, err, texts.WatchAway, texts.WatchFull, "watches")
	}
	m.learnFor(ctx, t, newest)
	says := watchSays(w)
	if added {
		says = texts.Both.With(says, texts.WatchBefore)
	} else {
		says = texts.Both.With(says, texts.WatchWas)
	}
	switch {
	case w.Project == "":
		says = texts.Both.With(says, texts.WatchAlone)
	default:
		if within, err := store.ToldWithin(ctx); err == nil && within > usuallyWithin {
			says = texts.Both.With(says, texts.WatchSlow.With(texts.Duration(within)))
		}
	}
	undo := func(ctx context.Context) error {
		if !added {
			return nil
		}
		_, err := store.RemoveWatch(ctx, w.Channel, t.ID())
		return err
	}
	return reply.Reply{
		Undo: undo, Direct: alone && !isDirect(in.Channel),
		Body: says.In(in.request.Lang), About: reply.About{Task: t.ID(), Name: t.Name},
		Try: []reply.Example{{Line: typed.Line("unwatch", t.Word), Does: in.say(texts.UnwatchDoes), Button: in.say(texts.StopWatching)}},
	}, nil
}

// usuallyWithin is the time after its end within which a failure is told, unless the
// answer to watch says another one.
const usuallyWithin = 30 * time.Second

// maxWatchBranch bounds the name of a branch, in bytes.
const maxWatchBranch = 200

// watchesAlone reports whether the watch is for the caller alone: with --me or --mine,
// and in direct messages. A watch that an older version set there stays where it is.
func (in *command) watchesAlone(ctx context.Context, store WatchStore) (bool, error) {
	switch {
	case in.User == "":
		return false, nil
	case !isDirect(in.Channel):
		return in.Has(typed.Me) || in.Has("mine"), nil
	}
	here, err := store.ListWatches(ctx, in.Channel)
	if err != nil {
		return false, notStored(in, err, texts.WatchReadAway, texts.WatchReadAway, "watches")
	}
	return !slices.ContainsFunc(here, func(w Watch) bool { return strings.EqualFold(w.Task, in.task.ID()) }), nil
}

// watchSays is what is watched from now on.
func watchSays(w Watch) texts.Phrase {
	says := texts.WatchSet
	switch {
	case w.Rights != "" && w.Every:
		says = texts.WatchSetMeEvery
	case w.Rights != "":
		says = texts.WatchSetMe
	case w.Every:
		says = texts.WatchSetEvery
	}
	phrase := says.With(w.Name)
	if w.Mine {
		phrase = texts.Both.With(phrase, texts.WatchMine)
	}
	if w.Branch != "" {
		phrase = texts.Both.With(phrase, texts.WatchBranch.With(texts.Quote(w.Branch)))
	}
	return phrase
}

// projectWith is the project whose list has the task; empty if it cannot be told.
func projectWith(ctx context.Context, tasks Builds, taskID string) string {
	listed, _ := tasks.Tasks(ctx) // without a list the task itself may tell
	if i := slices.IndexFunc(listed, func(t logsapi.Task) bool { return strings.EqualFold(t.ID, taskID) }); i >= 0 {
		return listed[i].ProjectID
	}
	t, err := tasks.Task(ctx, taskID)
	if err != nil || !logsapi.IsTaskID(t.ProjectID) {
		return ""
	}
	return strings.ToLower(t.ProjectID)
}
