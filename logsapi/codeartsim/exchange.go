package codeartsim

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"logbot/logsapi/codeartsim/folder"
)

// exchange is one request with its answer, and the state of the server at its
// beginning: later changes apply to the next request.
type exchange struct {
	http.ResponseWriter
	request *http.Request
	faults  faults // that apply to its endpoint
	folder  *folder.Folder
	now     time.Time
	tokens  *tokenStore
	ticket  string // authorises a redirect to the other host
}

// build returns the build that the path of the request names.
func (c *exchange) build() (folder.Snapshot, error) {
	return c.buildOf(c.request.PathValue("job_id"), c.request.PathValue("build_no"))
}

func (c *exchange) buildOf(task, number string) (folder.Snapshot, error) {
	if !taskID().MatchString(task) {
		return folder.Snapshot{}, knownRefusal(codeTaskID)
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt32 {
		return folder.Snapshot{}, refusal(http.StatusBadRequest, codeParameter, "build_no is not a number from 1.")
	}
	b, known := c.folder.Build(task, n)
	switch {
	case b != nil:
		return c.snapshot(b), nil
	case known:
		return folder.Snapshot{}, knownRefusal(codeNeverBuilt)
	}
	return folder.Snapshot{}, knownRefusal(codeUnknown)
}

// builds returns the builds of the task in the path of the request, newest first.
func (c *exchange) builds() ([]folder.Snapshot, error) {
	task := c.request.PathValue("job_id")
	if !taskID().MatchString(task) {
		return nil, knownRefusal(codeTaskID)
	}
	var views []folder.Snapshot
	for _, b := range c.folder.Newest(task) {
		views = append(views, c.snapshot(b))
	}
	if len(views) == 0 {
		return nil, knownRefusal(codeUnknown)
	}
	return views, nil
}

// record returns the build of the record in the path of the request.
func (c *exchange) record() (folder.Snapshot, error) {
	record := c.request.PathValue("record_id")
	if !recordID().MatchString(record) {
		return folder.Snapshot{}, refusal(http.StatusBadRequest, codeParameter, "The build record ID is invalid.")
	}
	for _, b := range c.folder.Builds {
		if b.Record == record {
			return c.snapshot(b), nil
		}
	}
	return folder.Snapshot{}, knownRefusal(codeUnknown)
}

// snapshot is a build at the time of the request, as the faults tell of it.
func (c *exchange) snapshot(b *folder.Build) folder.Snapshot {
	v := b.Snapshot(c.now)
	for s := range c.faults.hooked(func(h hooks) bool { return h.build != nil }) {
		s.build(c, s, &v)
	}
	return v
}

// withLog refuses a build that never ran: it has no log.
func withLog(v folder.Snapshot, err error) (folder.Snapshot, error) {
	if err == nil && v.NeverRan() {
		err = knownRefusal(codeNoLog)
	}
	return v, err
}

// paging reads the two paging parameters. The first one counts from first. Both are
// optional if usual, the default size, is not 0.
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

// window returns at most size items of all, beginning at from.
func window[T any](all []T, from, size int64) []T {
	from = min(from, int64(len(all)))
	return all[from:min(from+size, int64(len(all)))]
}
