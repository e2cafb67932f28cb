package bot

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/logsapi/lines"
)

// manyLines answers with as many lines as were asked for.
func manyLines(_ context.Context, r commands.Request) reply.Reply {
	n := 20
	_, _ = fmt.Sscanf(r.Text, "show %d", &n)
	answer := full()
	answer.Lines = nil
	for i := range n {
		answer.Lines = append(answer.Lines, lines.Line{Number: i + 1, Text: fmt.Sprintf("[ERROR] line %d of the log, of usual length: failed to execute goal", i+1)})
	}
	return answer
}

// Where Slack takes no folded lines, an answer keeps its buttons and its end.
func TestALongAnswerKeepsItsButtonsWhereFoldingIsRefused(t *testing.T) {
	h := newHarnessIn(t, slacksim.Config{StrictContainers: true}, Options{Commands: runnerFunc(manyLines)})
	for i, n := range []int{100, 90} {
		h.settled(t, h.slash(t, h.channel, fmt.Sprintf("show %d", n)).EnvelopeID)
		m := h.posted(t, h.channel, i+1)[i]
		assert.NotContains(t, string(m.Blocks), `"container"`)
		assert.Contains(t, string(m.Blocks), fmt.Sprintf("line %d of the log", n), "the end")
		assert.Contains(t, string(m.Blocks), "line 1 of the log", "the beginning")
		buttonID(t, m, "More context")
		buttonID(t, m, "Full log")
		assert.Contains(t, h.Render(h.channel, h.user), "[Remove]")
	}
	assert.Equal(t, 3, h.Counts()["chat.postMessage"], "refused once, then not folded again")

	h.slash(t, private, "show 100")
	h.wait(t, "an answer through the response_url", func() bool { return strings.Contains(h.Render(private, h.user), "line 100 of the log") })
}

func TestAUsualAnswerIsNotFolded(t *testing.T) {
	h := newHarnessIn(t, slacksim.Config{}, Options{Commands: runnerFunc(manyLines)})
	h.slash(t, h.channel, "show 20")
	m := h.posted(t, h.channel, 1)[0]
	require.NotContains(t, string(m.Blocks), `"container"`)
	h.slash(t, h.channel, "show 100")
	require.Contains(t, string(h.posted(t, h.channel, 2)[1].Blocks), `"container"`)
}
