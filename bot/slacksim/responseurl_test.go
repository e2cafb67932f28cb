package slacksim

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// typed is a command whose response URL a test may use.
func typed(t *testing.T, s *Server, channel string) *Invocation {
	t.Helper()
	if s.Connections() == 0 {
		open(t, s)
	}
	inv, err := s.Slash(within(t), SlashCommand{Channel: channel, User: ann, Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	return inv
}

func TestAResponseURLWorksFiveTimes(t *testing.T) {
	s := start(t, Config{})
	inv := typed(t, s, builds)
	assert.Equal(t, "no_text", do(t, inv.ResponseURL, jsonType, "", `{}`).err(), "a refused message is no use")
	for range responseUses {
		a := do(t, inv.ResponseURL, jsonType, "", `{"text":"hi"}`)
		assert.True(t, a.ok())
		assert.Equal(t, 200, a.Status)
		assert.Contains(t, a.Header.Get("Content-Type"), "application/json")
	}
	a := do(t, inv.ResponseURL, jsonType, "", `{"text":"hi"}`)
	assert.Equal(t, 404, a.Status)
	assert.Equal(t, "used_url", a.err())
	assert.Len(t, inv.Status().Answers, responseUses)
}

func TestAResponseURLWorksForThirtyMinutes(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	inv := typed(t, s, builds)
	clock.Advance(responseLife)
	assert.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"just in time"}`).ok())
	clock.Advance(time.Second)
	a := do(t, inv.ResponseURL, jsonType, "", `{"text":"too late"}`)
	assert.Equal(t, 404, a.Status)
	assert.Equal(t, "expired_url", a.err())
	assert.Equal(t, "expired_url", do(t, inv.ResponseURL+"X", jsonType, "", `{"text":"forged"}`).err())
}

func TestAResponseURLNeedsNoMembership(t *testing.T) {
	s := start(t, Config{Clock: handClock()})
	for _, channel := range []string{general, private} {
		inv := typed(t, s, channel)
		require.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"psst"}`).ok())
		require.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"all","response_type":"in_channel"}`).ok())
		require.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"more","response_type":"in_channel"}`).ok())
		assert.Equal(t, strings.Join([]string{
			"logbot (app)  14:02  only visible to you", "  psst",
			"ann  14:02", "  /logs fail web 128",
			"logbot (app)  14:02", "  all",
			"logbot (app)  14:02", "  more", "",
		}, "\n"), s.Render(channel, ann))
		assert.NotContains(t, s.Render(channel, bob), "psst")
	}
}

func TestResponsesAreChecked(t *testing.T) {
	s := start(t, Config{})
	open(t, s)
	parent := api(t, s, "chat.postMessage", "channel", builds, "text", "parent").ts()
	cases := []struct {
		name, contentType, body string
		want                    string
		status                  int
	}{
		{"text", jsonType, `{"text":"hi"}`, "", 200},
		{"what slack-go sends", "application/json", `{"metadata":{"event_type":"","event_payload":null},"blocks":null,"text":"hi"}`, "", 200},
		{"blocks", jsonType, `{"blocks":[{"type":"divider"}]}`, "", 200},
		{"in a thread", jsonType, `{"text":"x","response_type":"in_channel","thread_ts":"` + parent + `"}`, "", 200},
		{"in no thread", jsonType, `{"text":"x","response_type":"in_channel","thread_ts":"1.1"}`, "cannot_reply_to_message", 400},
		{"nothing", jsonType, `{"text":""}`, "no_text", 400},
		{"bad blocks", jsonType, `{"blocks":[{"type":"header"}]}`, "invalid_blocks", 400},
		{"a form", formType, "text=hi", "invalid_payload", 400},
		{"broken JSON", jsonType, "{", "invalid_payload", 400},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := do(t, typed(t, s, builds).ResponseURL, c.contentType, "", c.body)
			assert.Equal(t, c.want, a.err())
			assert.Equal(t, c.status, a.Status)
		})
	}
}

func TestACommandHasNoOriginalToReplace(t *testing.T) {
	s := start(t, Config{})
	inv := typed(t, s, builds)
	require.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"one"}`).ok())
	require.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"two","replace_original":true}`).ok())
	require.True(t, do(t, inv.ResponseURL, jsonType, "", `{"delete_original":true}`).ok())
	answers := inv.Status().Answers
	require.Len(t, answers, 2)
	assert.Equal(t, "one", answers[0].Text)
	assert.Equal(t, "two", answers[1].Text)
}

func TestPublicResponsesAreRateLimited(t *testing.T) {
	s := start(t, Config{Clock: handClock(), PostBurst: 1})
	inv := typed(t, s, builds)
	require.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"x","response_type":"in_channel"}`).ok())
	a := do(t, inv.ResponseURL, jsonType, "", `{"text":"x","response_type":"in_channel"}`)
	assert.Equal(t, 429, a.Status)
	assert.Equal(t, "1", a.Header.Get("Retry-After"))
	assert.True(t, do(t, inv.ResponseURL, jsonType, "", `{"text":"x"}`).ok(), "the caller alone does not count")
}
