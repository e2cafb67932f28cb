package codeartsim

import "net/http"

// endpoint is one row of the table of endpoints.
type endpoint struct {
	name    string // for people, faults and counts
	pattern string // of http.ServeMux
	kind    kind
	answer  func(*call) error
}

// kind says whose endpoint it is.
type kind int

const (
	documented kind = iota // one of the five log endpoints
	further                // one that names, numbers and states come from
	identity               // of IAM, which no fault concerns
)

// The names of the documented endpoints and of record-info, which Requests
// counts one by one.
const (
	finishedLog = "finished-log"
	liveLog     = "live-log"
	stepLog     = "step-log"
	checkLog    = "check-log"
	stepFile    = "step-file"
	recordInfo  = "record-info"
	tokens      = "tokens"
	elsewhere   = "elsewhere" // whatever is not published
)

// endpoints is the table of endpoints.
func endpoints() []endpoint {
	return []endpoint{
		{finishedLog, "GET /v1/log/stage/page", documented, (*call).finishedLog},
		{liveLog, "GET /v1/log/{job_id}/{build_no}/real-time-log", documented, (*call).liveLog},
		{stepLog, "GET /v1/log/task/step", documented, (*call).stepLog},
		{checkLog, "GET /v1/console-log", documented, (*call).checkLog},
		{stepFile, "GET /v4/{record_id}/task-log", documented, (*call).stepFile},

		{"job-list", "GET /v1/job/{project_id}/list", further, (*call).jobList},
		{"jobs-v3", "GET /v3/{project_id}/jobs", further, (*call).jobsV3},
		{"job-info", "GET /v1/job/{job_id}/info", further, (*call).jobInfo},
		{"job-status", "GET /v1/job/{job_id}/status", further, (*call).jobStatus},
		{"running-status", "GET /v1/job/{job_id}/running-status", further, (*call).runningStatus},
		{"record-list", "GET /v1/record/{job_id}/list", further, (*call).recordList},
		{"period-history", "GET /v3/jobs/{job_id}/period-history", further, (*call).periodHistory},
		{recordInfo, "GET /v1/record/{job_id}/{build_no}/record-info", further, (*call).recordInfo},
		{"build-record", "GET /v1/record/{record_id}/info", further, (*call).buildRecord},
		{"build-info-record", "GET /v1/record/{job_id}/{build_no}/build-info-record", further, (*call).buildInfoRecord},
		{"full-stages", "GET /v1/record/{record_id}/full-stages", further, (*call).fullStages},
		{"history-details", "GET /v3/jobs/{job_id}/{build_no}/history-details", further, (*call).historyDetails},
		{"analysis", "GET /v1/log/{job_id}/{build_no}/analysis", further, (*call).analysis},

		{"check-tasks", "GET /v2/{project_id}/tasks", further, (*call).checkTasks},
		{"check-progress", "GET /v2/tasks/{task_id}/progress", further, (*call).checkProgress},
		{"check-jobs", "GET /v4/tasks/{task_id}/jobs", further, (*call).checkJobs},
		{"check-last-jobs", "GET /v4/tasks/{task_id}/last-jobs", further, (*call).checkLastJobs},
		{"check-log-detail", "GET /v2/{project_id}/tasks/{task_id}/log-detail", further, (*call).checkLogDetail},

		{tokens, "POST /v3/auth/tokens", identity, (*call).createToken},
		{"projects", "GET /v3/projects", identity, (*call).listProjects},
	}
}

// Endpoint describes one endpoint for people.
type Endpoint struct {
	Name    string // in faults and counts
	Pattern string // method and path
	Further bool   // none of the five documented log endpoints
}

// Endpoints lists every endpoint of CodeArts that a Server publishes; those of
// IAM are not among them.
func Endpoints() []Endpoint {
	var all []Endpoint
	for _, e := range endpoints() {
		if e.kind != identity {
			all = append(all, Endpoint{e.name, e.pattern, e.kind == further})
		}
	}
	return all
}

func (s *Server) publish() http.Handler {
	mux := http.NewServeMux()
	for _, e := range endpoints() {
		mux.HandleFunc(e.pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(e, w, r) })
	}
	mux.HandleFunc("/", s.notPublished)
	return mux
}
