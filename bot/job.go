package bot

import (
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"logbot/bot/delivery"
	"logbot/bot/jobs/lease"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/cache/patience"
	"logbot/commands/reply"
)

// job is one command to answer: a slash command, a mention, a direct message, a
// pressed button, a submitted form or the shortcut. They differ only in where the text
// comes from and where the answer goes. It is stored as JSON and holds all that another
// process needs to answer it.
type job struct {
	ID       string           // of the envelope, or of the event, which Slack may deliver again
	Text     string           // without the command's name
	Again    string           // the line that repeats it; empty if unknown
	To       delivery.Address // where the answer goes; its User is the caller
	Find     bool             // the text is a message in which to find a build
	Apart    bool             // the thread begins with this answer, so the caller does not see it yet
	Alone    bool             // asked below a message that one person alone sees
	Closed   bool             // a conversation to which nobody can be invited
	Press    *press           // nil: no button was pressed
	Received time.Time
	Repeat   bool // another process may have answered it before it died

	lease    *lease.Lease     // nil: no other process would answer
	envelope string           // for Options.Answered; empty if resumed
	patience *patience.Budget // for slow stores; nil if resumed
	resumed  bool             // the caller of Resume finishes its lease
}

// aside is where the caller alone is told something. Slack shows it in a thread only
// while that thread is open.
func (j job) aside() delivery.Address {
	to := j.To
	if j.Apart {
		to.Thread = ""
	}
	return to
}

func slashJob(c slack.SlashCommand) job {
	return job{
		Text: unescaped(c.Text), Again: strings.TrimSpace(c.Command + " " + unescaped(c.Text)),
		To:     delivery.Address{Channel: c.ChannelID, User: c.UserID, ResponseURL: c.ResponseURL},
		Closed: strings.HasPrefix(c.ChannelID, "D") || strings.HasPrefix(c.ChannelName, "mpdm-"),
	}
}

// spokenJob is a mention of the bot or a direct message to it; ok is false for any
// other event.
func spokenJob(event slackevents.EventsAPIEvent, who identity) (j job, ok bool) {
	outer, ok := event.Data.(*slackevents.EventsAPICallbackEvent)
	if !ok {
		return job{}, false
	}
	j.ID = outer.EventID
	said, botID := "", ""
	switch inner := event.InnerEvent.Data.(type) {
	case *slackevents.AppMentionEvent:
		said, botID = inner.Text, inner.BotID
		j.To = delivery.Address{Channel: inner.Channel, User: inner.User, Thread: inner.ThreadTimeStamp}
		if j.To.Thread == "" {
			j.To.Thread, j.Apart = inner.TimeStamp, true
		}
	case *slackevents.MessageEvent:
		if inner.ChannelType != slackevents.ChannelTypeIM || !isTyped(inner.SubType) {
			return job{}, false
		}
		said, botID = inner.Text, inner.BotID
		j.To = delivery.Address{Channel: inner.Channel, User: inner.User, Thread: inner.ThreadTimeStamp}
	default:
		return job{}, false
	}
	if botID != "" || j.To.User == who.userID {
		return job{}, false
	}
	j.Text = withoutSlash(withoutMarks(unescaped(who.unmentioned(said))))
	j.Again = who.mention(j.Text)
	return j, true
}

// isTyped reports whether a person typed a direct message of that subtype: a plain
// one, one with a file, or one of a thread that is sent to the conversation, too.
func isTyped(subtype string) bool {
	return subtype == "" || subtype == "file_share" || subtype == "thread_broadcast"
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
}

// pressed reads the press of a button in a message; ok is false for any other
// interaction.
func pressed(in slack.InteractionCallback) (p *press, value string, ok bool) {
	if in.Type != slack.InteractionTypeBlockActions || len(in.ActionCallback.BlockActions) != 1 || in.Container.Type == "view" {
		return nil, "", false
	}
	action := in.ActionCallback.BlockActions[0]
	place, _ := render.PlaceOf(action.ActionID)
	return &press{
		Action: action.ActionID, At: action.ActionTs, Label: action.Text.Text, Place: place,
		TS: in.Container.MessageTs, Alone: in.Container.IsEphemeral,
		Text: in.Message.Text, Blocks: in.Message.Blocks,
	}, action.Value, true
}

// beside is where the answer to a press goes: to the thread of the message, or to the
// channel if one person alone sees the message.
func beside(in slack.InteractionCallback) delivery.Address {
	to := delivery.Address{Channel: in.Channel.ID, User: in.User.ID, ResponseURL: in.ResponseURL, Thread: in.Container.ThreadTs}
	if to.Thread == "" && !in.Container.IsEphemeral {
		to.Thread = in.Container.MessageTs
	}
	return to
}

// pressedJob is the line of a button, run for the person who pressed it.
func pressedJob(in slack.InteractionCallback, p *press, line string) job {
	j := job{Text: withoutSlash(line), Again: line, To: beside(in), Press: p}
	if p.Place == reply.InChannel {
		j.To.Thread = in.Container.ThreadTs // a thread stays a thread
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
var mention = regexp.MustCompile(`<@([A-Z0-9]+)(?:\|[^<>]*)?>`)

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

// link matches an address or a mention.
var link = regexp.MustCompile(`<([^<>|\s]+)(?:\|[^<>]*)?>`)

// unescape undoes the only escaping that Slack has.
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// unescaped is a text as it was typed: without Slack's angle brackets around links and
// without its escaping. It is applied once, where an envelope is read.
func unescaped(text string) string {
	return unescape.Replace(link.ReplaceAllString(text, "$1"))
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
