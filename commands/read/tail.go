package read

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

const (
	// maxFollowTail bounds what is remembered of a log that is followed, in bytes. Of a
	// private key that began before, its BEGIN line is remembered, too.
	maxFollowTail = 8 << 10
	// maxFollowPages is how many pages one step reads.
	maxFollowPages = 4
	// followDoubt is how long a log that is followed may bring nothing before its
	// end is looked at, in case the offsets do not lead there.
	followDoubt = 20 * time.Second
)

// Tail is how far a log was read that still grows. The end is read first;
// then the pages that continue from its offsets.
//
// It is not documented that a page ascending continues where a page descending
// ended. So the first that does is compared with the end of the log, and so is a log
// that brings nothing for a while. If they do not fit, the end is read each time,
// and its new part is found by its text.
type Tail struct {
	At    logsapi.Cursor `json:"at,omitzero"`
	Begun bool           `json:"begun,omitempty"`
	Sure  bool           `json:"sure,omitempty"`  // the offsets were seen to continue
	ByEnd bool           `json:"byEnd,omitempty"` // they do not: the end is read each time
	// Text is the end of what was read, as the service sent it, from the start of a
	// line. It is not masked.
	Text string `json:"tail,omitempty"`
	// Key is the BEGIN line of a private key that may go on in Text, and KeyBytes how much
	// of it stood between: the lines of the key are masked only with the one or the other.
	Key      string    `json:"key,omitempty"`
	KeyBytes int       `json:"keyBytes,omitempty"`
	Step     string    `json:"step,omitempty"` // the last that the log named
	Gap      bool      `json:"gap,omitempty"`  // lines were left out
	Checked  time.Time `json:"checked,omitzero"`

	// Edition is Record.Edition of the build, when it is known.
	Edition string `json:"edition,omitempty"`
}

// ReadOn reads what is new in the log and returns its whole lines, masked and as
// people read them. A line that has not ended yet comes when it has, or with all. meter is
// told what the lines show, without their numbers, which are not known.
func (l *Tail) ReadOn(ctx context.Context, r Reader, log logsapi.Log, now time.Time, finished bool, meter *Meter) ([]string, error) {
	fresh, err := l.next(ctx, r.Logs, logsapi.PageRequest{Log: log, Finished: finished, Edition: l.Edition}, now)
	if fresh == "" {
		return nil, err
	}
	l.noteStep(fresh)
	before := len(l.Shown(r, false))
	joined := logsapi.Join(l.Text, fresh)
	l.Text = joined
	all, shows := l.shown(r, finished)
	for _, e := range shows {
		if e.Line > before {
			e.Line, e.Step = 0, cmp.Or(e.Step, l.Step)
			meter.Expose(e)
		}
	}
	l.Text = lastLines(joined, maxFollowTail)
	l.noteKey(strings.TrimSuffix(joined, l.Text))
	return all[min(before, len(all)):], err
}

// Shown are the lines of the tail; all is also the one that has no end yet.
func (l *Tail) Shown(r Reader, all bool) []string {
	shown, _ := l.shown(r, all)
	return shown
}

// shown is Shown, and what these lines show.
func (l *Tail) shown(r Reader, all bool) (out []string, shows []Exposed) {
	text := l.Text
	if !all {
		text = text[:strings.LastIndexByte(text, '\n')+1]
	}
	before := 0
	if l.Key != "" {
		before, text = 1, l.Key+"\n"+text
	}
	masked, _, found := r.Gate.Inspect([]byte(text))
	for _, line := range slices.Collect(bytes.Lines(masked))[before:] {
		out = append(out, Plain(line))
	}
	return out, exposed(masked, found, 1-before, nil)
}

// noteKey remembers the BEGIN line of a key that has no END line in the text that is
// forgotten.
func (l *Tail) noteKey(forgotten string) {
	l.KeyBytes += len(forgotten)
	for line := range strings.Lines(forgotten) {
		switch {
		case !strings.Contains(line, "PRIVATE KEY"):
		case strings.Contains(line, "BEGIN"):
			l.Key, l.KeyBytes = lines.Head(strings.TrimRight(line, "\n"), maxFollowTail/4), 0
		case strings.Contains(line, "END"):
			l.Key = ""
		}
	}
	if l.Key == "" || l.KeyBytes > redact.Reach {
		l.Key, l.KeyBytes = "", 0
	}
}

// next is the text that is new since the last time.
func (l *Tail) next(ctx context.Context, logs logsapi.Pager, r logsapi.PageRequest, now time.Time) (string, error) {
	switch {
	case !l.Begun:
		page, err := endOf(ctx, logs, r)
		if err != nil || page.Text == "" {
			return "", err
		}
		l.Begun, l.At, l.Checked = true, page.Next, now
		return page.Text, nil
	case l.ByEnd:
		return l.byEnd(ctx, logs, r)
	}
	fresh, err := l.ascending(ctx, logs, r)
	switch {
	case err != nil || l.ByEnd:
		return fresh, err
	case fresh != "" && !l.Sure:
		return l.verify(ctx, logs, r, fresh)
	case fresh == "" && now.Sub(l.Checked) >= followDoubt:
		l.Checked = now
		return l.doubt(ctx, logs, r)
	case fresh != "":
		l.Checked = now
	}
	return fresh, nil
}

// ascending reads the pages that continue from the offsets.
func (l *Tail) ascending(ctx context.Context, logs logsapi.Pager, r logsapi.PageRequest) (fresh string, err error) {
	r.Order = logsapi.Ascending
	for range maxFollowPages {
		r.At = l.At
		page, err := logs.Page(ctx, r)
		switch {
		case err != nil:
			return fresh, err
		case page.Next.End < r.At.End, // the log has become shorter
			page.Text != "" && page.Next.End == r.At.End: // the same page would come again
			l.ByEnd = true
			more, err := l.byEnd(ctx, logs, r)
			return logsapi.Join(fresh, more), err
		}
		l.At = page.Next
		fresh = logsapi.Join(fresh, page.Text)
		if page.Last || page.Text == "" {
			break
		}
	}
	return fresh, nil
}

// verify compares the first text that the offsets led to with the end of the log.
func (l *Tail) verify(ctx context.Context, logs logsapi.Pager, r logsapi.PageRequest, fresh string) (string, error) {
	end, err := endOf(ctx, logs, r)
	if err != nil {
		return fresh, nil // another time; they are right as far as is known
	}
	if _, fits := behind(end.Text, logsapi.Join(l.Text, fresh)); fits {
		l.Sure = true
		return fresh, nil
	}
	rest, fits := behind(end.Text, l.Text)
	if !fits {
		return fresh, nil // more came than a page holds; nothing is known yet
	}
	l.ByEnd = true
	return rest, nil
}

// doubt looks whether a log that brings nothing has gone on all the same.
func (l *Tail) doubt(ctx context.Context, logs logsapi.Pager, r logsapi.PageRequest) (string, error) {
	end, err := endOf(ctx, logs, r)
	if err != nil {
		return "", err
	}
	rest, fits := behind(end.Text, l.Text)
	if fits && strings.TrimSpace(rest) == "" {
		return "", nil
	}
	l.ByEnd = true
	if !fits {
		return l.byEnd(ctx, logs, r)
	}
	return rest, nil
}

// byEnd reads the end of the log back to what was read before.
func (l *Tail) byEnd(ctx context.Context, logs logsapi.Pager, r logsapi.PageRequest) (string, error) {
	r.Order, r.At = logsapi.Descending, logsapi.Cursor{}
	text := ""
	for range maxFollowPages {
		page, err := logs.Page(ctx, r)
		if err != nil {
			return "", err
		}
		text = logsapi.Join(page.Text, text)
		if rest, fits := behind(text, l.Text); fits {
			return rest, nil
		}
		if page.Last || page.Next.Start >= r.At.Start && r.At != (logsapi.Cursor{}) {
			break
		}
		r.At = page.Next
	}
	if text != "" {
		l.Gap, l.Text = true, ""
	}
	return text, nil
}

func endOf(ctx context.Context, logs logsapi.Pager, r logsapi.PageRequest) (logsapi.Page, error) {
	r.Order, r.At = logsapi.Descending, logsapi.Cursor{}
	return logs.Page(ctx, r)
}

// behind is what stands in text behind the end of tail. It is found where all
// that text has before it is the end of tail, or tail whole. Of several such
// places the last counts: a line too few is seen later, one too many never goes.
func behind(text, tail string) (rest string, fits bool) {
	tail, fed := strings.CutSuffix(tail, "\n")
	if tail == "" || text == "" {
		return "", false
	}
	key := tail[max(strings.LastIndexByte(tail, '\n')+1, len(tail)-200):]
	if key == "" {
		key = "\n"
	}
	for at := len(text); ; {
		i := strings.LastIndex(text[:at], key)
		if i < 0 {
			return "", false
		}
		end := i + len(key)
		known := min(end, len(tail))
		// What ended a line does so here, too.
		ends := !fed || strings.HasPrefix(text[end:], "\n") || end == len(text) && text[end-1] != '\n'
		if ends && text[end-known:end] == tail[len(tail)-known:] && known >= len(key) {
			rest = text[end:]
			if fed {
				rest = strings.TrimPrefix(rest, "\n")
			}
			return rest, true
		}
		at = end - 1
	}
}

// lastLines is the end of text, at most so many bytes, from the beginning of a
// line if it holds one.
func lastLines(text string, most int) string {
	if len(text) <= most {
		return text
	}
	text = lines.Tail(text, most)
	if i := strings.IndexByte(text, '\n'); i >= 0 && i+1 < len(text) {
		return text[i+1:]
	}
	return text
}

// noteStep remembers the step that the text names last.
func (l *Tail) noteStep(text string) {
	for line := range bytes.Lines([]byte(text)) {
		if e := lines.Parse(bytes.TrimRight(line, "\n")); len(e.Step) > 0 {
			l.Step = StepName(string(e.Step))
		}
	}
}

// Outcome is how the build ended by the last line of its log; marked is false as
// long as that is not an end marker.
func (l *Tail) Outcome() (state logsapi.State, marked bool) {
	text := strings.TrimRight(l.Text, "\n")
	switch lines.EndMarker([]byte(text[strings.LastIndexByte(text, '\n')+1:])) {
	case lines.Success:
		return logsapi.Succeeded, true
	case lines.Failure, lines.Unstable:
		return logsapi.Failed, true
	case lines.Aborted, lines.NotBuilt:
		return logsapi.Aborted, true
	}
	return logsapi.Unknown, false
}
