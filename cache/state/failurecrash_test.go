package state

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redisclient"
	"logbot/cache/redistest"
)

const (
	rememberAt = "STATE_TEST_REMEMBER_AT" // address of a Redis
	// Of 200 failures each has three builds in tasks of its own, which every process reads
	// in its own order.
	crashFailures, crashBuilds = 200, 3
)

// rememberUntilKilled is a replica of its own: it reads every failure once, claims it, and
// prints each that is confirmed.
func rememberUntilKilled(address string) {
	fail := func(err error) {
		if err != nil && !errors.Is(err, ErrChanged) {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	ctx := context.Background()
	s, err := OpenRedis(ctx, address, Options{Budget: patient})
	fail(err)
	number := os.Getpid()
	for i := range crashFailures * crashBuilds {
		n := (i*7 + number*13) % (crashFailures * crashBuilds)
		b := crashSighting(n)
		early := b
		early.Key = "1:early" // its log had not ended when it was read first
		if i%3 == number%3 {
			_, err = s.Failures.Saw(ctx, time.Now(), early)
			fail(err)
		}
		_, err = s.Failures.Saw(ctx, time.Now(), b)
		fail(err)
		_, err = s.Failures.Claim(ctx, time.Now(), NewClaim{Key: b.Key, Task: b.Task, Build: b.Build, User: "U" + strconv.Itoa(number), At: time.Now()})
		if !errors.Is(err, ErrNotSeen) { // another process has just read it early
			fail(err)
		}
		fmt.Println(n)
	}
	fail(s.Close())
}

func crashSighting(n int) Sighting {
	failure, build := n/crashBuilds, int64(n%crashBuilds+1)
	return Sighting{Key: "1:f" + strconv.Itoa(failure), Task: "t" + strconv.Itoa(failure), Build: build, Branch: "main", At: time.Now().Add(-time.Hour).Truncate(time.Hour)}
}

// Three processes count and claim the same 200 failures; each is killed twice in the
// middle, and another takes its place. Every count is exact.
func TestCountsAreExactThoughProcessesAreKilled(t *testing.T) {
	server := redistest.Start(t)
	self, err := os.Executable()
	require.NoError(t, err)
	// live runs a process until it has confirmed so many, or to its end.
	live := func(confirmed int) {
		process := exec.Command(self)
		process.Env = append(os.Environ(), rememberAt+"="+server.URL())
		out, err := process.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, process.Start())
		n := 0
		for lines := bufio.NewScanner(out); lines.Scan(); n++ {
			if _, err := strconv.Atoi(lines.Text()); !assert.NoError(t, err) || n == confirmed {
				break
			}
		}
		if confirmed < crashFailures*crashBuilds {
			require.NoError(t, process.Process.Kill())
			_ = process.Wait() // killed, as intended
			return
		}
		require.NoError(t, process.Wait())
	}
	var replicas sync.WaitGroup
	for i := range 3 {
		replicas.Go(func() {
			live(40 + 30*i)
			live(90 + 20*i)
			live(crashFailures * crashBuilds)
		})
	}
	replicas.Wait()

	address, err := redisclient.Parse(server.URL())
	require.NoError(t, err)
	client, err := redisclient.Open(t.Context(), address, nil)
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	s := NewRedis(client, Options{Budget: patient})
	wrong, claimed := 0, 0
	for i := range crashFailures {
		f := failureOf(t, s, time.Now(), "1:f"+strconv.Itoa(i))
		if f.Count != crashBuilds || len(f.Builds) != crashBuilds || len(f.Tasks) != 1 || f.Tasks[0].Count != crashBuilds {
			wrong++
		}
		if f.Claim != nil {
			claimed++
		}
	}
	t.Logf("3 processes, each killed twice: %d failures, %d counts wrong, %d claimed", crashFailures, wrong, claimed)
	assert.Zero(t, wrong, "counts that are not exact")
	assert.Equal(t, crashFailures, claimed)
	assert.Zero(t, failureOf(t, s, time.Now(), "1:early"), "what was read first counts for nothing")
}
