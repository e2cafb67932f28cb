package codeartsim

import (
	"net/http"
	"time"
)

func (s *Server) publish() http.Handler {
	mux := http.NewServeMux()
	serve := handlers()
	for _, e := range endpoints() {
		mux.HandleFunc(e.pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(e, serve[e.name], w, r) })
	}
	mux.HandleFunc("/", s.notPublished)
	return mux
}

// handlers returns the handler of each endpoint by its name. A handler that fails
// returns a *refused before it has written anything.
func handlers() map[string]func(*exchange) error {
	return map[string]func(*exchange) error{
		nameFinishedLog:     serveFinishedLog,
		nameLiveLog:         serveLiveLog,
		nameStepLog:         serveStepLog,
		nameStepPage:        serveStepPage,
		nameCheckLog:        serveCheckLog,
		nameStepFile:        serveStepFile,
		"job-list":          serveJobList,
		"jobs-v3":           serveJobsV3,
		"job-info":          serveJobInfo,
		"job-status":        serveJobStatus,
		"running-status":    serveRunningStatus,
		"record-list":       serveRecordList,
		"period-history":    servePeriodHistory,
		nameRecordInfo:      serveRecordInfo,
		"build-record":      serveBuildRecord,
		"build-info-record": serveBuildInfoRecord,
		"full-stages":       serveFullStages,
		"history-details":   serveHistoryDetails,
		"analysis":          serveAnalysis,
		"check-tasks":       serveCheckTasks,
		"check-progress":    serveCheckProgress,
		"check-jobs":        serveCheckJobs,
		"check-last-jobs":   serveCheckLastJobs,
		"check-log-detail":  serveCheckLogDetail,
		nameTokens:          serveTokens,
		"projects":          serveProjects,
	}
}

// serve passes a request through the gateway and the faults to the handler.
func (s *Server) serve(e endpoint, handle func(*exchange) error, w http.ResponseWriter, r *http.Request) {
	state := s.state.Load()
	now := s.clock()
	c := &exchange{ResponseWriter: w, request: r, faults: state.faults.forEndpoint(e), folder: state.folder.At(now),
		now: now, tokens: &s.tokens, ticket: s.ticket}
	if !c.faults.isPublished(e) {
		s.notPublished(w, r)
		return
	}
	s.counts[e.name].Add(1)
	gateway := c.now.Add(time.Duration(c.faults.amount(ClockSkew)))
	w.Header().Set("Date", gateway.UTC().Format(http.TimeFormat))
	end := c.wrapWriter(s.sleep)
	answered, err := false, s.authenticate(c, e, gateway)
	if err == nil {
		answered, err = c.answerForFault(e)
	}
	if err == nil && !answered {
		err = handle(c)
	}
	if err != nil {
		c.refuse(err)
	}
	end()
}

// authenticate refuses a request without valid credentials.
func (s *Server) authenticate(c *exchange, e endpoint, now time.Time) error {
	if e.name == nameTokens {
		return nil
	}
	redirected, leaked := checkTicket(c.request, c.ticket)
	if leaked {
		s.leakedCredentials.Add(1)
	}
	if redirected {
		return nil
	}
	return s.auth.admit(c, now)
}
