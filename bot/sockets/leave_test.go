package sockets

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

func TestStoppingSocketsStayOpenForTheAcknowledgementOfWhatTheyTook(t *testing.T) {
	var h *harness
	h = newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Take = func(_ context.Context, e Envelope) { h.taken <- e }
	})
	h.connected(t, DefaultConnections)
	typed := h.typeCommand(t, "fail web 128")
	e := <-h.taken
	h.stop()
	h.wait(t, "the socket that owes nothing to leave", func() bool { return h.Connections() <= 1 })
	assert.Equal(t, 1, h.Connections(), "the other one stays")
	e.Ack(t.Context(), nil)
	require.NoError(t, <-h.ended)
	require.NoError(t, typed.Settled(t.Context()))
	assert.Empty(t, typed.Status().Failure)
	h.wait(t, "Slack to see that", func() bool { return h.Connections() == 0 })
}

func TestStoppingSocketsWaitOnlySoLong(t *testing.T) {
	var h *harness
	h = newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Take = func(_ context.Context, e Envelope) { h.taken <- e }
		o.times.leave = 50 * time.Millisecond
	})
	h.connected(t, DefaultConnections)
	h.typeCommand(t, "fail web 128")
	<-h.taken  // never acknowledged
	h.Freeze() // Slack does not answer that we close
	h.stop()
	require.NoError(t, <-h.ended)
}
