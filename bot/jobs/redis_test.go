package jobs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs"
	"logbot/cache/redistest"
	"logbot/cache/state"
)

// redisState is the state in a real Redis, which ends with the test.
func redisState(t *testing.T) *state.Store {
	t.Helper()
	s, err := state.OpenRedis(t.Context(), redistest.Start(t).URL(), state.Options{Budget: 10 * time.Second})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestReplicasOnARedisDoEachWorkOnce(t *testing.T) {
	t.Parallel()
	s := redisState(t)
	const all = 60
	var mu sync.Mutex
	ran := map[string]int{}
	done := make(chan struct{})
	h := doing{run: func(_ context.Context, w *jobs.Work) (jobs.Next, error) {
		if string(w.Payload) == "0" {
			return jobs.Again(time.Now(), []byte("1")), nil
		}
		mu.Lock()
		defer mu.Unlock()
		ran[w.ID]++
		if len(ran) == all {
			close(done)
		}
		return jobs.Done(), nil
	}}
	a, _ := start(t, s.Intents, 4, h)
	start(t, s.Intents, 4, h)
	start(t, s.Intents, 4, h)
	for i := range all {
		put(t, a, fmt.Sprint(i), 0)
	}
	within(t, done)
	mu.Lock()
	defer mu.Unlock()
	for id, n := range ran {
		assert.Equal(t, 1, n, id)
	}
}

func TestReplicasOnARedisTellAWatchedFailureOnce(t *testing.T) {
	t.Parallel()
	o := yardOptions{store: redisState(t), plans: []plan{
		{task: 1, number: 1, state: "SUCCESS", asked: -2 * time.Hour, took: time.Minute},
		{task: 1, number: 2, state: "FAILURE", asked: -time.Hour, took: time.Minute},
	}, began: time.Now()}
	y := newYard(t, o)
	told := make(chan struct{})
	y.slack.onPosted(func(*message) { close(told) }) // twice is a panic
	list := mustBuilds(t, y, 1)
	require.Len(t, list, 2)
	_, _, err := y.store.Watches.AddWatch(t.Context(), state.Watch{
		Channel: builds, Task: taskID(1), TaskName: "task-1", Project: projectID(0), Owner: ann,
		Seen: jobs.Baseline(list[1:]), // it was set before the second
	})
	require.NoError(t, err)
	for range 3 {
		y.replica()
	}
	within(t, told)
	var w state.Watch
	require.Eventually(t, func() bool {
		w, err = y.store.Watches.Watch(t.Context(), builds, taskID(1))
		return err != nil || w.Seen.Failures > 0
	}, 10*time.Second, 20*time.Millisecond)
	require.NoError(t, err)
	assert.Equal(t, y.slack.all()[0].ts, w.Seen.Thread)
	assert.Contains(t, y.slack.all()[0].answer.Heading, "task-1 #2 failed")
}

// within fails where nothing comes for long.
func within(t *testing.T, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		require.Fail(t, "it does not happen")
	}
}
