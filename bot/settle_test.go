package bot

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/bot/envelope"
	"logbot/commands"
	"logbot/commands/reply"
)

// counter is a runner whose answers leave before what they count is stored.
type counter struct {
	sampleRunner
	stored chan error
}

func (c *counter) Run(ctx context.Context, r commands.Request) reply.Reply {
	answer := c.sampleRunner.Run(ctx, r)
	answer.Settle = func(ctx context.Context) error {
		select {
		case err := <-c.stored:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return answer
}

func TestACommandIsDoneOnlyWhenWhatItCountsIsStored(t *testing.T) {
	const noted = `posted {"channel":"C0BUILDS01","unsettled":true}`
	for name, c := range map[string]struct {
		stored error
		ends   []string
	}{
		"stored":     {nil, []string{"begin", noted, "end"}},
		"not stored": {errors.New("the process stops"), []string{"begin", noted}},
	} {
		t.Run(name, func(t *testing.T) {
			run, intents := &counter{stored: make(chan error)}, newMemoryIntents()
			h := newHarness(t, Options{Commands: run, Intents: intents})
			i := h.slash(t, h.channel, "fail web 128")
			h.posted(t, h.channel, 1)
			h.settled(t, i.EnvelopeID)
			assert.Equal(t, []string{"begin", noted}, intents.did(), "it was answered, and is not done")
			run.stored <- c.stored
			h.stop()
			require.NoError(t, <-h.ended, "it waits for what is being stored")
			assert.Equal(t, c.ends, intents.did())
		})
	}
}

func TestAnAnsweredCommandIsRunAgainWithoutAnAnswer(t *testing.T) {
	run := &counter{stored: make(chan error, 1)}
	h := newHarness(t, Options{Commands: run})
	h.wait(t, "its name", func() bool { _, known := h.bot.sender.self.now(); return known })
	payload, err := json.Marshal(job{ID: "env-1", Text: "fail web 128", To: delivery.Address{Channel: h.channel, User: ann}, From: envelope.Sender{User: ann}})
	require.NoError(t, err)
	run.stored <- nil
	require.NoError(t, h.bot.Settle(t.Context(), payload))
	assert.Equal(t, "fail web 128", run.last().Text)
	assert.Equal(t, ann, run.last().User)
	run.stored <- errors.New("away")
	require.Error(t, h.bot.Settle(t.Context(), payload))
	assert.Empty(t, h.Messages(h.channel))
	assert.Empty(t, h.Ephemerals(h.channel, ann))
}

// A store that is away holds up no stop: another process stores what was counted.
func TestAStopDoesNotWaitForAStoreThatIsAway(t *testing.T) {
	intents := newMemoryIntents()
	h := newHarness(t, Options{Commands: &counter{stored: make(chan error)}, Intents: intents})
	i := h.slash(t, h.channel, "fail web 128")
	h.posted(t, h.channel, 1)
	h.settled(t, i.EnvelopeID)
	h.stop()
	require.NoError(t, <-h.ended)
	assert.NotContains(t, intents.did(), "end")
}
