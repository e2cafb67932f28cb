package commands_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/failure/known"
	"logbot/commands/reply"
)

// amended waits for the later edit of an answer.
func amended(t *testing.T, r reply.Reply) (instead reply.Reply, more bool) {
	t.Helper()
	require.NotNil(t, r.Amend)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return r.Amend(ctx)
}

func TestAnAnswerIsAmendedOnceEarlierBuildsWereRead(t *testing.T) {
	h := remembering(t, nil)
	first := h.typed(t, "fail web 128")
	require.Equal(t, "Last green #127, then 1f0c2d9 wang.lei", first.Verdict)
	more, ok := amended(t, first)
	require.True(t, ok)
	assert.Equal(t, "Same as #126 and #121 (3 in 4 days), green in between (#127) · first at d7900bb", more.Verdict)
	head := func(r reply.Reply) []string { return append(r.Context, r.Sign, r.Heading, r.Reason, r.Tests, r.Verb) }
	assert.Equal(t, head(first), head(more), "the rest stays as it was")
	assert.Equal(t, first.Try, more.Try, "with its buttons")
	assert.NotEmpty(t, more.Lines)
	assert.Nil(t, more.Notice, "that was told")
	assert.Len(t, *h.reads, 1, "nobody has asked again")

	again := h.typed(t, "fail web 128")
	assert.Nil(t, again.Amend, "nothing is left to be read")
}

func TestAnAmendedAnswerNamesWhoClaimedTheFailureMeanwhile(t *testing.T) {
	h := remembering(t, nil)
	first := h.typed(t, "fail web 128")
	s := h.remembers(t, webID, 128)
	_, err := h.failures.Claim(t.Context(), known.NewClaim{Key: s.Key, Task: webID, Build: 128, User: ann, Name: "ann", At: time.Now()})
	require.NoError(t, err)
	more, ok := amended(t, first)
	require.True(t, ok)
	assert.Equal(t, "ann", more.Claim.Name)
	assert.Empty(t, pressed(more, "Claim").Line)
}

func TestAnAnswerIsNotAmendedIfNothingNewIsKnown(t *testing.T) {
	h := remembering(t, nil)
	first := h.typed(t, "fail web 121")
	h.remembers(t, webID, 119)
	h.failures.forget(webID, 119)
	_, more := amended(t, first)
	assert.False(t, more)

	h = remembering(t, nil)
	first = h.typed(t, "fail web 128")
	h.failures.refuse(commands.ErrStoreAway)
	_, more = amended(t, first)
	assert.False(t, more, "the store is away")

	h = remembering(t, nil)
	first = h.typed(t, "fail web 128")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, more = first.Amend(ctx)
	assert.False(t, more, "the bot stops")
}

func TestAnAnswerForOneAloneIsNotAmended(t *testing.T) {
	h := remembering(t, nil)
	assert.Nil(t, h.typed(t, "fail web 128 --me").Amend)
}

func TestAnAnswerIsNotAmendedOnceItsCallerMayNotReadIt(t *testing.T) {
	policy, err := access.New([]access.Rule{{Channels: []string{here}, Users: []string{ann}, Tasks: []string{webID}}})
	require.NoError(t, err)
	var left atomic.Bool
	h := rememberingWith(t, policy, func(_ context.Context, c access.Caller) (access.Caller, error) {
		if left.Load() {
			c.User = "U0OTHER001"
		}
		return c, nil
	})
	first := h.typed(t, "fail web 128")
	require.NotNil(t, first.Amend)
	left.Store(true)
	_, more := amended(t, first)
	assert.False(t, more)
}
