package redisclient

import (
	"fmt"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/cache/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }

// openClient opens a client, which is closed with the test.
func openClient(t testing.TB, address string) redis.UniversalClient {
	t.Helper()
	a, err := Parse(address)
	require.NoError(t, err)
	c, err := Open(t.Context(), a, nil)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// testLog is a Logger that keeps its lines.
type testLog struct {
	mu    sync.Mutex
	lines []string
}

func (s *testLog) Warnf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}
