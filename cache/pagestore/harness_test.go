package pagestore

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/cache/redistest"
	"logbot/logsapi"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(writerFile); path != "" {
		writeUntilKilled(path)
	}
	goleak.VerifyTestMain(m, redistest.NoLeakOfRedis)
}

const (
	taskID = "48c66c6002964721be537cdc6ce0297b"
	runID  = "0123456789abcdef0123456789abcdef"
)

var (
	finishedLog = logsapi.FinishedLog{TaskID: taskID, Build: 7}
	liveLog     = logsapi.LiveLog{TaskID: taskID, Build: 7}
	stepLog     = logsapi.StepLog{TaskID: taskID, Build: 7, Step: 3}
	checkLog    = logsapi.CheckLog{RunID: runID}
)

// longest bounds the wait for what happens in real time.
const longest = 20 * time.Second

// stores opens each backend for a test, which closes it.
var stores = map[string]func(testing.TB) Store{
	"memory": func(t testing.TB) Store {
		s := NewMemory(64 << 20)
		t.Cleanup(func() { s.Close() })
		return s
	},
	"file": func(t testing.TB) Store {
		return openTestFile(t, filepath.Join(t.TempDir(), "pages.db"), 0)
	},
	"Redis": func(t testing.TB) Store { return openRedis(t, redistest.Start(t).URL()) },
}

// openTestFile is the store at path, which ends with the test.
func openTestFile(t testing.TB, path string, limit int64) *File {
	t.Helper()
	s, err := OpenFile(path, limit, nil)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// openRedis opens a store at url, which is closed with the test.
func openRedis(t testing.TB, url string) *Redis {
	t.Helper()
	s, err := OpenRedis(t.Context(), url, nil)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// testLog is a Logger that keeps its lines.
type testLog struct {
	mu    sync.Mutex
	lines []string
}

func (h *testLog) Warnf(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, fmt.Sprintf(format, args...))
}

func (h *testLog) text() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.lines, "\n")
}

// noise is n bytes that do not compress.
func noise(n int) string {
	random := rand.NewChaCha8([32]byte{})
	b := make([]byte, n)
	random.Read(b)
	return string(b)
}
