package delivery

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery/send"
	"logbot/bot/slacksim"
)

// The same rules over real connections, against a Slack that knows nothing of this
// package.

func TestMessagesOverBrokenConnectionsAreMarkedIfInDoubt(t *testing.T) {
	for fault, c := range map[string]struct{ copies, repeats int }{
		"call-reset-before@chat.postMessage": {1, 1}, // written, so nobody knows
		"call-reset@chat.postMessage":        {2, 1},
		"call-500@chat.postMessage":          {1, 1},
		"call-503@chat.postMessage":          {1, 0},
		"call-429@chat.postMessage":          {1, 0},
		"call-429-bare@chat.postMessage":     {1, 0},
		"call-200-limited@chat.postMessage":  {1, 0},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			courier, s := newSimHarness(t, nil, fault+":2") // every second call: the first goes well
			_, err := courier.Say(t.Context(), Address{Channel: builds}, say("before"))
			require.NoError(t, err)
			_, err = courier.Say(t.Context(), Address{Channel: builds}, say("hello"))
			require.NoError(t, err)
			copies, marked := 0, 0
			for _, m := range s.Messages(builds) {
				if strings.HasPrefix(m.Text, "hello") {
					copies++
				}
				if strings.HasSuffix(m.Text, sentAgain) {
					marked++
				}
			}
			assert.Equal(t, c.copies, copies)
			assert.Equal(t, c.repeats, marked)
			assert.EqualValues(t, c.repeats, courier.Stats().Repeats)
		})
	}
}

func TestAnUnreachableSlackIsRetriedWithoutDoubt(t *testing.T) {
	c := newCourier(t, "http://127.0.0.1:1/api/", "xoxb-1", nil)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() { _, err := c.Identify(ctx); failed <- err }()
	require.Eventually(t, func() bool { return c.Stats().Retried > 0 }, 30*time.Second, time.Millisecond)
	cancel()
	err := <-failed
	assert.ErrorContains(t, err, "auth.test")
	assert.NotErrorIs(t, err, send.ErrOutcomeUnknown)
}

func TestAllUsesOfAResponseURLAreUsed(t *testing.T) {
	c, s := newSimHarness(t, send.Unlimited{})
	s.Ghosts(1) // a socket of any kind, so that a command can be typed
	typed, err := s.Slash(t.Context(), slacksim.SlashCommand{Channel: private, User: ann, Command: "/logs"})
	require.NoError(t, err)
	a := Address{Channel: private, User: ann, ResponseURL: s.URL() + typed.ResponseURL[strings.Index(typed.ResponseURL, "/commands/"):]}
	for range 7 {
		require.NoError(t, c.Whisper(t.Context(), a, say("x")))
	}
	fromBot := 0
	for _, m := range s.Ephemerals(private, ann) {
		if m.Via == "response_url" {
			fromBot++
		}
	}
	assert.Equal(t, responseUses, fromBot)
	direct, err := s.DirectMessage(ann)
	require.NoError(t, err)
	assert.Len(t, s.Messages(direct), 2, "the bot is not a member, so the rest comes as a direct message")
}

func TestAFileIsSharedOnceDespiteFaults(t *testing.T) {
	content := noise(3 << 20)
	for fault, inferred := range map[string]int64{
		"upload-broken:2":                                  0,
		"call-reset@upload:2":                              0,
		"call-500@upload:2":                                0,
		"call-429@files.getUploadURLExternal:2":            0,
		"call-reset@files.getUploadURLExternal:2":          0,
		"call-503@files.completeUploadExternal:2":          0,
		"call-reset-before@files.completeUploadExternal:2": 0,
		"call-reset@files.completeUploadExternal:2":        1,
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			c, s := newSimHarness(t, nil, fault)
			_, err := c.SendFile(t.Context(), Address{Channel: builds}, fileOf("first\n"))
			require.NoError(t, err)
			sent, err := c.SendFile(t.Context(), Address{Channel: builds}, fileOf(content))
			require.NoError(t, err)
			assert.Equal(t, inferred, c.Stats().Inferred)
			messages := s.Messages(builds)
			require.Len(t, messages, 2, "shared once each")
			require.Len(t, messages[1].Files, 1)
			assert.Equal(t, sent.ID, messages[1].Files[0].ID)
			assert.EqualValues(t, len(content), messages[1].Files[0].Size)
			assert.Equal(t, "text", messages[0].Files[0].Snippet)
			assert.Empty(t, messages[1].Files[0].Snippet)
		})
	}
}

func TestAFileForAChannelWithoutTheBotIsNotInChannel(t *testing.T) {
	c, _ := newSimHarness(t, nil)
	for _, channel := range []string{"C0GENERAL1", private} {
		_, err := c.SendFile(t.Context(), Address{Channel: channel}, fileOf("x\n"))
		assert.True(t, send.IsNotInChannel(err), "%v", err)
	}
}
