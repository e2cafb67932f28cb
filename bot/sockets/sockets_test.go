package sockets

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

func TestEveryCommandIsTakenAndAcknowledged(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, func(o *Options) { o.Connections = 3 })
	o.connected(t, 3)
	var typed []*slacksim.Invocation
	for i := range 50 {
		typed = append(typed, o.typeCommand(t, fmt.Sprint(i)))
	}
	seen := map[string]bool{}
	for range typed {
		e := <-o.taken
		seen[textOf(t, e)] = true
		assert.Equal(t, "slash_commands", e.Type)
	}
	assert.Len(t, seen, 50)
	for _, i := range typed {
		require.NoError(t, i.Settled(t.Context()))
		assert.Empty(t, i.Status().Failure)
	}
	h := o.sockets.Health()
	assert.Equal(t, 3, h.Counted)
	assert.Zero(t, h.Reconnects)
	assert.Empty(t, h.Trouble)
	assert.Less(t, h.Silence, time.Minute)
}

func TestARepeatedEventCountsItsRetries(t *testing.T) {
	clock := slacksim.NewHandClock(time.Date(2026, 11, 25, 14, 0, 0, 0, time.UTC))
	taken := make(chan Envelope, 1)
	o := newHarness(t, slacksim.Config{Clock: clock, Scopes: []string{"app_mentions:read", "chat:write"}}, func(o *Options) {
		o.Take = func(_ context.Context, e Envelope) { taken <- e }
	})
	o.connected(t, 2)
	_, err := o.Say(t.Context(), slacksim.Saying{User: "U0ANN00001", Channel: "C0BUILDS01", Text: "@logbot help"})
	require.NoError(t, err)
	assert.Zero(t, (<-taken).Retries)
	for clock.Advance(time.Second); len(taken) == 0; clock.Advance(time.Second) {
		time.Sleep(time.Millisecond)
	}
	again := <-taken
	assert.Equal(t, 1, again.Retries)
	again.Ack(t.Context(), nil)
}

func TestAWarnedSocketIsReadWhileItsSuccessorOpens(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, nil)
	o.connected(t, 2)
	o.least.Store(100)
	opened := o.Counts()["apps.connections.open"]
	require.Equal(t, 2, o.Disconnect("warning"))
	var typed []*slacksim.Invocation
	o.wait(t, "two successors", func() bool {
		typed = append(typed, o.typeCommand(t, "while they change"))
		return o.Counts()["apps.connections.open"] == opened+2 && o.sockets.Health().Connected == 4
	})
	for _, i := range typed {
		require.NoError(t, i.Settled(t.Context()))
		assert.Empty(t, i.Status().Failure, "no command is lost")
	}
	assert.GreaterOrEqual(t, o.least.Load(), int64(2), "nothing was closed before its successor came")
	o.Disconnect("refresh_requested") // all four: the old ones are not replaced again
	o.wait(t, "two connections again", func() bool { return o.Connections() == 2 && o.sockets.Health().Connected == 2 })
	assert.Equal(t, opened+4, o.Counts()["apps.connections.open"])
}

func TestLostSocketsAreReopened(t *testing.T) {
	for name, end := range map[string]func(*harness){
		"refresh_requested": func(o *harness) { o.Disconnect("refresh_requested") },
		"cut":               func(o *harness) { o.Reset() },
	} {
		t.Run(name, func(t *testing.T) {
			o := newHarness(t, slacksim.Config{}, nil)
			o.connected(t, 2)
			for range 5 {
				before := o.sockets.Health().Reconnects
				end(o)
				o.wait(t, "new ones", func() bool { return o.sockets.Health().Reconnects >= before+2 && o.Connections() == 2 })
			}
			i := o.typeCommand(t, "x")
			require.NoError(t, i.Settled(t.Context()))
			assert.Empty(t, i.Status().Failure)
		})
	}
}

func TestSocketModeSwitchedOffIsLoggedOnce(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, nil)
	o.connected(t, 2)
	for range 3 {
		o.Disconnect("link_disabled")
		o.wait(t, "the loss", func() bool { return o.sockets.Health().Connected == 0 })
		assert.Contains(t, o.sockets.Health().Trouble, "link_disabled")
		o.connected(t, 2)
	}
	assert.Equal(t, 1, o.logLines("Switch it on"))
}

func TestASlowTakeDoesNotEndTheSocket(t *testing.T) {
	release := make(chan struct{})
	taken := make(chan string, 20)
	o := newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Connections = 1
		o.times.ping, o.times.silent = 10*time.Millisecond, 300*time.Millisecond
		o.Take = func(ctx context.Context, e Envelope) {
			<-release
			e.Ack(ctx, nil)
			taken <- e.ID
		}
	})
	let := sync.OnceFunc(func() { close(release) })
	t.Cleanup(let)
	o.connected(t, 1)
	first := o.typeCommand(t, "0")
	for i := range 9 {
		o.typeCommand(t, fmt.Sprint(i+1))
	}
	l := o.sockets.links[0]
	heard := l.lastHeard()
	o.wait(t, "Slack to be heard well beyond its time", func() bool { return l.lastHeard().Sub(heard) > time.Second })
	assert.Zero(t, o.sockets.Health().Reconnects)
	let()
	assert.Equal(t, first.EnvelopeID, <-taken)
	for range 9 {
		<-taken
	}
}

func TestAnAcknowledgementUsesAnotherSocketIfItsOwnEnded(t *testing.T) {
	hold := make(chan Envelope, 1)
	o := newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Take = func(_ context.Context, e Envelope) { hold <- e }
	})
	o.connected(t, 2)
	i := o.typeCommand(t, "x")
	e := <-hold
	o.Disconnect("refresh_requested")
	o.wait(t, "new sockets", func() bool { return o.sockets.Health().Reconnects == 2 })
	e.Ack(t.Context(), nil)
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, i.Status().Failure)
}

func TestAnAnswerTooLongForAnAcknowledgementIsDropped(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Take = func(ctx context.Context, e Envelope) {
			e.Ack(ctx, map[string]string{"text": strings.Repeat("x", maxAck)})
		}
	})
	o.connected(t, 2)
	i := o.typeCommand(t, "x")
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, i.Status().Failure)
	assert.Equal(t, 1, o.logLines("without an answer"))
}

// textOf is what was typed after a command.
func textOf(t *testing.T, e Envelope) string {
	t.Helper()
	var command struct{ Text string }
	require.NoError(t, json.Unmarshal(e.Payload, &command))
	return command.Text
}

func TestHelloCountsAsHearingSlack(t *testing.T) {
	var longest atomic.Int64
	o := newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Changed = func(h Health) { longest.Store(max(longest.Load(), int64(h.Silence))) }
	})
	o.connected(t, 2)
	assert.Less(t, time.Duration(longest.Load()), time.Minute)
}

func TestALateAcknowledgementDoesNotEndTheSocket(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, func(o *Options) {
		o.Connections = 1
		take := o.Take
		o.Take = func(ctx context.Context, e Envelope) {
			past, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
			defer cancel()
			e.Ack(past, nil)
			take(ctx, e)
		}
	})
	o.connected(t, 1)
	for range 2 {
		i := o.typeCommand(t, "x")
		require.NoError(t, i.Settled(t.Context()))
		assert.Empty(t, i.Status().Failure)
	}
	assert.Zero(t, o.sockets.Health().Reconnects)
}

// brief is a context that has not ended, but leaves no time to write.
type brief struct{ context.Context }

func (brief) Deadline() (time.Time, bool) { return time.Now().Add(-time.Second), true }

func TestASocketThatCannotBeWrittenToIsReplaced(t *testing.T) {
	o := newHarness(t, slacksim.Config{}, func(o *Options) { o.Connections = 1 })
	o.connected(t, 1)
	open, _ := o.sockets.others(nil)
	require.Error(t, open[0].write(brief{t.Context()}, []byte("{}")))
	o.wait(t, "another one", func() bool { return o.sockets.Health().Reconnects == 1 })
	i := o.typeCommand(t, "x")
	require.NoError(t, i.Settled(t.Context()))
	assert.Empty(t, i.Status().Failure)
}
