package jobs_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/bot/jobs"
	"logbot/bot/jobs/jobstest"
)

func TestReplicasOnRedisDoWorkOnce(t *testing.T) {
	t.Parallel()
	s := jobstest.OpenRedis(t)
	const all = 60
	var mu sync.Mutex
	ran := map[string]int{}
	done := make(chan struct{})
	h := handler{run: func(_ context.Context, w *jobs.Work) (jobs.Next, error) {
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
	jobstest.Receive(t, done)
	mu.Lock()
	defer mu.Unlock()
	for id, n := range ran {
		assert.Equal(t, 1, n, id)
	}
}
