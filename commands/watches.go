package commands

import (
	"context"
	"slices"
	"strings"

	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi/lines"
)

func watchesVerb(names *find.Names, policy *access.Policy, store WatchStore) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:     "watches",
			Also:     []string{"关注列表", "我的关注", "订阅列表"},
			Beside:   "watch",
			Does:     texts.WatchesDoes,
			Examples: []typed.Suggestion{{Line: "watches", Does: texts.WatchesExample.With()}},
		},
		refuse: watchesHere(store),
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			names.LearnProjects(ctx)
			here, alone, err := watchesOf(ctx, store, in)
			if err != nil {
				return reply.Reply{}, err
			}
			watches := slices.DeleteFunc(append(here, alone...), func(w Watch) bool { return !mayEnd(names, policy, in, w) })
			r := reply.Reply{Private: true, Heading: in.say(texts.WatchesHere)}
			if len(watches) == 0 {
				r.Body = in.say(texts.WatchesNone)
				r.Try = []reply.Example{{Line: names.Example(in.Caller, "watch web"), Does: in.say(texts.WatchDoes)}}
				return r, nil
			}
			r.Lines = watchTable(in, watches)
			r.Try = []reply.Example{{Line: typed.Line("unwatch", unwatchWord(names, in, watches)), Does: in.say(texts.UnwatchDoes)}}
			return r, nil
		},
	}
}

func watchTable(in *command, watches []Watch) []lines.Line {
	var rows [][]string
	for _, w := range watches {
		row := []string{w.Name, in.say(texts.WatchesWorks)}
		switch {
		case w.Refused != 0:
			row[1] = in.say(texts.WatchesRefused, w.Refused)
		case w.Failures > 0:
			row[1] = in.say(texts.WatchesFails, w.Failures)
		}
		var how []string
		if w.Every {
			how = append(how, in.say(texts.WatchesEvery))
		}
		if w.Rights != "" && !isDirect(in.Channel) {
			how = append(how, in.say(texts.WatchesAlone))
		}
		if w.Mine {
			how = append(how, in.say(texts.WatchesMine))
		}
		if w.Branch != "" {
			how = append(how, in.say(texts.WatchesBranch, w.Branch))
		}
		row = append(row, strings.Join(how, " · "))
		rows = append(rows, row)
	}
	win := read.Window{Most: read.MaxLines}
	for _, row := range table(rows) {
		win.Add(row)
	}
	return win.Lines
}

// unwatchWord is what to type to end the first of the watches: its name, for
// unwatch knows the names of what is watched here, or its id if the name means
// another task, too.
func unwatchWord(names *find.Names, in *command, watches []Watch) string {
	first := watches[0]
	shared := slices.ContainsFunc(watches[1:], func(w Watch) bool { return strings.EqualFold(w.Name, first.Name) })
	configured, ok := names.TaskAlias(in.Caller, first.Name)
	if first.Name == "" || shared || ok && !strings.EqualFold(configured, first.Task) {
		return first.Task
	}
	return first.Name
}
