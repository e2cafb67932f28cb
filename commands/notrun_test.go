package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/read"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

func TestABuildThatDidNotRunIsAnsweredFromItsRecord(t *testing.T) {
	h := newHarness(t, nil)
	r := h.typed(t, "fail web 122")
	require.False(t, r.Refused, r.Body)
	assert.Equal(t, "web #122 never started", r.Heading)
	assert.Equal(t, "CodeArts: No executor could be scheduled (code 1)", r.Service)
	assert.False(t, r.Started.IsZero(), "since when it waited")
	assert.Equal(t, "/logs builds web", r.Try[0].Line)
	for _, line := range []string{"show web 122", "show web 122 --grep x", "full web 122", "full web 122 all", "full web 122 stage1"} {
		r := h.typed(t, line)
		assert.True(t, r.Refused, line)
		assert.Contains(t, r.Body, "web #122 never started, so it has no log. CodeArts says: No executor could be scheduled (code 1).", line)
	}
	assert.Zero(t, h.codearts.Requests().Pages(), "there is no log to ask for")

	for state, want := range map[logsapi.State]string{
		logsapi.Queued:      "web #7 queued\nNo log yet.\n  /logs follow web 7",
		logsapi.Unscheduled: "web #7 never started\nNothing ran, so there is no log. Start it again in CodeArts.\n  /logs builds web",
	} {
		c, asked := over(service{record: &logsapi.Record{State: state}}, access.Open(), broken)
		assert.Contains(t, shown(ask(t, c, "fail web 7")), want)
		assert.Empty(t, asked.asked)
	}
}

func TestABuildThatFailedBeforeItStartedIsAnsweredFromItsRecord(t *testing.T) {
	h := newHarness(t, nil, codeartsim.BeforeStart)
	r := h.typed(t, "fail web 128")
	require.False(t, r.Refused, r.Body)
	assert.Equal(t, "web #128 failed before it started", r.Heading)
	assert.Equal(t, "CodeArts: No executor could be scheduled (code 1)", r.Service)
	for _, line := range []string{"show web 128 --tail", "full web 128 all", "full web 128 stage3"} {
		r := h.typed(t, line)
		assert.True(t, r.Refused, line)
		assert.Contains(t, r.Body, "web #128 failed before it started, so it has no log. CodeArts says: No executor could be scheduled (code 1).", line)
	}
	assert.EqualValues(t, 8, h.codearts.Requests().Pages(), "nobody waits for a log that will not come")

	// The record of a build that has a log may lack its start, too.
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	s := service{record: &logsapi.Record{State: logsapi.Failed, Finished: at, Error: "the disk is full."}}
	c, _ := over(s, access.Open(), broken)
	assert.NotEmpty(t, ask(t, c, "fail web 7").Reason)
	c, _ = over(s, access.Open(), func(logsapi.Log) string { return "" })
	assert.Equal(t, "web #7 failed before it started", ask(t, c, "fail web 7").Heading)
	assert.Equal(t, "CodeArts: the disk is full", ask(t, c, "fail web 7").Service)
	s.record.State = logsapi.Aborted
	c, _ = over(s, access.Open(), func(logsapi.Log) string { return "" })
	assert.Equal(t, "web #7 aborted before it started", ask(t, c, "fail web 7").Heading)
}

func TestTheRecordOutranksALogThatIsGone(t *testing.T) {
	gone := &logsapi.Error{Kind: logsapi.ErrNotFound, Status: 404, Summary: "the service does not find it"}
	s := service{record: &logsapi.Record{State: logsapi.Failed, Started: time.Unix(1, 0), ErrorCode: "CB.1"}, steps: []logsapi.Step{{Position: 1, Name: "Compile", State: logsapi.Failed}}}
	c := newCommands(optionsOf(s, func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{}, gone }))
	r := ask(t, c, "fail web 7")
	assert.Equal(t, `web #7 failed · Compile`, r.Heading)
	assert.Equal(t, "Couldn't read its log: CodeArts: the service does not find it. (HTTP 404)", r.Body)
	assert.Equal(t, "CodeArts: code CB.1", r.Service)
	r = c.Run(t.Context(), commands.Request{Text: "show web 7"})
	assert.True(t, r.Refused)
	assert.Contains(t, r.Body, "web #7 failed, but CodeArts can't find its log.")

	s.record.ErrorCode, s.analysis = "", &logsapi.Analysis{Code: "DEV.CB.7", Message: "编译失败。"}
	c = newCommands(optionsOf(s, func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{}, gone }))
	assert.Equal(t, "CodeArts: 编译失败 (code DEV.CB.7)", ask(t, c, "fail web 7").Service)

	s.record = nil
	c = newCommands(optionsOf(s, func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{}, gone }))
	r = c.Run(t.Context(), commands.Request{Text: "fail web 7"})
	assert.True(t, r.Refused)
	assert.Contains(t, r.Body, "web #7 doesn't exist, or its log is gone.")
}

func TestTheAnswerForAnAbortedBuildSaysThatItsLogCouldBeReadOnlyInPart(t *testing.T) {
	few := breaking{numbered(300, 100), 1, busy}
	c := newCommands(commands.Options{Logs: few, Builds: service{record: &logsapi.Record{State: logsapi.Aborted}}, Access: access.Open()})
	r := ask(t, c, "fail web 7 --lines 50")
	assert.Equal(t, "line 300", r.Lines[len(r.Lines)-1].Text)
	assert.Less(t, len(r.Lines), 50)
	assert.Contains(t, r.Source, "couldn't read the beginning: the service had an internal error (HTTP 500 CB.00060101)")
}

func TestAnAbortedBuildHasNoInventedReason(t *testing.T) {
	r := newHarness(t, nil).typed(t, "fail web 124")
	assert.Equal(t, `web #124 aborted by chen.jie · Install dependencies · 48 s`, r.Heading)
	assert.Empty(t, r.Reason)
	assert.NotContains(t, r.Excerpt(), "no user name is configured")
	assert.Equal(t, "[Install dependencies] This action ends.", r.Lines[len(r.Lines)-1].Text)
	assert.Contains(t, r.Source, "the last lines before it stopped")
	assert.Len(t, newHarness(t, nil).typed(t, "fail web 124 --lines 3").Lines, 3)

	for log, by := range map[string]string{
		"make: *** [all] Error 2\n":                                "web #7 aborted",
		"make\nAborted by 王磊\nFinished: ABORTED\n":                 "web #7 aborted by 王磊",
		"make\nBuild was aborted by user chen.jie.\ncleaning up\n": "web #7 aborted by chen.jie",
		"tests aborted by a signal of the kernel\n":                "web #7 aborted",
		"make\n" + strings.Repeat("later\n", 400):                  "web #7 aborted",
	} {
		c, _ := over(service{record: &logsapi.Record{State: logsapi.Aborted}}, access.Open(), func(logsapi.Log) string { return log })
		assert.Equal(t, by, ask(t, c, "fail web 7").Heading, log)
	}
	refused := &logsapi.Error{Kind: logsapi.ErrNotFound, Summary: "the service does not find it"}
	c := newCommands(optionsOf(service{record: &logsapi.Record{State: logsapi.Aborted, Error: "超时。"}},
		func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{}, refused }))
	r = ask(t, c, "fail web 7")
	assert.Equal(t, "Couldn't read its log: CodeArts: the service does not find it.", r.Body)
	assert.Equal(t, "CodeArts: 超时", r.Service)
}

func TestFailExplainsTheStepThatEndedTheBuild(t *testing.T) {
	s := service{
		record: &logsapi.Record{ID: record, State: logsapi.Failed},
		steps: []logsapi.Step{
			{Position: 1, NodeID: 11, Name: "代码检出", State: logsapi.Failed},
			{Position: 2, NodeID: 12, Name: "Compile", State: logsapi.Failed},
			{Position: 3, NodeID: 13, Name: "Notify"},
		},
	}
	texts := map[string]string{
		"11": "npm ERR! audit endpoint returned an error\nScript exited with status 1\n",
		"12": "src/a.ts(3,7): error TS2345: Argument of type 'string' is not assignable\nScript exited with status 2\n",
	}
	answer := func(l logsapi.Log) string {
		for end, text := range texts {
			if strings.HasSuffix(l.String(), "/"+end) {
				return text
			}
		}
		return texts["11"] + texts["12"] + "[2026/11/28 21:14:00.000 GMT+08:00] [INFO] [Notify:notify] : sent\n"
	}
	c, r := over(s, access.Open(), answer)
	got := ask(t, c, "fail web 7")
	assert.Equal(t, `web #7 failed · Compile`, got.Heading)
	assert.Contains(t, got.Reason, "TS2345")
	assert.Equal(t, "2 steps failed: Compile, 代码检出 (the build went on)", got.Parts)
	assert.Equal(t, "/logs fail web 7 --step stage1", pressed(got, `Why "代码检出" failed`).Line)
	assert.Equal(t, []string{"finished-step/" + webID + "/7/12"}, r.asked)

	s.steps[2].State = logsapi.Succeeded // both may have been allowed to fail
	c, r = over(s, access.Open(), answer)
	got = ask(t, c, "fail web 7")
	assert.Equal(t, "web #7 failed · Compile", got.Heading, "where the reason is from")
	assert.Equal(t, "2 steps failed: Compile, 代码检出", got.Parts)
	assert.Equal(t, []string{"finished/" + webID + "/7", "finished-step/" + webID + "/7/12"}, r.asked)
	assert.Contains(t, got.Reason, "TS2345", "of the last one that failed")
	assert.NotNil(t, ask(t, c, "full web 7").File)

	c, _ = over(s, access.Open(), func(l logsapi.Log) string {
		if read.IsStep(l) {
			return ""
		}
		return "[2026/11/28 21:13:00.000 GMT+08:00] [ERROR] [Compile:shell] : error TS2345: wrong\n[2026/11/28 21:13:00.000 GMT+08:00] [ERROR] [Compile:shell] : The status of the action is FAILED.\n"
	})
	got = ask(t, c, "fail web 7")
	assert.Equal(t, `web #7 failed · Compile`, got.Heading, "the end of the log names it")
	assert.Equal(t, "2 steps failed: Compile, 代码检出 (the build went on)", got.Parts)
	assert.Equal(t, "/logs fail web 7 --step stage1", pressed(got, `Why "代码检出" failed`).Line)
}

func TestABuildInAnUnknownStateIsAnsweredAndNotSkipped(t *testing.T) {
	s := shop()
	s.record = &logsapi.Record{State: logsapi.Ended, Word: "UNSTABLE"}
	s.builds = []logsapi.Build{
		{Number: 13, State: logsapi.Running},
		{Number: 12, State: logsapi.Ended, Word: "UNSTABLE"},
		{Number: 11, State: logsapi.Succeeded},
	}
	c, _ := over(s, access.Open(), func(logsapi.Log) string { return "it compiles\n" })
	r := ask(t, c, "fail web")
	assert.Equal(t, `web #12 ended as "UNSTABLE" · Maven test`, r.Heading)
	assert.Contains(t, shown(ask(t, c, "builds web")), "#12 UNSTABLE")

	s.builds[1] = logsapi.Build{Number: 12, Word: "PURPLE"} // whether it runs is not known
	c, _ = over(s, access.Open(), broken)
	assert.Contains(t, ask(t, c, "fail web").Heading, "web #12 ")
	assert.Contains(t, ask(t, c, "fail web last-1").Heading, "web #11 ")
}
