package find_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// byTime is told with builds that have times.
type byTime struct {
	told
	builds []logsapi.Build
}

func TestTheAddressOfAPipelinesRunLeadsToTheBuildThatFailedInIt(t *testing.T) {
	const address = inProject + "/pipeline/detail/" + aPipeline + "/" + aRun + "?v=1"
	step := func(name, task string, build int64, s logsapi.State) logsapi.PipelineStep {
		return logsapi.PipelineStep{Name: name, TaskID: task, Build: build, State: s}
	}
	closed, err := access.New([]access.Rule{{Tasks: []string{id("2")}}})
	require.NoError(t, err)
	nobody, err := access.New([]access.Rule{{Channels: []string{"C0OTHER001"}, Tasks: []string{"*"}}})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		steps  []logsapi.PipelineStep
		err    error
		policy *access.Policy
		build  int64
		says   string
		line   string
	}{
		"one failed":                    {steps: []logsapi.PipelineStep{step("检出", "", 0, logsapi.Succeeded), step("Build", webID, 128, logsapi.Failed)}, build: 128},
		"the number of its day is told": {steps: []logsapi.PipelineStep{{Name: "Build", TaskID: webID, Daily: "20261128.3", State: logsapi.Failed}}, build: 129},
		"that day had no such build": {steps: []logsapi.PipelineStep{{Name: "Build", TaskID: webID, Daily: "20261127.9", State: logsapi.Failed}},
			says: "doesn't tell which build of web", line: "builds web"},
		"several failed": {steps: []logsapi.PipelineStep{step("x86", webID, 128, logsapi.Failed), step("arm", apiID, 57, logsapi.Failed)},
			says: "2 steps of this pipeline run failed", line: "fail " + apiID + " 57"},
		"its number is not told": {steps: []logsapi.PipelineStep{step("Build", webID, 0, logsapi.Failed)},
			says: "doesn't tell which build of web", line: "builds web"},
		"another kind of step failed": {steps: []logsapi.PipelineStep{step("Build", webID, 128, logsapi.Succeeded), step("sub", "", 0, logsapi.Failed)},
			says: "these steps did: sub"},
		"nothing failed":          {steps: []logsapi.PipelineStep{step("Build", webID, 128, logsapi.Succeeded)}, says: "No build step of this pipeline run failed."},
		"it is not published":     {err: &logsapi.Error{Kind: logsapi.ErrNotPublished}, says: "paste its URL"},
		"it is not found":         {err: &logsapi.Error{Kind: logsapi.ErrRefused, Status: 400, Code: "DEVPIPE.1", Summary: "the service refused the request"}, says: "can't find this pipeline run: the service refused the request (HTTP 400 DEVPIPE.1). Paste the URL of its failed build step"},
		"it may not be read":      {steps: []logsapi.PipelineStep{step("Build", webID, 128, logsapi.Failed)}, policy: closed, says: "You can't read this here"},
		"nothing may be read":     {steps: []logsapi.PipelineStep{step("Build", webID, 128, logsapi.Succeeded)}, policy: nobody, says: "You can't read this here"},
		"only one may be read":    {steps: []logsapi.PipelineStep{step("a", webID, 128, logsapi.Failed), step("b", id("2"), 3, logsapi.Failed)}, policy: closed, build: 3},
		"the service is not well": {err: &logsapi.Error{Kind: logsapi.ErrUnavailable, Summary: "the service is busy"}, says: "the service is busy"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			policy := access.Open()
			if c.policy != nil {
				policy = c.policy
			}
			names := find.New(find.Options{
				Lists: told{steps: c.steps, err: c.err, asked: &asked}, Access: policy,
				Aliases: find.Aliases{Tasks: map[string]string{"web": webID}},
			})
			q := query("fail", address)
			task, err := names.Task(t.Context(), q, address)
			if c.policy == nobody {
				assert.Empty(t, asked, "nobody who may read nothing makes a request")
			} else {
				assert.Equal(t, []string{"77770000777700007777000077770000 " + aPipeline + " " + aRun}, asked)
			}
			if c.says != "" {
				assert.ErrorContains(t, err, c.says)
				assert.Contains(t, lines(err), c.line)
				return
			}
			require.NoError(t, err)
			build, err := names.Build(t.Context(), q, task)
			require.NoError(t, err)
			assert.Equal(t, c.build, build)
		})
	}
}

func TestEveryFormOfAPipelinesAddressIsUnderstood(t *testing.T) {
	const project, elsewhere = "77770000777700007777000077770000", "https://devcloud.cn-east-3.huaweicloud.com/cicd/project/" + anotherID
	for address, want := range map[string]string{
		inProject + "/pipeline/detail/" + aPipeline + "/" + aRun + "?v=1":                                                                                          project + " " + aPipeline + " " + aRun,
		inProject + "/pipeline/history/" + aPipeline + "?from=in-project&v=1":                                                                                      project + " " + aPipeline + " ",
		inProject + "/pipeline/modify/" + aPipeline + "?from=project&v=1":                                                                                          project + " " + aPipeline + " ",
		elsewhere + "/pipeline/detail/" + aPipeline + "/" + aRun:                                                                                                   anotherID + " " + aPipeline + " " + aRun,
		"https://devcloud.corp.example.com/cicd/project/" + anotherID + "/pipeline/detail/" + aPipeline + "/" + aRun:                                               anotherID + " " + aPipeline + " " + aRun,
		"https://cloudpipeline-ext.cn-north-4.myhuaweicloud.com/v5/" + anotherID + "/api/pipelines/" + aPipeline + "/pipeline-runs/detail?pipeline_run_id=" + aRun: anotherID + " " + aPipeline + " " + aRun,
	} {
		var asked []string
		steps := []logsapi.PipelineStep{{Name: "Build", TaskID: webID, Build: 128, State: logsapi.Failed}}
		task, err := namesOver(told{steps: steps, asked: &asked}, access.Open()).Task(t.Context(), query("fail", address), address)
		if assert.NoError(t, err, address) {
			assert.Equal(t, []string{want}, asked, address)
			assert.Equal(t, webID, task.ID(), address)
		}
	}
}

func TestTheBuildOfAPipelinesStepIsTheOneThatFailedMeanwhile(t *testing.T) {
	const address = inProject + "/pipeline/detail/" + aPipeline
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	build := func(n int64, s logsapi.State, trigger string, minutes int) logsapi.Build {
		return logsapi.Build{Number: n, State: s, Trigger: trigger, Started: at.Add(time.Duration(minutes) * time.Minute)}
	}
	for name, c := range map[string]struct {
		builds []logsapi.Build
		build  int64
	}{
		"the only one":          {[]logsapi.Build{build(9, logsapi.Failed, "push", 30), build(8, logsapi.Failed, "pipeline", 1), build(7, logsapi.Failed, "pipeline", -30)}, 8},
		"the one that failed":   {[]logsapi.Build{build(9, logsapi.Succeeded, "pipeline", 2), build(8, logsapi.Failed, "pipeline", 1)}, 8},
		"the one of a pipeline": {[]logsapi.Build{build(9, logsapi.Failed, "push", 2), build(8, logsapi.Failed, "PIPELINE", 1)}, 8},
		"several":               {[]logsapi.Build{build(9, logsapi.Failed, "pipeline", 2), build(8, logsapi.Failed, "pipeline", 1)}, 0},
		"none":                  {nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			names := namesOver(byTime{told: told{asked: &asked, steps: []logsapi.PipelineStep{
				{Name: "Build", TaskID: webID, State: logsapi.Failed, Started: at, Finished: at.Add(5 * time.Minute)},
			}}, builds: c.builds}, access.Open())
			q := query("fail", address)
			task, err := names.Task(t.Context(), q, address)
			assert.Equal(t, []string{"77770000777700007777000077770000 " + aPipeline + " "}, asked)
			if c.build == 0 {
				assert.ErrorContains(t, err, "doesn't tell which build")
				return
			}
			require.NoError(t, err)
			got, err := names.Build(t.Context(), q, task)
			require.NoError(t, err)
			assert.Equal(t, c.build, got)
		})
	}
}

func (b byTime) Builds(context.Context, string, int) ([]logsapi.Build, error) { return b.builds, nil }

// lines are those that an error offers to type.
func lines(err error) string {
	var all []string
	for _, s := range typed.ProblemOf(err).Try {
		all = append(all, s.Line)
	}
	return strings.Join(all, "\n")
}
