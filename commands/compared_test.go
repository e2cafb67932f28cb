package commands_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/green"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// greenLines keeps sets in memory.
type greenLines struct {
	mu   sync.Mutex
	sets map[string][]byte
}

func (g *greenLines) Lines(_ context.Context, task string, build int64, edition string) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sets[fmt.Sprint(task, build, edition)]
}

func (g *greenLines) KeepLines(task string, build int64, edition string, set []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sets[fmt.Sprint(task, build, edition)] = set
}

// slowBuild reads pages and the file of one build slowly.
type slowBuild struct {
	read.Logs
	build int64
	file  string // its record
}

const slowly = 3 * time.Second

func (s slowBuild) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	if log, ok := r.Log.(logsapi.FinishedLog); ok && log.Build == s.build {
		time.Sleep(slowly)
	}
	return s.Logs.Page(ctx, r)
}

func (s slowBuild) OpenBuildFile(ctx context.Context, record string) (*logsapi.Download, error) {
	if record == s.file {
		time.Sleep(slowly)
	}
	return s.Logs.OpenBuildFile(ctx, record)
}

// comparing is a harness whose commands compare with green builds.
func comparing(t *testing.T, before func(read.Logs) read.Logs, faults ...codeartsim.Fault) harness {
	t.Helper()
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token, Faults: faults})
	require.NoError(t, err)
	client, err := logsapi.NewClient(logsapi.Options{
		BuildURL: "http://codearts", CheckURL: "http://codearts", Credential: logsapi.Token(token), Rate: 1000, Transport: direct{sim},
	})
	require.NoError(t, err)
	var logs read.Logs = client
	if before != nil {
		logs = before(client)
	}
	h := harness{codearts: sim, Commands: commands.New(commands.Options{
		Logs: logs, Builds: builds{client}, Gate: redact.New(token), Access: access.Open(),
		Aliases: find.Aliases{Tasks: sim.Aliases()}, GreenLines: &greenLines{sets: map[string][]byte{}},
	})}
	t.Cleanup(h.Close)
	return h
}

// more is how often each endpoint was asked while do ran.
func (h harness) more(do func()) map[string]int64 {
	before := h.codearts.Counts()
	do()
	after := h.codearts.Counts()
	maps.DeleteFunc(after, func(name string, n int64) bool { return n == before[name] })
	for name := range after {
		after[name] -= before[name]
	}
	return after
}

func TestFailComparesWithTheLastGreenBuild(t *testing.T) {
	const passing = "errorIsHandled" // tests that pass and print a stack trace, as in every build
	for name, c := range map[string]struct {
		line   string
		faults []codeartsim.Fault
		says   string // "" for no comparison
	}{
		"a build":                        {line: "fail web 128", says: "compared with green #127"},
		"an earlier one":                 {line: "fail web 126", says: "compared with green #125"},
		"the first, with no green build": {line: "fail web 116"},
		"five log endpoints alone":       {line: "fail web 128", faults: []codeartsim.Fault{fiveEndpoints}},
		"without a file of builds":       {line: "fail web 128", faults: []codeartsim.Fault{"not-published=build-file", "not-published=build-file-v1"}, says: "compared with green #127"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := comparing(t, nil, c.faults...)
				r := h.typed(t, c.line+" --lines 20")
				require.False(t, r.Refused, r.Body)
				if c.says == "" {
					assert.NotContains(t, r.Source, "compared")
					assert.Contains(t, shown(r), passing)
					return
				}
				assert.Contains(t, r.Source, c.says)
				assert.NotContains(t, shown(r), passing)
				assert.Contains(t, shown(r), "total expected:<10> but was:<11>")
			})
		})
	}
}

func TestAnAnswerWaitsForGreenLinesOnlyBrieflyAndTheNextOneHasThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const record127 = "199f7f9f-f6d7-2150-c7ba-d999af5cd648"
		h := comparing(t, func(l read.Logs) read.Logs { return slowBuild{l, 127, record127} })
		began := time.Now()
		r := h.typed(t, "fail web 128")
		assert.Equal(t, green.Patience, time.Since(began))
		assert.NotContains(t, r.Source, "compared")

		background := h.more(func() { time.Sleep(4 * slowly) })
		assert.NotEmpty(t, background)

		warm := h.more(func() {
			began = time.Now()
			r = h.typed(t, "fail web 128")
			assert.Zero(t, time.Since(began))
		})
		assert.Contains(t, r.Source, "compared with green #127")
		assert.Contains(t, h.inChinese(t, "fail web 128").Source, "已与成功的 #127 对比")
		assert.Equal(t, uncompared(t, "fail web 128"), warm, "a set at hand costs no request")
		assert.Empty(t, h.more(func() { time.Sleep(time.Hour) }), "nothing goes on")
	})
}

// uncompared is what a line costs without a comparison.
func uncompared(t *testing.T, line string) map[string]int64 {
	h := newBubbleHarness(t, nil, nil)
	h.typed(t, line)
	return h.more(func() { h.typed(t, line) })
}

func TestTheBranchOfTheGreenBuildIsSaidIfItIsAnother(t *testing.T) {
	for _, c := range []struct {
		lang texts.Lang
		want string
	}{{texts.English, "compared with green #3 on main"}, {texts.Chinese, "已与 main 分支成功的 #3 对比"}} {
		assert.Equal(t, c.want, texts.ComparedOn.With(int64(3), "main").In(c.lang))
	}
}

func TestAGreenLogThatIsReadAnywayIsComparedWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := comparing(t, nil)
		h.typed(t, "tests web 127")
		synctest.Wait()
		asked := h.more(func() {
			assert.Contains(t, h.typed(t, "fail web 128").Source, "compared with green #127")
		})
		assert.Zero(t, asked["build-file"]+asked["finished-log"], "%v", asked)
	})
}

func TestAWatchedTaskThatWorksAgainIsReadBeforeSomethingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := comparing(t, nil)
		_, err := h.Announcer().Works(t.Context(), commands.Announcement{Channel: here, Owner: ann, Task: webID, Build: 127})
		require.NoError(t, err)
		synctest.Wait()
		asked := h.more(func() {
			assert.Contains(t, h.typed(t, "fail web 128").Source, "compared with green #127")
		})
		assert.Zero(t, asked["build-file"]+asked["finished-log"], "%v", asked)
	})
}
