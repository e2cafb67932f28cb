package commands_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/reply"
	"logbot/logsapi"
)

// unanswered is the count of messages of a question that no number of them answered.
const unanswered = 99

// story is a question of daily work, and the messages that are typed until it is answered.
type story struct {
	asks   string
	before int      // messages that the first version took
	typed  []string // now; none if a watch tells it
	byHand int      // what is done besides, as to forward a file; before counts it, too
	told   func(t *testing.T) reply.Reply
	run    func(t *testing.T, text string) reply.Reply // nil: of the demo
	says   []string                                    // the answer, which the last message completes
}

// ofOutcome answers over a build that ended in one of the ways of outcomes.
func ofOutcome(name, log string) func(t *testing.T, text string) reply.Reply {
	return func(t *testing.T, text string) reply.Reply {
		o := outcomes()[name]
		c, _ := over(o.s, access.Open(), func(logsapi.Log) string {
			if log != "" {
				return log
			}
			return o.log
		})
		return c.Run(t.Context(), commands.Request{Text: text, Channel: here, User: ann})
	}
}

// threeModules is a log of three modules that failed, each by itself.
func threeModules(t *testing.T) string {
	t.Helper()
	log, err := os.ReadFile(filepath.Join("testdata", "outcomes", "modules.log"))
	require.NoError(t, err)
	before, after, found := strings.Cut(string(log), "[INFO] Reactor Summary")
	require.True(t, found)
	const orders = `[INFO] -----------------------< com.example:orders >-----------------------
[INFO] Building orders 1.4.0                                         [4/4]
[INFO] Running com.example.OrderTest
[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0, Time elapsed: 0.02 s <<< FAILURE! - in com.example.OrderTest
[ERROR] ships  Time elapsed: 0.01 s  <<< FAILURE!
org.opentest4j.AssertionFailedError: expected: <true> but was: <false>
	at com.example.OrderTest.ships(OrderTest.java:20)
[INFO] Results:
[ERROR] Failures:
[ERROR]   OrderTest.ships:20 expected: <true> but was: <false>
[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0
`
	const catalog = "[INFO] catalog ............................................ FAILURE [  2.008 s]\n"
	after = strings.Replace(after, catalog, catalog+"[INFO] orders ............................................. FAILURE [  1.201 s]\n", 1)
	return strings.ReplaceAll(before+orders+"[INFO] Reactor Summary"+after, "Shop :: Billing", "billing")
}

// TestAStoryOfDailyWorkTakesOneMessage plays each story as somebody would who knows
// only the help.
func TestAStoryOfDailyWorkTakesOneMessage(t *testing.T) {
	h := remembering(t, nil)
	require.False(t, h.typed(t, "watch web").Refused) // on the first day; it reads the last failures
	require.NotEmpty(t, h.typed(t, "fail web 119").Lines)
	for _, build := range []int64{119, 121, 126} {
		h.remembers(t, webID, build)
	}
	elsewhere := h.remembers(t, webID, 128)
	elsewhere.Task, elsewhere.Name, elsewhere.Build, elsewhere.At = apiID, "api", 57, elsewhere.At.Add(-time.Hour)
	_, err := h.failures.Saw(t.Context(), elsewhere)
	require.NoError(t, err)
	watch := newWatchHarness()

	for _, s := range []story{
		{
			asks: "it failed at night: why, and whose change was it?", before: unanswered,
			told: func(t *testing.T) reply.Reply {
				r, err := h.Announcer().Broke(t.Context(), commands.Announcement{Channel: here, Owner: ann, Task: webID, Name: "web", Build: 128, State: logsapi.Failed, Failures: 1})
				require.NoError(t, err)
				return r
			},
			says: []string{"web #128 failed", "wang.lei", "round half up", "InvoiceTest.roundsHalfUp:4 total expected:<10> but was:<11>"},
		},
		{asks: "which commit broke it?", before: 2, run: remembering(t, nil).typed, typed: []string{"fail web 128"}, says: []string{"Last green #127, then 1f0c2d9 wang.lei"}},
		{asks: "is it flaky?", before: 4, typed: []string{"fail web 128"}, says: []string{"Same as #126 and #121", "flaky: d4b27a5 failed #119, passed #120"}},
		{asks: "who else has this failure?", before: unanswered, typed: []string{"seen web 128"}, says: []string{"api", "#57", "Started by: wang.lei"}},
		{
			asks: "what failed in each module?", before: unanswered, run: ofOutcome("modules", threeModules(t)), typed: []string{"fail web 7"},
			says: []string{"3 modules failed: billing (2 tests), catalog (2 compile errors), orders (1 test)"},
		},
		{asks: "which steps failed?", before: 3, run: ofOutcome("two steps", ""), typed: []string{"fail web 7"}, says: []string{"2 steps failed: Unit tests, Lint", "expected:<10> but was:<11>"}},
		{asks: "why was it stopped?", before: unanswered, typed: []string{"fail web 124"}, says: []string{"web #124 aborted by chen.jie · Install dependencies · 48 s", "the last lines before it stopped"}},
		{asks: "did the tests run?", before: 2, run: ofOutcome("tests skipped", ""), typed: []string{"fail web 7"}, says: []string{"succeeded, but 212 of 212 tests were skipped"}},
		{asks: "may I have the log, to send it on?", before: 3, typed: []string{"full web --me"}, byHand: 1, says: []string{"file: "}},
		{asks: "which tests failed?", before: 2, typed: []string{"tests web"}, says: []string{"2 of 18 tests failed", "npe", "roundsHalfUp", "InvoiceTest.java:4"}},
		{
			asks: "tell me when a build of mine fails", before: unanswered, typed: []string{"watch web --mine"},
			run:  func(t *testing.T, text string) reply.Reply { t.Helper(); return watch.says(t, here, ann, text) },
			says: []string{"Watching web for you.", "Only builds that you started count."},
		},
	} {
		if s.run == nil {
			s.run = h.typed
		}
		var read strings.Builder
		answered := func() bool {
			for _, part := range s.says {
				if !strings.Contains(read.String(), part) {
					return false
				}
			}
			return true
		}
		take := func(r reply.Reply) {
			assert.False(t, r.Refused, "%s: %s", s.asks, r.Body)
			read.WriteString(shown(r) + "\n")
			if r.File != nil {
				content, _ := contentOf(t, r.File)
				require.NotEmpty(t, content)
				read.WriteString("file: " + r.File.Name)
			}
		}
		if s.told != nil {
			take(s.told(t))
		}
		for i, text := range s.typed {
			assert.False(t, answered(), "%s: %d messages are enough", s.asks, i)
			take(s.run(t, text))
		}
		assert.True(t, answered(), "%s\n%s", s.asks, &read)
		assert.LessOrEqual(t, len(s.typed), 1, s.asks)
		assert.Less(t, len(s.typed)+s.byHand, s.before, s.asks)
		before := fmt.Sprint(s.before)
		if s.before == unanswered {
			before = "no answer"
		}
		t.Logf("%-50s before: %-9s now: %d  %s", s.asks, before, len(s.typed)+s.byHand, strings.Join(s.typed, ", "))
	}
}

// TestTheFailuresOfTheDemoTakeFewRows compares with the messages of the first version,
// whose heads and excerpts were counted in the same way.
func TestTheFailuresOfTheDemoTakeFewRows(t *testing.T) {
	h := newHarness(t, nil)
	for line, before := range map[string][2]int{
		"fail web 128": {10, 41}, "fail firmware 12": {9, 14}, "fail frontend 301": {5, 39}, "fail api 57": {6, 9},
	} {
		head, excerpt := rows(h.typed(t, line))
		now, then := head+excerpt, before[0]+before[1]
		t.Logf("%-18s before: head %2d, excerpt %2d, total %2d; now: head %2d, excerpt %2d, total %2d", line, before[0], before[1], then, head, excerpt, now)
		assert.Less(t, now, then, line)
		assert.LessOrEqual(t, now, reply.CardRows, line)
	}
}
