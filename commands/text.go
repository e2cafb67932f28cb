package commands

import (
	"fmt"
	"strings"
	"time"
)

// Text is the reply as plain text, for a terminal and wherever blocks cannot
// be shown. Times are written in the zone of now.
func (r Reply) Text(now time.Time) string {
	var parts []string
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	add(r.Heading)
	add(r.ContextLine(clock(r.Started, now)))
	add(r.Reason)
	if len(r.Lines) > 0 {
		add("\n" + indent(r.Excerpt()) + "\n")
	}
	add(r.Source)
	add(r.Body)
	for _, e := range r.Try {
		if e.Does != "" {
			add(fmt.Sprintf("  %s   %s", e.Line, e.Does))
		} else {
			add("  " + e.Line)
		}
	}
	return strings.Join(parts, "\n")
}

// ContextLine joins the parts of the context; started is how the face writes
// the time the build started, empty when it is unknown.
func (r Reply) ContextLine(started string) string {
	line := strings.Join(r.Context, " · ")
	switch {
	case started == "":
		return line
	case line == "":
		return "started " + started
	}
	return line + ", " + started
}

// clock is the time of day, with the date when that is not today's.
func clock(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(s, "\n", "\n  ")
}
