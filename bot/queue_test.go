package bot

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery/send"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

// freshLimiter never waits, but is not known to: the places in the queue are those of
// Slack's limit, and the test does not take as long.
type freshLimiter struct{ send.Unlimited }

// heldRunner answers every command but the first once it is released.
func heldRunner(release <-chan struct{}) runnerFunc {
	return func(ctx context.Context, r commands.Request) reply.Reply {
		if r.Text != "first" {
			select {
			case <-release:
			case <-ctx.Done():
			}
		}
		return reply.Reply{Heading: r.Text}
	}
}

func TestTheAcknowledgementSaysHowLongTheQueueIs(t *testing.T) {
	release := make(chan struct{})
	h := newHarness(t, Options{Commands: heldRunner(release), Limiter: freshLimiter{}})
	said := regexp.MustCompile(`^(\d+) ahead of you in this channel: about (\d+) s\.$`)
	const many = 40
	began := time.Now()
	for i := range many {
		inv := h.slash(t, h.channel, fmt.Sprintf("fail web %d", i))
		require.NoError(t, inv.Settled(t.Context()))
		if i < 4 {
			assert.Empty(t, h.Ephemerals(h.channel, h.user), "a burst, and a second, is no wait")
		}
	}
	notices := h.Ephemerals(h.channel, h.user)
	require.NotEmpty(t, notices)
	m := said.FindStringSubmatch(notices[len(notices)-1].Text)
	require.NotNil(t, m, notices[len(notices)-1].Text)
	assert.Equal(t, strconv.Itoa(many-1), m[1])
	seconds, _ := strconv.Atoi(m[2])
	assert.InDelta(t, many-3, seconds, time.Since(began).Seconds()+1, "one a second, after a burst of three")
	before := h.Counts()
	assert.Zero(t, before["response_url"]+before["chat.postEphemeral"]+before["chat.postMessage"], "it costs nothing of the limit")

	h.slash(t, general, "fail web 1")
	assert.Empty(t, h.Ephemerals(general, h.user), "another channel has its own queue")
	_, err := h.Say(t.Context(), slacksim.Saying{User: h.user, Channel: h.channel, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	close(release)
	h.posted(t, h.channel, many+2)
	for _, m := range h.Ephemerals(h.channel, h.user) {
		assert.Equal(t, "ack", m.Via)
	}
}

func TestTheQueueIsSaidInTheReadersLanguage(t *testing.T) {
	release := make(chan struct{})
	h := newHarnessIn(t, reader(), Options{Commands: heldRunner(release), Limiter: freshLimiter{}})
	h.slash(t, h.channel, "first")
	h.posted(t, h.channel, 1)
	for range 6 {
		require.NoError(t, h.slash(t, h.channel, "fail web 2").Settled(t.Context()))
	}
	close(release)
	notices := h.Ephemerals(h.channel, h.user)
	require.NotEmpty(t, notices)
	assert.Regexp(t, `^本频道前面还有 \d 条，约需 \d 秒。$`, notices[0].Text)
}
