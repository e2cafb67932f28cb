package commands

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// watchFrom is how many builds are looked at when a watch begins: those of them
// that still run are told when they fail.
const watchFrom = 20

func watchVerb(tasks Builds, store WatchStore) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:  "watch",
			Usage: "TASK",
			Does:  texts.WatchDoes,
			More:  texts.WatchMore,
			Examples: []typed.Suggestion{
				{Line: "watch web", Does: texts.WatchExample.With()},
				{Line: "watch web --every", Does: texts.WatchExampleEvery.With()},
			},
			Flags: []typed.Flag{{Name: "every", Does: texts.FlagEvery.With()}},
			Min:   1, Max: 1,
		},
		later: true,
		refuse: func(in *command) error {
			if in.Has(typed.Me) && !strings.HasPrefix(in.Channel, "D") {
				return typed.Wrong(texts.WatchNoMe.With(), in.Without(typed.Me).Line())
			}
			return watchesHere(store)(in)
		},
		names: aTask,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			return answerWatch(ctx, tasks, store, in)
		},
	}
}

func answerWatch(ctx context.Context, tasks Builds, store WatchStore, in *command) (reply.Reply, error) {
	t := in.task
	newest, err := tasks.Builds(ctx, t.ID(), watchFrom)
	switch {
	case logsapi.OutOfReach(err):
		return reply.Reply{}, typed.Wrong(texts.WatchBlind.With(t.Name), typed.Line("fail", t.Word, "128"))
	case err != nil && !errors.Is(err, logsapi.ErrNotFound): // that is a task that was never built
		return reply.Reply{}, err
	}
	w := Watch{
		Channel: in.Channel, Task: t.ID(), Name: t.Name, Project: projectWith(ctx, tasks, t.ID()),
		Every: in.Has("every"), Owner: in.User, Created: time.Now(), Newest: newest,
	}
	added, err := store.AddWatch(ctx, w)
	if err != nil {
		return reply.Reply{}, notStored(err, texts.WatchAway, texts.WatchFull)
	}
	says := texts.WatchSet.With(t.Name)
	if w.Every {
		says = texts.WatchSetEvery.With(t.Name)
	}
	if added {
		says = texts.Both.With(says, texts.WatchBefore)
	} else {
		says = texts.Both.With(says, texts.WatchWas)
	}
	if w.Project == "" {
		says = texts.Both.With(says, texts.WatchAlone)
	}
	undo := func(ctx context.Context) error {
		if !added {
			return nil
		}
		_, err := store.RemoveWatch(ctx, in.Channel, t.ID())
		return err
	}
	return reply.Reply{
		Undo: undo,
		Body: says.In(in.request.Lang), About: reply.About{Task: t.ID(), Name: t.Name},
		Try: []reply.Example{{Line: typed.Line("unwatch", t.Word), Does: in.say(texts.UnwatchDoes)}},
	}, nil
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
