package oracle

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	build "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartsbuild/v3/model"
	check "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartscheck/v2/model"
	pipelines "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/codeartspipeline/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// answer compares what the two clients read of an endpoint that has no log.
type answer[Model, Value any] struct {
	name, of, method string
	faults           []codeartsim.Fault // that let logsapi ask this endpoint, where it prefers another
	sdk              func(*service) (*Model, error)
	// lost are fields that sources other than the SDK describe and the simulator
	// serves. The SDK has no place for them and does not say so.
	lost []string
	ours func(context.Context, *logsapi.Client) (Value, error) // nil where logsapi does not read the endpoint
	as   func(*testing.T, *Model) Value                        // what ours should be; nil where too much is lost
}

func (a answer[Model, Value]) endpoint() string { return a.name }
func (a answer[Model, Value]) what() string     { return a.of }

func (a answer[Model, Value]) compare(t *testing.T, s *service) verdict {
	require.NoError(t, s.sim.SetFaults(a.faults...))
	read, err := a.sdk(s)
	v := verdict{method: a.method, sdk: worked(t, err, "the SDK")}
	if err != nil {
		return v
	}
	fields := lost(t, s.wire.answer, read)
	assert.Equal(t, a.lost, fields, "fields that the SDK loses")
	if len(fields) > 0 {
		v.sdk = "loses " + strings.Join(fields, ", ")
	}
	if a.ours == nil {
		return v
	}
	ours, err := a.ours(t.Context(), s.ours)
	v.ours = worked(t, err, "logsapi")
	assert.NotEmpty(t, ours)
	if a.as != nil {
		v.equal = same(t, a.as(t, read), ours)
	}
	assert.Greater(t, s.sim.Counts()[a.name], int64(1), "logsapi asks another endpoint")
	return v
}

// alone is an endpoint that the SDK does not have.
type alone[Value any] struct {
	name   string
	faults []codeartsim.Fault
	ours   func(context.Context, *logsapi.Client) (Value, error)
	want   Value
}

func (a alone[Value]) endpoint() string { return a.name }
func (a alone[Value]) what() string     { return "" }

func (a alone[Value]) compare(t *testing.T, s *service) verdict {
	require.NoError(t, s.sim.SetFaults(a.faults...))
	ours, err := a.ours(t.Context(), s.ours)
	assert.Equal(t, a.want, ours)
	assert.NotZero(t, s.sim.Counts()[a.name], "logsapi asks another endpoint")
	return verdict{ours: worked(t, err, "logsapi")}
}

// unread is an endpoint that logsapi does not read.
type unread[Model any] = answer[Model, struct{}]

func ofTheRest() []comparison {
	return slices.Concat(ofTasks(), ofBuilds(), ofSteps(), ofChecks(), ofPipelines())
}

func ofTasks() []comparison {
	list := func(s *service) (*build.ListProjectJobsResponse, error) {
		return s.build.ListProjectJobs(&build.ListProjectJobsRequest{ProjectId: project, PageSize: 10})
	}
	// The SDK keeps the milliseconds of last_build_time in a float32.
	ours := func(ctx context.Context, c *logsapi.Client) ([]logsapi.Task, error) {
		tasks, err := c.Tasks(ctx, project, "")
		for i := range tasks {
			tasks[i].LastBuilt = time.Time{}
		}
		return tasks, err
	}
	return []comparison{
		answer[build.ListProjectJobsResponse, []logsapi.Task]{
			name: "job-list", method: "ListProjectJobs", sdk: list, ours: ours,
			lost: []string{"result.job_list", "result.total", "status"},
		},
		answer[build.ListProjectJobsResponse, []logsapi.Task]{
			name: "job-list", of: "in the SDK's shape", method: "ListProjectJobs", faults: []codeartsim.Fault{codeartsim.OtherShape},
			sdk: list, ours: ours, lost: []string{"jobs[].last_build_time"},
			as: func(_ *testing.T, a *build.ListProjectJobsResponse) []logsapi.Task { return tasks(*a.Jobs) },
		},
		answer[build.ShowJobListByProjectIdResponse, []logsapi.Task]{
			name: "jobs-v3", method: "ShowJobListByProjectId", faults: []codeartsim.Fault{"not-published=job-list"},
			sdk: func(s *service) (*build.ShowJobListByProjectIdResponse, error) {
				return s.build.ShowJobListByProjectId(&build.ShowJobListByProjectIdRequest{ProjectId: project, PageSize: 10})
			},
			ours: ours, lost: []string{"jobs[].last_build_time"},
			as: func(_ *testing.T, a *build.ShowJobListByProjectIdResponse) []logsapi.Task { return tasks(*a.Jobs) },
		},
		answer[build.ShowJobInfoResponse, logsapi.Task]{
			name: "job-info", method: "ShowJobInfo",
			sdk: func(s *service) (*build.ShowJobInfoResponse, error) {
				return s.build.ShowJobInfo(&build.ShowJobInfoRequest{JobId: task})
			},
			ours: func(ctx context.Context, c *logsapi.Client) (logsapi.Task, error) { return c.Task(ctx, task) },
			as: func(_ *testing.T, a *build.ShowJobInfoResponse) logsapi.Task {
				return logsapi.Task{
					ID: *a.Result.Id, Name: *a.Result.JobName, ProjectID: *a.Result.ProjectId,
					State:     logsapi.ParseState(*a.Result.LastBuildStatus),
					LastBuilt: time.UnixMilli(*a.Result.LastBuildTime), Running: *a.Result.RunningStatus == "Running",
				}
			},
		},
		unread[build.ShowJobStepStatusResponse]{
			name: "job-status", method: "ShowJobStepStatus",
			sdk: func(s *service) (*build.ShowJobStepStatusResponse, error) {
				return s.build.ShowJobStepStatus(&build.ShowJobStepStatusRequest{JobId: task, BuildNo: new(int32(failed))})
			},
		},
	}
}

func tasks(jobs []build.Job) (tasks []logsapi.Task) {
	for _, j := range jobs {
		tasks = append(tasks, logsapi.Task{
			ID: *j.Id, Name: *j.JobName, ProjectID: project,
			State: logsapi.ParseState(*j.LastBuildStatus), Running: !*j.IsFinished,
		})
	}
	return tasks
}

func ofBuilds() []comparison {
	// testdata is moved so that the newest build is of the last day.
	from, to := time.Now().In(china).AddDate(0, 0, -20), time.Now().In(china).AddDate(0, 0, 1)
	ours := func(ctx context.Context, c *logsapi.Client) ([]logsapi.Build, error) { return c.Builds(ctx, task, 10) }
	return []comparison{
		answer[build.ShowRunningStatusResponse, logsapi.Build]{
			name: "running-status", method: "ShowRunningStatus",
			sdk: func(s *service) (*build.ShowRunningStatusResponse, error) {
				return s.build.ShowRunningStatus(&build.ShowRunningStatusRequest{JobId: task})
			},
			ours: func(ctx context.Context, c *logsapi.Client) (logsapi.Build, error) { return c.LatestBuild(ctx, task) },
			as: func(t *testing.T, a *build.ShowRunningStatusResponse) logsapi.Build {
				return logsapi.Build{Number: number(t, *a.Result.LastBuildNo), State: logsapi.ParseState(*a.Result.LastBuildStatus)}
			},
		},
		answer[build.ListBuildInfoRecordByJobIdResponse, []logsapi.Build]{
			name: "record-list", method: "ListBuildInfoRecordByJobId",
			sdk: func(s *service) (*build.ListBuildInfoRecordByJobIdResponse, error) {
				return s.build.ListBuildInfoRecordByJobId(&build.ListBuildInfoRecordByJobIdRequest{
					JobId: task, StartTime: from.Format(time.DateTime), EndTime: to.Format(time.DateTime),
				})
			},
			ours: ours,
			as: func(_ *testing.T, a *build.ListBuildInfoRecordByJobIdResponse) (builds []logsapi.Build) {
				for _, b := range *a.Result.JobBuildStates {
					builds = append(builds, logsapi.Build{
						Number: int64(*b.Number), State: logsapi.ParseState(*b.State), Branch: *b.CodeBranch, Commit: *b.CommitId,
						Who: *b.Nickname, Trigger: *b.TriggerType, Daily: *b.DailyBuildNumber,
						Started: time.UnixMilli(*b.StartTime), Duration: milliseconds(b.CostTime),
					})
				}
				return builds
			},
		},
		answer[build.ShowListPeriodHistoryResponse, []logsapi.Build]{
			name: "period-history", method: "ShowListPeriodHistory", faults: []codeartsim.Fault{"not-published=record-list"},
			sdk: func(s *service) (*build.ShowListPeriodHistoryResponse, error) {
				return s.build.ShowListPeriodHistory(&build.ShowListPeriodHistoryRequest{
					JobId: task, StartTime: from.Format(time.DateOnly), EndTime: to.Format(time.DateOnly), Limit: 10,
				})
			},
			ours: ours,
			as: func(t *testing.T, a *build.ShowListPeriodHistoryResponse) (builds []logsapi.Build) {
				for _, b := range *a.HistoryRecords {
					started := moment(t, time.DateTime, *b.StartTime)
					builds = append(builds, logsapi.Build{
						Number: int64(*b.BuildNumber), RecordID: *b.RecordId, State: logsapi.ParseState(*b.Result),
						Branch: *b.Branch, Commit: *b.CommitId, Message: *b.CommitMessage, Who: *b.Executor, Trigger: *b.TriggerType,
						Started: started, Duration: max(0, moment(t, time.DateTime, *b.EndTime).Sub(started)),
					})
				}
				return builds
			},
		},
		answer[build.ShowJobBuildRecordDetailResponse, logsapi.Record]{
			name: "record-info", method: "ShowJobBuildRecordDetail",
			sdk: func(s *service) (*build.ShowJobBuildRecordDetailResponse, error) {
				return s.build.ShowJobBuildRecordDetail(&build.ShowJobBuildRecordDetailRequest{JobId: task, BuildNo: failed})
			},
			ours: func(ctx context.Context, c *logsapi.Client) (logsapi.Record, error) {
				return c.Record(ctx, task, failed)
			},
			as: func(t *testing.T, a *build.ShowJobBuildRecordDetailResponse) logsapi.Record {
				r := a.Result
				return logsapi.Record{
					ID: *r.BuildRecordId, Project: *r.DevcloudProjectId, State: logsapi.ParseState(*r.Status), Branch: *r.Branch, Commit: *r.Commit,
					Message: *r.CommitMessage, Trigger: *r.TriggerType, Duration: milliseconds(r.Duration),
					Queued: moment(t, time.RFC3339, *r.QueuedTime), Started: moment(t, time.RFC3339, *r.StartTime), Finished: moment(t, time.RFC3339, *r.FinishTime),
				}
			},
		},
		unread[build.ShowBuildRecordResponse]{
			name: "build-record", method: "ShowBuildRecord",
			sdk: func(s *service) (*build.ShowBuildRecordResponse, error) {
				return s.build.ShowBuildRecord(&build.ShowBuildRecordRequest{RecordId: record})
			},
		},
		unread[build.ShowBuildInfoRecordResponse]{
			name: "build-info-record", method: "ShowBuildInfoRecord",
			sdk: func(s *service) (*build.ShowBuildInfoRecordResponse, error) {
				return s.build.ShowBuildInfoRecord(&build.ShowBuildInfoRecordRequest{JobId: task, BuildNo: failed})
			},
		},
	}
}

func ofSteps() []comparison {
	return []comparison{
		answer[build.ShowBuildRecordFullStagesResponse, []logsapi.Step]{
			name: "full-stages", method: "ShowBuildRecordFullStages",
			sdk: func(s *service) (*build.ShowBuildRecordFullStagesResponse, error) {
				return s.build.ShowBuildRecordFullStages(&build.ShowBuildRecordFullStagesRequest{RecordId: record, Cascade: new(true)})
			},
			ours: func(ctx context.Context, c *logsapi.Client) ([]logsapi.Step, error) { return c.Steps(ctx, record) },
			as: func(t *testing.T, a *build.ShowBuildRecordFullStagesResponse) (steps []logsapi.Step) {
				for n := range len(a.Result.BuildStages) {
					s := a.Result.BuildStages[fmt.Sprintf("stage%d", n+1)]
					steps = append(steps, logsapi.Step{
						Position: int(*s.Sequence), NodeID: int64(*s.NodeId), Name: *s.DisplayName, State: logsapi.ParseState(*s.Status),
						Started: moment(t, time.RFC3339, *s.StartTime), Duration: milliseconds(s.Duration),
					})
				}
				return steps
			},
		},
		answer[build.ShowHistoryDetailsResponse, []logsapi.Step]{
			name: "history-details", method: "ShowHistoryDetails",
			sdk: func(s *service) (*build.ShowHistoryDetailsResponse, error) {
				return s.build.ShowHistoryDetails(&build.ShowHistoryDetailsRequest{JobId: task, BuildNumber: failed})
			},
			ours: func(ctx context.Context, c *logsapi.Client) ([]logsapi.Step, error) {
				return c.StepsOf(ctx, task, failed, "")
			},
			as: func(_ *testing.T, a *build.ShowHistoryDetailsResponse) (steps []logsapi.Step) {
				for i, s := range *a.BuildSteps {
					steps = append(steps, logsapi.Step{
						Position: i + 1, Name: *s.Name, State: logsapi.ParseState(*s.Status), Duration: milliseconds(s.BuildTime),
					})
				}
				return steps
			},
		},
		alone[logsapi.Analysis]{
			name: "analysis",
			ours: func(ctx context.Context, c *logsapi.Client) (logsapi.Analysis, error) {
				return c.Analysis(ctx, task, failed)
			},
			want: logsapi.Analysis{Code: "DEV.CB.0220043", Message: "测试失败", Steps: []string{"Maven test"}},
		},
	}
}

func ofChecks() []comparison {
	// When they began depends on the day.
	runs := func(ctx context.Context, c *logsapi.Client) ([]logsapi.CheckRun, error) {
		runs, err := c.CheckRuns(ctx, checkTask)
		for i := range runs {
			runs[i].Started = time.Time{}
		}
		return runs, err
	}
	return []comparison{
		answer[check.ShowTaskListByProjectIdResponse, []logsapi.CheckTask]{
			name: "check-tasks", method: "ShowTaskListByProjectId",
			sdk: func(s *service) (*check.ShowTaskListByProjectIdResponse, error) {
				return s.check.ShowTaskListByProjectId(&check.ShowTaskListByProjectIdRequest{ProjectId: project})
			},
			ours: func(ctx context.Context, c *logsapi.Client) ([]logsapi.CheckTask, error) {
				return c.CheckTasks(ctx, project)
			},
			as: func(t *testing.T, a *check.ShowTaskListByProjectIdResponse) (tasks []logsapi.CheckTask) {
				for _, c := range *a.Tasks {
					tasks = append(tasks, logsapi.CheckTask{
						ID: *c.TaskId, Name: *c.TaskName, ProjectID: project, LastChecked: moment(t, time.RFC3339, *c.LastCheckTime),
					})
				}
				return tasks
			},
		},
		unread[check.ShowProgressDetailResponse]{
			name: "check-progress", method: "ShowProgressDetail",
			sdk: func(s *service) (*check.ShowProgressDetailResponse, error) {
				return s.check.ShowProgressDetail(&check.ShowProgressDetailRequest{TaskId: checkTask})
			},
		},
		unread[check.ShowTasklogResponse]{
			name: "check-log-detail", method: "ShowTasklog",
			sdk: func(s *service) (*check.ShowTasklogResponse, error) {
				return s.check.ShowTasklog(&check.ShowTasklogRequest{ProjectId: project, TaskId: checkTask})
			},
		},
		alone[[]logsapi.CheckRun]{
			name: "check-jobs", ours: runs, want: []logsapi.CheckRun{{ID: checkRun, State: logsapi.Failed, Execution: execution}},
		},
		alone[[]logsapi.CheckRun]{
			name: "check-last-jobs", faults: []codeartsim.Fault{"not-published=check-jobs"},
			ours: runs, want: []logsapi.CheckRun{{ID: execution, Execution: execution}},
		},
	}
}

func ofPipelines() []comparison {
	return []comparison{
		answer[pipelines.ShowPipelineRunDetailResponse, []logsapi.PipelineStep]{
			name: "pipeline-run", method: "ShowPipelineRunDetail",
			sdk: func(s *service) (*pipelines.ShowPipelineRunDetailResponse, error) {
				return s.pipeline.ShowPipelineRunDetail(&pipelines.ShowPipelineRunDetailRequest{
					ProjectId: project, PipelineId: pipelineID, PipelineRunId: new(pipelineRun),
				})
			},
			ours: func(ctx context.Context, c *logsapi.Client) ([]logsapi.PipelineStep, error) {
				return c.PipelineSteps(ctx, project, pipelineID, pipelineRun)
			},
			as: func(_ *testing.T, a *pipelines.ShowPipelineRunDetailResponse) (steps []logsapi.PipelineStep) {
				for _, stage := range *a.Stages {
					for _, job := range *stage.Jobs {
						for _, s := range *job.Steps {
							steps = append(steps, pipelineStep(s))
						}
					}
				}
				return steps
			},
		},
	}
}

func pipelineStep(s pipelines.StepRun) logsapi.PipelineStep {
	step := logsapi.PipelineStep{Name: *s.Name, Plugin: *s.Task}
	switch *s.Status {
	case "COMPLETED":
		step.State = logsapi.Succeeded
	case "FAILED":
		step.State = logsapi.Failed
	}
	if s.StartTime != nil {
		step.Started, step.Finished = time.UnixMilli(*s.StartTime), time.UnixMilli(*s.EndTime)
	}
	if s.DailyBuildNumber != nil {
		step.Daily = *s.DailyBuildNumber
	}
	for _, in := range *s.Inputs {
		if *in.Key == "jobId" {
			step.TaskID = (*in.Value).(string)
		}
	}
	return step
}

// china is the zone of times that are written without one.
var china = time.FixedZone("GMT+8", 8*60*60)

// moment reads a time; an empty text is the zero time.
func moment(t *testing.T, layout, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	at, err := time.ParseInLocation(layout, text, china)
	require.NoError(t, err)
	return at
}

func milliseconds(n *int32) time.Duration { return time.Duration(*n) * time.Millisecond }

func number(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	require.NoError(t, err)
	return n
}
