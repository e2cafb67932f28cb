package bot

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

// suggesting answers with a line to type, and counts how often it is asked.
func suggesting(asked chan<- string) Runner {
	return runnerFunc(func(_ context.Context, r commands.Request) reply.Reply {
		asked <- r.Text
		return reply.Reply{Heading: "web #128", Try: []reply.Example{{Line: "/logs full web 128"}}}
	})
}

func TestWorkWaitsUntilTheBotKnowsItsName(t *testing.T) {
	asked := make(chan string, 9)
	h := newUnnamedHarness(t, Options{Commands: suggesting(asked)})
	said, err := h.Say(t.Context(), slacksim.Saying{User: ann, Channel: builds, Text: "hello"})
	require.NoError(t, err)
	to := delivery.Address{Channel: builds, User: ann, Thread: said.TS}
	payload, err := json.Marshal(job{ID: "Ev1", Text: "fail web 128", To: to})
	require.NoError(t, err)
	invite, err := json.Marshal(job{ID: "Ev2", Again: "/logs follow web", To: to})
	require.NoError(t, err)
	work := map[string]func(ctx context.Context) error{
		"a command of a dead process": func(ctx context.Context) error { return h.bot.Resume(ctx, nil, payload, false) },
		"an apology":                  func(ctx context.Context) error { return h.bot.Apologise(ctx, invite) },
		"an invitation": func(ctx context.Context) error {
			return h.bot.Refused(ctx, invite, slack.SlackErrorResponse{Err: "not_in_channel"})
		},
		"a watch": func(ctx context.Context) error {
			_, err := h.bot.Post(ctx, builds, said.TS, reply.Reply{Heading: "web #128 failed", Try: []reply.Example{{Line: "/logs show web 128"}}})
			return err
		},
	}
	over, end := context.WithCancel(t.Context())
	end()
	for name, do := range work {
		assert.ErrorIs(t, do(over), context.Canceled, "%s ends with its context", name)
	}
	assert.Empty(t, asked)
	assert.Len(t, h.Messages(builds), 1)

	done := make(chan error, len(work))
	for _, do := range work {
		go func() { done <- do(t.Context()) }()
	}
	h.tell <- ""
	for range work {
		require.NoError(t, <-done)
	}
	shown := h.Render(builds, ann)
	for _, line := range []string{"@logbot full web 128", "@logbot show web 128", "@logbot follow web", "/invite @logbot"} {
		assert.Contains(t, shown, line)
	}
	assert.NotContains(t, shown, "@ ")
}

func TestCommandsAreAcknowledgedWhileSlackDoesNotSayWhoTheBotIs(t *testing.T) {
	asked := make(chan string, 9)
	h := newUnnamedHarness(t, Options{Commands: suggesting(asked)})
	h.wait(t, "a connection", func() bool { return h.Connections() > 0 })
	i, err := h.Slash(t.Context(), slacksim.SlashCommand{Channel: builds, User: ann, Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	require.NoError(t, i.Settled(t.Context()))
	assert.False(t, i.Status().Late)
	assert.Empty(t, asked)
	h.tell <- "internal_error"
	<-h.asked // asked again
	h.tell <- ""
	assert.Equal(t, "fail web 128", <-asked)
	h.wait(t, "the answer", func() bool {
		for _, m := range h.Messages(builds) {
			if m.Text == "web #128" {
				return true
			}
		}
		return false
	})
}

func TestAMentionBeforeTheNameIsKnownIsLeftForSlackToDeliverAgain(t *testing.T) {
	asked := make(chan string, 9)
	h := newUnnamedHarness(t, Options{Commands: suggesting(asked)})
	h.wait(t, "a connection", func() bool { return h.Connections() > 0 })
	_, err := h.Say(t.Context(), slacksim.Saying{User: ann, Channel: builds, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	h.tell <- ""
	assert.Equal(t, "fail web 128", <-asked)
}

func TestATokenThatIsRefusedLateEndsTheBotAndLeavesItsCommands(t *testing.T) {
	l := newMemoryIntents()
	asked := make(chan string, 9)
	h := newUnnamedHarness(t, Options{Commands: suggesting(asked), Intents: l})
	h.wait(t, "a connection", func() bool { return h.Connections() > 0 })
	i, err := h.Slash(t.Context(), slacksim.SlashCommand{Channel: builds, User: ann, Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	require.NoError(t, i.Settled(t.Context()))
	h.tell <- "invalid_auth"
	assert.ErrorContains(t, <-h.ended, "invalid_auth")
	assert.Equal(t, 1, l.left(), "another process answers")
	assert.Empty(t, asked)
}

func TestABotThatDoesNotKnowItsNameStopsWhenTold(t *testing.T) {
	h := newUnnamedHarness(t, Options{Commands: &sampleRunner{}})
	h.stop()
	assert.NoError(t, <-h.ended)
}
