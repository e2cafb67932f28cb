package commands_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
	"logbot/logsapi/lines"
)

func TestFailShowsWhatFailedAndNotTheTeardown(t *testing.T) {
	h := newHarness(t, nil)
	for _, c := range []struct{ typed, heading, line, never string }{
		{"fail web 128", `web #128 failed · Maven test · 3 min 12 s`, "InvoiceTest.roundsHalfUp:4 total expected:<10> but was:<11>", "Clean workspace"},
		{"fail api 57", `api #57 failed · Go test · 1 min 44 s`, "Round(10.125) = 10.125, want 10.13", "cache"},
		{"fail frontend 301", `frontend #301 failed · Npm test`, "Expected:", "cache"},
		{"fail firmware 12", `firmware #12 failed · 编译固件`, "use of undeclared identifier 'retrun'", "Notification sent"},
	} {
		t.Run(c.typed, func(t *testing.T) {
			before := h.codearts.Requests().Pages()
			r := h.typed(t, c.typed)
			assert.False(t, r.Private)
			assert.Contains(t, r.Heading, c.heading)
			assert.Contains(t, shown(r), c.line)
			assert.NotContains(t, r.Excerpt(), c.never)
			marked := slices.ContainsFunc(r.Lines, func(l lines.Line) bool { return l.Match })
			assert.NotEqual(t, r.Reason != "", marked, "a reason, or lines marked of which one may say why")
			assert.Equal(t, int64(1), h.codearts.Requests().Pages()-before)
		})
	}
}

func TestFailTellsTheContextOfTheBuild(t *testing.T) {
	r := newHarness(t, nil).typed(t, "fail web 128")
	assert.Equal(t, []string{"wang.lei", `"round half up in the order total"`, "main@1f0c2d9"}, r.Context)
	assert.Equal(t, "06:02:08", r.Started.UTC().Format(time.TimeOnly))
	assert.Contains(t, r.Text(r.Started.UTC()), "main@1f0c2d9 · 06:02\n")
}

func TestABuildOf200000LinesIsExplainedFromItsEnd(t *testing.T) {
	for _, fault := range []codeartsim.Fault{codeartsim.OffsetsString, fiveEndpoints} {
		h := newHarness(t, nil, fault)
		r := h.typed(t, "fail monorepo 2000")
		assert.Contains(t, r.Heading, `failed · Test queue`)
		assert.Contains(t, r.Reason, "panic")
		assert.LessOrEqual(t, h.codearts.Requests().Pages(), int64(5), fault)
	}
}

func TestNothingIsInventedForABuildThatSucceeded(t *testing.T) {
	r := newHarness(t, nil).typed(t, "fail web 127")
	assert.Contains(t, r.Heading, "web #127 succeeded")
	assert.Empty(t, r.Lines)
	assert.Empty(t, r.Reason)
}

func TestTheFiveEndpointsAreEnough(t *testing.T) {
	h := newHarness(t, nil, fiveEndpoints)

	r := h.typed(t, "fail web 128")
	assert.Equal(t, `web #128 failed · Maven test`, r.Heading, "the log says how it ended")
	assert.Empty(t, r.Context)
	assert.Contains(t, r.Reason, "total expected:<10> but was:<11>")

	r = h.typed(t, "full web 128 stage3")
	assert.True(t, r.Refused)
	assert.Contains(t, shown(r), "/logs full RECORD stage3")
	assert.Contains(t, shown(r), "/logs full web 128 all")

	r = h.typed(t, "full web 128")
	assert.Equal(t, "web-128.log", r.File.Name, "without the steps, the whole build")

	r = h.typed(t, "fail web")
	assert.Contains(t, r.Body, "Add a build number")

	_, hidden := contentOf(t, h.typed(t, "full "+record+" stage3").File)
	assert.Equal(t, 2, hidden)
}

func TestAnEmptyOrRefusedLogGivesWayToTheNext(t *testing.T) {
	refused := &logsapi.Error{Kind: logsapi.ErrNotPublished, Summary: "not there"}
	for name, first := range map[string]func() (logsapi.Page, error){
		"refused": func() (logsapi.Page, error) { return logsapi.Page{}, refused },
		"empty":   func() (logsapi.Page, error) { return logsapi.Page{Last: true}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			c := commands.New(commands.Options{
				Logs: logs{page: func(r logsapi.PageRequest) (logsapi.Page, error) {
					if _, finished := r.Log.(logsapi.FinishedLog); finished {
						return first()
					}
					return logsapi.Page{Text: "$ make\nmake: *** [all] Error 2\n", Last: true}, nil
				}},
				Builds: noBuilds{}, Gate: redact.New(), Access: access.Open(),
			})
			r := c.Run(t.Context(), commands.Request{Text: "fail " + webID + " 7"})
			assert.Contains(t, shown(r), "Error 2")
			assert.Equal(t, "", r.Body)
		})
	}
}

func TestWhatTheServiceRefusesIsToldWithAWayOut(t *testing.T) {
	c := commands.New(commands.Options{
		Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) {
			return logsapi.Page{}, &logsapi.Error{Kind: logsapi.ErrThrottled, Status: 429, Code: "APIGW.0308", RequestID: "r-1", Message: "请求过于频繁",
				Summary: "too many requests", Hint: "try again in a minute"}
		}},
		Builds: noBuilds{}, Gate: redact.New(), Access: access.Open(),
	})
	r := c.Run(t.Context(), commands.Request{Text: "fail " + webID + " 7"})
	assert.True(t, r.Private)
	assert.True(t, r.Refused)
	assert.Equal(t, "CodeArts: too many requests. Try again in a minute. (HTTP 429 APIGW.0308, 请求过于频繁, request r-1)", r.Body)
}

func TestFailReadsOnlyTheStepThatFailed(t *testing.T) {
	c, r := over(shop(), access.Open(), broken)
	answer := c.Run(t.Context(), commands.Request{Text: "fail web 11"})
	assert.Equal(t, []string{"finished-step/" + webID + "/11/17"}, r.asked)
	assert.Contains(t, answer.Heading, `failed · Maven test`)
	assert.Equal(t, "CodeArts: Maven构建失败 (DEV.CB.0220055)", answer.Service)
	assert.Equal(t, "/logs full web 11 stage2", pressed(answer, "Log of this step").Line)
}

func TestTheLogOfAStepIsReadByEitherEndpoint(t *testing.T) {
	for _, c := range []struct {
		missing  codeartsim.Fault
		requests string
	}{
		{"not-published=step-log", "step-page"},
		{"not-published=step-page", "step-log"},
		{codeartsim.StepLogEnds, "step-page"},
		{codeartsim.StepPageNone, "step-log"},
	} {
		h := newHarness(t, nil, c.missing)
		r := h.typed(t, "fail web 128")
		assert.Contains(t, r.Reason, "total expected:<10> but was:<11>", c.missing)
		assert.Equal(t, int64(1), h.codearts.Counts()[c.requests], c.missing)
		assert.Equal(t, c.requests == "step-log", h.codearts.Counts()["step-log"] > 0, "%s: task/page is asked first for a build that has ended", c.missing)
		assert.Len(t, h.typed(t, "show web 128 --step 'Maven test' --tail").Lines, 20, c.missing)
	}
}

func TestAStepWithoutALogOfItsOwnFallsBackToTheWholeLogAndSaysSo(t *testing.T) {
	c, r := over(shop(), access.Open(), func(l logsapi.Log) string {
		if read.IsStep(l) {
			return ""
		}
		return broken(l)
	})
	answer := c.Run(t.Context(), commands.Request{Text: "fail web 11"})
	assert.Len(t, r.asked, 3)
	assert.Contains(t, answer.Reason, "Error 2")
	assert.Contains(t, answer.Source, "the step has no log of its own")

	answer = c.Run(t.Context(), commands.Request{Text: "show web 11 --step checkout"})
	assert.Contains(t, answer.Excerpt(), "Error 2")
	assert.Contains(t, answer.Source, "no log of its own")
}

// hanging is a service that never tells anything of a build.
type hanging struct{ service }

func (hanging) Record(ctx context.Context, _ string, _ int64) (logsapi.Record, error) {
	<-ctx.Done()
	return logsapi.Record{}, ctx.Err()
}

func (hanging) Steps(ctx context.Context, _ string, _ int64, _ string) ([]logsapi.Step, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (hanging) Analysis(ctx context.Context, _ string, _ int64) (logsapi.Analysis, error) {
	<-ctx.Done()
	return logsapi.Analysis{}, ctx.Err()
}

func TestAServiceThatIsSlowToTellIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := over(hanging{shop()}, access.Open(), broken)
		began := time.Now()
		answer := c.Run(t.Context(), commands.Request{Text: "fail web 11"})
		assert.Contains(t, answer.Excerpt(), "Error 2")
		assert.LessOrEqual(t, time.Since(began), 3*time.Second)
		assert.Equal(t, []string{"bob", "feature/discounts@c07b1e2"}, answer.Context, "of the list")
	})
}
