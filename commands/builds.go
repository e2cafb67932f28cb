package commands

import (
	"context"
	"slices"
	"strings"
	"time"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

func buildsVerb() *verb {
	return &verb{
		name:     "builds",
		usage:    "TASK",
		does:     texts.BuildsDoes,
		examples: []suggestion{{"builds web", texts.BuildsExample.With()}},
		min:      1, max: 1,
		run: runBuilds,
	}
}

func runBuilds(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	t, err := c.task(ctx, in, in.words[0])
	if err != nil {
		return reply.Reply{}, err
	}
	in.words[0] = t.word
	builds, err := c.builds.Builds(ctx, t.id, recentBuilds)
	if logsapi.OutOfReach(err) {
		return reply.Reply{}, &problem{
			says:  texts.NotListed.With(),
			try:   []suggestion{{line: typed("fail", t.word, "NUMBER")}},
			cause: err,
		}
	}
	if err != nil {
		return reply.Reply{}, err
	}
	r := reply.Reply{Heading: in.say(texts.LastBuilds, t.name)}
	if len(builds) == 0 {
		r.Body = in.say(texts.NotBuilt)
		return r, nil
	}
	for _, row := range table(in.request.Lang, builds) {
		r.Lines = append(r.Lines, lines.Line{Text: row})
	}
	if slices.ContainsFunc(builds, func(b logsapi.Build) bool { return !b.Started.IsZero() }) {
		r.Source = in.say(texts.ChinaTime)
	}
	for _, b := range builds {
		if b.State == logsapi.Failed {
			r.Try = []reply.Example{{Line: typed("fail", t.word, itoa(b.Number)), Does: in.say(texts.DoesLastFail, b.Number)}}
			break
		}
	}
	return r, nil
}

// table writes builds in columns that a phone can show.
func table(l texts.Lang, builds []logsapi.Build) []string {
	rows := make([][]string, len(builds))
	for i, b := range builds {
		rows[i] = []string{
			"#" + itoa(b.Number), stateWord(b.State).In(l), revision(short(b.Branch, 12), b.Commit), short(b.Who, 10),
			day(b.Started), brief(b.Duration),
		}
	}
	return aligned(rows)
}

// aligned writes rows with their cells one under the other. A column in which
// nothing stands takes no room.
func aligned(rows [][]string) []string {
	var widths []int
	for _, cells := range rows {
		for j, cell := range cells {
			if j == len(widths) {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], lines.Columns(cell))
		}
	}
	out := make([]string, len(rows))
	for i, cells := range rows {
		var b strings.Builder
		for j, cell := range cells {
			if widths[j] > 0 {
				b.WriteString(cell + strings.Repeat(" ", widths[j]-lines.Columns(cell)+1))
			}
		}
		out[i] = strings.TrimRight(b.String(), " ")
	}
	return out
}

// stateWord is a state in one word.
func stateWord(s logsapi.State) texts.Text {
	switch s {
	case logsapi.Failed:
		return texts.StateFailed
	case logsapi.Succeeded:
		return texts.StateSucceeded
	case logsapi.Aborted:
		return texts.StateAborted
	case logsapi.TimedOut:
		return texts.StateTimedOut
	case logsapi.Running:
		return texts.StateRunning
	case logsapi.Queued:
		return texts.StateQueued
	case logsapi.Unscheduled:
		return texts.StateUnscheduled
	}
	return texts.Text{}
}

// short is the beginning of s, n columns at most.
func short(s string, n int) string {
	for i, r := range s {
		if n -= lines.Width(r); n < 0 {
			return s[:i]
		}
	}
	return s
}

// china is the zone in which the service's console shows times.
var china = time.FixedZone("", 8*60*60)

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(china).Format("01-02 15:04")
}

// brief is a duration in as few characters as tell it: 3m12s.
func brief(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return d.Round(time.Second).String()
}
