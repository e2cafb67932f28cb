package commands_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/failure/known"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// read has these lines typed and waits until the memory has their builds.
func (h harness) read(t *testing.T, task string, lines map[string]int64) {
	t.Helper()
	for line, build := range lines {
		require.NotEmpty(t, h.typed(t, line).Lines)
		h.remembers(t, task, build)
	}
}

func (h harness) remembers(t *testing.T, task string, build int64) (s known.Sighting) {
	t.Helper()
	require.Eventually(t, func() (found bool) {
		var err error
		s, found, err = h.failures.OfBuild(t.Context(), task, build)
		return found && err == nil
	}, 5*time.Second, time.Millisecond)
	return s
}

func TestFailSaysWhatIsKnownOfTheFailure(t *testing.T) {
	h := newHarness(t, nil)
	defer h.Close()
	assert.Equal(t, "Last green #127", h.typed(t, "fail web 128").Verdict, "an empty memory proves nothing new")
	s := h.remembers(t, webID, 128)
	assert.NotEmpty(t, s.Key)
	assert.Equal(t, [...]string{"web", "main", "wang.lei", "Maven test"}, [...]string{s.Name, s.Branch, s.Who, s.Step})
	h.read(t, webID, map[string]int64{"fail web 126": 126, "fail web 121": 121})
	assert.Equal(t, "Same as #126 and #121 (3 in 4 days), green in between (#127)", h.typed(t, "fail web 128").Verdict)
	assert.Equal(t, "与 #126 和 #121 相同（4 天内 3 次），其间 #127 成功", h.inChinese(t, "fail web 128").Verdict)
	assert.Equal(t, "Again in #128 and #126 · last green #120", h.typed(t, "fail web 121").Verdict)
	h.read(t, webID, map[string]int64{"fail web 119": 119})
	assert.Equal(t, "Same as #126 and #121 (4 in 8 days) · flaky: d4b27a5 failed #119, passed #120", h.typed(t, "fail web 128").Verdict)
	for _, line := range []string{"fail web 128 --step 3", "fail web 127", "fail web 124", "tests web 128", "fail monorepo 2000"} {
		assert.Empty(t, h.typed(t, line).Verdict, line)
	}
}

func TestAStoreThatIsAwaySaysNothing(t *testing.T) {
	h := newHarness(t, nil)
	defer h.Close()
	h.read(t, webID, map[string]int64{"fail web 126": 126})
	h.failures.refuse(commands.ErrStoreAway)
	r := h.typed(t, "fail web 128")
	assert.Equal(t, "Last green #127", r.Verdict, "that a list tells")
	assert.NoError(t, r.Failure)
	h.failures.refuse(nil)
	_, found, err := h.failures.OfBuild(t.Context(), webID, 128)
	require.NoError(t, err)
	assert.False(t, found, "it gets no more to do")
}

// Of another task people learn what they may read; of a task that is posted where others
// read along, what may be posted there.
func TestAVerdictNamesNoTaskThatIsHidden(t *testing.T) {
	both := access.Rule{Users: []string{ann}, Tasks: []string{webID, apiID}}
	for name, c := range map[string]struct {
		rules   []access.Rule
		line    string
		channel string
		told    bool
	}{
		"the channel may read both":              {[]access.Rule{{Channels: []string{here}, Tasks: []string{webID, apiID}}}, "fail web 128", here, true},
		"the channel may read one":               {[]access.Rule{{Channels: []string{here}, Tasks: []string{webID}}}, "fail web 128", here, false},
		"ann may read both, the channel one":     {[]access.Rule{{Channels: []string{here}, Tasks: []string{webID}}, both}, "fail web 128", here, false},
		"ann may read both, and is told alone":   {[]access.Rule{{Channels: []string{here}, Tasks: []string{webID}}, both}, "fail web 128 --me", here, true},
		"ann may read both, in a direct message": {[]access.Rule{both}, "fail web 128", "D0ANN00001", true},
	} {
		t.Run(name, func(t *testing.T) {
			policy, err := access.New(c.rules)
			require.NoError(t, err)
			h := newHarness(t, policy)
			defer h.Close()
			r := h.Run(t.Context(), commands.Request{Text: c.line, Channel: c.channel, User: ann, Direct: c.channel != here})
			require.NotEmpty(t, r.Lines, r.Body)
			s := h.remembers(t, webID, 128)
			s.Task, s.Name, s.Build, s.At = apiID, "api", 57, s.At.Add(-time.Hour)
			_, err = h.failures.Saw(t.Context(), s)
			require.NoError(t, err)
			r = h.Run(t.Context(), commands.Request{Text: c.line, Channel: c.channel, User: ann, Direct: c.channel != here})
			if c.told {
				assert.Equal(t, "Last green #127 · also in api #57 since", r.Verdict)
				assert.Equal(t, s.At, r.Since)
				return
			}
			assert.NotContains(t, shown(r), "api")
			assert.NotContains(t, shown(r), "57")
			assert.Zero(t, r.Since)
		})
	}
}

func TestAVerdictIsPartOfTheCard(t *testing.T) {
	h := newHarness(t, nil)
	defer h.Close()
	h.read(t, webID, map[string]int64{"fail web 126": 126, "fail web 121": 121})
	s := h.remembers(t, webID, 126)
	s.Task, s.Name, s.Build = apiID, "api", 57
	_, err := h.failures.Saw(t.Context(), s)
	require.NoError(t, err)
	for _, lang := range []texts.Lang{texts.English, texts.Chinese} {
		for _, line := range []string{"fail web 128", "fail web 126", "fail web 121"} {
			r := h.Run(t.Context(), commands.Request{Text: line, Channel: here, User: ann, Lang: lang})
			head, excerpt := rows(r)
			assert.LessOrEqual(t, head, reply.HeadRows)
			assert.LessOrEqual(t, head+excerpt, reply.CardRows)
			assert.Contains(t, shown(r), r.Verdict)
			t.Log(r.Verdict, r.Since)
		}
	}
}

// kept is a harness behind the caches of the program.
func kept(t testing.TB, change func(*commands.Options)) harness {
	t.Helper()
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token})
	require.NoError(t, err)
	client, err := logsapi.NewClient(logsapi.Options{
		BuildURL: "http://codearts", CheckURL: "http://codearts", Credential: logsapi.Token(token), Rate: 100_000, Transport: direct{sim},
	})
	require.NoError(t, err)
	pages, lists := cache.New(client, cache.Options{}), cache.NewBuilds(client, []string{project}, nil)
	t.Cleanup(pages.Close)
	t.Cleanup(lists.Close)
	o := commands.Options{
		Logs: cachedLogs{pages, client}, Builds: lists, Gate: redact.New(token), Access: access.Open(), Aliases: find.Aliases{Tasks: sim.Aliases()},
	}
	change(&o)
	h := harness{codearts: sim, Commands: commands.New(o)}
	h.failures, _ = o.Failures.(*memoryFailures)
	t.Cleanup(h.Close)
	return h
}

// What is known costs at most one request when nothing is at hand, and none if failures
// are compared with green builds or if the task was looked at within a minute.
func TestWhatIsKnownCostsNoRequests(t *testing.T) {
	total := func(of map[string]int64) (n int64) {
		for _, m := range of {
			n += m
		}
		return n
	}
	cost := func(t *testing.T, line string, remembers, compares bool) (cold, warm int64) {
		h := kept(t, func(o *commands.Options) {
			if remembers {
				o.Failures = newMemoryFailures()
			}
			if compares {
				o.GreenLines, o.GreenWait = &greenLines{sets: map[string][]byte{}}, 10*time.Second
			}
		})
		cold = total(h.more(func() { require.NotEmpty(t, h.typed(t, line).Lines) }))
		time.Sleep(3100 * time.Millisecond) // as long as a list of builds is kept
		return cold, total(h.more(func() { require.NotEmpty(t, h.typed(t, line).Lines) }))
	}
	for _, line := range []string{"fail web 128", "fail web"} {
		synctest.Test(t, func(t *testing.T) {
			for _, compares := range []bool{false, true} {
				coldBefore, warmBefore := cost(t, line, false, compares)
				cold, warm := cost(t, line, true, compares)
				t.Logf("%s, compared %v: cold %d of %d, warm %d of %d", line, compares, cold, coldBefore, warm, warmBefore)
				assert.Equal(t, warmBefore, warm, line)
				if compares {
					assert.Equal(t, coldBefore, cold, line)
				} else {
					assert.LessOrEqual(t, cold, coldBefore+1, line)
				}
			}
		})
	}
}

// BenchmarkFail measures what is remembered beside an answer; both caches are warm.
func BenchmarkFail(b *testing.B) {
	for _, remembers := range []bool{false, true} {
		b.Run(fmt.Sprintf("remembers=%v", remembers), func(b *testing.B) {
			h := kept(b, func(o *commands.Options) {
				if remembers {
					o.Failures = newMemoryFailures()
				}
			})
			took := make([]time.Duration, 0, b.N)
			for b.Loop() {
				began := time.Now()
				h.Run(b.Context(), commands.Request{Text: "fail web 128", Channel: here, User: ann})
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		})
	}
}
