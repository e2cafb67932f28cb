package codeartsim

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// maxPageLines is the documented default and most of size.
const maxPageLines = 1000

// cut says which page of a log is asked for.
type cut struct {
	start, end int64 // as sent back by the caller
	lines      int
	descending bool
}

// page is what one request gets of a log.
type page struct {
	start, end int64
	log        []byte
	more       bool // ascending only
}

// page cuts one page out of t.
func (s *Server) page(t *text, c cut) page {
	first := c.start == 0 && c.end == 0
	if s.faults.has(OffsetsStuck) && !first {
		c.start, c.end = c.end, c.start // so the page before comes once more
	}
	empty := s.faults.hits(EmptyLog)
	if c.descending {
		to := min(c.start, t.size)
		if first {
			to = t.size
		}
		if empty {
			return page{start: to, end: to}
		}
		from := t.linesBack(to, c.lines)
		p := page{start: from, end: to, log: t.slice(from, to)}
		if s.faults.has(NewestFirst) {
			p.log = newestFirst(p.log)
		}
		return p
	}
	from := min(c.end, t.size)
	if empty {
		return page{start: from, end: from, more: true}
	}
	to := t.linesOn(from, c.lines)
	return page{start: from, end: to, log: t.slice(from, to), more: to < t.size || s.faults.has(OffsetsStuck)}
}

func newestFirst(log []byte) []byte {
	lines := slices.Collect(bytes.Lines(log))
	slices.Reverse(lines)
	return bytes.Join(lines, nil)
}

// cutOf reads the paging parameters. The names of the orders differ: Build
// calls ascending AES and Check calls it ASC, and each knows only its own.
func cutOf(q url.Values, ascending string) (cut, error) {
	c := cut{lines: maxPageLines}
	var err error
	if c.start, err = number(q, "start_offset", 0); err != nil {
		return cut{}, err
	}
	if c.end, err = number(q, "end_offset", 0); err != nil {
		return cut{}, err
	}
	switch sort := q.Get("sort"); sort {
	case "", ascending:
	case "DESC":
		c.descending = true
	default:
		return cut{}, fmt.Errorf("sort %q is neither %s nor DESC", sort, ascending)
	}
	if !q.Has("size") {
		return c, nil
	}
	size, err := number(q, "size", 0)
	if err != nil {
		return cut{}, err
	}
	if size > 0 {
		c.lines = int(min(size, maxPageLines))
	}
	return c, nil
}

// number reads a mandatory whole number.
func number(q url.Values, name string, least int64) (int64, error) {
	if !q.Has(name) {
		return 0, fmt.Errorf("%s is missing", name)
	}
	n, err := strconv.ParseInt(q.Get(name), 10, 64)
	if err != nil || n < least {
		return 0, fmt.Errorf("%s %q is no number from %d", name, q.Get(name), least)
	}
	return n, nil
}

// finishedLog is GET /v1/log/stage/page.
func (s *Server) finishedLog(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	b, err := s.build(q.Get("job_id"), q.Get("build_no"))
	if err != nil {
		return err
	}
	q.Del("size")
	log := b.whole
	if b.State == running {
		log = newText()
	}
	return s.buildPage(w, log, q)
}

// liveLog is GET /v1/log/{job_id}/{build_no}/real-time-log.
func (s *Server) liveLog(w http.ResponseWriter, r *http.Request) error {
	b, err := s.build(r.PathValue("job_id"), r.PathValue("build_no"))
	if err != nil {
		return err
	}
	return s.buildPage(w, b.whole, r.URL.Query())
}

// stepLog is GET /v1/log/task/step.
func (s *Server) stepLog(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	b, err := s.build(q.Get("job_id"), q.Get("build_no"))
	if err != nil {
		return err
	}
	id, err := number(q, "step_id", 0)
	if err != nil {
		return refusal(http.StatusBadRequest, codeParameter, err.Error())
	}
	log := newText()
	if i := slices.IndexFunc(b.Steps, func(s step) bool { return s.ID == id }); i >= 0 {
		log = b.Steps[i].log
	}
	return s.buildPage(w, log, q)
}

func (s *Server) buildPage(w http.ResponseWriter, log *text, q url.Values) error {
	c, err := cutOf(q, "AES")
	if err != nil {
		return refusal(http.StatusBadRequest, codeParameter, err.Error())
	}
	s.writeBuildPage(w, s.page(log, c))
	return nil
}

// checkLog is GET /v1/console-log. Its parameters are optional but for job_id,
// and one that is wrong is refused with the documented sentence.
func (s *Server) checkLog(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	for _, offset := range []string{"start_offset", "end_offset"} {
		if !q.Has(offset) {
			q.Set(offset, "0")
		}
	}
	c, err := cutOf(q, "ASC")
	run := s.folder.check(q.Get("job_id"))
	if err != nil || run == nil {
		return checkRefusal()
	}
	s.writeCheckPage(w, s.page(run.log, c))
	return nil
}
