package logsapi

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

// service is one of the two services that publish log endpoints.
type service int

const (
	buildService service = iota
	checkService
)

func (s service) String() string {
	if s == checkService {
		return "CodeArts Check"
	}
	return "CodeArts Build"
}

// endpoint is what distinguishes the requests of one kind of log from those of
// another.
type endpoint struct {
	service   service
	path      string
	query     url.Values // the ids, where they are not in the path
	sized     bool       // takes a size
	ascending string     // value of sort for ascending; empty leaves sort out
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

func (l CheckLog) endpoint() (endpoint, error) {
	var err error
	if !IsTaskID(l.RunID) {
		err = badID("check run", l.RunID)
	}
	return endpoint{
		service:   checkService,
		path:      "/v1/console-log",
		query:     url.Values{"job_id": {l.RunID}},
		sized:     true,
		ascending: "ASC",
	}, err
}

func buildQuery(taskID string, build int64) url.Values {
	return url.Values{"job_id": {taskID}, "build_no": {strconv.FormatInt(build, 10)}}
}

// pageQuery completes an endpoint's query for one page. Build documents its
// ascending order as "AES"; leaving sort out says the same without the typing
// error, so only descending is spelled out there.
func (e endpoint) pageQuery(r PageRequest) url.Values {
	query := url.Values{
		"start_offset": {strconv.FormatInt(r.At.Start, 10)},
		"end_offset":   {strconv.FormatInt(r.At.End, 10)},
	}
	for key, values := range e.query {
		query[key] = values
	}
	if e.sized {
		size := r.Size
		if size == 0 {
			size = PageLines
		}
		query.Set("size", strconv.Itoa(size))
	}
	switch {
	case r.Order == Descending:
		query.Set("sort", "DESC")
	case e.ascending != "":
		query.Set("sort", e.ascending)
	}
	return query
}

// check reports what is wrong with a request before anything is sent.
func (r PageRequest) check() error {
	switch {
	case r.Order != Ascending && r.Order != Descending:
		return fmt.Errorf("order %d is neither Ascending nor Descending", r.Order)
	case r.At.Start < 0 || r.At.End < 0:
		return fmt.Errorf("offsets %d and %d must not be negative", r.At.Start, r.At.End)
	case r.Size < 0 || r.Size > PageLines:
		return fmt.Errorf("size %d is not between 0 and %d lines", r.Size, PageLines)
	}
	return nil
}

func (f StepFile) check() error {
	switch {
	case !IsRecordID(f.RecordID):
		return badRecord(f.RecordID)
	case f.Step < 1:
		return fmt.Errorf("step %d: steps are counted from 1", f.Step)
	}
	return nil
}

func checkBuild(taskID string, build int64) error {
	switch {
	case !IsTaskID(taskID):
		return badID("task", taskID)
	case build < 1:
		return fmt.Errorf("build %d: builds are counted from 1", build)
	}
	return nil
}

func badID(of, id string) error {
	return fmt.Errorf("%s id %.64q is not 32 hexadecimal digits", of, id)
}

func badRecord(id string) error {
	return fmt.Errorf("record id %.64q is not 36 digits, lower-case letters and hyphens", id)
}

var errNoLog = errors.New("no log was named")

// IsTaskID reports whether s has the form of a task id or of a check run id: 32
// hexadecimal digits (job_id in the documentation of all log endpoints).
func IsTaskID(s string) bool {
	return len(s) == 32 && all(s, func(c byte) bool {
		return digit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
	})
}

// IsRecordID reports whether s has the form of a record id: 36 digits,
// lower-case letters and hyphens (record_id in the documentation of task-log).
func IsRecordID(s string) bool {
	return len(s) == 36 && all(s, func(c byte) bool {
		return digit(c) || c == '-' || c >= 'a' && c <= 'z'
	})
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func all(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}
