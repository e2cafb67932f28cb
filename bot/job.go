package bot

import (
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"logbot/bot/delivery"
)

// job is one question on its way to its answer: a typed command, a mention, a
// direct message or a pressed button. They differ only in where the words come
// from and where the answer goes.
type job struct {
	envelope string
	event    string           // id of an event, which Slack may bring more than once
	text     string           // the words, without the command's name
	again    string           // what to type to ask the same again
	to       delivery.Address // where the answer goes; its User asked
	pressed  *pressed
	received time.Time
}

// jobOf reads the question out of an event; ask is false where there is none.
func (b *Bot) jobOf(event socketmode.Event) (j job, ask bool) {
	switch data := event.Data.(type) {
	case slack.SlashCommand:
		return job{
			text: typed(data.Text), again: data.Command + " " + typed(data.Text),
			to: delivery.Address{Channel: data.ChannelID, User: data.UserID, ResponseURL: data.ResponseURL},
		}, true
	case slack.InteractionCallback:
		return pressedJob(data)
	case slackevents.EventsAPIEvent:
		return b.spoken(data)
	}
	return job{}, false
}

// spoken is a mention of the bot or a direct message to it.
func (b *Bot) spoken(event slackevents.EventsAPIEvent) (job, bool) {
	outer, ok := event.Data.(*slackevents.EventsAPICallbackEvent)
	if !ok {
		return job{}, false
	}
	j := job{event: outer.EventID}
	said := ""
	switch inner := event.InnerEvent.Data.(type) {
	case *slackevents.AppMentionEvent:
		if inner.BotID != "" || inner.User == b.userID {
			return job{}, false
		}
		said, j.to = inner.Text, delivery.Address{Channel: inner.Channel, User: inner.User, Thread: inner.ThreadTimeStamp}
	case *slackevents.MessageEvent:
		if inner.ChannelType != slackevents.ChannelTypeIM || inner.SubType != "" || inner.BotID != "" || inner.User == b.userID {
			return job{}, false
		}
		said, j.to = inner.Text, delivery.Address{Channel: inner.Channel, User: inner.User, Thread: inner.ThreadTimeStamp}
	default:
		return job{}, false
	}
	if !b.seen.first(j.event) {
		return job{}, false
	}
	said = strings.ReplaceAll(said, "<@"+b.userID+">", " ")
	j.text = withoutSlash(typed(said))
	j.again = "@" + b.name + " " + j.text
	return j, true
}

// link is how Slack writes an address or a mention inside a text.
var link = regexp.MustCompile(`<([^<>|\s]+)(?:\|[^<>]*)?>`)

// unescape reverses the only escaping that Slack has.
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// typed undoes Slack's escaping of a text: entities, and links that were wrapped
// in angle brackets.
func typed(text string) string {
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

// remembered is how many events a recent keeps: Slack brings an event again
// within five minutes.
const remembered = 4096

// recent remembers the last events by id.
type recent struct {
	mu   sync.Mutex
	ids  map[string]bool
	ring []string
	next int
}

func newRecent() *recent { return &recent{ids: map[string]bool{}, ring: make([]string, remembered)} }

// first reports whether id has not been seen, and remembers it.
func (r *recent) first(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids[id] {
		return false
	}
	delete(r.ids, r.ring[r.next])
	r.ids[id], r.ring[r.next] = true, id
	r.next = (r.next + 1) % len(r.ring)
	return true
}

// forget makes id count as not seen.
func (r *recent) forget(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.ids, id)
}
