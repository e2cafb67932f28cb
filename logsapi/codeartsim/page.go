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

// page cuts one page out of t, which still grows when going is true.
func (c *call) page(t *text, k cut, going bool) page {
	further := k.start != 0 || k.end != 0
	asked := k
	if further && c.faults.has(OffsetsStuck) {
		k.start, k.end = k.end, k.start // so the page before comes once more
	}
	if further && c.faults.has(LogTruncated) {
		t = t.head(k.at() / 2)
	}
	at := min(k.at(), t.size)
	if k.descending && !further {
		at = t.size
	}
	p := page{start: at, end: at, more: !k.descending}
	if c.faults.hits(EmptyLog) {
		return p
	}
	if k.descending {
		p.start = t.linesBack(at, k.lines)
	} else {
		p.end = t.linesOn(at, k.lines)
	}
	p = c.fill(p, t, k)
	p.more = !k.descending && (p.end < t.size ||
		going && c.faults.has(MoreWhileRunning) || further && c.faults.has(OffsetsStuck))
	if further && c.faults.has(OffsetsBack) {
		p.start, p.end, p.more = asked.back()
	}
	return p
}

// at is the offset that the page begins at, in the direction of reading.
func (k cut) at() int64 {
	if k.descending {
		return k.start
	}
	return k.end
}

// back are offsets that lie before those of k, in the direction of reading.
func (k cut) back() (start, end int64, more bool) {
	if k.descending {
		return k.end, k.end, false
	}
	return 0, k.start, true
}

// fill reads the log of p, and lets faults break its last boundary and its text.
func (c *call) fill(p page, t *text, k cut) page {
	p.log = t.slice(p.start, p.end)
	if i := c.breakInside(p.log, k.descending, p.start > 0 && t.slice(p.start-1, p.start)[0] != '\n'); i > 0 {
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
func (c *call) finishedLog() error {
	q := c.request.URL.Query()
	b, err := logged(c.buildOf(q.Get("job_id"), q.Get("build_no")))
	if err != nil {
		return err
	}
	q.Del("size")
	log := b.log
	if !over(b.state) {
		log = newText()
	}
	return c.buildPage(log, q, false)
}

// liveLog is GET /v1/log/{job_id}/{build_no}/real-time-log.
func (c *call) liveLog() error {
	b, err := logged(c.build())
	if err != nil {
		return err
	}
	return c.buildPage(b.log, c.request.URL.Query(), !over(b.state))
}

// stepLog is GET /v1/log/task/step.
func (c *call) stepLog() error {
	q := c.request.URL.Query()
	b, err := logged(c.buildOf(q.Get("job_id"), q.Get("build_no")))
	if err != nil {
		return err
	}
	id, err := number(q, "step_id", 0)
	if err != nil {
		return refusal(http.StatusBadRequest, codeParameter, err.Error())
	}
	for _, s := range b.steps {
		if s.ID == id {
			return c.buildPage(s.log, q, !over(s.state))
		}
	}
	return c.buildPage(newText(), q, false)
}

func (c *call) buildPage(log *text, q url.Values, going bool) error {
	k, err := cutOf(q, "AES")
	if err != nil {
		return refusal(http.StatusBadRequest, codeParameter, err.Error())
	}
	c.writeBuildPage(c.page(log, k, going))
	return nil
}

// checkLog is GET /v1/console-log. Its parameters are optional but for job_id,
// and one that is wrong is refused with the documented sentence.
func (c *call) checkLog() error {
	q := c.request.URL.Query()
	for _, offset := range []string{"start_offset", "end_offset"} {
		if !q.Has(offset) {
			q.Set(offset, "0")
		}
	}
	k, err := cutOf(q, "ASC")
	run := c.folder.check(q.Get("job_id"))
	if err != nil || run == nil {
		return knownRefusal(codeCheck)
	}
	c.writeCheckPage(c.page(run.log, k, !over(run.State)))
	return nil
}
