package commands_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
	"logbot/logsapi/lines"
)

// read has these lines typed and waits until the memory has their builds.
func (h harness) read(t *testing.T, task string, typed map[string]int64) {
	t.Helper()
	for line, build := range typed {
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
	h := remembering(t, nil)
	assert.Equal(t, "Last green #127, then 1f0c2d9 wang.lei", h.typed(t, "fail web 128").Verdict, "an empty memory proves nothing new")
	s := h.remembers(t, webID, 128)
	assert.NotEmpty(t, s.Key)
	assert.Equal(t, [...]string{"web", "main", "wang.lei", "Maven test"}, [...]string{s.Name, s.Branch, s.Who, s.Step})
	for _, build := range []int64{126, 121} { // read in the background
		earlier := h.remembers(t, webID, build)
		s.Build, s.Branch, s.Commit, s.Who, s.At = build, earlier.Branch, earlier.Commit, earlier.Who, earlier.At
		assert.Equal(t, s, earlier, "as if somebody had asked")
	}
	assert.Equal(t, "Same as #126 and #121 (3 in 4 days), green in between (#127) · first at d7900bb", h.typed(t, "fail web 128").Verdict)
	assert.Equal(t, "与 #126 和 #121 相同（4 天内 3 次），其间 #127 成功 · 最早见于 d7900bb", h.inChinese(t, "fail web 128").Verdict)
	for _, line := range []string{"fail web 128 --step 3", "fail web 127", "fail web 124", "tests web 128"} {
		assert.Empty(t, h.typed(t, line).Verdict, line)
	}
	assert.Equal(t, "Again in #128 and #126 · last green #120, then d7900bb scheduler", h.typed(t, "fail web 121").Verdict)
	h.remembers(t, webID, 119)
	assert.Equal(t, "Same as #126 and #121 (4 in 8 days) · flaky: d4b27a5 failed #119, passed #120", h.typed(t, "fail web 128").Verdict)
}

// A watched task is known before it fails the next time.
func TestAWatchReadsTheLastFailures(t *testing.T) {
	h := remembering(t, nil)
	require.False(t, h.typed(t, "watch web").Refused)
	for _, build := range []int64{128, 126, 121} {
		h.remembers(t, webID, build)
	}
	assert.Equal(t, "Same as #126 and #121 (3 in 4 days), green in between (#127) · first at d7900bb", h.typed(t, "fail web 128").Verdict)
	_, found, err := h.failures.OfBuild(t.Context(), webID, 119)
	require.NoError(t, err)
	assert.False(t, found, "no more than it needs")
	assert.Len(t, *h.reads, 2, "nobody is shown what is read in the background")
}

func TestAStoreThatIsAwaySaysNothing(t *testing.T) {
	h := remembering(t, nil)
	h.read(t, webID, map[string]int64{"fail web 126": 126})
	h.remembers(t, webID, 119) // in the background
	h.failures.refuse(commands.ErrStoreAway)
	r := h.typed(t, "fail web 128")
	assert.Equal(t, "Last green #127, then 1f0c2d9 wang.lei", r.Verdict, "that a list tells")
	assert.NoError(t, r.Failure)
	require.NotNil(t, r.Settle)
	h.failures.refuse(nil)
	require.NoError(t, r.Settle(t.Context()), "what it missed is recorded once it is back")
	_, found, err := h.failures.OfBuild(t.Context(), webID, 128)
	require.NoError(t, err)
	assert.True(t, found)
	assert.Nil(t, h.typed(t, "fail web 128").Settle)

	h.failures.refuse(commands.ErrStoreAway)
	r = h.typed(t, "fail web 119")
	h.Close()
	require.Error(t, r.Settle(t.Context()), "the process stops")
	assert.Error(t, h.typed(t, "fail web 119").Settle(t.Context()))
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
			h := remembering(t, policy)
			r := h.Run(t.Context(), commands.Request{Text: c.line, Channel: c.channel, User: ann, Direct: c.channel != here})
			require.NotEmpty(t, r.Lines, r.Body)
			s := h.remembers(t, webID, 128)
			h.remembers(t, webID, 121)
			s.Task, s.Name, s.Build, s.At = apiID, "api", 57, s.At.Add(-time.Hour)
			_, err = h.failures.Saw(t.Context(), s)
			require.NoError(t, err)
			r = h.Run(t.Context(), commands.Request{Text: c.line, Channel: c.channel, User: ann, Direct: c.channel != here})
			if c.told {
				assert.Equal(t, "Same as #126 and #121 (3 in 4 days), green in between (#127) · also in api #57", r.Verdict)
			}
			_, err = h.failures.Claim(t.Context(), known.NewClaim{Key: s.Key, Task: apiID, Build: 57, User: bob, Name: "李四", At: time.Now()})
			require.NoError(t, err)
			r = h.Run(t.Context(), commands.Request{Text: c.line, Channel: c.channel, User: ann, Direct: c.channel != here})
			if c.told {
				assert.Equal(t, "李四", r.Claim.Name)
				return
			}
			all := shown(r)
			for _, line := range []string{"seen web 128", "history web"} {
				all += shown(h.Run(t.Context(), commands.Request{Text: line, Channel: c.channel, User: ann}))
			}
			assert.Contains(t, all, "3 builds")
			for _, trace := range []string{"api", "57", apiID[:8], "4 builds", "李四"} {
				assert.NotContains(t, all, trace)
			}
		})
	}
}

func TestAVerdictIsPartOfTheCard(t *testing.T) {
	h := remembering(t, nil)
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
func kept(t *testing.T, change func(*commands.Options)) harness {
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
				failures := newMemoryFailures()
				for _, build := range []int64{126, 121} { // else they are read in the background
					_, _ = failures.Saw(t.Context(), known.Sighting{Task: webID, Build: build, At: time.Now()})
				}
				o.Failures = failures
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
				assert.LessOrEqual(t, cold, coldBefore+1, line)
			}
		})
	}
}

// TestWhatIsRememberedIsShown compares seen and history with testdata/memory, in both
// languages; LOGBOT_UPDATE=1 writes them anew.
func TestWhatIsRememberedIsShown(t *testing.T) {
	for lang, short := range map[texts.Lang]string{texts.English: "en", texts.Chinese: "zh"} {
		synctest.Test(t, func(t *testing.T) {
			failures := newMemoryFailures()
			saw := func(key, text, task, name string, build int64, branch, who string, hours float64) {
				_, err := failures.Saw(t.Context(), known.Sighting{
					Key: key, Text: text, Task: task, Name: name, Build: build, Branch: branch, Commit: fmt.Sprintf("%07d", build), Who: who,
					At: time.Now().Add(-time.Duration(hours * float64(time.Hour))),
				})
				require.NoError(t, err)
			}
			const rounding = "[ERROR] InvoiceTest.roundsHalfUp:# total expected:<#> but was:<#>"
			saw("1:r", rounding, webID, "web", 128, "main", "wang.lei", 1)
			saw("1:r", rounding, webID, "web", 126, "main", "陈工", 20)
			saw("1:r", rounding, webID, "web", 121, "feature/a-very-long-name-of-a-branch", "scheduler", 90)
			saw("1:r", rounding, apiID, "api", 57, "main", "li.na", 2)
			saw("1:other", "npm error code ERESOLVE", webID, "web", 125, "main", "li.na", 25)
			saw("", "", webID, "web", 119, "main", "li.na", 200)
			for i := range int64(30) {
				saw("1:often", "make: *** [all] Error #", id("77"), "nightly", 1000+i, "main", "scheduler", float64(100-i))
				saw(fmt.Sprint("1:", i), fmt.Sprint("编译失败：找不到符号 ", i), id("77"), "nightly", 900+i, "main", "scheduler", float64(200-i))
			}
			_, err := failures.Claim(t.Context(), known.NewClaim{Key: "1:r", Task: webID, Build: 128, User: ann, Name: "Ann", At: time.Now()})
			require.NoError(t, err)
			build := func(n int64, state logsapi.State, hours int) logsapi.Build {
				return logsapi.Build{Number: n, State: state, Branch: "main", Started: time.Now().Add(-time.Duration(hours) * time.Hour)}
			}
			o := optionsOf(service{builds: []logsapi.Build{build(128, logsapi.Failed, 1), build(127, logsapi.Succeeded, 10), build(126, logsapi.Failed, 20)}},
				func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{}, nil })
			o.Failures = failures
			c := newCommands(o)
			defer c.Close()
			for _, line := range []string{"seen web 128", "history web", "history " + id("77"), "seen " + id("77") + " 1029", "seen web 119", "seen web 7", "history " + id("78")} {
				r := c.Run(t.Context(), commands.Request{Text: line, Channel: here, User: ann, Lang: lang})
				for _, l := range r.Lines {
					assert.LessOrEqual(t, lines.Columns(l.Text), reply.Columns, l.Text)
				}
				got := "> " + line + "\n" + r.Text(time.Now()) + "\n"
				path := filepath.Join("testdata", "memory", strings.ReplaceAll(strings.ReplaceAll(line, " ", "-"), strings.Repeat("0", 30), "")+"."+short+".txt")
				if os.Getenv("LOGBOT_UPDATE") != "" {
					require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
					require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
					continue
				}
				want, err := os.ReadFile(path)
				require.NoError(t, err)
				assert.Equal(t, string(want), got)
			}
		})
	}
}

func TestWhatIsBeingReadOfATaskIsAwaited(t *testing.T) {
	for _, line := range []string{"history web", "seen web 128"} {
		h := kept(t, func(o *commands.Options) { o.Failures, o.GreenWait = newMemoryFailures(), time.Minute })
		require.NotEmpty(t, h.typed(t, "fail web 128").Lines) // has #126 and #121 read
		assert.Contains(t, h.typed(t, line).Text(time.Now()), "#121", line)
	}
}

func TestTheMemoryIsAskedOnlyWhereThereIsOne(t *testing.T) {
	c := newCommands(optionsOf(shop(), nil))
	defer c.Close()
	for _, line := range []string{"seen web", "history web"} {
		r := c.Run(t.Context(), commands.Request{Text: line})
		assert.True(t, r.Refused)
		assert.Contains(t, r.Body, "ask in Slack")
	}
	h := remembering(t, nil)
	h.failures.refuse(commands.ErrStoreAway)
	for _, line := range []string{"seen web 128", "history web"} {
		r := h.typed(t, line)
		assert.ErrorIs(t, r.Failure, commands.ErrStoreAway)
		assert.Contains(t, r.Body, "Couldn't read the records")
	}
}

func TestAWatchedTaskThatIsRedForAnotherReasonIsAnnouncedAsSuch(t *testing.T) {
	log, err := os.ReadFile(filepath.Join("testdata", "outcomes", "failed.log"))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		before logsapi.State // of build 10, between the green build 9 and the announced build 11
		key    string        // what failed in it
		other  bool
	}{
		"another reason":      {logsapi.Failed, "1:other", true},
		"not sure":            {logsapi.Failed, "", false},
		"not read":            {logsapi.Failed, "-", false},
		"it was green":        {logsapi.Succeeded, "-", false},
		"somebody stopped it": {logsapi.Aborted, "-", false},
	} {
		t.Run(name, func(t *testing.T) {
			failures := newMemoryFailures()
			s := service{
				record: &logsapi.Record{ID: record, State: logsapi.Failed, Branch: "main"},
				builds: []logsapi.Build{
					{Number: 11, State: logsapi.Failed, Branch: "main"}, {Number: 10, State: c.before, Branch: "main"}, {Number: 9, State: logsapi.Succeeded, Branch: "main"},
				},
			}
			o := optionsOf(s, func(logsapi.PageRequest) (logsapi.Page, error) {
				return logsapi.Page{Text: string(log), Last: true}, nil
			})
			o.Failures = failures
			if c.key != "-" {
				_, err := failures.Saw(t.Context(), known.Sighting{Key: c.key, Task: webID, Name: "web", Build: 10, Branch: "main", At: time.Now()})
				require.NoError(t, err)
			}
			commanded := newCommands(o)
			defer commanded.Close()
			for lang, says := range map[texts.Lang]string{texts.English: "web #11 failed, now for another reason", texts.Chinese: "web #11 失败，原因与之前不同"} {
				r, err := commanded.Announcer().Broke(t.Context(), commands.Announcement{Channel: here, Owner: ann, Task: webID, Name: "web", Build: 11, State: logsapi.Failed, Failures: 2, Lang: lang})
				require.NoError(t, err)
				assert.Equal(t, c.other, r.Apart)
				assert.Equal(t, c.other, strings.HasPrefix(r.Heading, says), r.Heading)
				if c.key == "-" && c.before == logsapi.Failed {
					break // it is read in the background
				}
			}
		})
	}
}
