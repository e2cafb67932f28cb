package commands_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

func TestCheckExplainsShowsAndSendsARun(t *testing.T) {
	h := newHarness(t, nil)
	r := h.typed(t, "check style")
	assert.Contains(t, r.Heading, "check style failed")
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
		assert.Contains(t, r.Body, "--full and --"+strings.Fields(part[2:])[0]+" can't be combined")
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
	assert.Contains(t, c.Run(t.Context(), commands.Request{Text: "check style"}).Body, "hasn't run yet")
}

func TestACheckByNameIsAnsweredWhateverItsRunsAreCalled(t *testing.T) {
	for name, c := range map[string]struct {
		faults []codeartsim.Fault
		detail bool // from what the service says of the failure
	}{
		"as the service is":                     {nil, false},
		"names that no source has":              {[]codeartsim.Fault{codeartsim.CheckNames}, false},
		"parts are not told":                    {[]codeartsim.Fault{"other-shape@check-jobs"}, true},
		"the list is not published":             {[]codeartsim.Fault{"not-published=check-jobs"}, true},
		"no list and no last run are published": {[]codeartsim.Fault{"not-published=check-jobs", "not-published=check-last-jobs"}, true},
		"the log of the run is not published":   {[]codeartsim.Fault{"not-published=check-log"}, true},
		"the list is that of something else":    {[]codeartsim.Fault{"empty-body=1@check-jobs", "empty-body=1@check-last-jobs"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			byName := newBubbleHarness(t, nil, nil, c.faults...)
			r := byName.typed(t, "check style")
			require.False(t, r.Refused, r.Body)
			assert.NotEmpty(t, r.Reason)
			assert.Equal(t, c.detail, strings.Contains(r.Source, "from the failure that CodeArts Check reports"), r.Source)
			assert.NotNil(t, byName.typed(t, "check style --full").File)
			assert.NotEmpty(t, byName.typed(t, "check style --tail").Lines)
		})
	}
}
