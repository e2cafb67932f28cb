package commands_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/redact"
	"logbot/logsapi"
)

func TestFullSendsTheStepsFile(t *testing.T) {
	h := newHarness(t, nil)
	r := h.typed(t, "full web 128 stage3")
	assert.Equal(t, "web-128-stage3-maven-test.log", r.File.Name)
	content, hidden := contentOf(t, r.File)
	assert.Equal(t, 2, hidden)
	assert.Contains(t, content, "Authorization: Bearer "+redact.Mask)
	assert.Contains(t, content, "InvoiceTest.roundsHalfUp:4 total expected:<10> but was:<11>")

	byRecord := h.typed(t, "full "+record+" 3")
	assert.Equal(t, "f5d2de18-stage3.log", byRecord.File.Name)
	same, _ := contentOf(t, byRecord.File)
	assert.Equal(t, content, same)

	debug := h.typed(t, "full web 128 3 --debug")
	assert.Equal(t, "web-128-stage3-maven-test-debug.log", debug.File.Name)
	longer, _ := contentOf(t, debug.File)
	assert.Greater(t, len(longer), len(content))
}

func TestFullWithoutAStepSendsTheWholeBuildPageByPage(t *testing.T) {
	h := newHarness(t, nil)
	r := h.typed(t, "full monorepo 2000 all")
	assert.Equal(t, "monorepo-2000.log", r.File.Name)
	content, _ := contentOf(t, r.File)
	assert.Equal(t, 200000, strings.Count(content, "\n"))
	assert.True(t, strings.HasSuffix(content, "Finished: FAILURE\n"), "the end is there")
}

func TestAFileThatIsGivenUpEndsItsRead(t *testing.T) {
	h := newHarness(t, nil)
	body, err := h.typed(t, "full monorepo 2000 all").File.Open(t.Context())
	require.NoError(t, err)
	_, err = io.ReadFull(body, make([]byte, 100))
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.Less(t, h.codearts.Requests().Pages(), int64(5))
}

func TestAFailedStepWithoutARecordIsNotPromisedAsAFile(t *testing.T) {
	s := shop()
	s.record = nil
	c, _ := over(s, access.Open(), broken)
	answer := c.Run(t.Context(), commands.Request{Text: "fail web 11"})
	assert.Contains(t, answer.Heading, `· Maven test`)
	assert.Equal(t, "/logs full web 11 all", pressed(answer, "Full log").Line)
	assert.Empty(t, pressed(answer, "Log of this step"))
	answer = c.Run(t.Context(), commands.Request{Text: "full web 11"})
	require.NotNil(t, answer.File, answer.Body)
	assert.Equal(t, "web-11.log", answer.File.Name, "the whole build instead")
}

func TestAStepWithoutARecordIsNamedByItsPlace(t *testing.T) {
	s := shop()
	s.record = nil
	c, _ := over(s, access.Open(), broken)
	for typed, want := range map[string]string{
		"full web 11 'maven test'": "/logs full RECORD stage2",
		"full web 11 3":            "/logs full RECORD stage3",
		"full web 11 nothing":      "/logs full RECORD STEP",
	} {
		r := c.Run(t.Context(), commands.Request{Text: typed})
		assert.True(t, r.Refused)
		assert.Equal(t, want, r.Try[0].Line, typed)
	}
}

// brokenFile is a service whose only file breaks off.
type brokenFile struct{ logs }

func (brokenFile) OpenStepFile(context.Context, logsapi.StepFile) (*logsapi.Download, error) {
	return nil, &logsapi.Error{Kind: logsapi.ErrNotFound, Summary: "there is no such file: the build may have fewer steps"}
}

func TestAFileThatIsMissingIsToldInASentence(t *testing.T) {
	c := commands.New(commands.Options{Logs: brokenFile{}, Builds: noBuilds{}, Gate: redact.New(), Access: access.Open()})
	r := c.Run(t.Context(), commands.Request{Text: "full " + record + " 9"})
	require.NotNil(t, r.File)
	_, err := r.File.Open(t.Context())
	assert.EqualError(t, err, "CodeArts: there is no such file: the build may have fewer steps.")
	assert.ErrorIs(t, err, logsapi.ErrNotFound)
}
