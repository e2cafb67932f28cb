package commands_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/testlog"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

func TestStepsHaveTheirStateAndAButtonEach(t *testing.T) {
	s := shop()
	s.steps[0].Duration, s.steps[1].Duration = 9*time.Second, 71*time.Second
	c, _ := over(s, access.Open(), broken)
	r := c.Run(t.Context(), commands.Request{Text: "steps web 11", Channel: "C1"})
	assert.False(t, r.Private || r.Refused, r.Body)
	assert.Equal(t, "✗  web #11 failed", r.Title())
	assert.Equal(t, strings.Join([]string{
		"✓ 1 Checkout     succeeded 9s",
		"✗ 2 Maven test   failed    1m11s",
		"· 3 Maven deploy not run",
	}, "\n"), r.Excerpt())
	require.Len(t, r.Try, 2, "what did not run has no log")
	assert.Equal(t, "/logs show web 11 --step stage1", pressed(r, "✓ Checkout").Line)
	assert.Equal(t, "/logs fail web 11 --step stage2", pressed(r, "✗ Maven test").Line)
	why := ask(t, c, pressed(r, "✗ Maven test").Line)
	assert.Equal(t, "web #11 · Maven test failed · 1 min 11 s", why.Heading)
	assert.Equal(t, "make: *** [all] Error 2", why.Reason)
	assert.Empty(t, ask(t, c, "fail web 11 --step 1").Reason, "a step that succeeded has no reason")
}

func TestStepsFitAPhone(t *testing.T) {
	s := shop()
	s.steps = nil
	for i, name := range []string{"单元测试、集成测试与覆盖率报告", "Upload the artifacts to the release repository", "", "x"} {
		s.steps = append(s.steps, logsapi.Step{Position: 9 + i, Name: name, State: logsapi.Unscheduled, Duration: time.Hour + 59*time.Minute})
	}
	c, _ := over(s, access.Open(), broken)
	for _, lang := range []texts.Lang{texts.English, texts.Chinese} {
		for _, l := range c.Run(t.Context(), commands.Request{Text: "steps web 11", Lang: lang}).Lines {
			assert.LessOrEqual(t, lines.Columns(l.Text), 40, l.Text)
		}
	}
}

func TestStepsThatAreNotKnownAreSaidToBe(t *testing.T) {
	s := shop()
	s.steps, s.record = []logsapi.Step{}, &logsapi.Record{ID: record, State: logsapi.Running}
	c, _ := over(s, access.Open(), broken)
	assert.Contains(t, shown(c.Run(t.Context(), commands.Request{Text: "steps web 11"})), "No step has begun yet.")
	c, _ = over(noBuilds{}, access.Open(), broken)
	r := c.Run(t.Context(), commands.Request{Text: "steps web 11"})
	assert.Contains(t, r.Body, "doesn't list the steps")
	assert.Equal(t, "/logs fail web 11", r.Try[0].Line)
	s.record = &logsapi.Record{ID: record, State: logsapi.Unscheduled, Error: "no executor"}
	c, _ = over(s, access.Open(), broken)
	for _, verb := range []string{"steps", "tests"} {
		assert.Contains(t, shown(c.Run(t.Context(), commands.Request{Text: verb + " web 11"})), "never started")
	}
}

const pytest = `____ test_total ____
E   assert 10 == 11

t.py:3: AssertionError
____ test_name ____
E   ValueError: 名称为空

t.py:9: ValueError
FAILED t.py::test_total - assert 10 == 11
FAILED t.py::test_name - ValueError: 名称为空
== 2 failed, 7 passed, 1 skipped in 0.1s ==
`

func TestTestsAreNamedAndCounted(t *testing.T) {
	for log, want := range map[string]string{
		pytest: `web #11: 2 of 10 tests failed
✗ t.py::test_total
  t.py:3
  assert 10 == 11
✗ t.py::test_name
  t.py:9
  ValueError: 名称为空
7 passed, 1 skipped`,
		"== 7 passed in 0.1s ==\n":        "web #11: no test failed\n7 passed, 0 skipped\nThe build failed for another reason.",
		"== 212 skipped in 0.1s ==\n":     "web #11: all 212 tests were skipped",
		"==== 3 failed in 0.1s ====\n":    "3 more failed tests not named in the log",
		"$ make\nmake: *** [all] Error 2": "web #11: no test results in its log\nlogbot knows the output of go, pytest, jest",
		"":                                "No log yet.",
	} {
		s := shop()
		c, _ := over(s, access.Open(), func(logsapi.Log) string { return log })
		r := c.Run(t.Context(), commands.Request{Text: "tests web 11"})
		assert.False(t, r.Private || r.Refused, r.Body)
		said := strings.Join([]string{r.Heading, r.Excerpt(), r.Source, r.Body}, "\n")
		assert.Contains(t, strings.ReplaceAll(strings.ReplaceAll(said, "\n\n", "\n"), "\n\n", "\n"), want)
	}
	s := shop()
	s.record.State = logsapi.Succeeded
	c, _ := over(s, access.Open(), func(logsapi.Log) string { return "== 7 passed in 0.1s ==\n" })
	r := c.Run(t.Context(), commands.Request{Text: "tests web 11", Lang: texts.Chinese})
	assert.Equal(t, "✓  web #11：没有失败的测试", r.Title())
	assert.Empty(t, r.Body, "nothing failed, and nothing is to be explained")
}

func TestTestsSayIfTheLogWasCut(t *testing.T) {
	c := newCommands(optionsOf(shop(), func(q logsapi.PageRequest) (logsapi.Page, error) {
		if q.At == (logsapi.Cursor{}) {
			return logsapi.Page{Text: pytest, Next: logsapi.Cursor{End: int64(len(pytest))}}, nil
		}
		return logsapi.Page{}, &logsapi.Error{Kind: logsapi.ErrUnavailable, Status: 500, Summary: "the service failed"}
	}))
	r := c.Run(t.Context(), commands.Request{Text: "tests web 11"})
	assert.Contains(t, r.Heading, "2 of 10 tests failed")
	assert.Contains(t, r.Source, "there may be more, couldn't read what follows: the service failed")

	c = newCommands(optionsOf(shop(), func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{}, errors.New("broken") }))
	assert.True(t, c.Run(t.Context(), commands.Request{Text: "tests web 11"}).Refused)

	s := shop()
	s.record.State = logsapi.Running
	c, _ = over(s, access.Open(), func(logsapi.Log) string { return pytest })
	assert.Contains(t, c.Run(t.Context(), commands.Request{Text: "tests web 11"}).Body, "still running")
}

func TestMoreTestsAreOneButtonAway(t *testing.T) {
	var log strings.Builder
	for i := range 50 {
		log.WriteString("--- FAIL: Test" + strings.Repeat("x", i+1) + " (0.00s)\n    a_test.go:3: token-of-the-account is wrong\n")
	}
	c, _ := over(shop(), access.Open(), func(logsapi.Log) string { return log.String() })
	r := ask(t, c, "tests web 11")
	assert.Contains(t, r.Source, "42 more failed tests not shown")
	more := ask(t, c, pressed(r, "More tests").Line)
	assert.Greater(t, len(more.Lines), len(r.Lines))
	assert.Contains(t, more.Source, "20 more failed tests not shown")
	for _, l := range more.Lines {
		assert.LessOrEqual(t, lines.Columns(l.Text), 80, l.Text)
	}
}

func TestTheHelpOfTestsNamesTheRunners(t *testing.T) {
	for _, lang := range []texts.Lang{texts.English, texts.Chinese} {
		for _, runner := range testlog.Embedded().Runners() {
			assert.Contains(t, texts.TestsMore.In(lang), runner)
		}
	}
}
