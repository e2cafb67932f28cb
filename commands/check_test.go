package commands_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/logsapi"
)

func TestCheckExplainsShowsAndSendsARun(t *testing.T) {
	h := newHarness(t, nil)
	r := h.typed(t, "check style")
	assert.Contains(t, r.Heading, "Check run style failed")
	assert.Contains(t, r.Excerpt(), "[ERROR]")

	r = h.typed(t, "check style --tail --lines 3")
	assert.Len(t, r.Lines, 3)
	assert.Equal(t, -1, r.Lines[2].Number)

	for part, line := range map[string]string{
		"--tail": "/logs check style --tail", "--from 3": "/logs check style --from 3",
		"--grep x": "/logs check style --grep x", "--lines 3": "/logs check style --lines 3",
	} {
		r = h.typed(t, "check style --full "+part)
		assert.True(t, r.Refused)
		assert.Contains(t, r.Body, "--full and --"+strings.Fields(part[2:])[0]+" do not go together")
		require.Len(t, r.Try, 1)
		assert.Equal(t, line, r.Try[0].Line)
	}
	r = h.typed(t, "check style --full")
	assert.Equal(t, "style.log", r.File.Name)
	content, _ := contentOf(t, r.File)
	assert.Contains(t, content, "[ERROR]")
}

func TestACheckIsFoundByTheNameOrTheAddressOfItsTask(t *testing.T) {
	for _, typed := range []string{
		"check style",
		"check https://devcloud.cn-north-4.huaweicloud.com/codecheck/project/" + id("77") + "/task/" + id("c1"),
	} {
		c, r := over(shop(), access.Open(), broken)
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		require.False(t, answer.Refused, answer.Body)
		assert.Equal(t, "check/"+id("d2"), r.asked[0], "its latest run")
	}
	s := shop()
	s.runs = []logsapi.CheckRun{}
	c, _ := over(s, access.Open(), broken)
	assert.Contains(t, c.Run(t.Context(), commands.Request{Text: "check style"}).Body, "has not run yet")
}
