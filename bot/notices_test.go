package bot

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/read"
	"logbot/commands/reply"
)

// leaks answers with a notice about the task that was typed.
func leaks(_ context.Context, r commands.Request) reply.Reply {
	_, task, _ := strings.Cut(r.Text, " ")
	about := reply.About{Task: task, Name: task, Build: 7}
	return reply.Reply{
		Heading: task + " #7 failed", About: about, Private: strings.HasPrefix(r.Text, "private"),
		Notice: reply.NoticeOf(about, []read.Exposed{{Kind: "npm", Line: 3}}),
	}
}

func TestWhoAskedIsToldPrivatelyOnceADayThatALogShowsACredential(t *testing.T) {
	for name, open := range shared() {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			t.Cleanup(func() { assert.NoError(t, store.Close()) })
			h := newHarness(t, Options{Commands: runnerFunc(leaks), Notices: store.Notices})
			notices := func(user string) (all []string) {
				for _, m := range h.Ephemerals(builds, user) {
					if strings.Contains(m.Text, "shows a credential") {
						all = append(all, m.Text)
					}
				}
				return all
			}
			ask := func(user, text string) {
				i, err := h.Slash(t.Context(), slacksim.SlashCommand{Channel: builds, User: user, Command: "/logs", Text: text})
				require.NoError(t, err)
				h.settled(t, i.EnvelopeID)
			}
			ask(ann, "fail web")
			require.Len(t, notices(ann), 1)
			assert.Contains(t, notices(ann)[0], "The log of web #7 shows a credential: a token (npm), line 3.")
			assert.Less(t, strings.Index(h.Render(builds, ann), "web #7 failed"), strings.Index(h.Render(builds, ann), "shows a credential"), "after the answer")
			ask(ann, "fail web")
			ask(bob, "fail web")
			assert.Len(t, notices(ann), 1, "once a day")
			assert.Empty(t, notices(bob), "of a task that somebody was told of")

			h.stop() // another replica with the same state
			<-h.ended
			h.restart(t, Options{Commands: runnerFunc(leaks), Notices: store.Notices})
			ask(bob, "fail web")
			assert.Empty(t, notices(bob))
			ask(bob, "private api")
			require.Len(t, notices(bob), 1)
			assert.Contains(t, notices(bob)[0], "The log of api #7")
			assert.Len(t, notices(ann), 1)
			assert.NotContains(t, h.Render(builds, "U0CARL0001"), "credential", "nobody else sees it")
		})
	}
}
