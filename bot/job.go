package bot

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/envelope"
	"logbot/bot/jobs/lease"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/cache/patience"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lazyregexp"
)

// job is one command to answer: a slash command, a mention, a direct message, a
// pressed button, a submitted form or the shortcut. They differ only in where the text
// comes from and where the answer goes. It is stored as JSON and holds all that another
// process needs to answer it.
type job struct {
	ID       string           // of the envelope, or of the message, which Slack may send again
	Text     string           // without the command's name
	Again    string           // the line that repeats it; empty if unknown
	To       delivery.Address // where the answer goes; its User is the caller
	Find     bool             // the text is a message in which to find a build
	Alone    bool             // asked below a message that one person alone sees
	Closed   bool             // a conversation to which nobody can be invited
	Press    *press           // nil: no button was pressed
	From     envelope.Sender
	Shared   *bool     `json:",omitempty"` // what Slack says of the channel; see envelope.Said
	Direct   bool      `json:",omitempty"` // said to the bot in its conversation with the caller, which nobody else sees
	Opened   time.Time `json:",omitzero"`  // when the form was opened that was submitted; zero for all else
	Recorded bool      `json:",omitempty"` // stored only so that it happens once; no process answers it
	Received time.Time
	Repeat   bool // another process may have answered it before it died

	caller   access.Caller    // known once admitted
	lease    *lease.Lease     // nil: no other process would answer
	envelope string           // for Options.Answered; empty if resumed
	patience *patience.Budget // for slow stores; nil if resumed
	place    work.Place       // when it was admitted
	resumed  bool             // the caller of Resume finishes its lease
	shown    func()           // tells once that the caller saw a text; nil if resumed

	// What is known of it once it was asked.
	verb    string
	refused bool
	failure error                       // of CodeArts, a store or the configuration
	settle  func(context.Context) error // reply.Reply.Settle of the answer; may be nil
}

// request is what the commands are asked for a job whose caller was admitted.
func (j job) request(lang texts.Lang, progress func(read.Progress)) commands.Request {
	c := j.caller
	return commands.Request{
		Text: j.Text, Channel: j.To.Channel, User: j.To.User, Lang: lang, Progress: progress,
		Standing: c.Standing, Bot: c.Bot, Shared: c.Shared, Groups: c.Groups, Direct: c.Direct,
	}
}

func commandJob(c envelope.Content) job {
	in := c.Command
	return job{
		From: c.From,
		Text: in.Text, Again: strings.TrimSpace(in.Name + " " + in.Text),
		To:     delivery.Address{Channel: in.Channel, User: c.From.User, ResponseURL: c.ResponseURL},
		Closed: strings.HasPrefix(in.Channel, "D") || strings.HasPrefix(in.ChannelName, "mpdm-"),
	}
}

// saidJob is a mention of the bot or a direct message to it. Its id is that of the
// message: Slack tells of a message again under another event, such as when it was
// edited or when its link was unfurled.
func saidJob(c envelope.Content, who identity) job {
	in := c.Said
	j := job{ID: in.Event, From: c.From, Shared: in.Shared, Direct: strings.HasPrefix(in.Channel, "D"), To: delivery.Address{Channel: in.Channel, User: c.From.User, Thread: in.Thread}}
	if in.TS != "" {
		j.ID = "said:" + in.Channel + ":" + in.TS
	}
	if j.To.Thread == "" && in.TS != "" && !j.To.IsDirect() {
		j.To.Thread, j.To.Apart = in.TS, true
	}
	j.Text = withoutSlash(withoutMarks(envelope.AsTyped(who.unmentioned(in.Text))))
	j.Again = who.mention(j.Text)
	return j
}

// press is the press of a button, with the message it was in.
type press struct {
	Action string
	At     string // Slack's action_ts, unique
	Label  string
	Place  reply.Place
	TS     string       // of the message
	Alone  bool         // one person alone sees the message; Slack does not return its blocks
	Text   string       // of the message
	Blocks slack.Blocks // of the message

	trigger string // opens a form within 3 s
}

// pressOf is the press of a button. If the blocks of its message cannot be read, the
// press is valid without them: the button then stays as it is.
func pressOf(c envelope.Content) (p *press, err error) {
	in := c.Press
	place, _ := render.PlaceOf(in.Action)
	p = &press{Action: in.Action, At: in.At, Label: in.Label, Place: place, TS: in.TS, Alone: in.Alone, Text: in.Text, trigger: in.Trigger}
	if len(in.Blocks) > 0 {
		if err = json.Unmarshal(in.Blocks, &p.Blocks); err != nil {
			p.Blocks = slack.Blocks{}
		}
	}
	return p, err
}

// beside is where the answer to a press goes: to the thread of the message, or to the
// channel if one person alone sees the message.
func beside(c envelope.Content) delivery.Address {
	in := c.Press
	to := delivery.Address{Channel: in.Channel, User: c.From.User, ResponseURL: c.ResponseURL, Thread: in.Thread}
	if to.Thread == "" && !in.Alone {
		to.Thread = in.TS
	}
	return to
}

// pressID identifies a press, however often it is delivered; empty if Slack does not say
// enough about it.
func pressID(c envelope.Content) string {
	in := c.Press
	if in.At == "" || in.TS == "" {
		return ""
	}
	return "press:" + in.Channel + ":" + in.TS + ":" + in.Action + ":" + in.At + ":" + c.From.User
}

// pressedJob is the line of a button, run for the person who pressed it.
func pressedJob(c envelope.Content, p *press) job {
	line := c.Press.Value
	j := job{ID: pressID(c), From: c.From, Text: withoutSlash(line), Again: line, To: beside(c), Press: p}
	if p.Place == reply.InChannel {
		j.To.Thread = c.Press.Thread // a thread stays a thread
	}
	return j
}

// record says who used the button.
func (p *press) record(user string) slack.Block {
	return render.UsedRecord(p.Action, p.At, p.Label, user)
}

func (p *press) button(channel string) work.Button {
	return work.Button{Channel: channel, TS: p.TS, Action: p.Action}
}

// finishPress lets the button of a job be pressed again. It may be called twice.
func (j job) finishPress(busy *work.BusyButtons) {
	if j.Press != nil {
		busy.Finish(j.Press.button(j.To.Channel), j.Press.At)
	}
}

// unmentioned removes mentions of the bot, which Slack may label.
func (who identity) unmentioned(said string) string {
	return mention.ReplaceAllStringFunc(said, func(m string) string {
		if mention.FindStringSubmatch(m)[1] == who.userID {
			return " "
		}
		return m
	})
}

// mention matches a mention of a person.
var mention = lazyregexp.New(`<@([A-Z0-9]+)(?:\|[^<>]*)?>`)

// withoutMarks removes what follows a mention ("@logbot: fail web") and the marks of
// code or emphasis around a text that was copied from an answer.
func withoutMarks(text string) string {
	text = strings.TrimLeft(strings.TrimSpace(text), ":：,，、 ")
	for _, mark := range []string{"*", "_", "~", "```", "`"} {
		if n := len(mark); len(text) > 2*n && strings.HasPrefix(text, mark) && strings.HasSuffix(text, mark) {
			text = strings.TrimSpace(text[n : len(text)-n])
		}
	}
	return text
}

// withoutSlash removes the name of a slash command.
func withoutSlash(text string) string {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "/") {
		return text
	}
	_, rest, _ := strings.Cut(text, " ")
	return rest
}
