package watch_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/jobstest"
	"logbot/bot/jobs/watch"
	"logbot/commands/access"
	"logbot/logsapi/codeartsim"
)

// Faults of everything that tells of tasks and builds.
func refusing403() []codeartsim.Fault {
	return []codeartsim.Fault{"forbidden=job-list", "forbidden=jobs-v3", "forbidden=running-status", "forbidden=record-list", "forbidden=period-history"}
}

func TestAChannelHearsOnceThatItsTasksCannotBeReadAndOnceThatTheyCan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults []codeartsim.Fault
		says   []string
	}{
		"the account may not see the project": {refusing403(),
			[]string{"task-1, task-2", "(403)", "give its CodeArts account the right to view the task or its project"}},
		"the account may not see builds, but the list": {[]codeartsim.Fault{"forbidden=running-status", "forbidden=record-list", "forbidden=period-history"},
			[]string{"task-1 any more", "(403)"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := history("SUCCESS", 2*time.Minute, "FAILURE")
				o.Builds = append(o.Builds, jobstest.Build{Task: 2, Number: 1, State: "SUCCESS", Asked: -time.Hour, Took: time.Minute})
				h := jobstest.New(t, o)
				r := h.Start()
				h.Start()
				require.False(t, r.Type("watch task-1").Refused)
				require.False(t, r.Type("watch task-2").Refused)
				jobstest.Pass(time.Minute)
				require.NoError(t, h.Sim.SetFaults(c.faults...))
				jobstest.Pass(5 * time.Minute)
				r.Stop()
				later := h.Start()
				jobstest.Pass(10 * time.Minute)
				all := h.Slack.Messages()
				require.Len(t, all, 1, "%v", h.Slack.Headings())
				assert.Equal(t, jobstest.Channel, all[0].Channel)
				for _, want := range c.says {
					assert.Contains(t, all[0].Reply.Body, want)
				}
				assert.Contains(t, later.Type("watches").Excerpt(), "task-1 can't be read (403)", "the list says it as well")
				require.NoError(t, h.Sim.SetFaults())
				jobstest.Pass(10 * time.Minute)
				assert.NotContains(t, later.Type("watches").Excerpt(), "can't be read")
				headings := h.Slack.Headings()
				require.Len(t, headings, 3, "%v", headings)
				told := strings.Join(headings[1:], "\n")
				assert.Contains(t, told, "I can see the builds of task-1")
				assert.Contains(t, told, "task-1 #2 failed", "what failed meanwhile is told")
			})
		})
	}
}

func TestARefusedCredentialIsToldOnceInEachChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sizes := [][2]int{{30, 8}, {30, 8}}
		w := newWorld(sizes, time.Hour, 6*time.Hour)
		for _, task := range w.tasks { // green for ever
			task.builds = task.builds[:1]
		}
		var mu sync.Mutex
		status := 0
		w.refuse = func(string) int {
			mu.Lock()
			defer mu.Unlock()
			return status
		}
		set := func(to int) {
			mu.Lock()
			defer mu.Unlock()
			status = to
		}
		s := startScale(t, w, nil)
		jobstest.Pass(5 * time.Minute)
		set(401)
		jobstest.Pass(20 * time.Minute)
		all := s.slack.Messages()
		require.Len(t, all, 1)
		assert.Equal(t, "401: 16", all[0].Reply.Body)
		set(0)
		jobstest.Pass(30 * time.Minute)
		all = s.slack.Messages()
		require.Len(t, all, 2)
		assert.Equal(t, "again: 16", all[1].Reply.Body)
		assert.Positive(t, s.failed(), "the operator's log has it")
		set(401)
		jobstest.Pass(10 * time.Second) // not even two looks
		set(0)
		jobstest.Pass(20 * time.Minute)
		assert.Len(t, s.slack.Messages(), 2, "a refusal that goes by is not told")
	})
}

func TestWhatAChannelMayNotReadIsNotNamedThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("SUCCESS"))
		require.False(t, h.Start().Type("watch task-1").Refused)
		jobstest.Pass(time.Minute)
		h.SetCaller(became(access.Member, true))
		require.NoError(t, h.Sim.SetFaults(refusing403()...))
		jobstest.Pass(10 * time.Minute)
		assert.Empty(t, h.Slack.Messages())
	})
}

func TestTasksBehindTheFirstThousandAreFoundOnTheirPages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld([][2]int{{3000, 0}}, time.Hour, time.Hour)
		tasks := w.projects[jobstest.ProjectID(0)]
		for _, n := range []int{5, 1717, 2950} {
			tasks[n].watched = true
		}
		tasks[2950].builds = append(tasks[2950].builds, worldBuild{began: 10 * time.Minute, ended: 12 * time.Minute, state: "FAILURE"})
		s := startScale(t, w, nil)
		jobstest.Pass(2 * time.Minute)
		assert.Zero(t, w.counted("status"), "none is looked at by itself")
		before := w.counted("list")
		jobstest.Pass(5 * time.Minute)
		assert.LessOrEqual(t, w.counted("list")-before, 3*14, "three pages a look, not thirty")
		jobstest.Pass(6 * time.Minute)
		all := s.slack.Messages()
		require.Len(t, all, 1)
		assert.Equal(t, fmt.Sprintf("%s #2 failed", jobstest.TaskID(2950)), all[0].Reply.Heading)
		assert.LessOrEqual(t, all[0].At.Sub(w.began.Add(12*time.Minute)), 30*time.Second)
		assert.Equal(t, 1, w.counted("builds"), "builds are listed of what turned red alone")
	})
}

func TestGreenBuildsCostNoListExceptOneCheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld([][2]int{{30, 0}}, time.Hour, time.Hour)
		task := w.projects[jobstest.ProjectID(0)][3]
		task.watched = true
		for _, at := range []time.Duration{6, 9, 12} { // each seen as it runs
			task.builds = append(task.builds, worldBuild{began: at * time.Minute, ended: (at + 1) * time.Minute, state: "SUCCESS"})
		}
		startScale(t, w, nil)
		jobstest.Pass(7*time.Minute + 50*time.Second)
		assert.Zero(t, w.counted("builds"))
		jobstest.Pass(50 * time.Minute)
		assert.LessOrEqual(t, w.counted("builds"), 3, "of each build at most")
		assert.Positive(t, w.counted("builds"))
	})
}

func TestAFailureHiddenBehindANewerBuildIsToldAfterTheCheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld([][2]int{{30, 0}}, time.Hour, time.Hour)
		task := w.projects[jobstest.ProjectID(0)][3]
		task.watched = true
		// Both begin between two looks, and the list shows the second alone.
		task.builds = append(task.builds,
			worldBuild{began: 10 * time.Minute, ended: 12 * time.Minute, state: "FAILURE"},
			worldBuild{began: 10*time.Minute + time.Millisecond, ended: 11 * time.Minute, state: "SUCCESS"})
		s := startScale(t, w, nil)
		jobstest.Pass(13 * time.Minute)
		all := s.slack.Messages()
		require.NotEmpty(t, all)
		assert.Contains(t, all[0].Reply.Heading, "#2 failed")
	})
}

func TestMoreThanTheRateAllowsIsSaidWhenAWatchBegins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(sizesOf(200), time.Hour, time.Hour)
		s := startScale(t, w, nil)
		jobstest.Pass(2 * time.Minute)
		within, err := watch.Store{Watches: s.store.Watches, Limits: s.store.Limits, Rate: 5}.ToldWithin(context.Background())
		require.NoError(t, err)
		assert.Greater(t, within, 40*time.Second)
		assert.LessOrEqual(t, within, 80*time.Second)
	})
}
