package codeartsim

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"logbot/logsapi/codeartsim/folder"
	"logbot/logsapi/codeartsim/logtext"
)

// maxPageLines is the documented default and maximum of size.
const maxPageLines = 1000

// pageRequest is the position and size of a page.
type pageRequest struct {
	start, end int64 // offsets as sent by the client
	lines      int
	descending bool
	bound      int64 // where a page ends at the latest in its order; 0 is at the end of the log
}

// page is the part of a log in one answer.
type page struct {
	start, end int64
	log        []byte
	more       bool // ascending only
}

// cutPage returns a page of t; going means that t still grows.
func (c *exchange) cutPage(t *logtext.Text, k pageRequest, going bool) (p page) {
	further := k.start != 0 || k.end != 0
	asked := k
	if further && c.faults.has(OffsetsStuck) {
		k = k.pageBefore(t.Size)
	}
	for s := range c.faults.hooked(func(h hooks) bool { return h.cut != nil }) {
		s.cut(s, t, &k)
	}
	if further && c.faults.has(LogTruncated) {
		t = t.Head(k.position() / 2)
	}
	at := min(k.position(), t.Size)
	if k.descending && !further {
		at = t.Size
	}
	p = page{start: at, end: at, more: !k.descending}
	defer func() { // also of a page that a fault left empty
		for s := range c.faults.hooked(func(h hooks) bool { return h.page != nil }) {
			s.page(s, t, asked, &p)
		}
	}()
	if c.faults.hits(EmptyLog) {
		return p
	}
	if k.descending {
		p.start = max(t.LinesBack(at, k.lines), k.bound)
	} else if p.end = t.LinesForward(at, k.lines); k.bound > 0 {
		p.end = min(p.end, max(k.bound, at))
	}
	p = c.readPage(p, t, k)
	p.more = !k.descending && (p.end < t.Size ||
		going && c.faults.has(MoreWhileRunning) || further && c.faults.has(OffsetsStuck))
	if further && c.faults.has(OffsetsBack) {
		p.start, p.end, p.more = asked.earlierOffsets()
	}
	return p
}

// position is the offset at which the page begins, in the direction of reading.
func (k pageRequest) position() int64 {
	if k.descending {
		return k.start
	}
	return k.end
}

// pageBefore asks for the page whose offsets k has, once more.
func (k pageRequest) pageBefore(size int64) pageRequest {
	k.start, k.end = max(k.start, k.end), min(k.start, k.end)
	if k.descending && k.end == 0 {
		k.start = size // offsets that no page had
	}
	return k
}

// earlierOffsets returns offsets before those of k, in the direction of reading.
func (k pageRequest) earlierOffsets() (start, end int64, more bool) {
	if k.descending {
		return k.end, k.end, false
	}
	return 0, k.start, true
}

// readPage reads the text of p and applies the faults that change its boundary or
// text.
func (c *exchange) readPage(p page, t *logtext.Text, k pageRequest) page {
	p.log = t.Slice(p.start, p.end)
	if i := c.breakPosition(p.log, k.descending, p.start > 0 && t.Slice(p.start-1, p.start)[0] != '\n'); i > 0 {
		if k.descending {
			p.start, p.log = p.start+int64(i), p.log[i:]
		} else {
			p.end, p.log = p.start+int64(i), p.log[:i]
		}
	}
	if k.descending && c.faults.has(NewestFirst) {
		p.log = newestFirst(p.log)
	}
	if c.faults.has(NoLineFeed) {
		p.log = bytes.TrimSuffix(p.log, []byte("\n"))
	}
	return p
}

func newestFirst(log []byte) []byte {
	body, ended := bytes.CutSuffix(log, []byte("\n"))
	lines := bytes.Split(body, []byte("\n"))
	slices.Reverse(lines)
	log = bytes.Join(lines, []byte("\n"))
	if ended {
		log = append(log, '\n')
	}
	return log
}

// pageRequest reads the paging parameters as the faults change them.
func (c *exchange) pageRequest(q url.Values, ascending string) (pageRequest, error) {
	for s := range c.faults.hooked(func(h hooks) bool { return h.paging != nil }) {
		if err := s.paging(s, q, ascending); err != nil {
			return pageRequest{}, err
		}
	}
	return parsePageRequest(q, ascending)
}

// parsePageRequest reads the paging parameters. The ascending order is AES in Build
// and ASC in Check, and each accepts only its own.
func parsePageRequest(q url.Values, ascending string) (pageRequest, error) {
	c := pageRequest{lines: maxPageLines}
	var err error
	if c.start, err = number(q, "start_offset", 0); err != nil {
		return pageRequest{}, err
	}
	if c.end, err = number(q, "end_offset", 0); err != nil {
		return pageRequest{}, err
	}
	switch sort := q.Get("sort"); sort {
	case "", ascending:
	case "DESC":
		c.descending = true
	default:
		return pageRequest{}, fmt.Errorf("sort %q is neither %s nor DESC", sort, ascending)
	}
	if !q.Has("size") {
		return c, nil
	}
	size, err := number(q, "size", 0)
	if err != nil {
		return pageRequest{}, err
	}
	if size > 0 {
		c.lines = int(min(size, maxPageLines))
	}
	return c, nil
}

// number reads a required whole number.
func number(q url.Values, name string, least int64) (int64, error) {
	if !q.Has(name) {
		return 0, fmt.Errorf("%s is missing", name)
	}
	n, err := strconv.ParseInt(q.Get(name), 10, 64)
	if err != nil || n < least {
		return 0, fmt.Errorf("%s %q is not a number from %d", name, q.Get(name), least)
	}
	return n, nil
}

// serveFinishedLog serves GET /v1/log/stage/page.
func serveFinishedLog(c *exchange) error {
	q := c.request.URL.Query()
	b, err := withLog(c.buildOf(q.Get("job_id"), q.Get("build_no")))
	if err != nil {
		return err
	}
	q.Del("size")
	log := b.Log
	if !folder.Final(b.State) {
		log = logtext.New()
	}
	return writeLogPage(c, log, q, false)
}

// serveLiveLog serves GET /v1/log/{job_id}/{build_no}/real-time-log.
func serveLiveLog(c *exchange) error {
	b, err := withLog(c.build())
	if err != nil {
		return err
	}
	return writeLogPage(c, b.Log, c.request.URL.Query(), !folder.Final(b.State))
}

// serveStepLog serves GET /v1/log/task/step.
func serveStepLog(c *exchange) error { return c.writeStepPage(c.request.URL.Query(), false) }

// serveStepPage serves GET /v1/log/task/page, which is empty until the build is
// finished and has no size.
func serveStepPage(c *exchange) error {
	q := c.request.URL.Query()
	q.Del("size")
	return c.writeStepPage(q, true)
}

func (c *exchange) writeStepPage(q url.Values, afterEnd bool) error {
	b, err := withLog(c.buildOf(q.Get("job_id"), q.Get("build_no")))
	if err != nil {
		return err
	}
	id, err := number(q, "step_id", 0)
	if err != nil {
		return refusal(http.StatusBadRequest, codeParameter, err.Error())
	}
	ended := folder.Final(b.State)
	empty := afterEnd && (!ended || c.faults.has(StepPageNone)) || !afterEnd && ended && c.faults.has(StepLogEnds)
	for _, s := range b.Steps {
		if s.ID == id && !empty {
			return writeLogPage(c, s.Log, q, !folder.Final(s.State))
		}
	}
	return writeLogPage(c, logtext.New(), q, false)
}

func writeLogPage(c *exchange, log *logtext.Text, q url.Values, going bool) error {
	k, err := c.pageRequest(q, "AES")
	if err != nil {
		return refusal(http.StatusBadRequest, codeParameter, err.Error())
	}
	c.writeBuildPage(c.cutPage(log, k, going))
	return nil
}

// serveCheckLog serves GET /v1/console-log. Only job_id is required; a wrong
// parameter is refused with the documented sentence.
func serveCheckLog(c *exchange) error {
	q := c.request.URL.Query()
	for _, offset := range []string{"start_offset", "end_offset"} {
		if !q.Has(offset) {
			q.Set(offset, "0")
		}
	}
	k, err := c.pageRequest(q, "ASC")
	run := c.folder.Check(q.Get("job_id"))
	if err != nil || run == nil {
		return knownRefusal(codeCheck)
	}
	c.writeCheckPage(c.cutPage(run.Log, k, !folder.Final(run.State)))
	return nil
}
