package failures_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/failures"
	"logbot/cache"
	"logbot/cache/redistest"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/failure/known"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// asked is the build that is asked for.
const asked = 128

// leastPairs is of how many pairs a median is told at least.
const leastPairs = 300

// BenchmarkFail measures how much later an answer comes because failures are remembered, in
// a file and in Redis: the same build is asked for without and with a memory in turn, with
// warm caches, of a task that has failed in the same way a hundred times. later-ms is the median of the differences. "again" is a build that is known;
// "new" one that is recorded.
func BenchmarkFail(b *testing.B) {
	stores := map[string]func(testing.TB) *state.Store{
		"file": func(t testing.TB) *state.Store {
			s, err := state.OpenFile(filepath.Join(t.TempDir(), "state.db"), state.Options{Budget: time.Minute})
			require.NoError(t, err)
			return s
		},
		"redis": func(t testing.TB) *state.Store {
			s, err := state.OpenRedis(t.Context(), redistest.Start(t).URL(), state.Options{})
			require.NoError(t, err)
			return s
		},
	}
	for _, where := range []string{"file", "redis"} {
		for _, build := range []string{"again", "new"} {
			b.Run(where+"/"+build, func(b *testing.B) {
				s := stores[where](b)
				b.Cleanup(func() { _ = s.Close() })
				pairs(b, counting{Store: failures.Store{Failures: s.Failures}, each: build == "new", n: new(int64)})
			})
		}
	}
}

// counting is a memory that takes each answer for one about the build of another task, if
// each is set.
type counting struct {
	failures.Store
	each bool
	n    *int64
}

// Saw implements commands.FailureStore.
func (c counting) Saw(ctx context.Context, s known.Sighting) (known.Failure, error) {
	if c.each && s.Build == asked {
		if *c.n++; *c.n == 1 {
			return c.Store.Saw(ctx, s)
		}
		s.Task = fmt.Sprintf("%032x", *c.n)
	}
	return c.Store.Saw(ctx, s)
}

// pairs measures answers without and with a memory.
func pairs(b *testing.B, memory commands.FailureStore) {
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: "token"})
	require.NoError(b, err)
	client, err := logsapi.NewClient(logsapi.Options{BuildURL: "http://codearts", CheckURL: "http://codearts", Credential: logsapi.Token("token"), Rate: 100_000, Transport: direct{sim}})
	require.NoError(b, err)
	pages, lists := cache.New(client, cache.Options{}), cache.NewBuilds(client, nil, nil)
	b.Cleanup(pages.Close)
	b.Cleanup(lists.Close)
	answer := func(memory commands.FailureStore) func() time.Duration {
		c := commands.New(commands.Options{
			Logs: logs{pages, client}, Builds: lists, Gate: redact.New("token"), Access: access.Open(), Aliases: find.Aliases{Tasks: sim.Aliases()}, Failures: memory,
		})
		b.Cleanup(c.Close)
		return func() time.Duration {
			began := time.Now()
			r := c.Run(b.Context(), commands.Request{Text: "fail web 128", Channel: "C0BUILDS01", User: "U0ANN00001"})
			took := time.Since(began)
			require.NotEmpty(b, r.Lines, r.Body)
			return took
		}
	}
	without, with := answer(nil), answer(memory)
	with()
	known, _, err := memory.OfBuild(b.Context(), taskID, asked)
	require.NoError(b, err)
	for known.Build = 20; known.Build < 120; known.Build++ { // a task that has failed so before
		_, err := memory.Saw(b.Context(), known)
		require.NoError(b, err)
	}
	for range 10 { // warm, and what is read in the background has been
		without()
		with()
		time.Sleep(20 * time.Millisecond)
	}
	var plain, remembered, later []time.Duration
	pair := func() {
		p, r := without(), with()
		plain, remembered, later = append(plain, p), append(remembered, r), append(later, r-p)
	}
	for b.Loop() {
		pair()
	}
	for len(later) < leastPairs {
		pair()
	}
	report := func(all []time.Duration, unit string) {
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, unit)
	}
	report(plain, "without-ms")
	report(remembered, "with-ms")
	report(later, "later-ms")
	b.ReportMetric(float64(len(later)), "pairs")
}

// direct brings requests to a handler without a network.
type direct struct{ to http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.to.ServeHTTP(w, r)
	a := w.Result()
	a.Request = r
	return a, nil
}

// logs reads pages through a cache.
type logs struct {
	*cache.Pages
	files *logsapi.Client
}

func (l logs) OpenStepFile(ctx context.Context, f logsapi.StepFile) (*logsapi.Download, error) {
	return l.files.OpenStepFile(ctx, f)
}

func (l logs) OpenBuildFile(ctx context.Context, recordID string) (*logsapi.Download, error) {
	return l.files.OpenBuildFile(ctx, recordID)
}
