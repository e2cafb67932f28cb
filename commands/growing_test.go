package commands_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"logbot/logsapi"
)

// growing is a log that gets a line every so often and never says that it ends,
// with offsets that can lie.
type growing struct {
	every  time.Duration
	until  time.Time // after it nothing comes; zero is never
	lines  []string  // the first lines; numbered ones follow where there are none
	repeat int64     // bytes that a page ascending repeats
	skip   int64     // bytes that it leaves out
	stuck  bool      // ascending, nothing new ever comes
	still  bool      // ascending, the offsets do not move

	began time.Time
}

func (g *growing) text() string {
	if g.began.IsZero() {
		g.began = time.Now()
	}
	now := time.Now()
	if !g.until.IsZero() && now.After(g.until) {
		now = g.until
	}
	n := int(now.Sub(g.began)/g.every) + 1
	if g.lines != nil {
		n = min(n, len(g.lines))
	}
	var b strings.Builder
	for i := range n {
		if g.lines != nil {
			b.WriteString(g.lines[i] + "\n")
		} else {
			fmt.Fprintf(&b, "line %d\n", i)
		}
	}
	return b.String()
}

func (g *growing) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	if err := ctx.Err(); err != nil {
		return logsapi.Page{}, err
	}
	if _, ok := r.Log.(logsapi.LiveLog); !ok {
		return logsapi.Page{Last: true}, nil
	}
	text := g.text()
	size := int64(len(text))
	if r.Order == logsapi.Descending {
		end := size
		if r.At != (logsapi.Cursor{}) {
			end = r.At.Start
		}
		lines := strings.SplitAfter(text[:end], "\n")
		lines = lines[:len(lines)-1]
		start := end - int64(len(strings.Join(lines[max(0, len(lines)-100):], "")))
		return logsapi.Page{Text: text[start:end], Next: logsapi.Cursor{Start: start, End: end}, Last: start == 0}, nil
	}
	from := min(r.At.End, size)
	switch {
	case g.stuck:
		return logsapi.Page{Next: r.At, Last: true}, nil
	case from < size:
		from = min(max(0, from-g.repeat+g.skip), size)
	}
	page := logsapi.Page{Text: text[from:], Next: logsapi.Cursor{Start: from, End: size}, Last: true}
	if g.still {
		page.Next = r.At
	}
	return page, nil
}

func (g *growing) OpenBuildFile(context.Context, string) (*logsapi.Download, error) {
	return nil, errors.New("there is none")
}

func (g *growing) OpenStepFile(context.Context, logsapi.StepFile) (*logsapi.Download, error) {
	return nil, errors.New("there is none")
}
