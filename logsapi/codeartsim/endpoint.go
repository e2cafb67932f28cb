package codeartsim

// endpoint is one row of the table of endpoints.
type endpoint struct {
	name    string // in faults and counts
	pattern string // of http.ServeMux
	kind    kind
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
	nameRecordInfo  = "record-info"
	nameTokens      = "tokens"
	nameUnpublished = "elsewhere" // all unpublished paths
)

// endpoints is the table of endpoints.
func endpoints() []endpoint {
	return []endpoint{
		{nameFinishedLog, "GET /v1/log/stage/page", documented},
		{nameLiveLog, "GET /v1/log/{job_id}/{build_no}/real-time-log", documented},
		{nameStepLog, "GET /v1/log/task/step", documented},
		{nameCheckLog, "GET /v1/console-log", documented},
		{nameStepFile, "GET /v4/{record_id}/task-log", documented},

		{nameStepPage, "GET /v1/log/task/page", further},
		{"job-list", "GET /v1/job/{project_id}/list", further},
		{"jobs-v3", "GET /v3/{project_id}/jobs", further},
		{"job-info", "GET /v1/job/{job_id}/info", further},
		{"job-status", "GET /v1/job/{job_id}/status", further},
		{"running-status", "GET /v1/job/{job_id}/running-status", further},
		{"record-list", "GET /v1/record/{job_id}/list", further},
		{"period-history", "GET /v3/jobs/{job_id}/period-history", further},
		{nameRecordInfo, "GET /v1/record/{job_id}/{build_no}/record-info", further},
		{"build-record", "GET /v1/record/{record_id}/info", further},
		{"build-info-record", "GET /v1/record/{job_id}/{build_no}/build-info-record", further},
		{"full-stages", "GET /v1/record/{record_id}/full-stages", further},
		{"history-details", "GET /v3/jobs/{job_id}/{build_no}/history-details", further},
		{"analysis", "GET /v1/log/{job_id}/{build_no}/analysis", further},

		{"check-tasks", "GET /v2/{project_id}/tasks", further},
		{"check-progress", "GET /v2/tasks/{task_id}/progress", further},
		{"check-jobs", "GET /v4/tasks/{task_id}/jobs", further},
		{"check-last-jobs", "GET /v4/tasks/{task_id}/last-jobs", further},
		{"check-log-detail", "GET /v2/{project_id}/tasks/{task_id}/log-detail", further},

		{nameTokens, "POST /v3/auth/tokens", identity},
		{"projects", "GET /v3/projects", identity},
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
