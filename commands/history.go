package commands

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"logbot/commands/failure/known"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// maxFailures is how many failures a history lists: three lines each.
const maxFailures = 6

func historyVerb(m *memory) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:     "history",
			Also:     []string{"历史", "失败历史", "失败记录"},
			Usage:    "TASK",
			Does:     texts.HistoryDoes,
			More:     texts.HistoryMore,
			Beside:   "seen",
			Examples: []typed.Suggestion{{Line: "history web", Does: texts.HistoryExample.With()}},
			Min:      1, Max: 1,
		},
		refuse: m.here,
		names:  aTask,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			m.caughtUp(ctx, in.task.ID())
			all, err := m.store.OfTask(ctx, in.task.ID(), maxRead)
			if err != nil {
				return reply.Reply{}, notStored(in, err, texts.SeenAway, texts.SeenAway, "seen")
			}
			return in.history(all), nil
		},
	}
}

// repeated are the builds of a task that failed in one way, newest first.
type repeated []known.Sighting

// history is the reply that lists the failures of a task that were read, newest first.
func (in *command) history(all []known.Sighting) reply.Reply {
	t := in.task
	r := reply.Reply{Heading: in.say(texts.HistoryHeading, t.Name), About: reply.About{Task: t.ID(), Name: t.Name}}
	if len(all) == 0 {
		r.Body = in.say(texts.HistoryEmpty)
		r.Try = []reply.Example{{Line: typed.Line(typed.Fail, t.Word), Does: in.say(texts.FailDoes)}}
		return r
	}
	groups, unsure := grouped(all)
	for _, g := range groups[:min(maxFailures, len(groups))] {
		r.Lines = append(r.Lines, in.groupLines(g)...)
		newest := g[0]
		r.Try = append(r.Try, reply.Example{
			Line: typed.Line("seen", t.Word, itoa(newest.Build)), Does: in.say(texts.SeenDoes), Button: "#" + itoa(newest.Build), Place: reply.InThread,
		})
	}
	if len(unsure) > 0 {
		first := textsOf(logsapi.Ended).sign + " "
		r.Lines = append(r.Lines, lines.Line{Text: first + buildNumbers(unsure, phoneColumns-lines.Columns(first))}, lines.Line{Text: within("  "+in.say(texts.HistoryUnsure), phoneColumns)})
	}
	r.Source = in.say(texts.ChinaTime)
	if left := len(groups) - maxFailures; left > 0 {
		r.Source = dotted(in.say(texts.TestsMoreNamed, texts.OtherFailure.Count(left)), r.Source)
	}
	return r
}

// grouped are builds by what failed in them, the failure that was seen last first, and
// those of which it is not sure.
func grouped(all []known.Sighting) (groups []repeated, unsure repeated) {
	at := map[string]int{}
	for _, s := range all {
		if s.Key == "" {
			unsure = append(unsure, s)
			continue
		}
		if _, known := at[s.Key]; !known {
			at[s.Key] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[s.Key]] = append(groups[at[s.Key]], s)
	}
	for _, g := range append(groups, unsure) {
		slices.SortFunc(g, func(a, b known.Sighting) int { return cmp.Compare(b.Build, a.Build) })
	}
	slices.SortStableFunc(groups, func(a, b repeated) int { return cmp.Compare(b[0].Build, a[0].Build) })
	return groups, unsure
}

// groupLines are at most three lines, none wider than a phone: the builds, when they
// were, and what failed.
func (in *command) groupLines(g repeated) []lines.Line {
	first := textsOf(logsapi.Failed).sign + " "
	if len(g) > 1 {
		first += itoa(int64(len(g))) + "× "
	}
	when := day(g[0].At)
	if before := g[len(g)-1].At; len(g) > 1 && day(before) != when {
		when = day(before) + " – " + when
	}
	out := []lines.Line{{Text: first + buildNumbers(g, phoneColumns-lines.Columns(first))}, {Text: within("  "+when, phoneColumns)}}
	if g[0].Text != "" {
		out = append(out, lines.Line{Text: "  " + reply.CutMiddle(bareReason(g[0].Text), phoneColumns-2)})
	}
	return out
}

// buildNumbers are the numbers of builds, as many as fit in so many columns, and how many
// more there are.
func buildNumbers(g repeated, columns int) string {
	var b strings.Builder
	for i, s := range g {
		number, more := "#"+itoa(s.Build), ""
		if i > 0 {
			number = " " + number
		}
		if left := len(g) - i - 1; left > 0 {
			more = " +" + itoa(int64(left))
		}
		if b.Len()+len(number)+len(more) > columns && i > 0 {
			return b.String() + " +" + itoa(int64(len(g)-i))
		}
		b.WriteString(number)
	}
	return b.String()
}
