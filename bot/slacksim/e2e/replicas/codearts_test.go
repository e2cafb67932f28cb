package replicas

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"logbot/logsapi/codeartsim"
)

const (
	token = "token-of-the-replicas"
	// linesOfWeb makes the log of web several pages of 1,000 lines long.
	linesOfWeb = 3500
)

// codearts is the local CodeArts. It counts requests, and its watched builds start
// only after begin.
type codearts struct {
	*codeartsim.Server
	url string
	day *day

	mu    sync.Mutex
	asked map[string]int // requests of log pages, by their address
	gate  chan struct{}  // closed where pages may pass
}

// day is the clock of CodeArts. It stands still until begin.
type day struct {
	mu     sync.Mutex
	began  time.Time
	behind time.Duration
	moving bool
}

func (d *day) now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.moving {
		return d.began
	}
	return time.Now().Add(-d.behind)
}

// begin starts the clock and returns the real time of that moment.
func (d *day) begin() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	d.behind, d.moving = now.Sub(d.began), true
	return now
}

// run is a build of a watched task: how it ends, and when, counted from begin.
type run struct {
	task, number int
	ends         time.Duration
	failed       bool
}

// runTakes is the duration of such a build.
const runTakes = 2 * time.Second

func taskName(n int) string { return fmt.Sprintf("watched-%d", n) }
func taskID(n int) string   { return fmt.Sprintf("%032x", 0xabc0000+n) }

// projectOf distributes the tasks over two projects; web is in the first.
func projectOf(n int) string { return fmt.Sprintf("%032x", 0xdef0000+n%2) }

// history describes the builds of web, which failed an hour ago with the same log, or, if
// there are causes, with short ones of so many causes in turn; and the latency of CodeArts.
type history struct {
	builds  int
	latency time.Duration
	causes  int
}

// causeOf is the name of the log of a build, and what it does not find.
func (h history) causeOf(build int) (file, missing string) {
	if h.causes == 0 {
		return "long", "retrun"
	}
	n := build % h.causes
	missing = "price" + string(rune('a'+n/26)) + string(rune('a'+n%26))
	return missing, missing
}

// startCodeArts serves web and the watched tasks, each with a build 1 that
// succeeded an hour ago.
func startCodeArts(t *testing.T, web history, runs []run) *codearts {
	t.Helper()
	d := &day{began: time.Now()}
	var faults []codeartsim.Fault
	if web.latency > 0 {
		faults = append(faults, codeartsim.Latency+codeartsim.Fault("="+web.latency.String()))
	}
	sim, err := codeartsim.New(codeartsim.Config{FS: folder(d.began, web, runs), Token: token, Clock: d.now, Faults: faults})
	require.NoError(t, err)
	c := &codearts{Server: sim, day: d, asked: map[string]int{}, gate: make(chan struct{})}
	close(c.gate)
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// ServeHTTP answers one request; one for a page of a log waits while pages are
// held.
func (c *codearts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, "log") {
		c.mu.Lock()
		c.asked[r.URL.RequestURI()]++
		gate := c.gate
		c.mu.Unlock()
		select {
		case <-gate:
		case <-r.Context().Done():
			return
		}
	}
	c.Server.ServeHTTP(w, r)
}

// holdPages makes requests for pages wait until release is called.
func (c *codearts) holdPages() (open func()) {
	gate := make(chan struct{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gate = gate
	return sync.OnceFunc(func() { close(gate) })
}

// pages returns the number of requests for each page whose URL contains words.
func (c *codearts) pages(words string) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := map[string]int{}
	for address, n := range c.asked {
		if strings.Contains(address, words) {
			found[address] = n
		}
	}
	return found
}

const stampForm = "[2006/01/02 15:04:05.000 GMT+08:00] "

// folder describes the builds to the simulator.
func folder(began time.Time, web history, runs []run) fstest.MapFS {
	began = began.In(time.FixedZone("", 8*60*60))
	before := began.Add(-time.Hour)
	stamp := before.Format(stampForm)
	opening := stamp + "[INFO] [Compile:make] : This action starts.\n" + stamp + "$ make\n"
	failing := stamp + "main.c:4:5: error: use of undeclared identifier 'retrun'\n" + stamp + "make: *** [Makefile:2: all] Error 1\n"
	var long strings.Builder
	long.WriteString(opening)
	for i := range linesOfWeb {
		fmt.Fprintf(&long, "%scc -c part-%d.c\n", stamp, i)
	}
	long.WriteString(failing)

	var y strings.Builder
	describe := func(name, id, project string, number int, state, when, file string) {
		if y.Len() > 0 {
			y.WriteString("---\n")
		}
		fmt.Fprintf(&y, "task: {name: %s, id: %s, project: {name: p%s, id: %s}}\nbuild: %d\nrecord: %s-0000-0000-0000-%012x\n",
			name, id, project[24:], project, number, id[24:], number)
		fmt.Fprintf(&y, "state: %s\n%s\nexecutor: ann\nsteps:\n  - {name: Compile, step_id: 11, state: %s, file: %s.log}\n", state, when, state, file)
	}
	anHourAgo := fmt.Sprintf("started: %s\nduration: 1m", before.Format("2006-01-02T15:04:05.000Z07:00"))
	files := fstest.MapFS{}
	for n := range web.builds {
		file, missing := web.causeOf(1 + n)
		describe("web", taskID(0), projectOf(0), 1+n, "FAILURE", anHourAgo, file)
		files["all/"+file+".log"] = &fstest.MapFile{Data: []byte(opening + strings.ReplaceAll(failing, "retrun", missing))}
	}
	known := map[int]bool{}
	for _, r := range runs {
		if !known[r.task] {
			known[r.task] = true
			describe(taskName(r.task), taskID(r.task), projectOf(r.task), 1, "SUCCESS", anHourAgo, "SUCCESS")
		}
		state := "SUCCESS"
		if r.failed {
			state = "FAILURE"
		}
		describe(taskName(r.task), taskID(r.task), projectOf(r.task), r.number, state,
			fmt.Sprintf("grows: true\nstarted: %s\nasked: %s\nduration: %s", before.Format("2006-01-02T15:04:05.000Z07:00"), r.ends-runTakes, runTakes), state)
	}
	files["all/build.yaml"] = &fstest.MapFile{Data: []byte(y.String())}
	files["all/long.log"] = &fstest.MapFile{Data: []byte(long.String())}
	files["all/SUCCESS.log"] = &fstest.MapFile{Data: []byte(opening)}
	files["all/FAILURE.log"] = &fstest.MapFile{Data: []byte(opening + failing)}
	return files
}
