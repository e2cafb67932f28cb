package commands

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"logbot/logsapi"
)

func buildsVerb() *verb {
	return &verb{
		name:     "builds",
		usage:    "TASK",
		does:     "the last builds: state, branch, who, how long",
		examples: []Example{{Line: "builds web", Does: "the last ten builds of web"}},
		min:      1, max: 1,
		run: runBuilds,
	}
}

func runBuilds(ctx context.Context, c *Commands, in *call) (Reply, error) {
	t, err := c.task(ctx, in, in.words[0])
	if err != nil {
		return Reply{}, err
	}
	builds, err := c.builds.Builds(ctx, t.id, recentBuilds)
	if logsapi.OutOfReach(err) {
		return Reply{}, &problem{
			says:  "The service does not list builds here. Look at one by its number:",
			try:   []Example{{Line: fmt.Sprintf("fail %s NUMBER", t.word)}},
			cause: err,
		}
	}
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Heading: "The last builds of " + t.name}
	if len(builds) == 0 {
		r.Body = "It has not been built in the last months."
		return r, nil
	}
	for _, row := range table(builds) {
		r.Lines = append(r.Lines, Line{Text: row})
	}
	for _, b := range builds {
		if b.State == logsapi.Failed {
			r.Try = []Example{{Line: fmt.Sprintf("fail %s %d", t.word, b.Number), Does: "why the last failed one failed"}}
			break
		}
	}
	return r, nil
}

// table writes builds in columns that a phone can show.
func table(builds []logsapi.Build) []string {
	rows := make([][]string, len(builds))
	widths := make([]int, 6)
	for i, b := range builds {
		rows[i] = []string{
			fmt.Sprintf("#%d", b.Number), stateWord(b.State), revision(short(b.Branch, 12), b.Commit), short(b.Who, 10),
			day(b.Started), brief(b.Duration),
		}
		for j, cell := range rows[i] {
			widths[j] = max(widths[j], utf8.RuneCountInString(cell))
		}
	}
	out := make([]string, len(rows))
	for i, cells := range rows {
		var b strings.Builder
		for j, cell := range cells {
			if widths[j] > 0 {
				b.WriteString(cell + strings.Repeat(" ", widths[j]-utf8.RuneCountInString(cell)+1))
			}
		}
		out[i] = strings.TrimRight(b.String(), " ")
	}
	return out
}

// stateWord is a state in one word.
func stateWord(s logsapi.State) string {
	if s == logsapi.Unscheduled {
		return "unscheduled"
	}
	return string(s)
}

// short is the beginning of s.
func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
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
