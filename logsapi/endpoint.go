package logsapi

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"strconv"

	"logbot/logsapi/wire"
)

// endpoint is what distinguishes the requests of one kind of log from those of
// another.
type endpoint struct {
	service wire.Service
	path    string
	query   url.Values // the ids, where they are not in the path
	sized   bool       // takes a size
}

func (l FinishedLog) endpoint() (endpoint, error) {
	return endpoint{
		path:  "/v1/log/stage/page",
		query: buildQuery(l.TaskID, l.Build),
	}, checkBuild(l.TaskID, l.Build)
}

func (l LiveLog) endpoint() (endpoint, error) {
	return endpoint{
		path:  fmt.Sprintf("/v1/log/%s/%d/real-time-log", l.TaskID, l.Build),
		sized: true,
	}, checkBuild(l.TaskID, l.Build)
}

func (l StepLog) endpoint() (endpoint, error) {
	query := buildQuery(l.TaskID, l.Build)
	query.Set("step_id", strconv.FormatInt(l.Step, 10))
	err := checkBuild(l.TaskID, l.Build)
	if err == nil && l.Step < 0 {
		err = fmt.Errorf("step id %d is negative", l.Step)
	}
	return endpoint{path: "/v1/log/task/step", query: query, sized: true}, err
}

func (l FinishedStepLog) endpoint() (endpoint, error) {
	e, err := StepLog(l).endpoint()
	e.path, e.sized = "/v1/log/task/page", false
	return e, err
}

func (l CheckLog) endpoint() (endpoint, error) {
	var err error
	if !IsCheckID(l.RunID) {
		err = badID("check run", l.RunID)
	}
	return endpoint{
		service: wire.CheckService,
		path:    "/v1/console-log",
		query:   url.Values{"job_id": {l.RunID}},
		sized:   true,
	}, err
}

func buildQuery(taskID string, build int64) url.Values {
	return url.Values{"job_id": {taskID}, "build_no": {strconv.FormatInt(build, 10)}}
}

// pageQuery completes an endpoint's query for one page. ascending is the value of
// sort for that order.
func (e endpoint) pageQuery(r PageRequest, ascending string) url.Values {
	query := url.Values{
		"start_offset": {strconv.FormatInt(r.At.Start, 10)},
		"end_offset":   {strconv.FormatInt(r.At.End, 10)},
	}
	maps.Copy(query, e.query)
	if e.sized {
		query.Set("size", strconv.Itoa(cmp.Or(r.Size, PageLines)))
	}
	switch {
	case r.Order == Descending:
		query.Set("sort", "DESC")
	case ascending != "":
		query.Set("sort", ascending)
	}
	return query
}
