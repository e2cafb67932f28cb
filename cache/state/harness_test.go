package state

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/cache/redisclient"
	"logbot/cache/redistest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(writerFile); path != "" {
		putUntilKilled(path)
	}
	if address := os.Getenv(rememberAt); address != "" {
		rememberUntilKilled(address)
		return
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

// backend makes a server, where it needs one, and opens empty states in it, each
// for a test.
type backend func(testing.TB) func(testing.TB, Options) *Store

// backends are those that a test of every backend starts.
func backends() map[string]backend {
	return map[string]backend{"file": fileBackend, "Redis": redisBackend}
}

func fileBackend(testing.TB) func(testing.TB, Options) *Store {
	return func(t testing.TB, o Options) *Store {
		o.Temporary = true
		return openFile(t, tempPath(t), o)
	}
}

// scopes tells the states of the tests apart that share a server.
var scopes atomic.Int64

func newScope() string { return "test" + strconv.FormatInt(scopes.Add(1), 10) }

func redisBackend(t testing.TB) func(testing.TB, Options) *Store {
	return sharing(clientAt(t, redistest.Start(t).URL()))
}

func clusterBackend(t testing.TB) func(testing.TB, Options) *Store {
	return sharing(clientAt(t, redistest.StartCluster(t).URL()))
}

// sharing opens states of their own behind one client.
func sharing(client redis.UniversalClient) func(testing.TB, Options) *Store {
	return func(_ testing.TB, o Options) *Store {
		o.CallerClock = true
		o.Scope = newScope()
		return open(client, o)
	}
}

func open(client redis.UniversalClient, o Options) *Store {
	if o.Budget == 0 {
		o.Budget = patient
	}
	return NewRedis(client, o)
}

// clientAt is the client that the program would use; it ends with the test.
func clientAt(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	address, err := redisclient.Parse(url)
	require.NoError(t, err)
	client, err := redisclient.Open(t.Context(), address, nil)
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return client
}

// must returns a value that came without an error.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		require.NoError(t, err)
		return value
	}
}

// fill puts some of everything into a state.
func fill(t testing.TB, s *Store) {
	t.Helper()
	ctx := t.Context()
	for i := range 30 {
		n := strconv.Itoa(i)
		require.NoError(t, s.Aliases.SetAlias(ctx, Alias{Channel: []string{"", "C1"}[i%2], Name: "别名" + n, Target: "t" + n, By: "U1", At: at(0)}, nil))
		w, _, err := s.Watches.AddWatch(ctx, Watch{Channel: "C" + strconv.Itoa(i%3), Task: "t" + n, TaskName: "web <&> " + n, Project: "p" + strconv.Itoa(i%4), Every: i%2 == 0, Owner: "U2", Created: at(0)})
		require.NoError(t, err)
		_, err = s.Watches.Advance(ctx, w, WatchState{Build: int64(i), Outcome: "failed", Thread: "100.1", Failures: 2, At: at(time.Minute)})
		require.NoError(t, err)
		require.NoError(t, s.History.Record(ctx, Build{Task: "t" + strconv.Itoa(i%5), Build: int64(i + 1), At: at(time.Duration(i) * time.Hour), Outcome: "failed", Reason: strings.Repeat("x", 100)}))
		_, _, err = s.History.Vote(ctx, "t"+strconv.Itoa(i%5), int64(i+1), "U"+n, i%2 == 0)
		require.NoError(t, err)
		_, err = s.Intents.Put(ctx, at(0), Intent{ID: "i" + n, Kind: "follow", Due: at(time.Duration(i) * time.Second), Payload: bytes.Repeat([]byte{0xff, 0}, 300), Progress: []byte("失败")})
		require.NoError(t, err)
	}
	claims, err := s.Intents.ClaimDue(ctx, at(time.Second), 2, lease)
	require.NoError(t, err)
	require.Len(t, claims, 2)
	require.NoError(t, s.Intents.Done(ctx, at(time.Second), claims[0]))
}

// exported are the lines of an export but the first, which says when it was made.
func exported(t testing.TB, s *Store) []string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, s.Export(t.Context(), at(time.Minute), &out))
	return strings.Split(strings.TrimSpace(out.String()), "\n")[1:]
}

// withMost sets the most intents of a state.
func withMost(s *Store, most int) *Store {
	switch q := s.Intents.(type) {
	case fileIntents:
		q.most = most
		s.Intents = q
	case *redisIntents:
		q.most = most / parts
	}
	return s
}
