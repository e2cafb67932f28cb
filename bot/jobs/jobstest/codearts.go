package jobstest

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing/fstest"
	"time"

	"logbot/logsapi"
)

// Build is a build of the simulated CodeArts.
type Build struct {
	Task   int
	Number int
	State  string        // SUCCESS, FAILURE, ABORTED
	Asked  time.Duration // when it was requested, from the start of the test; may be negative
	Took   time.Duration
	Why    string // the error in its log; empty is the usual one
}

// TaskID is the id of task n.
func TaskID(n int) string { return fmt.Sprintf("%032x", 0xabc0000+n) }

// ProjectID is the id of project n.
func ProjectID(n int) string { return fmt.Sprintf("%032x", 0xdef0000+n) }

// TaskName is the name of task n.
func TaskName(n int) string { return fmt.Sprintf("task-%d", n) }

const written = "2026-09-10T09:00:00.000+08:00"

// folder describes builds to the simulator. of returns the project of a task; negative
// is none. Each log has the line shows.
func folder(builds []Build, of func(task int) int, began time.Time, shows string) fstest.MapFS {
	log := func(state, why string) []byte {
		const stamp = "[2026/09/10 09:00:00.500 GMT+08:00] "
		text := stamp + "[INFO] [Compile:make] : This action starts.\n" + stamp + "$ make\n"
		if shows != "" {
			text += stamp + shows + "\n"
		}
		if state != "SUCCESS" {
			text += stamp + cmp.Or(why, "main.c:4:5: error: use of undeclared identifier 'retrun'") + "\n" + stamp + "make: *** [Makefile:2: all] Error 1\n"
		}
		return []byte(text)
	}
	files := fstest.MapFS{}
	for _, s := range []string{"SUCCESS", "FAILURE", "ABORTED"} {
		files["all/"+s+".log"] = &fstest.MapFile{Data: log(s, "")}
	}
	var y strings.Builder
	for i, p := range builds {
		if i > 0 {
			y.WriteString("---\n")
		}
		when := "grows: true\nstarted: " + written + "\nasked: " + p.Asked.String()
		if p.Asked < 0 {
			when = "started: " + began.Add(p.Asked).Format("2006-01-02T15:04:05.000Z07:00")
		}
		file := p.State
		if p.Why != "" {
			file = fmt.Sprintf("%s-%d-%d", p.State, p.Task, p.Number)
			files["all/"+file+".log"] = &fstest.MapFile{Data: log(p.State, p.Why)}
		}
		project := ""
		if n := of(p.Task); n >= 0 {
			project = fmt.Sprintf(", project: {name: project-%d, id: %s}", n, ProjectID(n))
		}
		fmt.Fprintf(&y, "task: {name: %s, id: %s%s}\nbuild: %d\nrecord: %08x-0000-0000-0000-%012x\nstate: %s\n%s\nduration: %s\nexecutor: ann\nsteps:\n  - {name: Compile, step_id: 11, state: %s, file: %s.log}\n",
			TaskName(p.Task), TaskID(p.Task), project, p.Number, p.Task, p.Number, p.State, when, p.Took, p.State, file)
	}
	files["all/build.yaml"] = &fstest.MapFile{Data: []byte(y.String())}
	return files
}

// direct passes requests to a handler without a network, which would stop the clock of
// a synctest bubble.
type direct struct{ to http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	d.to.ServeHTTP(w, r)
	a := w.Result()
	a.Request = r
	return a, nil
}

// uncached answers the commands from CodeArts.
type uncached struct {
	*logsapi.Client
	projects []string
}

func (u uncached) Tasks(ctx context.Context) (all []logsapi.Task, err error) {
	for _, p := range u.projects {
		some, err := u.Client.Tasks(ctx, p, "")
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (u uncached) Steps(ctx context.Context, task string, build int64, record string) ([]logsapi.Step, error) {
	return u.StepsOf(ctx, task, build, record)
}

func (u uncached) CheckTasks(context.Context) ([]logsapi.CheckTask, error) { return nil, nil }
