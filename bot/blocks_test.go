package bot

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

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

func TestALongAnswerIsWholeAndKeepsItsButtons(t *testing.T) {
	h := newHarness(t, Options{Commands: runnerFunc(manyLines)})
	h.settled(t, h.slash(t, h.channel, "show 100").EnvelopeID)
	m := h.posted(t, h.channel, 1)[0]
	assert.NotContains(t, string(m.Blocks), `"container"`, "which Slack may refuse")
	assert.Contains(t, string(m.Blocks), "line 100 of the log", "the end")
	assert.Contains(t, string(m.Blocks), "line 1 of the log", "the beginning")
	for _, label := range []string{"More", "Full log", "Search", "Remove …"} {
		control(t, m, label)
	}

	h.slash(t, private, "show 100")
	h.wait(t, "an answer through the response_url", func() bool { return strings.Contains(h.Render(private, h.user), "line 100 of the log") })
}
