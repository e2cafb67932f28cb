package cache

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/cache/redistest"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// TestBenchCache measures what cache/README.md says, and prints one table;
// make bench-cache runs it.
func TestBenchCache(t *testing.T) {
	if os.Getenv("LOGBOT_BENCH_CACHE") == "" {
		t.Skip("long: make bench-cache runs it")
	}
	var table strings.Builder
	row := func(what, figure string, args ...any) {
		fmt.Fprintf(&table, "| %s | %s |\n", what, fmt.Sprintf(figure, args...))
	}
	t.Run("warm commands", func(t *testing.T) { benchCommands(t, row) })
	t.Run("warm pages", func(t *testing.T) { benchPages(t, row) })
	t.Run("beside redis-benchmark", func(t *testing.T) { benchBeside(t, row) })
	t.Run("compression", func(t *testing.T) { benchCompression(t, row) })
	t.Run("memory", func(t *testing.T) { benchMemory(t, row) })
	fmt.Printf("\n%d CPUs, %s, redis-server on the same machine\n\n| What | Figure |\n|---|---|\n%s", runtime.NumCPU(), runtime.Version(), table.String())
}

// quantiles runs do n times and returns the median and the 99th percentile.
func quantiles(n int, do func()) (p50, p99 time.Duration) {
	took := make([]time.Duration, n)
	for i := range took {
		began := time.Now()
		do()
		took[i] = time.Since(began)
	}
	slices.Sort(took)
	return took[n/2], took[n*99/100]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000) }

// backends are the stores that are measured; none is a Pages alone.
func backends(t *testing.T) []struct {
	name  string
	store pagestore.Store
} {
	return []struct {
		name  string
		store pagestore.Store
	}{
		{"memory", nil},
		{"file", openTestFile(t)},
		{"Redis", openRedis(t, redistest.Start(t).URL())},
		{"Redis Cluster", openRedis(t, redistest.StartCluster(t).URL())},
	}
}

// benchCommands runs /logs fail against a CodeArts of this process.
func benchCommands(t *testing.T, row func(string, string, ...any)) {
	const token = "token-of-the-account"
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token})
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	defer server.Close()
	client, err := logsapi.NewClient(logsapi.Options{BuildURL: server.URL, CheckURL: server.URL, Credential: logsapi.Token(token), Rate: 1000})
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	var projects []string
	for _, id := range sim.Projects() {
		projects = append(projects, id)
	}
	answers := NewBuilds(client, projects, nil)
	defer answers.Close()
	fail := func(p *Pages) {
		c := commands.New(commands.Options{
			Logs: struct {
				*Pages
				files
			}{p, files{client}}, Builds: answers, Gate: redact.New(token), Access: access.Open(),
			Aliases: find.Aliases{Tasks: sim.Aliases()},
		})
		reply := c.Run(t.Context(), commands.Request{Text: "fail web 128"})
		require.False(t, reply.Refused)
	}
	const times = 500
	for _, b := range backends(t) {
		p := New(client, Options{Store: b.store})
		fail(p)
		p.Close()
		asked := sim.Requests().Pages()
		var p50, p99 time.Duration
		if b.store == nil {
			p = New(client, Options{})
			fail(p)
			asked = sim.Requests().Pages()
			p50, p99 = quantiles(times, func() { fail(p) })
			p.Close()
		} else {
			p50, p99 = quantiles(times, func() { // a process that has nothing in memory
				p := New(client, Options{Store: b.store})
				fail(p)
				p.Close()
			})
		}
		require.Equal(t, asked, sim.Requests().Pages(), "warm")
		row("warm `/logs fail`, pages from "+b.name, "p50 %s, p99 %s", ms(p50), ms(p99))
	}
	p50, p99 := quantiles(times, func() {
		p := New(client, Options{})
		fail(p)
		p.Close()
	})
	row("the same, pages from the service on this machine", "p50 %s, p99 %s", ms(p50), ms(p99))
}

// files are those of a client; its pages come from elsewhere.
type files struct{ client *logsapi.Client }

func (f files) OpenStepFile(ctx context.Context, file logsapi.StepFile) (*logsapi.Download, error) {
	return f.client.OpenStepFile(ctx, file)
}

func (f files) OpenBuildFile(ctx context.Context, recordID string) (*logsapi.Download, error) {
	return f.client.OpenBuildFile(ctx, recordID)
}

func benchPages(t *testing.T, row func(string, string, ...any)) {
	const times = 3000
	for _, b := range backends(t) {
		p := open(t, serving(benchPage(), nil), Options{Store: b.store})
		key, _ := pagestore.Key("", aRequest)
		ask(t, p, aRequest)
		if b.store != nil {
			require.NoError(t, b.store.Set(t.Context(), key, p.codec.encode(key, benchPage(), true), time.Hour))
		}
		p50, p99 := quantiles(times, func() {
			if b.store != nil {
				p.memory.Delete(t.Context(), key)
			}
			ask(t, p, aRequest)
		})
		row("a page of 1,000 lines from "+b.name, "p50 %s, p99 %s", ms(p50), ms(p99))
	}
}

// benchBeside sets the client beside redis-benchmark: the same server, the same
// values and commands, as many connections, in turn, five times; medians.
func benchBeside(t *testing.T, row func(string, string, ...any)) {
	if _, err := exec.LookPath("redis-benchmark"); err != nil {
		row("beside redis-benchmark", "not measured: redis-benchmark is not installed")
		return
	}
	server := redistest.Start(t)
	store := openRedis(t, server.URL())
	client := bare(t, server.URL())
	const rounds, connections, batch = 5, 4, 16
	page := newCodec().encode("key", benchPage(), true)
	for _, c := range []struct {
		what string
		size int
	}{{"a page", len(page)}, {"64 KiB", 64 << 10}, {"256 KiB", 256 << 10}} {
		var keys []string
		for i := range batch {
			keys = append(keys, fmt.Sprintf("%d:%d", c.size, i))
			require.NoError(t, client.Set(t.Context(), keys[i], noise(c.size), 0).Err())
		}
		n := max(2000, (200<<20)/c.size)
		for _, call := range []struct {
			what     string
			requests int
			command  []string
			ours     func() error
		}{
			{"GET", n, []string{"GETRANGE", keys[0], "0", strconv.Itoa(pagestore.MaxValue - 1)}, func() error {
				_, err := store.Get(t.Context(), keys[0])
				return err
			}},
			{fmt.Sprintf("MGET of %d", batch), max(n/batch, 100), append([]string{"MGET"}, keys...), func() error {
				return client.MGet(t.Context(), keys...).Err()
			}},
			{fmt.Sprintf("pipeline of %d GETs", batch), max(n/batch, 100), nil, func() error {
				_, err := client.Pipelined(t.Context(), func(p redis.Pipeliner) error {
					for _, k := range keys {
						p.GetRange(t.Context(), k, 0, pagestore.MaxValue-1)
					}
					return nil
				})
				return err
			}},
		} {
			var ours, theirs []float64
			for range rounds {
				args := []string{"-p", portOf(server.Addr), "-c", strconv.Itoa(connections), "--csv"}
				requests, scale := call.requests, 1.0
				if call.command == nil {
					args = append(args, "-P", strconv.Itoa(batch))
					requests, scale = call.requests*batch, 1.0/batch
					args = append(args, "-n", strconv.Itoa(requests), "GETRANGE", keys[0], "0", strconv.Itoa(pagestore.MaxValue-1))
				} else {
					args = append(append(args, "-n", strconv.Itoa(requests)), call.command...)
				}
				theirs = append(theirs, scale*benchmarked(t, args))
				ours = append(ours, perSecond(t, connections, call.requests, call.ours))
			}
			slices.Sort(ours)
			slices.Sort(theirs)
			a, b := ours[rounds/2], theirs[rounds/2]
			row(fmt.Sprintf("%s, %s (%d bytes), %d connections", call.what, c.what, c.size, connections),
				"%.0f/s; redis-benchmark %.0f/s; ratio %.2f", a, b, a/b)
		}
	}
}

func portOf(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// benchmarked is the requests a second that redis-benchmark reports.
func benchmarked(t *testing.T, args []string) float64 {
	out, err := exec.CommandContext(t.Context(), "redis-benchmark", args...).Output()
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	require.NoError(t, err, string(out))
	rate, err := strconv.ParseFloat(rows[len(rows)-1][1], 64)
	require.NoError(t, err, string(out))
	return rate
}

// perSecond runs do n times, some at once.
func perSecond(t *testing.T, atOnce, n int, do func() error) float64 {
	var wg sync.WaitGroup
	began := time.Now()
	for range atOnce {
		wg.Go(func() {
			for range n / atOnce {
				if err := do(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return float64(n/atOnce*atOnce) / time.Since(began).Seconds()
}

func benchCompression(t *testing.T, row func(string, string, ...any)) {
	pages := corpusPages(t)
	if pages == nil {
		row("compression of real logs", "not measured: set CORPUS to a folder with */*/log.txt")
		return
	}
	c := newCodec()
	text, packed := 0, 0
	var values [][]byte
	began := time.Now()
	for _, p := range pages {
		v := c.encode("key", p, true)
		values = append(values, v)
		text += len(p.Text)
		packed += len(v)
	}
	encode := time.Since(began)
	began = time.Now()
	for _, v := range values {
		_, _, err := c.decode("key", v)
		require.NoError(t, err)
	}
	decode := time.Since(began)
	rate := func(d time.Duration) float64 { return float64(text) / (1 << 20) / d.Seconds() }
	row("compression of real logs", "%.1f times over %d pages of at most 1,000 lines; %.0f MiB/s in, %.0f MiB/s out; a page takes %.1f KiB",
		float64(text)/float64(packed), len(pages), rate(encode), rate(decode), float64(packed)/float64(len(pages))/1024)
}

// corpusPages are the log.txt files below the folder that CORPUS names, cut into
// pages of 1,000 lines; nil where there are none.
func corpusPages(tb testing.TB) []logsapi.Page {
	root := os.Getenv("CORPUS")
	if root == "" {
		return nil
	}
	var pages []logsapi.Page
	files, err := filepath.Glob(filepath.Join(root, "*", "*", "log.txt"))
	require.NoError(tb, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(tb, err)
		for page := range slices.Chunk(slices.Collect(strings.Lines(string(text))), logsapi.PageLines) {
			pages = append(pages, logsapi.Page{Text: strings.Join(page, "")})
		}
	}
	return pages
}

// benchMemory keeps 1,000 builds of two pages each everywhere.
func benchMemory(t *testing.T, row func(string, string, ...any)) {
	const builds, pagesOfBuild = 1000, 2
	server := redistest.Start(t)
	store := openRedis(t, server.URL())
	path := filepath.Join(t.TempDir(), "pages.db")
	file, err := pagestore.OpenFile(path, 0, nil)
	require.NoError(t, err)
	defer file.Close()
	c, page := newCodec(), benchPage()
	used := func() int64 {
		usage, err := store.Usage(t.Context())
		require.NoError(t, err)
		return usage.Servers[0].Used
	}
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	redisBefore, heapBefore := used(), heap()
	m := pagestore.NewMemory(256 << 20)
	defer m.Close()
	bytes := 0
	for build := range int64(builds) {
		for i := range int64(pagesOfBuild) {
			key, _ := pagestore.Key("0123456789abcdef", logsapi.PageRequest{Log: logsapi.LiveLog{TaskID: taskID, Build: build + 1}, At: logsapi.Cursor{End: i}})
			value := c.encode(key, page, true)
			bytes += len(value)
			for _, s := range []pagestore.Store{m, store, file} {
				require.NoError(t, s.Set(t.Context(), key, value, time.Hour))
			}
		}
	}
	is, err := os.Stat(path)
	require.NoError(t, err)
	row("1,000 builds of two pages, "+mib(int64(bytes))+" packed", "process %s, file %s, Redis %s", mib(heap()-heapBefore), mib(is.Size()), mib(used()-redisBefore))
	runtime.KeepAlive(m)
}

func mib(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
