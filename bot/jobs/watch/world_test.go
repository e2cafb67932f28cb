package watch_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"logbot/bot/jobs/jobstest"
)

// world is a CodeArts with many projects, as the client of it sees it: lists of tasks in
// pages of 100, and lists of builds. Tasks are told in the order of their numbers.
type world struct {
	began    time.Time
	projects map[string][]*worldTask // by id
	tasks    map[string]*worldTask
	refuse   func(path string) int // status of a refusal; nil or 0: none

	mu    sync.Mutex
	asked map[string]int // requests, by kind
}

// worldTask is a task, and its builds in the order in which they begin.
type worldTask struct {
	id, name, project string
	watched           bool
	builds            []worldBuild
}

// worldBuild is the build of a task; its number is its place, from 1.
type worldBuild struct {
	began, ended time.Duration // from the beginning of the world
	state        string
	branch       string
}

// newWorld makes projects. sizes has the number of tasks and of watched ones of each;
// every watched task is built every so often, and each tenth build fails.
func newWorld(sizes [][2]int, every, until time.Duration) *world {
	w := &world{began: time.Now(), projects: map[string][]*worldTask{}, tasks: map[string]*worldTask{}, asked: map[string]int{}}
	r := rand.New(rand.NewPCG(7, 7))
	n := 0
	for p, size := range sizes {
		watched := map[int]bool{}
		for len(watched) < size[1] {
			watched[r.IntN(size[0])] = true
		}
		for i := range size[0] {
			t := &worldTask{id: jobstest.TaskID(n), name: jobstest.TaskName(n), project: jobstest.ProjectID(p), watched: watched[i]}
			t.builds = []worldBuild{{began: -time.Hour, ended: -50 * time.Minute, state: "SUCCESS"}}
			n++
			if t.watched {
				for at := time.Duration(r.Int64N(int64(every))); at < until; {
					b := worldBuild{began: at, ended: at + 30*time.Second + time.Duration(r.Int64N(int64(4*time.Minute))), state: "SUCCESS"}
					if r.IntN(10) == 0 {
						b.state = "FAILURE"
					}
					t.builds = append(t.builds, b)
					at = b.ended + time.Duration(r.Int64N(int64(2*every)))
				}
			}
			w.projects[t.project] = append(w.projects[t.project], t)
			w.tasks[t.id] = t
		}
	}
	return w
}

// now is the time in the world.
func (w *world) now() time.Duration { return time.Since(w.began) }

// at is a time of the world as a client is told it.
func (w *world) at(d time.Duration) int64 { return w.began.Add(d).UnixMilli() }

// so is the state of a build now.
func (b worldBuild) so(now time.Duration) string {
	if now < b.ended {
		return "Running"
	}
	return b.state
}

// begun are the builds that have begun.
func (t *worldTask) begun(now time.Duration) []worldBuild {
	n := len(t.builds)
	for n > 0 && t.builds[n-1].began > now {
		n--
	}
	return t.builds[:n]
}

func (w *world) count(kind string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[kind]++
}

func (w *world) counted(kinds ...string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for kind, count := range w.asked {
		if len(kinds) == 0 || slices.Contains(kinds, kind) {
			n += count
		}
	}
	return n
}

// RoundTrip answers a request at once.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	status, body := http.StatusNotFound, `{"error_code":"DEVCB.00031006","error_msg":"unknown"}`
	refused := 0
	if w.refuse != nil {
		refused = w.refuse(r.URL.Path)
	}
	switch {
	case refused == http.StatusUnauthorized:
		w.count("refused")
		status, body = refused, `{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information"}`
	case refused != 0:
		w.count("refused")
		status, body = refused, `{"error_code":"CB.00000403","error_msg":"no right"}`
	case len(parts) == 4 && parts[1] == "job" && parts[3] == "list":
		w.count("list")
		if tasks := w.projects[parts[2]]; tasks != nil {
			status, body = http.StatusOK, w.listed(tasks, r.URL.Query().Get("page_index"))
		}
	case len(parts) == 4 && parts[1] == "job" && parts[3] == "running-status":
		w.count("status")
		if t := w.tasks[parts[2]]; t != nil {
			all := t.begun(w.now())
			last := all[len(all)-1]
			status, body = http.StatusOK, fmt.Sprintf(`{"result":{"last_build_no":"%d","last_build_status":%q,"is_running":%t},"error":null,"status":"success"}`,
				len(all), last.so(w.now()), w.now() < last.ended)
		}
	case len(parts) == 4 && parts[1] == "record" && parts[3] == "list":
		w.count("builds")
		if t := w.tasks[parts[2]]; t != nil {
			status, body = http.StatusOK, w.history(t, r.URL.Query().Get("page_size"))
		}
	case len(parts) == 5 && parts[1] == "record" && parts[4] == "record-info":
		w.count("told")
		status, body = http.StatusOK, `{"result":{"build_record_id":"f5d2de18-0fe5-221f-5215-6b9b8519e81e","status":"FAILURE","start_time":1,"finish_time":2},"error":null,"status":"success"}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}, nil
}

// listed is a page of the list of tasks.
func (w *world) listed(tasks []*worldTask, index string) string {
	page, _ := strconv.Atoi(index)
	var rows strings.Builder
	for i := page * 100; i < min((page+1)*100, len(tasks)); i++ {
		t := tasks[i]
		all := t.begun(w.now())
		last := all[len(all)-1]
		if rows.Len() > 0 {
			rows.WriteByte(',')
		}
		color := map[string]string{"SUCCESS": "blue", "FAILURE": "red", "ABORTED": "aborted", "Running": "building"}[last.so(w.now())]
		fmt.Fprintf(&rows, `{"id":%q,"job_name":%q,"last_build_time":%d,"last_build_status":%q,"is_finished":%t}`, t.id, t.name, w.at(last.began), color, w.now() >= last.ended)
	}
	return fmt.Sprintf(`{"result":{"total":%d,"job_list":[%s]},"error":null,"status":"success"}`, len(tasks), rows.String())
}

// history is the list of the newest builds of a task.
func (w *world) history(t *worldTask, size string) string {
	n, _ := strconv.Atoi(size)
	all := t.begun(w.now())
	var rows []string
	for i := len(all) - 1; i >= 0 && len(rows) < n; i-- {
		b := all[i]
		cost := int64(0)
		if w.now() >= b.ended {
			cost = (b.ended - b.began).Milliseconds()
		}
		rows = append(rows, fmt.Sprintf(`{"number":%d,"state":%q,"start_time":%d,"cost_time":%d,"code_branch":%q}`, i+1, b.so(w.now()), w.at(b.began), cost, b.branch))
	}
	return fmt.Sprintf(`{"result":{"total_record":%d,"job_build_states":[%s]},"error":null,"status":"success"}`, len(all), strings.Join(rows, ","))
}

var _ http.RoundTripper = (*world)(nil)
