// Package reply is the answer to a command, in parts that know nothing of Slack or
// of a terminal: each face renders them as its medium needs.
package reply

import (
	"context"
	"strings"
	"time"

	"logbot/commands/redact"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// Reply is the answer to one request. Empty parts are left out. All text is plain:
// a face escapes it as its medium needs.
type Reply struct {
	Lang    texts.Lang // what it is written in
	Verb    string     // the command that it answers; empty if none was understood
	Private bool       // for the caller alone: help, errors, --me
	Direct  bool       // for the direct messages between the caller and the bot; the caller is told so where they asked
	Refused bool       // it says why the caller gets no answer
	// Failure is why it is no answer, or only a part of one, if CodeArts, a store or the
	// configuration is to blame: operators hear of it.
	Failure error `json:"-"`

	// The head of a card, a line each.
	Sign    string    // of the state that the heading tells, such as ✗
	Heading string    // web #128 failed · Maven test · 3 min 12 s
	Context []string  // who, what and where: wang.lei, "round half up", main@1f0c2d9
	Started time.Time // when the build started; zero when unknown
	Reason  string    // the one line of the log that says why, without its level and stamp
	Parts   string    // 2 steps failed: Unit tests, Lint. Or the modules that failed
	Tests   string    // 2 of 18 tests failed: roundsHalfUp, npe
	Verdict string    // same as #126 and #121 · last green #127
	Since   time.Time // stands behind Verdict, whose last word wants it; zero for none
	Service string    // what CodeArts says of the failure
	Claim   Claim     // who is on the failure; zero for nobody

	Lines  []lines.Line // the excerpt, or the lines asked for
	Source string       // what was left out of them, or where they are from
	Body   string       // prose: help, or what was wrong
	Try    []Example    // lines to type next
	Picks  string       // what those of them that are picked from a list do; empty if none is
	File   *File        // a log to attach

	Apart bool // of what is told in a thread: worth a message of its own

	Channel  string // id of the channel that it is about, if it is sent elsewhere
	Link     string // address of the build's page in CodeArts; empty when unknown
	About    About  // the build that the reply is about; zero for none
	Rateable bool   // people may say whether these are the right lines

	Asker     string // id of the user whom a message for everybody names as the one who asked; empty for nobody
	StoppedBy string // id of the user who stopped the work that the message is about; empty for nobody

	// Undo is set if the reply promises later messages in the channel. It takes back what
	// was set up, if the channel does not take the reply.
	Undo func(context.Context) error `json:"-"`

	// Notice is what the caller alone is told after the reply; nil for nothing. See ToTell.
	Notice *Notice `json:"-"`

	// Settle, if it is set, waits until what the command had to count is stored. Until then
	// the command is not done: if the process dies, another one runs it again, without an
	// answer. An error says that it is not stored.
	Settle func(ctx context.Context) error `json:"-"`

	// Amend, if it is set, waits for what is found out in the background after the reply,
	// and returns the reply that says more by then; more is false if nothing is to be
	// changed. It may be called once, and takes minutes.
	Amend func(ctx context.Context) (instead Reply, more bool) `json:"-"`

	// Follow is set if the message grows: this is its beginning, and
	// commands.Follower continues from the state.
	Follow *FollowState
}

// About is what a reply is about, for buttons, feedback and records.
type About struct {
	Task  string // id of the task or check run, 32 hex digits
	Name  string // what people call it
	Build int64  // 0 for a check run
}

// Claim says who is on a failure, and since when. A face writes the time in the zone of its
// reader, and pings nobody.
type Claim struct {
	Name  string // as the workspace shows it
	Since time.Time
}

// Says is the sentence about a claim; time is how the face writes Since. It is empty if
// there is no claim.
func (c Claim) Says(time string, l texts.Lang) string {
	if c.Name == "" {
		return ""
	}
	return texts.OnItSince.With(texts.Plain(c.Name), texts.Plain(time)).In(l)
}

// Example is a line to type, and what it does. A line whose Place is AskFirst ends
// in "--grep" and is incomplete: a form asks for the rest, and
// typed.SearchLine completes it.
type Example struct {
	Line   string // "/logs fail web 128"
	Shown  string // the same as it is typed where it is shown, such as "@logbot fail web 128" in a thread; empty if that is Line
	Does   string // may be empty
	Button string // label of a button that does the same; if it is empty, see Pressable
	Place  Place  // where the answer to that button goes
	// Menu says that the button is one of a menu, where the face has menus. If not all
	// have room there, those of the highest worth stay.
	Menu Worth
	// Picked says that the button is an entry of one list, where the face has lists.
	Picked bool
	// Listed says that the line is shown as a text, also beside its button: it is there
	// to be learned, as in the help.
	Listed bool
}

// Pressable reports whether one press can do what the line says: it is a line of ours,
// and nothing in it stands for something else.
func (e Example) Pressable() bool {
	ours := strings.HasPrefix(e.Line, "/") && !strings.HasPrefix(e.Line, "/invite ")
	_, unfilled := texts.Unfilled(e.Line, texts.English)
	return ours && e.Place != AskFirst && !unfilled
}

// Worth is how much a button in a menu is worth; 0 is for one that stands outside.
type Worth int

// Place is where the answer to a pressed button goes.
type Place int

// The places.
const (
	InThread  Place = iota // under the message that has the button
	InPlace                // instead of it: more lines, older and newer ones
	InChannel              // as a new message that all can see: Share
	AskFirst               // in its thread, after a form asked for the rest of the line: Search
)

// MaybeRepeat marks a reply that may have been posted before.
func (r Reply) MaybeRepeat(l texts.Lang) Reply {
	says := texts.MaybeRepeat.In(l)
	if r.Source != "" {
		says = r.Source + " · " + says
	}
	r.Source = says
	return r
}

// Mask masks every text of r. The lines of a log have been masked before they were
// chosen, whole and in order; masking is idempotent, so masking them again is safe.
func Mask(gate *redact.Gate, r Reply) Reply {
	for _, text := range []*string{&r.Verb, &r.Sign, &r.Heading, &r.Reason, &r.Parts, &r.Tests, &r.Verdict, &r.Service, &r.Source, &r.Body, &r.Picks} {
		*text = gate.Text(*text)
	}
	r.Claim.Name = gate.Text(r.Claim.Name)
	for i, s := range r.Context {
		r.Context[i] = gate.Text(s)
	}
	for i := range r.Lines {
		r.Lines[i].Text = gate.Text(r.Lines[i].Text)
	}
	for i := range r.Try {
		r.Try[i].Line, r.Try[i].Shown = gate.Text(r.Try[i].Line), gate.Text(r.Try[i].Shown)
		r.Try[i].Does = gate.Text(r.Try[i].Does)
		r.Try[i].Button = gate.Text(r.Try[i].Button)
	}
	r.Channel, r.Link, r.Asker, r.StoppedBy = gate.Text(r.Channel), gate.Text(r.Link), gate.Text(r.Asker), gate.Text(r.StoppedBy)
	r.About.Task, r.About.Name = gate.Text(r.About.Task), gate.Text(r.About.Name)
	if r.File != nil {
		f := r.File
		f.Name, f.About.Task, f.About.Name = gate.Text(f.Name), gate.Text(f.About.Task), gate.Text(f.About.Name)
	}
	if n := r.Notice; n != nil {
		n.About.Task, n.About.Name = gate.Text(n.About.Task), gate.Text(n.About.Name)
		for i := range n.Exposed {
			n.Exposed[i].Step = gate.Text(n.Exposed[i].Step)
		}
	}
	return r
}
