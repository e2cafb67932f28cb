package watch_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
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

// scale is a bot that watches the watched tasks of a world.
type scale struct {
	store *state.Store
	slack *jobstest.Slack
	stop  func()

	mu       sync.Mutex
	failures int
}

// failed is how often an operator heard that something failed.
func (s *scale) failed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failures
}

// startScale watches all watched tasks of a world in one channel, at a rate of five
// requests a second. It ends with the test.
func startScale(t *testing.T, w *world, told func(*jobstest.Message)) *scale {
	store, err := state.OpenFile(filepath.Join(t.TempDir(), "state.db"), state.Options{Budget: time.Minute, Temporary: true})
	require.NoError(t, err)
	for _, task := range w.tasks {
		if !task.watched {
			continue
		}
		_, _, err := store.Watches.AddWatch(t.Context(), state.Watch{Channel: jobstest.Channel, Task: task.id, TaskName: task.name, Project: task.project, Every: true,
			Seen: watch.Baseline([]logsapi.Build{{Number: 1, State: logsapi.Succeeded, Started: w.began.Add(-time.Hour)}})})
		require.NoError(t, err)
	}
	s := &scale{store: store, slack: &jobstest.Slack{}}
	s.slack.OnPosted(told)
	log := logrus.New()
	log.SetOutput(t.Output())
	client, err := logsapi.NewClient(logsapi.Options{BuildURL: "http://codearts", Credential: logsapi.Token("t"), Rate: 5, Transport: w})
	require.NoError(t, err)
	j := jobs.New(jobs.Options{Intents: store.Intents, Log: log})
	watcher := watch.New(watch.Options{
		Jobs: j, Watches: store.Watches, Limits: store.Limits, Rate: 5, Source: client, Commands: askers{client}, Slack: s.slack, Log: log,
		Failed: func(context.Context, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.failures++
		},
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { j.Run(ctx) })
	running.Go(func() { watcher.Run(ctx) })
	s.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
		require.NoError(t, store.Close())
	})
	t.Cleanup(s.stop)
	return s
}

// simulate watches projects for a while.
func simulate(t *testing.T, projects int, warm, length, tail time.Duration) (m measured) {
	sizes := sizesOf(projects)
	w := newWorld(sizes, 40*time.Minute, warm+length)
	m.projects = projects
	for _, size := range sizes {
		m.pages += (size[0] + 99) / 100
		m.tasks += size[0]
		m.watched += size[1]
	}
	counts := func(b worldBuild) bool { return b.state == "FAILURE" && b.ended > warm && b.ended < warm+length-tail }
	for _, task := range w.tasks {
		for _, b := range task.builds {
			if counts(b) {
				m.failed++
			}
		}
	}
	var mu sync.Mutex
	var late []time.Duration
	s := startScale(t, w, func(p *jobstest.Message) {
		var id string
		var n int
		if _, err := fmt.Sscanf(p.Reply.Heading, "%s #%d", &id, &n); err != nil {
			return
		}
		if b := w.tasks[id].builds[n-1]; counts(b) {
			mu.Lock()
			defer mu.Unlock()
			late = append(late, w.now()-b.ended)
		}
	})
	jobstest.Pass(warm)
	looks, builds := w.counted("list", "status"), w.counted("builds")
	jobstest.Pass(length)
	m.looks = float64(w.counted("list", "status")-looks) / length.Seconds()
	m.builds = float64(w.counted("builds")-builds) / length.Seconds()
	s.stop()
	slices.Sort(late)
	if m.told = len(late); m.told > 0 {
		m.p50, m.p95, m.most = late[m.told/2], late[m.told*95/100], late[m.told-1]
	}
	return m
}

func TestFiftyProjectsAreToldInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := simulate(t, 50, 2*time.Minute, 6*time.Minute, time.Minute)
		assert.Equal(t, m.failed, m.told)
		assert.Positive(t, m.told)
		assert.LessOrEqual(t, m.most, 30*time.Second)
		assert.LessOrEqual(t, m.looks+m.builds, 4.13, "its share of the rate, four a second, and what the edges of six minutes add")
		t.Logf("%+v", m)
	})
}

// TestWatchScale measures how long after its end a failure is told, and prints the table
// of commands/README.md: projects, their tasks, those that are watched, pages of all lists;
// p50, p95 and longest time; requests a second of lists of tasks, and of builds.
func TestWatchScale(t *testing.T) {
	if os.Getenv("LOGBOT_WATCH_SCALE") == "" {
		t.Skip("make watch-scale")
	}
	for _, projects := range []int{1, 5, 24, 50, 100, 200, 500} {
		synctest.Test(t, func(t *testing.T) {
			const warm, tail = 5 * time.Minute, 5 * time.Minute
			m := simulate(t, projects, warm, min(max(30*time.Minute, 12*time.Hour/time.Duration(projects)), 8*time.Hour), tail)
			assert.Equal(t, m.failed, m.told)
			fmt.Printf("| %d | %d | %d | %.0f s | %.0f s | %.0f s | %.1f | %.1f |\n", m.projects, m.tasks, m.watched,
				m.p50.Seconds(), m.p95.Seconds(), m.most.Seconds(), m.looks, m.builds)
		})
	}
}
