package watch_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/jobstest"
	"logbot/cache/state"
	"logbot/logsapi/codeartsim"
)

// redBefore returns five failed builds for each of the tasks 1 to n. All failed hours ago.
func redBefore(n int) (builds []jobstest.Build) {
	for task := 1; task <= n; task++ {
		for number := 1; number <= 5; number++ {
			builds = append(builds, jobstest.Build{
				Task: task, Number: number, State: "FAILURE", Asked: -time.Duration(10-number) * time.Hour, Took: time.Minute,
			})
		}
	}
	return builds
}

// watched has a channel watch tasks as an earlier version of the program did.
func watched(t *testing.T, h *jobstest.Harness, channel string, tasks ...int) {
	t.Helper()
	for _, task := range tasks {
		_, _, err := h.Store.Watches.AddWatch(t.Context(), state.Watch{
			Channel: channel, Task: jobstest.TaskID(task), TaskName: jobstest.TaskName(task), Project: jobstest.ProjectID(0), Owner: jobstest.Ann, Created: time.Now(),
			Seen: state.WatchState{Build: 5},
		})
		require.NoError(t, err)
	}
}

// remembered are the builds of a task that were read, highest number first.
func remembered(t *testing.T, h *jobstest.Harness, task int) (builds []int64) {
	t.Helper()
	all, err := h.Store.Failures.OfTask(t.Context(), time.Now(), jobstest.TaskID(task), 100)
	require.NoError(t, err)
	for _, s := range all {
		builds = append(builds, s.Build)
	}
	return builds
}

// Watches of an earlier version, which kept no memory of failures.
func TestTheLastFailuresOfOldWatchesAreReadOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, jobstest.Options{Builds: redBefore(3), Memory: true})
		watched(t, h, jobstest.Channel, 1, 2)
		watched(t, h, "C0OTHER001", 2)
		first := h.Start()
		jobstest.Pass(50 * time.Second)
		assert.Empty(t, remembered(t, h, 1), "it waits until the start is over")
		jobstest.Pass(20 * time.Second)
		assert.Equal(t, []int64{5, 4, 3}, remembered(t, h, 1), "the last few")
		assert.Empty(t, remembered(t, h, 2), "one task after the other")
		first.Stop()
		second := h.Start()
		jobstest.Pass(2 * time.Minute)
		assert.Equal(t, []int64{5, 4, 3}, remembered(t, h, 2), "another process goes on")
		assert.Empty(t, remembered(t, h, 3), "nobody watches it")
		assert.Empty(t, h.Slack.Messages(), "nobody is told")
		second.Stop()

		before := logsRead(h)
		h.Start()
		watched(t, h, jobstest.Channel, 3)
		jobstest.Pass(10 * time.Minute)
		assert.Equal(t, []int64{5, 4, 3}, remembered(t, h, 3), "of a watch that is new to this process")
		assert.Equal(t, int64(3), logsRead(h)-before, "a restart repeats nothing")
	})
}

// logsRead is how many pages of logs were read.
func logsRead(h *jobstest.Harness) int64 {
	return h.Sim.Counts()["step-page"]
}

func TestOneReplicaReadsTheLastFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, jobstest.Options{Builds: redBefore(2), Memory: true})
		watched(t, h, jobstest.Channel, 1, 2)
		for range 3 {
			h.Start()
		}
		jobstest.Pass(5 * time.Minute)
		assert.Equal(t, int64(6), logsRead(h), "three builds of each task, each once")
	})
}

func TestTheLastFailuresAreReadLaterIfCodeArtsIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, jobstest.Options{Builds: redBefore(1), Memory: true})
		watched(t, h, jobstest.Channel, 1)
		h.Start()
		require.NoError(t, h.Sim.SetFaults(codeartsim.BadGateway+"=1"))
		jobstest.Pass(3 * time.Minute)
		assert.Empty(t, remembered(t, h, 1))
		require.NoError(t, h.Sim.SetFaults())
		jobstest.Pass(10 * time.Minute)
		assert.Equal(t, []int64{5, 4, 3}, remembered(t, h, 1))
	})
}
