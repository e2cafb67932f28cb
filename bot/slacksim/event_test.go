package slacksim

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/blockkit"
)

// talkative is a workspace whose app may read and write everywhere it is.
func talkative(clock Clock) Config {
	return Config{Clock: clock, Scopes: []string{
		"commands", "chat:write", "files:write", "app_mentions:read", "im:history", "im:write",
	}}
}

func TestWhatPeopleTypeBecomesMarkup(t *testing.T) {
	s := New(Config{})
	for typed, want := range map[string]string{
		"@logbot fail web 128":                 "<@U0LOGBOT01> fail web 128",
		"@logbot, see https://e.com/?a=1&b=2.": "<@U0LOGBOT01>, see <https://e.com/?a=1&amp;b=2>.",
		"ask @ann or @nobody in #builds #none": "ask <@U0ANN00001> or @nobody in <#C0BUILDS01|builds> #none",
		"a<b && c>d":                           "a&lt;b &amp;&amp; c&gt;d",
		"@here：编译失败 @channel!":                 "<!here>：编译失败 <!channel>!",
		"mail a@logbot":                        "mail a<@U0LOGBOT01>",
	} {
		assert.Equal(t, want, s.toMarkup(typed), typed)
	}
	require.NoError(t, s.Close())
}

func FuzzTypedTextReadsAsTyped(f *testing.F) {
	for _, seed := range []string{"@logbot 失败 https://e.com/日志?a&b", "a < b > c &amp;", "#builds @@here http://", "<!channel>"} {
		f.Add(seed)
	}
	s := New(Config{})
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "*_~`") {
			return // these format
		}
		want := strings.TrimSuffix(strings.ToValidUTF8(text, "\uFFFD"), "\n")
		got := strings.Join(s.renderer().Mrkdwn(s.toMarkup(strings.ToValidUTF8(text, "\uFFFD"))), "\n")
		assert.Equal(t, want, got)
	})
}

func TestAMentionIsSentAsAnEvent(t *testing.T) {
	s := start(t, talkative(handClock()))
	ws, _ := open(t, s)
	m := said(t, s, Saying{User: ann, Channel: builds, Text: "@logbot fail web 128"})
	frame := ws.read()
	assert.Equal(t, "events_api", frame["type"])
	assert.Equal(t, false, frame["accepts_response_payload"])
	assert.EqualValues(t, 0, frame["retry_attempt"])
	p := frame["payload"]
	assert.Equal(t, "event_callback", blockkit.String(p, "type"))
	assert.Equal(t, m.Event.ID, blockkit.String(p, "event_id"))
	assert.Equal(t, "T0SLACKSIM", blockkit.String(p, "team_id"))
	for name, want := range map[string]any{
		"type": "app_mention", "text": "<@U0LOGBOT01> fail web 128", "user": ann, "ts": m.TS, "event_ts": m.TS, "channel": builds,
	} {
		assert.Equal(t, want, blockkit.Field(blockkit.Field(p, "event"), name), name)
	}
	reply := said(t, s, Saying{User: bob, Channel: builds, Text: "and now, @logbot?", ThreadTS: m.TS})
	assert.Equal(t, m.TS, blockkit.String(blockkit.Field(ws.read()["payload"], "event"), "thread_ts"))
	assert.Equal(t, "app_mention", reply.Event.Type)
	assert.Nil(t, said(t, s, Saying{User: ann, Channel: builds, Text: "logbot is not mentioned"}).Event)
	assert.Contains(t, s.Render(builds, bob), "ann  14:02\n  @logbot fail web 128\n  | bob  14:02\n  |   and now, @logbot?\n")
}

func TestMessagesWithoutAnEvent(t *testing.T) {
	s := start(t, talkative(nil))
	assert.Nil(t, said(t, s, Saying{User: ann, Channel: general, Text: "@logbot hi"}).Event)
	assert.Contains(t, s.Render(general, ann), "only visible to you\n  You mentioned @logbot, but they're not in this channel.")
	unscoped := start(t, Config{})
	assert.Nil(t, said(t, unscoped, Saying{User: ann, Channel: builds, Text: "@logbot hi"}).Event)
	im, err := unscoped.DirectMessage(ann)
	require.NoError(t, err)
	assert.Nil(t, said(t, unscoped, Saying{User: ann, Channel: im, Text: "hi"}).Event)
}

func TestImpossibleMessagesAreErrors(t *testing.T) {
	s := start(t, Config{})
	im, err := s.DirectMessage(ann)
	require.NoError(t, err)
	for why, saying := range map[string]Saying{
		"nothing to say": {User: ann, Channel: builds, Text: " "},
		"more than":      {User: ann, Channel: builds, Text: cjk(12_001)},
		"no message":     {User: ann, Channel: builds, Text: "x", ThreadTS: "1.1"},
		"no channel":     {User: ann, Channel: "C0NOWHERE1", Text: "x"},
		"no user":        {User: "U0NOBODY01", Channel: builds, Text: "x"},
		"is not in":      {User: bob, Channel: im, Text: "x"},
	} {
		_, err := s.Say(within(t), saying)
		require.ErrorContains(t, err, why)
	}
	_, err = s.DirectMessage("U0NOBODY01")
	require.ErrorContains(t, err, "no user")
}

func TestAnEventIsRetriedUntilItIsAcknowledged(t *testing.T) {
	clock := handClock()
	s := start(t, talkative(clock))
	ws, _ := open(t, s)
	m := said(t, s, Saying{User: ann, Channel: builds, Text: "@logbot hi"})
	seen := map[any]bool{}
	for attempt, wait := range []time.Duration{0, ackTimeout, ackTimeout + time.Minute, ackTimeout + 5*time.Minute} {
		clock.Advance(wait)
		frame := ws.read()
		assert.EqualValues(t, attempt, frame["retry_attempt"])
		if attempt > 0 {
			assert.Equal(t, "timeout", frame["retry_reason"])
		}
		assert.Equal(t, m.Event.ID, blockkit.String(frame["payload"], "event_id"))
		assert.False(t, seen[frame["envelope_id"]], "a new envelope every time")
		seen[frame["envelope_id"]] = true
		assert.Equal(t, EventStatus{Attempts: attempt + 1}, m.Event.Status())
	}
	clock.Advance(ackTimeout)
	assert.True(t, m.Event.Status().Lost)
	clock.Advance(time.Hour)
	assert.Equal(t, 4, m.Event.Status().Attempts)

	m = said(t, s, Saying{User: ann, Channel: builds, Text: "@logbot again"})
	late := ws.read()["envelope_id"]
	clock.Advance(ackTimeout)
	ws.read()
	ws.write(obj{"envelope_id": late})
	require.NoError(t, m.Event.Settled(within(t)))
	clock.Advance(time.Hour)
	assert.Equal(t, 2, m.Event.Status().Attempts, "an acknowledgement of any attempt will do")
	assert.False(t, m.Event.Status().Lost)
}

func TestEventsHaveALimit(t *testing.T) {
	clock := handClock()
	cfg := talkative(clock)
	cfg.EventsPerHour = 2
	s := start(t, cfg)
	ws, _ := open(t, s)
	mention := func() *Event { return said(t, s, Saying{User: ann, Channel: builds, Text: "@logbot"}).Event }
	read := func() map[string]any {
		frame := ws.read()
		ws.write(obj{"envelope_id": frame["envelope_id"]})
		return frame
	}
	for range 2 {
		e := mention()
		assert.Equal(t, e.ID, blockkit.String(read()["payload"], "event_id"))
		require.NoError(t, e.Settled(within(t)))
	}
	lost := mention()
	assert.True(t, lost.Status().Lost)
	told := read()
	assert.Equal(t, "events_api", told["type"])
	assert.Equal(t, "app_rate_limited", blockkit.String(told["payload"], "type"))
	assert.EqualValues(t, clock.Now().Unix(), blockkit.Field(told["payload"], "minute_rate_limited"))
	assert.True(t, mention().Status().Lost)
	inv := slash(t, s, "commands go on")
	assert.Equal(t, inv.EnvelopeID, read()["envelope_id"], "told of once a minute")
	clock.Advance(time.Minute)
	mention()
	assert.Equal(t, "app_rate_limited", blockkit.String(read()["payload"], "type"))
	clock.Advance(time.Hour)
	again := mention()
	assert.Equal(t, again.ID, blockkit.String(read()["payload"], "event_id"))
	require.NoError(t, again.Settled(within(t)))
}

func TestAnEventWaitsForASocket(t *testing.T) {
	clock := handClock()
	s := start(t, talkative(clock))
	m := said(t, s, Saying{User: ann, Channel: builds, Text: "@logbot hi"})
	clock.Advance(0)
	assert.Equal(t, 2, m.Event.Status().Attempts, "tried again at once")
	ws, _ := open(t, s)
	clock.Advance(time.Minute)
	frame := ws.read()
	assert.Equal(t, "connection_failed", frame["retry_reason"])
	ws.write(obj{"envelope_id": frame["envelope_id"]})
	require.NoError(t, m.Event.Settled(within(t)))
}

func TestAConversationWithTheApp(t *testing.T) {
	s := start(t, talkative(handClock()))
	ws, _ := open(t, s)
	im, err := s.DirectMessage(ann)
	require.NoError(t, err)
	assert.Regexp(t, channelID, im)
	m := said(t, s, Saying{User: ann, Channel: im, Text: "fail web 128"})
	event := blockkit.Field(ws.read()["payload"], "event")
	assert.Equal(t, "message", blockkit.String(event, "type"))
	assert.Equal(t, "im", blockkit.String(event, "channel_type"))
	assert.Equal(t, m.TS, blockkit.String(event, "ts"))

	a := api(t, s, "chat.postMessage", "channel", ann, "text", "a person's id will do")
	require.True(t, a.ok(), "%v", a.Body)
	assert.Equal(t, im, a.Body["channel"])
	event = blockkit.Field(ws.read()["payload"], "event")
	assert.Equal(t, "B0LOGBOT01", blockkit.String(event, "bot_id"), "the app hears itself")
	assert.Equal(t, a.ts(), blockkit.String(event, "ts"))

	a = api(t, s, "conversations.open", "users", ann)
	assert.Equal(t, im, blockkit.String(a.Body["channel"], "id"))
	assert.Equal(t, true, a.Body["already_open"])
	a = api(t, s, "conversations.open", "users", bob, "return_im", "true")
	assert.Equal(t, false, a.Body["already_open"])
	assert.Equal(t, bob, blockkit.String(a.Body["channel"], "user"))
	assert.Equal(t, blockkit.String(a.Body["channel"], "id"), s.Channels()[4].ID)
	for want, pairs := range map[string][]string{
		"users_list_not_supplied":               {},
		"user_not_found":                        {"users", "U0NOBODY01"},
		"invalid_arguments":                     {"users", ann + "," + bob},
		"channel_not_found":                     {"channel", "D0NOWHERE1"},
		"method_not_supported_for_channel_type": {"channel", builds},
	} {
		assert.Equal(t, want, api(t, s, "conversations.open", pairs...).err())
	}
	assert.True(t, api(t, s, "conversations.open", "channel", im).ok())
	id := uploaded(t, s, "x.log", "hi")
	assert.True(t, complete(t, s, id, "channel_id", im).ok())
}

func TestAReplyMayBeShownToTheChannel(t *testing.T) {
	s := start(t, Config{Clock: handClock()})
	parent := said(t, s, Saying{User: ann, Channel: builds, Text: "parent"})
	a := api(t, s, "chat.postMessage", "channel", builds, "text", "reply", "thread_ts", parent.TS, "reply_broadcast", "true")
	require.True(t, a.ok())
	assert.Equal(t, "thread_broadcast", blockkit.String(a.Body["message"], "subtype"))
	assert.Equal(t, ann, blockkit.String(a.Body["message"], "parent_user_id"))
	assert.Equal(t, strings.Join([]string{
		"ann  14:02", "  parent",
		"  | logbot (app)  14:02", "  |   reply",
		"logbot (app)  14:02  replied to a thread", "  reply", "",
	}, "\n"), s.Render(builds, bob))
	a = api(t, s, "chat.postMessage", "channel", builds, "text", "x", "reply_broadcast", "true")
	assert.Empty(t, blockkit.String(a.Body["message"], "subtype"), "no reply, nothing to broadcast")
}

func TestSlackGoHearsAMention(t *testing.T) {
	s := start(t, talkative(nil))
	heard := make(chan *slackevents.AppMentionEvent, 1)
	serveAll(t, slackGo(t, s), func(client *socketmode.Client, e socketmode.Event) {
		if outer, ok := e.Data.(slackevents.EventsAPIEvent); ok {
			assert.NoError(t, client.Ack(*e.Request))
			heard <- outer.InnerEvent.Data.(*slackevents.AppMentionEvent)
		}
	})
	m := said(t, s, Saying{User: ann, Channel: builds, Text: "@logbot 日志"})
	e := next(t, heard)
	assert.Equal(t, "<@U0LOGBOT01> 日志", e.Text)
	assert.Equal(t, m.TS, e.TimeStamp)
	require.NoError(t, m.Event.Settled(within(t)))
	raw, err := json.Marshal(m.Event.payload)
	require.NoError(t, err)
	assert.Contains(t, string(raw), m.Event.ID)
}
