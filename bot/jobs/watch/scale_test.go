package watch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs"
	"logbot/bot/jobs/jobstest"
	"logbot/bot/jobs/watch"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/logsapi"
)

// askers announce what a watch tells, for the requests that a failure costs.
type askers struct{ client *logsapi.Client }

const requestsOfATelling = 4

func (a askers) Authorize(context.Context, commands.Announcement) error { return nil }

func (a askers) Broke(ctx context.Context, of commands.Announcement) (reply.Reply, error) {
	for range requestsOfATelling {
		if _, err := a.client.Record(ctx, of.Task, of.Build); err != nil {
			return reply.Reply{}, err
		}
	}
	return reply.Reply{Heading: fmt.Sprintf("%s #%d failed", of.Task, of.Build)}, nil
}

func (a askers) Works(_ context.Context, of commands.Announcement) (reply.Reply, error) {
	return reply.Reply{Heading: fmt.Sprintf("%s #%d works", of.Task, of.Build)}, nil
}
func (a askers) Unreadable(tasks []commands.Announcement, status int) reply.Reply {
	return reply.Reply{Body: fmt.Sprintf("%d: %d", status, len(tasks))}
}

func (a askers) Readable(tasks []commands.Announcement) reply.Reply {
	return reply.Reply{Body: fmt.Sprintf("again: %d", len(tasks))}
}

func (a askers) Untold(commands.Announcement) reply.Reply { return reply.Reply{} }
func (a askers) WatchEnded(commands.Announcement, commands.WatchEnd) reply.Reply {
	return reply.Reply{}
}

// measured is what a run over so many projects showed.
type measured struct {
	projects, tasks, watched, pages int
	told, failed                    int
	p50, p95, most                  time.Duration
	looks, builds                   float64 // requests a second: of lists of tasks, of lists of builds
}

// sizesOf are projects of 30 tasks, each tenth of 150, and with four or more one of 3,000.
func sizesOf(projects int) (sizes [][2]int) {
	for p := range projects {
		size := [2]int{30, 3}
		switch {
		case p == 3:
			size = [2]int{3000, 40}
		case p%10 == 9:
			size = [2]int{150, 8}
		}
		sizes = append(sizes, size)
	}
	return sizes
}

// simulate watches projects for a while, at a rate of five requests a second.
func simulate(t *testing.T, projects int, length time.Duration) (m measured) {
	const warm = 5 * time.Minute
	sizes := sizesOf(projects)
	w := newWorld(sizes, 40*time.Minute, warm+length)
	store, err := state.OpenFile(filepath.Join(t.TempDir(), "state.db"), state.Options{Budget: time.Minute, Temporary: true})
	require.NoError(t, err)
	defer store.Close()
	m.projects = projects
	for _, size := range sizes {
		m.pages += (size[0] + 99) / 100
		m.tasks += size[0]
	}
	for _, task := range w.tasks {
		if !task.watched {
			continue
		}
		m.watched++
		_, _, err := store.Watches.AddWatch(t.Context(), state.Watch{Channel: jobstest.Channel, Task: task.id, TaskName: task.name, Project: task.project, Every: true,
			Seen: watch.Baseline([]logsapi.Build{{Number: 1, State: logsapi.Succeeded, Started: w.began.Add(-time.Hour)}})})
		require.NoError(t, err)
		for _, b := range task.builds {
			if b.state == "FAILURE" && b.ended > warm && b.ended < warm+length-5*time.Minute {
				m.failed++
			}
		}
	}
	var mu sync.Mutex
	var late []time.Duration
	slack := &jobstest.Slack{}
	slack.OnPosted(func(p *jobstest.Message) {
		var id string
		var n int
		if _, err := fmt.Sscanf(strings.TrimSuffix(p.Reply.Heading, " failed"), "%s #%d", &id, &n); err != nil || !strings.HasSuffix(p.Reply.Heading, " failed") {
			return
		}
		b := w.tasks[id].builds[n-1]
		if b.ended > warm && b.ended < warm+length-5*time.Minute {
			mu.Lock()
			late = append(late, w.now()-b.ended)
			mu.Unlock()
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	log := logrus.New()
	log.SetOutput(t.Output())
	client, err := logsapi.NewClient(logsapi.Options{BuildURL: "http://codearts", Credential: logsapi.Token("t"), Rate: 5, Transport: w})
	require.NoError(t, err)
	j := jobs.New(jobs.Options{Intents: store.Intents, Log: log})
	watcher := watch.New(watch.Options{Jobs: j, Watches: store.Watches, Limits: store.Limits, Rate: 5, Source: client, Commands: askers{client}, Slack: slack, Log: log})
	running.Go(func() { j.Run(ctx) })
	running.Go(func() { watcher.Run(ctx) })
	jobstest.Pass(warm)
	looks, builds := w.counted("list", "status"), w.counted("builds")
	jobstest.Pass(length)
	m.looks = float64(w.counted("list", "status")-looks) / length.Seconds()
	m.builds = float64(w.counted("builds")-builds) / length.Seconds()
	cancel()
	running.Wait()
	slices.Sort(late)
	m.told = len(late)
	if len(late) > 0 {
		m.p50, m.p95, m.most = late[len(late)/2], late[len(late)*95/100], late[len(late)-1]
	}
	return m
}

// TestWatchScale measures how long after its end a failure is told.
func TestWatchScale(t *testing.T) {
	if os.Getenv("LOGBOT_WATCH_SCALE") == "" {
		t.Skip("make watch-scale")
	}
	for _, projects := range []int{1, 5, 24, 50, 100, 200, 500} {
		synctest.Test(t, func(t *testing.T) {
			m := simulate(t, projects, min(max(30*time.Minute, 12*time.Hour/time.Duration(projects)), 8*time.Hour))
			fmt.Printf("| %d | %d | %d | %d | %d of %d | %.0f s | %.0f s | %.0f s | %.2f | %.2f |\n", m.projects, m.tasks, m.watched, m.pages, m.told, m.failed,
				m.p50.Seconds(), m.p95.Seconds(), m.most.Seconds(), m.looks, m.builds)
		})
	}
}
