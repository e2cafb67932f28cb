package cache

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/cache/pagestore"
	"logbot/cache/redistest"
	"logbot/logsapi"
)

func TestMain(m *testing.M) {
	if urls := os.Getenv(replicaURLs); urls != "" {
		askAsReplica(urls)
	}
	// The tests in parallel mostly wait for servers to find each other.
	flag.Parse()
	flag.Set("test.parallel", "6")
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

const (
	stamp     = "[2026/09/10 17:26:22.772 GMT+08:00]"
	textLine  = stamp + " [INFO] [编译构建:maven] : 该步骤开始执行\n"
	endMarker = stamp + " Finished: FAILURE\n"
)

// service is an upstream that answers with a function and counts.
type service struct {
	mu     sync.Mutex
	asked  int
	answer func(context.Context, logsapi.PageRequest) (logsapi.Page, error)
}

func (s *service) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	s.mu.Lock()
	s.asked++
	s.mu.Unlock()
	return s.answer(ctx, r)
}

func (s *service) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// serving is a service that answers every request alike.
func serving(page logsapi.Page, err error) *service {
	return &service{answer: func(context.Context, logsapi.PageRequest) (logsapi.Page, error) { return page, err }}
}

// open puts a Pages in front of s that ends with the test.
func open(t testing.TB, s logsapi.Pager, o Options) *Pages {
	p := New(s, o)
	t.Cleanup(p.Close)
	return p
}

// logText is a log of n numbered lines.
func logText(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s [INFO] Compiling src/main/java/org/example/模块%d/Order%d.java with release 21\n", stamp, i%17, i*7919)
	}
	return b.String()
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

// ask requests r once and requires an answer.
func ask(t testing.TB, p logsapi.Pager, r logsapi.PageRequest) logsapi.Page {
	t.Helper()
	page, err := p.Page(t.Context(), r)
	require.NoError(t, err)
	return page
}

// longest bounds the wait for what happens in real time.
const longest = 20 * time.Second

// stores opens each backend for a test, which closes it.
var stores = map[string]func(testing.TB) pagestore.Store{
	"memory": func(t testing.TB) pagestore.Store {
		s := pagestore.NewMemory(64 << 20)
		t.Cleanup(func() { s.Close() })
		return s
	},
	"file":  func(t testing.TB) pagestore.Store { return openTestFile(t) },
	"Redis": func(t testing.TB) pagestore.Store { return openRedis(t, redistest.Start(t).URL()) },
}

// openTestFile opens an empty file, which is closed with the test.
func openTestFile(t testing.TB) *pagestore.File {
	t.Helper()
	s, err := pagestore.OpenFile(filepath.Join(t.TempDir(), "pages.db"), 0, nil)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// openRedis is the store at url, which ends with the test.
func openRedis(t testing.TB, url string) *pagestore.Redis {
	t.Helper()
	s, err := pagestore.OpenRedis(t.Context(), url, nil)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

// bare is a client that the test itself uses.
func bare(t testing.TB, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	require.NoError(t, err)
	c := redis.NewClient(options)
	t.Cleanup(func() { c.Close() })
	return c
}

// run asks every request through a Pages of its own, as one process would, and
// returns what it counted.
func run(t testing.TB, s logsapi.Pager, o Options, requests ...logsapi.PageRequest) Stats {
	t.Helper()
	p := New(s, o)
	defer p.Close()
	for _, r := range requests {
		assert.Equal(t, aPage, ask(t, p, r))
	}
	p.Close()
	return p.Stats()
}

// threeRequests are what a command may ask for.
var threeRequests = []logsapi.PageRequest{{Log: liveLog}, {Log: stepLog}, {Log: checkLog}}
