package commands

import (
	"cmp"
	"context"
	"slices"
	"time"

	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

func buildsVerb(lists Builds) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:     "builds",
			Usage:    "TASK",
			Does:     texts.BuildsDoes,
			Examples: []typed.Suggestion{{Line: "builds web", Does: texts.BuildsExample.With()}},
			Min:      1, Max: 1,
		},
		names: aTask,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			t := in.task
			in.Words[0] = t.Word
			builds, err := lists.Builds(ctx, t.ID(), find.RecentBuilds)
			if logsapi.OutOfReach(err) {
				p := typed.Wrong(texts.NotListed.With(), typed.Line("fail", t.Word, "NUMBER"))
				p.Cause = err
				return reply.Reply{}, p
			}
			if err != nil {
				return reply.Reply{}, err
			}
			return buildTable(in, builds), nil
		},
	}
}

// buildTable is the reply that lists builds, in columns that a phone can show.
func buildTable(in *command, builds []logsapi.Build) reply.Reply {
	r := reply.Reply{Heading: in.say(texts.LastBuilds, in.task.Name)}
	if len(builds) == 0 {
		r.Body = in.say(texts.NotBuilt)
		return r
	}
	rows := make([][]string, len(builds))
	for i, b := range builds {
		rows[i] = []string{
			"#" + itoa(b.Number), cmp.Or(b.Word, in.say(textsOf(b.State).word)), revision(lines.HeadBy(b.Branch, 12, lines.Width), b.Commit),
			lines.HeadBy(b.Who, 10, lines.Width), day(b.Started), brief(b.Duration),
		}
	}
	r.Lines = table(rows)
	if slices.ContainsFunc(builds, func(b logsapi.Build) bool { return !b.Started.IsZero() }) {
		r.Source = in.say(texts.ChinaTime)
	}
	for _, b := range builds {
		if b.State == logsapi.Failed {
			r.Try = []reply.Example{{Line: typed.Line("fail", in.task.Word, itoa(b.Number)), Does: in.say(texts.DoesLastFail, b.Number)}}
			break
		}
	}
	return r
}

// brief is a duration in as few characters as tell it: 3m12s.
func brief(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return d.Round(time.Second).String()
}
