package slacksim

import (
	"errors"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// numbered finds the mark that the tests type.
func numbered(text string) string { return regexp.MustCompile(`nr-\d+\b`).FindString(text) }

func TestOutcomesCountLostAndRepeatedAnswers(t *testing.T) {
	s := start(t, Config{Clock: handClock()})
	refused := slash(t, s, "fail nr-0") // before there is a socket
	ws, _ := open(t, s)
	taken := func(text string, payload any) *Invocation {
		inv := slash(t, s, text)
		ws.read()
		frame := map[string]any{"envelope_id": inv.EnvelopeID}
		if payload != nil {
			frame["payload"] = payload
		}
		ws.write(frame)
		require.NoError(t, inv.Settled(within(t)))
		return inv
	}
	post := func(pairs ...string) string {
		a := api(t, s, "chat.postMessage", append([]string{"channel", builds}, pairs...)...)
		require.True(t, a.ok(), "%v", a.Body)
		return a.ts()
	}
	lost := taken("fail nr-1", nil)
	inAck := taken("fail nr-2", obj{"text": "nothing about it"})
	byHook := taken("fail nr-3", nil)
	require.True(t, do(t, byHook.ResponseURL, jsonType, "", `{"text":"x"}`).ok())
	once := taken("fail nr-4", nil)
	ts := post("text", "reading nr-4")
	require.True(t, api(t, s, "chat.update", "channel", builds, "ts", ts, "text", "nr-4 failed").ok())
	twice := taken("fail nr-5", nil)
	post("text", "nr-5 failed")
	post("text", "a repeat", "blocks", toJSON(t, []any{section("nr-5 failed")}))
	inFile := taken("full nr-6", nil)
	require.True(t, complete(t, s, uploaded(t, s, "nr-6.log", "日志"), "channel_id", builds).ok())
	gone := taken("fail nr-7", nil)
	require.True(t, api(t, s, "chat.delete", "channel", builds, "ts", post("text", "nr-7")).ok())
	s.Ghosts(maxConnections)
	_, err := s.Say(within(t), Saying{User: ann, Channel: builds, Text: "nr-4 is not the app's"})
	require.NoError(t, err)
	s.Reset()
	swallowed := slash(t, s, "fail nr-8")

	list := s.Outcomes(numbered)
	require.Len(t, list, 9)
	for i, want := range []struct {
		inv            *Invocation
		sent           bool
		answers, posts int
		lost           bool
	}{
		{refused, false, 0, 0, false}, // the caller was told so
		{lost, true, 0, 0, true},
		{inAck, true, 1, 0, false},
		{byHook, true, 1, 0, false},
		{once, true, 0, 1, false},
		{twice, true, 0, 2, false},
		{inFile, true, 0, 1, false},
		{gone, true, 0, 0, true},
		{swallowed, false, 0, 0, false},
	} {
		got := list[i]
		assert.Equal(t, want.inv.EnvelopeID, got.EnvelopeID)
		assert.Equal(t, want.inv.Command+" "+want.inv.Text, got.Typed)
		assert.Equal(t, want.sent, got.Sent, got.Typed)
		assert.Len(t, got.Answers, want.answers, got.Typed)
		assert.Len(t, got.Posts, want.posts, got.Typed)
		assert.Equal(t, want.answers+want.posts, got.Answered(), got.Typed)
		assert.Equal(t, want.lost, got.Lost(), got.Typed)
	}
	assert.Len(t, s.Outcomes(nil)[1].Posts, 0, "without marks posts answer nothing")
}

func TestTypedIsWhatThePersonDid(t *testing.T) {
	s := start(t, Config{Clock: handClock(), Shortcuts: []Shortcut{{"Explain", "explain"}}, Scopes: []string{"commands", "chat:write", "app_mentions:read"}})
	open(t, s)
	ts := posted(t, s, withButtons())
	for want, c := range map[string]Click{
		"full v":            {ActionID: "full"},
		"page older":        {ActionID: "page", Values: []string{"older"}},
		"ticks older newer": {ActionID: "ticks", Values: []string{"older", "newer"}},
		"lines bad":         {ActionID: "lines", Values: []string{"bad"}},
	} {
		c.User, c.Channel, c.TS = ann, builds, ts
		assert.Equal(t, want, click(t, s, c).Typed)
	}
	opened(t, s, searchModal(nil))
	sub, err := s.Submit(within(t), Submission{User: ann, Values: map[string][]string{"expression": {"错误 nr-9"}}})
	require.NoError(t, err)
	assert.Equal(t, "错误 nr-9 2 last", sub.Typed)
	m := said(t, s, Saying{User: bob, Channel: builds, Text: "@logbot nr-10"})
	use, err := s.Shortcut(within(t), ShortcutUse{User: ann, Channel: builds, TS: m.TS, CallbackID: "explain"})
	require.NoError(t, err)
	assert.Equal(t, "<@U0LOGBOT01> nr-10", use.Typed)
	list := s.Outcomes(numbered)
	assert.Equal(t, "<@U0LOGBOT01> nr-10", list[len(list)-2].Typed, "the event")
}

// The count that a bot must pass, here passed by a few lines of slack-go.
func TestNothingIsLostOrDoubledByAClientThatRetries(t *testing.T) {
	const commands = 100
	channels := make([]Channel, commands/2)
	for i := range channels {
		channels[i] = Channel{ID: fmt.Sprintf("C0BUSY%04d", i), Name: fmt.Sprintf("busy%d", i), Members: []string{ann}, Bot: true}
	}
	s := start(t, Config{
		Channels: channels, Users: []User{{ID: ann, Name: "ann"}}, PostBurst: 2,
		Faults: []Fault{
			{Name: "call-429", Method: "chat.postMessage", Chance: 0.05, Seed: 1},
			{Name: "call-503", Method: "chat.postMessage", Chance: 0.01, Seed: 2},
			{Name: "socket-refresh", Every: 50},
		},
	})
	api := slackGo(t, s)
	var working sync.WaitGroup
	t.Cleanup(working.Wait)
	hellos := serve(t, api, func(client *socketmode.Client, e socketmode.Event, cmd slack.SlashCommand) {
		_ = client.Ack(*e.Request) // one that is too late shows in the count
		working.Go(func() {
			for {
				_, _, err := api.PostMessageContext(t.Context(), cmd.ChannelID, slack.MsgOptionText("answer to "+cmd.Text, false))
				limited := (*slack.RateLimitedError)(nil)
				switch {
				case errors.As(err, &limited):
					select {
					case <-time.After(limited.RetryAfter):
					case <-t.Context().Done():
					}
				case err == nil || t.Context().Err() != nil:
					return
				}
			}
		})
	})
	for i := range commands {
		if s.Connections() == 0 {
			next(t, hellos)
		}
		inv, err := s.Slash(within(t), SlashCommand{Channel: channels[i%len(channels)].ID, User: ann, Command: "/logs", Text: fmt.Sprintf("fail nr-%d", i)})
		require.NoError(t, err)
		require.NoError(t, inv.Settled(within(t)))
	}
	require.NoError(t, s.Wait(within(t), func() bool { return s.Counts()["chat.postMessage"] >= commands }))
	working.Wait()
	took, answered := 0, 0
	for _, o := range s.Outcomes(numbered) {
		assert.False(t, o.Lost(), o.Typed)
		assert.LessOrEqual(t, o.Answered(), 1, o.Typed)
		answered += o.Answered()
		if !o.AckedAt.IsZero() {
			took++
		}
	}
	assert.GreaterOrEqual(t, answered, took)
	assert.GreaterOrEqual(t, took, commands-4, "only the acknowledgement of a command whose socket ends may be lost")
	assert.Greater(t, s.Counts()["chat.postMessage"], answered, "some were refused")
}
