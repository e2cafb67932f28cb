package codeartsim

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"logbot/logsapi/codeartsim/folder"
)

// request is one request on its way, and the Server as it stands for it: what is
// switched or swapped meanwhile concerns the next.
type exchange struct {
	http.ResponseWriter
	request *http.Request
	faults  faults // that concern its endpoint
	folder  *folder.Folder
	now     time.Time
	iam     *tokenStore
	ticket  string // what a redirect to the other host brings
}

// build finds the build that a request names in its path.
func (c *exchange) build() (folder.Snapshot, error) {
	return c.buildOf(c.request.PathValue("job_id"), c.request.PathValue("build_no"))
}

func (c *exchange) buildOf(task, number string) (folder.Snapshot, error) {
	if !taskID.MatchString(task) {
		return folder.Snapshot{}, knownRefusal(codeTaskID)
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt32 {
		return folder.Snapshot{}, refusal(http.StatusBadRequest, codeParameter, "build_no is not a number from 1.")
	}
	b, known := c.folder.Build(task, n)
	switch {
	case b != nil:
		return b.Snapshot(c.now), nil
	case known:
		return folder.Snapshot{}, knownRefusal(codeNeverBuilt)
	}
	return folder.Snapshot{}, knownRefusal(codeUnknown)
}

// builds are those of the task that a request names in its path, newest first.
func (c *exchange) builds() ([]folder.Snapshot, error) {
	task := c.request.PathValue("job_id")
	if !taskID.MatchString(task) {
		return nil, knownRefusal(codeTaskID)
	}
	var views []folder.Snapshot
	for _, b := range c.folder.Newest(task) {
		views = append(views, b.Snapshot(c.now))
	}
	if len(views) == 0 {
		return nil, knownRefusal(codeUnknown)
	}
	return views, nil
}

// record finds the build whose record a request names in its path.
func (c *exchange) record() (folder.Snapshot, error) {
	record := c.request.PathValue("record_id")
	if !recordID.MatchString(record) {
		return folder.Snapshot{}, refusal(http.StatusBadRequest, codeParameter, "The build record ID is invalid.")
	}
	for _, b := range c.folder.Builds {
		if b.Record == record {
			return b.Snapshot(c.now), nil
		}
	}
	return folder.Snapshot{}, knownRefusal(codeUnknown)
}

// withLog is a build whose log a request names; one that never ran has none.
func withLog(v folder.Snapshot, err error) (folder.Snapshot, error) {
	if err == nil && v.State == folder.NeverScheduled {
		err = knownRefusal(codeNoLog)
	}
	return v, err
}

// paging reads the two parameters of paging, the first of which counts from
// first. Where there is a usual size they may be left out.
func (c *exchange) paging(from string, first int64, size string, most, usual int64) (at, count int64, err error) {
	if at, err = c.parameter(from, first, maxPageIndex, first, usual == 0); err != nil {
		return 0, 0, err
	}
	count, err = c.parameter(size, 1, most, usual, usual == 0)
	return at, count, err
}

func (c *exchange) parameter(name string, least, most, missing int64, mandatory bool) (int64, error) {
	q := c.request.URL.Query()
	if !q.Has(name) && !mandatory {
		return missing, nil
	}
	n, err := number(q, name, least)
	if err != nil || n > most {
		return 0, refusal(http.StatusBadRequest, codeParameter, fmt.Sprintf("%s is not a number from %d to %d.", name, least, most))
	}
	return n, nil
}

// window is the part of all that begins at from and has at most size items.
func window[T any](all []T, from, size int64) []T {
	from = min(from, int64(len(all)))
	return all[from:min(from+size, int64(len(all)))]
}
