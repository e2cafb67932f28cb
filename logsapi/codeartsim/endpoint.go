package codeartsim

// endpoint is one row of the table of endpoints.
type endpoint struct {
	name    string // in faults and counts
	pattern string // of http.ServeMux
	kind    kind

	// serve answers. If it fails, it returns a *refused before it has written
	// anything.
	serve func(*exchange) error
}

// kind says whose endpoint it is.
type kind int

const (
	documented kind = iota // one of the five log endpoints
	further                // one for names, numbers and states
	identity               // of IAM; faults do not apply
)

// The names of the documented endpoints and of record-info, which Requests
// counts one by one.
const (
	nameFinishedLog = "finished-log"
	nameLiveLog     = "live-log"
	nameStepLog     = "step-log"
	nameStepPage    = "step-page" // StepLog of a finished build
	nameCheckLog    = "check-log"
	nameStepFile    = "step-file"
	nameStepFileV1  = "step-file-v1"
	nameBuildFile   = "build-file"
	nameBuildFileV1 = "build-file-v1"
	nameRecordInfo  = "record-info"
	nameTokens      = "tokens"
	nameUnpublished = "elsewhere" // all unpublished paths
)

// fileEndpoints are the endpoints that answer with a file.
func fileEndpoints() []string {
	return []string{nameStepFile, nameStepFileV1, nameBuildFile, nameBuildFileV1}
}

// endpoints is the table of endpoints.
func endpoints() []endpoint {
	return []endpoint{
		{nameFinishedLog, "GET /v1/log/stage/page", documented, serveFinishedLog},
		{nameLiveLog, "GET /v1/log/{job_id}/{build_no}/real-time-log", documented, serveLiveLog},
		{nameStepLog, "GET /v1/log/task/step", documented, serveStepLog},
		{nameCheckLog, "GET /v1/console-log", documented, serveCheckLog},
		{nameStepFile, "GET /v4/{record_id}/task-log", documented, serveStepFile},

		{nameStepPage, "GET /v1/log/task/page", further, serveStepPage},
		{nameStepFileV1, "GET /v1/log/{record_id}/task-log", further, serveStepFile},
		{nameBuildFile, "GET /v4/{record_id}/download-log", further, serveBuildFile},
		{nameBuildFileV1, "GET /v1/log/{record_id}/download-log", further, serveBuildFile},

		{"job-list", "GET /v1/job/{project_id}/list", further, serveJobList},
		{"jobs-v3", "GET /v3/{project_id}/jobs", further, serveJobsV3},
		{"job-info", "GET /v1/job/{job_id}/info", further, serveJobInfo},
		{"job-status", "GET /v1/job/{job_id}/status", further, serveJobStatus},
		{"running-status", "GET /v1/job/{job_id}/running-status", further, serveRunningStatus},
		{"record-list", "GET /v1/record/{job_id}/list", further, serveRecordList},
		{"period-history", "GET /v3/jobs/{job_id}/period-history", further, servePeriodHistory},
		{nameRecordInfo, "GET /v1/record/{job_id}/{build_no}/record-info", further, serveRecordInfo},
		{"build-record", "GET /v1/record/{record_id}/info", further, serveBuildRecord},
		{"build-info-record", "GET /v1/record/{job_id}/{build_no}/build-info-record", further, serveBuildInfoRecord},
		{"full-stages", "GET /v1/record/{record_id}/full-stages", further, serveFullStages},
		{"history-details", "GET /v3/jobs/{job_id}/{build_no}/history-details", further, serveHistoryDetails},
		{"analysis", "GET /v1/log/{job_id}/{build_no}/analysis", further, serveAnalysis},

		{"check-tasks", "GET /v2/{project_id}/tasks", further, serveCheckTasks},
		{"check-progress", "GET /v2/tasks/{task_id}/progress", further, serveCheckProgress},
		{"check-jobs", "GET /v4/tasks/{task_id}/jobs", further, serveCheckJobs},
		{"check-last-jobs", "GET /v4/tasks/{task_id}/last-jobs", further, serveCheckLastJobs},
		{"check-log-detail", "GET /v2/{project_id}/tasks/{task_id}/log-detail", further, serveCheckLogDetail},

		{"pipeline-run", "GET /v5/{project_id}/api/pipelines/{pipeline_id}/pipeline-runs/detail", further, servePipelineRun},

		{nameTokens, "POST /v3/auth/tokens", identity, serveTokens},
		{"projects", "GET /v3/projects", identity, serveProjects},
	}
}

// Endpoint describes one endpoint.
type Endpoint struct {
	Name    string // in faults and counts
	Pattern string // method and path
	Further bool   // not one of the five documented log endpoints
}

// Endpoints returns every endpoint of CodeArts that a Server publishes, without
// those of IAM.
func Endpoints() []Endpoint {
	var all []Endpoint
	for _, e := range endpoints() {
		if e.kind != identity {
			all = append(all, Endpoint{e.name, e.pattern, e.kind == further})
		}
	}
	return all
}
