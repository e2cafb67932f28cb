package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"logbot/commands/read"
	"logbot/commands/texts"
)

const (
	// progressAfter is how long a command runs before the bar appears.
	progressAfter = 2 * time.Second
	// progressEvery is the time between two updates.
	progressEvery = 200 * time.Millisecond
	// barWidth is the width of the bar in characters.
	barWidth = 20
)

// bar shows the progress of reading a log in one line of a terminal. It is not safe
// for concurrent use.
type bar struct {
	to    io.Writer // nil: show nothing
	lang  texts.Lang
	now   func() time.Time
	start time.Time
	drawn time.Time
	width int  // bytes in the line now
	sized bool // it is known about how long the log is
}

// newBar returns a bar on w, which shows nothing unless w is a terminal.
func newBar(w io.Writer, l texts.Lang) *bar {
	b := &bar{lang: l, now: time.Now, start: time.Now()}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b.to = w
	}
	return b
}

// show updates the bar while a log is read, unless it is too early.
func (b *bar) show(p read.Progress) {
	b.sized = b.sized || p.About > 0
	b.draw(func() string {
		if p.About <= 0 {
			return texts.Reading.With(texts.Page.Count(p.Pages), float64(p.Bytes)/1e6).In(b.lang)
		}
		done := int(min(p.Bytes, p.About) * barWidth / p.About)
		return "[" + strings.Repeat("#", done) + strings.Repeat(".", barWidth-done) + "] " +
			texts.ReadingOf.With(float64(p.Bytes)/1e6, float64(p.About)/1e6).In(b.lang)
	})
}

// saving updates the bar while a file is saved, unless show tells how much is to come.
func (b *bar) saving(bytes int64) {
	if b.sized {
		return
	}
	b.draw(func() string { return texts.Saving.With(float64(bytes) / 1e6).In(b.lang) })
}

func (b *bar) draw(says func() string) {
	now := b.now()
	if b.to == nil || now.Sub(b.start) < progressAfter || now.Sub(b.drawn) < progressEvery {
		return
	}
	b.drawn = now
	line := says()
	fmt.Fprintf(b.to, "\r%s%s", line, strings.Repeat(" ", max(0, b.width-len(line))))
	b.width = len(line)
}

// clear removes the bar.
func (b *bar) clear() {
	if b.width > 0 {
		fmt.Fprintf(b.to, "\r%s\r", strings.Repeat(" ", b.width))
		b.width = 0
	}
}
