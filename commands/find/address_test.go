package find_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/logsapi"
)

const (
	inProject = "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/77770000777700007777000077770000"
	anotherID = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
	aRecord   = "5f0c8e1a-77aa-4b21-9c3d-0123456789ab"
	aPipeline = "aaaabbbbccccddddaaaabbbbccccdddd"
	aRun      = "ddddccccbbbbaaaaddddccccbbbbaaaa"
)

// told is a service that knows builds by their day and record, and a pipeline.
type told struct {
	lists
	steps []logsapi.PipelineStep
	err   error
	asked *[]string
}

func (told) Builds(context.Context, string, int) ([]logsapi.Build, error) {
	return []logsapi.Build{
		{Number: 130, Daily: "20261128.4", State: logsapi.Failed},
		{Number: 129, Daily: "20261128.3", State: logsapi.Failed},
		{Number: 128, Daily: "20261128.2", State: logsapi.Succeeded},
	}, nil
}

func (told) RecordBuild(_ context.Context, record string) (int64, error) {
	if record == aRecord {
		return 77, nil
	}
	return 0, &logsapi.Error{Kind: logsapi.ErrNotPublished}
}

func (told) CheckRuns(context.Context, string) ([]logsapi.CheckRun, error) {
	return []logsapi.CheckRun{{ID: id("d2"), Execution: id("e2")}, {ID: id("d1"), Execution: id("e1")}}, nil
}

func (l told) PipelineSteps(_ context.Context, project, pipeline, run string) ([]logsapi.PipelineStep, error) {
	if l.asked != nil {
		*l.asked = append(*l.asked, project+" "+pipeline+" "+run)
	}
	return l.steps, l.err
}

func namesOver(l find.Lists, policy *access.Policy) *find.Names {
	return find.New(find.Options{Lists: l, Access: policy, Hosts: []string{"devcloud.corp.example.com"}})
}

func TestEveryFormOfABuildsAddressIsUnderstood(t *testing.T) {
	const latest = 130
	for _, c := range []struct {
		address string
		build   int64
	}{
		{inProject + "/build/detail/" + webID, latest},
		{inProject + "/build/detail/" + webID + "?from=pipeline", latest},
		{inProject + "/build/edit/" + webID, latest},
		{inProject + "/build/detail/history/" + webID + "/128?from=1", 128},
		{inProject + "/build/detail/history/" + webID + "/128/" + aRecord, 128},
		{inProject + "/build/detail/history/" + webID + "/" + aRecord, 77},
		{inProject + "/build/detail/history/" + webID + "/20261128.3", 129},
		{inProject + "/cloudbuild/" + webID + "/128", 128},
		{inProject + "/build/detail/" + webID + "/128/step/" + anotherID, 128},
		{inProject + "/build/detail/" + webID + "?build_no=128&v=1", 128},
		{inProject + "/build/detail?jobId=" + webID + "&buildNumber=128", 128},
		{inProject + "/build/detail?buildNumber=128&jobId=" + webID, 128},
		{"https://devcloud.cn-north-4.huaweicloud.com/codeci/#/project/" + anotherID + "/job/" + webID + "/detail?buildNo=128", 128},
		{"https://hn.devcloud.huaweicloud.com/codeci/project/" + anotherID + "/codeci/" + webID + "/detail", latest},
		{"https://www.huaweicloud.com/intl/en-us/devcloud/project/" + anotherID + "/build/detail/" + webID + "/128", 128},
		{"https://console.huaweicloud.com/codearts/?region=cn-north-4#/project/" + anotherID + "/build/" + webID + "/128", 128},
		{"https://devcloud.ap-southeast-3.huaweicloud.com/cicd/project/" + anotherID + "/build/detail/" + webID + "/128", 128},
		{"https://devcloud.eu-west-101.huaweicloud.eu/cicd/project/" + anotherID + "/build/detail/" + webID + "/128", 128},
		{"https://devcloud.cn-north-4.huaweicloud.cn/cicd/project/" + anotherID + "/build/detail/" + webID + "/128", 128},
		{"https://devcloud.corp.example.com/cicd/project/" + anotherID + "/build/detail/" + webID + "/128", 128},
		{"https://cloudbuild-ext.cn-north-4.myhuaweicloud.com/v1/log/" + webID + "/128/real-time-log?start_offset=0", 128},
		{"https://cloudbuild-ext.cn-north-4.myhuaweicloud.com/v1/record/" + webID + "/128/record-info", 128},
		{"https://cloudbuild-ext.cn-north-4.myhuaweicloud.com/v1/log/stage/page?start_offset=0&build_no=128&job_id=" + webID, 128},
		{"https://cloudbuild-ext.eu-west-101.myhuaweicloud.eu/v3/jobs/" + webID + "/128/history-details", 128},
		{"https://cloudbuild-ext.cn-north-4.myhuaweicloud.com/v1/job/" + webID + "/info", latest},
	} {
		names := namesOver(told{}, access.Open())
		q := query("fail", c.address)
		task, err := names.Task(t.Context(), q, c.address)
		if assert.NoError(t, err, c.address) {
			build, err := names.Build(t.Context(), q, task)
			require.NoError(t, err, c.address)
			assert.Equal(t, webID, task.ID(), c.address)
			assert.Equal(t, c.build, build, c.address)
		}
	}
}

func TestTheBuildOfADayIsNeverReplacedByTheLatest(t *testing.T) {
	for _, c := range []struct {
		words []string
		says  string
	}{
		{[]string{inProject + "/build/detail/history/" + webID + "/20261127.9"}, "20261127.9"},
		{[]string{webID, "20261127.9"}, "20261127.9"},
		{[]string{inProject + "/build/detail/history/" + webID + "/" + "0" + aRecord[1:]}, "Add a build number"},
	} {
		names := namesOver(told{}, access.Open())
		q := query("fail", c.words...)
		task, err := names.Task(t.Context(), q, c.words[0])
		require.NoError(t, err)
		_, err = names.Build(t.Context(), q, task)
		assert.ErrorContains(t, err, c.says)
	}
	names := namesOver(told{}, access.Open())
	q := query("fail", webID, "20261128.2")
	task, err := names.Task(t.Context(), q, webID)
	require.NoError(t, err)
	build, err := names.Build(t.Context(), q, task)
	require.NoError(t, err)
	assert.Equal(t, int64(128), build)
}

func TestThePageOfAnotherRegionIsCalledSo(t *testing.T) {
	for address, elsewhere := range map[string]bool{
		inProject + "/build/detail/" + webID: false,
		"https://devcloud.ap-southeast-3.huaweicloud.com/cicd/project/" + anotherID + "/build/detail/" + webID + "/128": true,
		"https://console.huaweicloud.com/codearts/?region=ap-southeast-3#/project/" + anotherID + "/build/" + webID:     true,
		"https://console.huaweicloud.com/codearts/?region=cn-north-4#/project/" + anotherID + "/build/" + webID:         false,
		"https://hn.devcloud.huaweicloud.com/codeci/project/" + anotherID + "/codeci/" + webID + "/detail":              false,
	} {
		names := find.New(find.Options{Lists: told{}, Access: access.Open(), Region: "cn-north-4"})
		_, err := names.Task(t.Context(), query("fail", address), address)
		if elsewhere {
			assert.ErrorContains(t, err, "in region ap-southeast-3; logbot reads cn-north-4", address)
		} else {
			assert.NoError(t, err, address)
		}
	}
}

func TestAnAddressOfSomethingElseIsAnsweredWithWhatItIs(t *testing.T) {
	const check = "https://devcloud.cn-north-4.huaweicloud.com/codecheck/project/" + anotherID + "/codecheck/task/"
	for address, says := range map[string]string{
		check + webID + "/detail":                                      "the page of a code check",
		inProject + "/pipeline/detail/" + aPipeline + "/" + aRun + "0": "names no pipeline run",
		inProject + "/pipeline?v=1":                                    "names no pipeline run",
		inProject + "/build/list":                                      "names no task",
		"https://example.com/build/" + webID:                           "isn't the page of a CodeArts task",
		"https://huaweicloud.com.example.com/build/" + webID:           "isn't the page of a CodeArts task",
		"https://cloudbuild-ext.cn-north-4.myhuaweicloud.com/v4/" + aRecord + "/task-log?task_name=stage2": "names record",
		"https://cloudbuild-ext.cn-north-4.myhuaweicloud.com/v1/job/" + anotherID + "/list?page_index=0":   "names no task",
	} {
		_, err := namesOver(told{}, access.Open()).Task(t.Context(), query("fail", address), address)
		assert.ErrorContains(t, err, says, address)
	}
	for address, says := range map[string]string{
		inProject + "/build/detail/" + webID:                     "the page of a build",
		inProject + "/pipeline/detail/" + aPipeline + "/" + aRun: "the page of a pipeline",
		check + webID + "/" + anotherID + "/detail":              "isn't among the last runs",
	} {
		_, err := namesOver(told{}, access.Open()).CheckRun(t.Context(), query("check", address), address)
		assert.ErrorContains(t, err, says, address)
	}
	for address, run := range map[string]string{
		check + webID + "/detail":                  id("d2"),
		check + webID + "/" + id("e1") + "/detail": id("d1"),
		"https://hn.devcloud.huaweicloud.com/codecheck/v1/codecheck/task/codehealth.svg?taskId=" + webID:           id("d2"),
		"https://codecheck-ext.cn-north-4.myhuaweicloud.com/v4/tasks/" + webID + "/jobs?page=1":                    id("d2"),
		"https://codearts-check.cn-north-4.myhuaweicloud.com/v2/" + anotherID + "/tasks/" + webID + "/checkrecord": id("d2"),
		"https://codearts-check.cn-north-4.myhuaweicloud.com/v1/console-log?job_id=" + id("d1") + "&size=300":      id("d1"),
	} {
		task, err := namesOver(told{}, access.Open()).CheckRun(t.Context(), query("check", address), address)
		if assert.NoError(t, err, address) {
			assert.Equal(t, run, task.ID(), address)
		}
	}
}
