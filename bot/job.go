package bot

import (
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"logbot/bot/delivery"
	"logbot/bot/jobs/lease"
	"logbot/cache/patience"
	"logbot/commands/reply"
)

// job is one question on its way to its answer: a typed command, a mention, a
// direct message, a pressed button, a filled form or the shortcut. They differ
// only in where the words come from and where the answer goes. It holds all that
// another process needs to answer it, and can be written as JSON.
type job struct {
	ID       string           // of the envelope, or of the event, which Slack may bring more than once
	Text     string           // the words, without the command's name
	Again    string           // what to type to ask the same again
	To       delivery.Address // where the answer goes; its User asked
	Find     bool             // the text is a message in which the build is to be found
	Apart    bool             // that message is no reply: whoever asked need not see its thread
	Alone    bool             // the question was asked below a message that one person alone sees
	Closed   bool             // a conversation to which nobody can be invited
	Press    *press           // nil: no button was pressed
	Received time.Time
	Repeat   bool // another process may have answered it before it died

	lease    *lease.Lease     // nil: no other process would answer
	envelope string           // for Options.Answered; empty where the job was resumed
	patience *patience.Budget // for stores that are slow or away; nil where the job was resumed
	resumed  bool             // somebody else ends its intent
}

// again is the line to type to ask the same again, where there is one.
func (j job) again() []reply.Example {
	if j.Again == "" {
		return nil
	}
	return []reply.Example{{Line: j.Again}}
}

// slashJob is a typed command.
func slashJob(c slack.SlashCommand) job {
	return job{
		Text: unescaped(c.Text), Again: strings.TrimSpace(c.Command + " " + unescaped(c.Text)),
		To:     delivery.Address{Channel: c.ChannelID, User: c.UserID, ResponseURL: c.ResponseURL},
		Closed: strings.HasPrefix(c.ChannelID, "D") || strings.HasPrefix(c.ChannelName, "mpdm-"),
	}
}

// spoken is a mention of the bot or a direct message to it.
func (b *Bot) spoken(event slackevents.EventsAPIEvent, who identity) (job, bool) {
	outer, ok := event.Data.(*slackevents.EventsAPICallbackEvent)
	if !ok {
		return job{}, false
	}
	j := job{ID: outer.EventID}
	said := ""
	switch inner := event.InnerEvent.Data.(type) {
	case *slackevents.AppMentionEvent:
		if inner.BotID != "" || inner.User == who.userID {
			return job{}, false
		}
		said, j.To = inner.Text, delivery.Address{Channel: inner.Channel, User: inner.User, Thread: inner.ThreadTimeStamp}
	case *slackevents.MessageEvent:
		if inner.ChannelType != slackevents.ChannelTypeIM || !spokenTypes[inner.SubType] || inner.BotID != "" || inner.User == who.userID {
			return job{}, false
		}
		said, j.To = inner.Text, delivery.Address{Channel: inner.Channel, User: inner.User, Thread: inner.ThreadTimeStamp}
	default:
		return job{}, false
	}
	if !b.events.Accept(j.ID) {
		return job{}, false
	}
	j.Text = withoutSlash(unmarked(unescaped(who.unmentioned(said))))
	j.Again = who.mention(j.Text)
	return j, true
}

// spokenTypes are the subtypes of direct messages that a person types: plain ones,
// with a file, and in a thread for the conversation, too.
var spokenTypes = map[string]bool{"": true, "file_share": true, "thread_broadcast": true}

// unmentioned is a text without mentions of the bot, which Slack may label.
func (who identity) unmentioned(said string) string {
	return mention.ReplaceAllStringFunc(said, func(m string) string {
		if mention.FindStringSubmatch(m)[1] == who.userID {
			return " "
		}
		return m
	})
}

// mention is how Slack writes a person's name inside a text.
var mention = regexp.MustCompile(`<@([A-Z0-9]+)(?:\|[^<>]*)?>`)

// unmarked is words without the marks of code or emphasis around them, which come
// along when a line is copied from an answer, and without what follows a name
// that is called: "@logbot: fail web".
func unmarked(text string) string {
	text = strings.TrimLeft(strings.TrimSpace(text), ":：,，、 ")
	for _, mark := range []string{"*", "_", "~", "```", "`"} {
		if n := len(mark); len(text) > 2*n && strings.HasPrefix(text, mark) && strings.HasSuffix(text, mark) {
			text = strings.TrimSpace(text[n : len(text)-n])
		}
	}
	return text
}

// link is how Slack writes an address or a mention inside a text.
var link = regexp.MustCompile(`<([^<>|\s]+)(?:\|[^<>]*)?>`)

// unescape reverses the only escaping that Slack has.
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// unescaped undoes Slack's escaping of a text: entities, and links that were wrapped
// in angle brackets.
func unescaped(text string) string {
	return unescape.Replace(link.ReplaceAllString(text, "$1"))
}

// withoutSlash takes a command's name off words that begin with one.
func withoutSlash(text string) string {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "/") {
		return text
	}
	_, rest, _ := strings.Cut(text, " ")
	return rest
}
