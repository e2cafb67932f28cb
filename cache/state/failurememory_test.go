package state

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
)

var usedMemory = regexp.MustCompile(`(?m)^used_memory:(\d+)`)

// used is how many bytes a Redis uses.
func used(t *testing.T, client redis.UniversalClient) int {
	t.Helper()
	said, err := client.Info(t.Context(), "memory").Result()
	require.NoError(t, err)
	return must[int](t)(strconv.Atoi(usedMemory.FindStringSubmatch(said)[1]))
}

// typicalFailure is a failure as logs show them, in a task of a name and a branch of usual
// length.
func typicalFailure(n, build int) Sighting {
	return Sighting{
		Key: fmt.Sprintf("1:%016x", n), Text: "InvoiceTest.roundsHalfUp:# total expected:<#> but was:<#> " + strconv.Itoa(n), Kind: "test",
		Task: fmt.Sprintf("%032x", n%2000), Name: "shop-web-service", Build: int64(n/2000*10 + build + 1), Branch: "feature/order-total",
		Commit: strings.Repeat("1f0c2d9a", 5), Who: "wang.lei", Step: "Maven test", At: at(time.Duration(n) * time.Second),
	}
}

// What the memory of failures takes in Redis. FAILURES_MEMORY is how many failures are
// measured, of three builds each; without it a few are, and the bound is checked.
func TestAFailureTakesFewBytesInRedis(t *testing.T) {
	failures := 300
	if text := os.Getenv("FAILURES_MEMORY"); text != "" {
		failures = must[int](t)(strconv.Atoi(text))
	}
	const builds = 3
	client := clientAt(t, redistest.Start(t).URL())
	s := open(client, Options{CallerClock: true})
	must[Failure](t)(s.Failures.Saw(t.Context(), at(0), broke("1:first", "t", 1, 0)))
	before := used(t, client)
	var working sync.WaitGroup
	for part := range 4 {
		working.Go(func() {
			for n := part; n < failures; n += 4 {
				for build := range builds {
					_, err := s.Failures.Saw(t.Context(), at(time.Hour), typicalFailure(n, build))
					assert.NoError(t, err)
				}
			}
		})
	}
	working.Wait()
	grew := used(t, client) - before
	t.Logf("%d failures of %d builds each: %.1f MB, %d bytes a failure with its builds", failures, builds, float64(grew)/1e6, grew/failures)
	assert.Less(t, grew/failures, 5000, "bytes of a failure with %d builds", builds)
}
