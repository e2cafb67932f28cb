package codeartsim

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// call is one request on its way, and the Server as it stands for it: what is
// switched or swapped meanwhile concerns the next.
type call struct {
	http.ResponseWriter
	request *http.Request
	faults  faults // that concern its endpoint
	folder  *folder
	now     time.Time
	iam     *iam
	ticket  string // what a redirect to the other host brings
}

// serve lets a request pass the gateway and then the endpoint. An answer that
// fails returns a *refused before it has written anything.
func (s *Server) serve(e endpoint, w http.ResponseWriter, r *http.Request) {
	on := s.state.Load()
	now := s.clock()
	c := &call{ResponseWriter: w, request: r, faults: on.faults.of(e), folder: on.folder.at(now),
		now: now, iam: &s.iam, ticket: s.ticket}
	if !c.faults.publish(e) {
		s.notPublished(w, r)
		return
	}
	s.counts[e.name].Add(1)
	gateway := c.now.Add(time.Duration(c.faults.amount(ClockSkew)))
	w.Header().Set("Date", gateway.UTC().Format(http.TimeFormat))
	end := c.distort(s.sleep)
	answered, err := false, s.enter(c, e, gateway)
	if err == nil {
		answered, err = c.hinder(e)
	}
	if err == nil && !answered {
		err = e.answer(c)
	}
	if err != nil {
		c.refuse(err)
	}
	end()
}

// enter lets a request in that has the right credentials, or needs none.
func (s *Server) enter(c *call, e endpoint, now time.Time) error {
	if e.name == tokens {
		return nil
	}
	redirected, leaked := ticketed(c.request, c.ticket)
	if leaked {
		s.leaked.Add(1)
	}
	if redirected {
		return nil
	}
	return s.gate.admit(c, now)
}

// build finds the build that a request names in its path.
func (c *call) build() (view, error) {
	return c.buildOf(c.request.PathValue("job_id"), c.request.PathValue("build_no"))
}

func (c *call) buildOf(task, number string) (view, error) {
	if !taskID.MatchString(task) {
		return view{}, knownRefusal(codeTaskID)
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt32 {
		return view{}, refusal(http.StatusBadRequest, codeParameter, "build_no is not a number from 1.")
	}
	b, known := c.folder.find(task, n)
	switch {
	case b != nil:
		return b.seen(c.now), nil
	case known:
		return view{}, knownRefusal(codeNeverBuilt)
	}
	return view{}, knownRefusal(codeUnknown)
}

// builds are those of the task that a request names in its path, newest first.
func (c *call) builds() ([]view, error) {
	task := c.request.PathValue("job_id")
	if !taskID.MatchString(task) {
		return nil, knownRefusal(codeTaskID)
	}
	var views []view
	for _, b := range c.folder.newest(task) {
		views = append(views, b.seen(c.now))
	}
	if len(views) == 0 {
		return nil, knownRefusal(codeUnknown)
	}
	return views, nil
}

// record finds the build whose record a request names in its path.
func (c *call) record() (view, error) {
	record := c.request.PathValue("record_id")
	if !recordID.MatchString(record) {
		return view{}, refusal(http.StatusBadRequest, codeParameter, "The build record ID is invalid.")
	}
	for _, b := range c.folder.builds {
		if b.Record == record {
			return b.seen(c.now), nil
		}
	}
	return view{}, knownRefusal(codeUnknown)
}

// logged is a build whose log a request names; one that never ran has none.
func logged(v view, err error) (view, error) {
	if err == nil && v.state == neverScheduled {
		err = knownRefusal(codeNoLog)
	}
	return v, err
}

// paging reads the two parameters of paging, the first of which counts from
// first. Where there is a usual size they may be left out.
func (c *call) paging(from string, first int64, size string, most, usual int64) (at, count int64, err error) {
	if at, err = c.parameter(from, first, maxPageIndex, first, usual == 0); err != nil {
		return 0, 0, err
	}
	count, err = c.parameter(size, 1, most, usual, usual == 0)
	return at, count, err
}

func (c *call) parameter(name string, least, most, missing int64, mandatory bool) (int64, error) {
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
