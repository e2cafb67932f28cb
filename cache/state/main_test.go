package state

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/cache/redistest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(writerFile); path != "" {
		putUntilKilled(path)
	}
	goleak.VerifyTestMain(m, redistest.NoLeakOfRedis)
}

// patient is a budget that a busy machine does not use up.
const patient = 10 * time.Second

// noon is when the tests begin that turn the clock.
var noon = time.Date(2026, 9, 10, 12, 0, 0, 0, time.UTC)

func at(after time.Duration) time.Time { return noon.Add(after) }

func tempPath(t testing.TB) string { return filepath.Join(t.TempDir(), "state.db") }

// openFile is the state at path, which ends with the test.
func openFile(t testing.TB, path string, o Options) *Store {
	t.Helper()
	if o.Budget == 0 {
		o.Budget = patient
	}
	s, err := OpenFile(path, o)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// heard is a Logger that keeps what it is told.
type heard struct {
	mu    sync.Mutex
	lines []string
}

func (h *heard) Warnf(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, fmt.Sprintf(format, args...))
}

func (h *heard) text() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.lines, "\n")
}

func ids(intents []Intent) []string {
	out := []string{}
	for _, i := range intents {
		out = append(out, i.ID)
	}
	return out
}

func idsOf(claims []Claim) []string {
	out := []string{}
	for _, c := range claims {
		out = append(out, c.ID)
	}
	return out
}
