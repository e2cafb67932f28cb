package commands

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"logbot/commands/excerpt"
	"logbot/commands/redact"
	"logbot/commands/texts"
)

// Reply is the answer to one request, in the parts of DESIGN.md's message. Empty
// parts are left out. All text is plain: a face escapes it as its medium needs.
type Reply struct {
	Lang    texts.Lang // what it is written in
	Private bool       // for the caller alone: help, errors, --me
	Refused bool       // not what was asked for, but why it cannot be had

	Heading string    // web #128 failed in "Maven test" after 3 min 12 s
	Context []string  // main@1f0c2d9, started by a push
	Started time.Time // when the build started; zero when unknown
	Reason  string    // the one line that says why, as it stands in the log
	Lines   []Line    // the excerpt, or the lines asked for
	Source  string    // where the lines are from and what was left out
	Body    string    // prose: help, or what was wrong
	Try     []Example // lines to type next
	File    *File     // a log to attach

	Channel  string // id of the channel that it is about, where it goes elsewhere
	Link     string // address of the build's page in CodeArts; empty when unknown
	About    About  // the build that the reply is about; zero for none
	Rateable bool   // people may say whether these are the right lines

	StoppedBy string // id of whoever stopped what the message told of; empty for nobody

	// Follow, where it is set, says that the message grows: this is its beginning,
	// and Commands.Follow goes on from there.
	Follow *FollowState
}

// About is what a reply is about, for buttons, feedback and records.
type About struct {
	Task  string // id of the task or check run, 32 hex digits
	Name  string // what people call it
	Build int64  // 0 for a check run
}

// Line is one shown line of a log.
type Line struct {
	Number int    // from the start of the log; negative from its end; 0 for none
	Text   string // without stamp and step
	Match  bool   // it was searched for and found, unlike the lines around it
}

// Example is a line that can be typed as it stands, and what it does. The line of
// one whose Place is AskFirst ends in "--grep" and is not whole: a form asks for
// the rest, and SearchLine writes it.
type Example struct {
	Line   string // fail web 128; Run puts the command's name in front
	Does   string // may be empty
	Button string // what a button that does the same is called; empty for no button
	Place  Place  // where the answer to that button goes
}

// Place is where the answer to a pressed button goes.
type Place int

// The places.
const (
	InThread  Place = iota // under the message that has the button
	InPlace                // instead of it: more lines, older and newer ones
	InChannel              // as a message of its own that all can see: Share
	AskFirst               // in its thread, after a form asked for the rest of the line: Search
)

// File is a log to attach. It is opened when it is sent, once.
type File struct {
	Name string // web-128-stage3.log
	open func(context.Context) (*Body, error)
}

// NewFile is a file whose content and errors pass the gate; there is no file
// without one.
func NewFile(name string, gate *redact.Gate, open func(context.Context) (io.ReadCloser, error)) *File {
	return &File{Name: name, open: func(ctx context.Context) (*Body, error) {
		raw, err := open(ctx)
		if err != nil {
			return nil, gate.Error(err)
		}
		return &Body{Reader: gate.Reader(raw), raw: raw}, nil
	}}
}

// Open starts reading the file's masked bytes. The caller closes the body. An
// error is a sentence for the user.
func (f *File) Open(ctx context.Context) (*Body, error) { return f.open(ctx) }

// Body is the content of a file, masked while it is read.
type Body struct {
	*redact.Reader
	raw io.Closer
}

// Close ends the read, also of the log behind it.
func (b *Body) Close() error { return b.raw.Close() }

// seal sends every text of r through the gate. The lines of a log have passed
// it already, whole and in order, before they were chosen; masking is
// idempotent, so nothing is lost by doing all of them here.
func seal(gate *redact.Gate, r Reply) Reply {
	r.Heading = gate.Text(r.Heading)
	r.Reason = gate.Text(r.Reason)
	r.Source = gate.Text(r.Source)
	r.Body = gate.Text(r.Body)
	for i, s := range r.Context {
		r.Context[i] = gate.Text(s)
	}
	for i := range r.Lines {
		r.Lines[i].Text = gate.Text(r.Lines[i].Text)
	}
	for i := range r.Try {
		r.Try[i].Line = gate.Text(r.Try[i].Line)
		r.Try[i].Does = gate.Text(r.Try[i].Does)
		r.Try[i].Button = gate.Text(r.Try[i].Button)
	}
	r.Channel, r.Link, r.StoppedBy = gate.Text(r.Channel), gate.Text(r.Link), gate.Text(r.StoppedBy)
	r.About.Task, r.About.Name = gate.Text(r.About.Task), gate.Text(r.About.Name)
	if r.File != nil {
		r.File.Name = gate.Text(r.File.Name)
	}
	return r
}

// Excerpt is the reply's lines as they are shown preformatted: a number at the
// start of each run of neighbouring lines, the others indented under it. Where
// lines that were searched for stand among others, a ">" marks them.
func (r Reply) Excerpt() string {
	width, gap := 0, ""
	mark := slices.ContainsFunc(r.Lines, func(l Line) bool { return l.Match }) &&
		slices.ContainsFunc(r.Lines, func(l Line) bool { return !l.Match })
	for _, l := range r.Lines {
		if l.Number != 0 {
			width, gap = max(width, len(fmt.Sprint(l.Number))), " "
		}
	}
	var b strings.Builder
	last := 0
	for i, l := range r.Lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		number := ""
		if l.Number != 0 && (i == 0 || l.Number != last+1) {
			number = fmt.Sprint(l.Number)
		}
		sign := ""
		switch {
		case mark && l.Match:
			sign = "> "
		case mark:
			sign = "  "
		}
		line := fmt.Sprintf("%*s%s%s%s", width, number, gap, sign, l.Text)
		b.WriteString(strings.TrimRight(line, " "))
		last = l.Number
	}
	return b.String()
}

// chosen turns the lines of an excerpt into those of a reply, with a line for
// what was folded behind them.
func chosen(in *call, lines []excerpt.Line) []Line {
	var out []Line
	for _, l := range lines {
		out = append(out, Line{Number: l.Number, Text: l.Text})
		if l.Folded > 0 {
			out = append(out, Line{Text: in.say(texts.MoreLikeThis, texts.MoreLines.Count(l.Folded))})
		}
	}
	return out
}

// hidden counts the masks among the shown texts.
func hidden(lines []Line) int {
	n := 0
	for _, l := range lines {
		n += strings.Count(l.Text, redact.Mask)
	}
	return n
}
