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
	"logbot/commands/texts"
	"logbot/logsapi"
)

// rows is how many rows of a phone the head and the lines of a card take.
func rows(r reply.Reply) (head, lines int) {
	for line := range strings.Lines(r.Excerpt()) {
		lines += reply.Rows(strings.TrimSuffix(line, "\n"))
	}
	return r.HeadRowsTaken(), lines
}

func TestACardFitsAPhone(t *testing.T) {
	h := newHarness(t, nil)
	for _, line := range []string{
		"fail web 128", "fail firmware 12", "fail api 57", "fail frontend 301", "fail monorepo 2000",
		"fail web 122", "fail web 124", "fail web 127", "fail web 129", "check style", "steps web 128",
	} {
		for _, lang := range []texts.Lang{texts.English, texts.Chinese} {
			r := h.Run(t.Context(), commands.Request{Text: line, Channel: here, User: ann, Lang: lang})
			head, excerpt := rows(r)
			t.Logf("%-20s %d rows of the head, %2d of the excerpt, %2d together", line, head, excerpt, head+excerpt)
			assert.LessOrEqual(t, head, reply.HeadRows, line)
			assert.LessOrEqual(t, head+excerpt, reply.CardRows, line)
			for _, text := range append(r.Why(), r.Title()) {
				assert.LessOrEqual(t, reply.Rows(text), reply.LineRows, text)
			}
			if strings.HasPrefix(line, "fail") && r.Rateable {
				assert.GreaterOrEqual(t, len(r.Lines), reply.LeastLines, line)
			}
			for _, l := range r.Lines {
				assert.LessOrEqual(t, reply.Rows(fmt.Sprintf("%d %s", l.Number, l.Text)), reply.LineRows, l.Text)
			}
			visible := 0
			for _, e := range r.Try {
				if e.Button != "" && e.Menu == 0 {
					visible++
				}
			}
			if r.Rateable {
				assert.LessOrEqual(t, visible, 2, "%s: the menu is the third control", line)
			}
		}
	}
}

// The head keeps its rows whatever a build is called and whoever wrote its log.
func TestTheHeadKeepsItsRowsWhateverItSays(t *testing.T) {
	long := strings.Repeat("很长的名字 and a very long name ", 12)
	for _, lang := range []texts.Lang{texts.English, texts.Chinese} {
		s := shop()
		s.record = &logsapi.Record{
			ID: record, State: logsapi.Failed, Who: long, Message: long, Branch: strings.ReplaceAll(long, " ", "-"), Commit: "1f0c2d9aaaaaaaaa",
			Started: time.Unix(1764000000, 0), Duration: 100 * time.Hour,
		}
		s.analysis = &logsapi.Analysis{Code: "DEV.CB.0220055", Message: long}
		s.steps = []logsapi.Step{
			{Position: 1, NodeID: 11, Name: long, State: logsapi.Failed}, {Position: 2, NodeID: 12, Name: "2" + long, State: logsapi.Failed},
			{Position: 3, NodeID: 13, Name: "3" + long, State: logsapi.Failed},
		}
		log := "$ pytest\n"
		for i := range 40 {
			log += fmt.Sprintf("FAILED tests/test_%d_%s.py::test_%d - %s\n", i, strings.ReplaceAll(long, " ", "_"), i, long)
		}
		c, _ := over(s, access.Open(), func(logsapi.Log) string {
			return log + "==== 40 failed, 2 passed in 0.1s ====\nScript exited with status 1\n"
		})
		r := c.Run(t.Context(), commands.Request{Text: "fail web 11", Lang: lang})
		head, excerpt := rows(r)
		assert.LessOrEqual(t, head, reply.HeadRows, shown(r))
		assert.LessOrEqual(t, head+excerpt, reply.CardRows, shown(r))
		assert.GreaterOrEqual(t, len(r.Lines), reply.LeastLines)
		assert.Regexp(t, "100 (h|小时)", r.Heading, "the name of the step gives way")
		assert.Contains(t, strings.Join(r.Context, " "), "@1f0c2d9", "and so does the message")
	}
}

// outcomes are builds that end in every way, as a service tells of them.
func outcomes() map[string]struct {
	s    service
	line string
	log  string
} {
	type outcome = struct {
		s    service
		line string
		log  string
	}
	at := time.Date(2026, 11, 19, 6, 2, 8, 0, time.UTC)
	of := func(state logsapi.State, steps ...logsapi.Step) service {
		return service{steps: steps, record: &logsapi.Record{
			ID: record, State: state, Branch: "main", Commit: "1f0c2d9aaaaaaaaa", Message: "round half up\n\nlong story", Who: "wang.lei",
			Started: at, Duration: 192 * time.Second,
		}}
	}
	step := func(position int, name string, state logsapi.State) logsapi.Step {
		return logsapi.Step{Position: position, NodeID: int64(10 + position), Name: name, State: state, Started: at, Duration: time.Second}
	}
	unscheduled := of(logsapi.Unscheduled)
	unscheduled.record.Error, unscheduled.record.ErrorCode = "No executor could be scheduled.", "1"
	queued := of(logsapi.Queued)
	queued.record.Duration, queued.record.Started, queued.record.Queued = 0, time.Time{}, at
	gone := of(logsapi.Failed)
	allowed := of(logsapi.Failed, step(1, "Lint", logsapi.Failed), step(2, "Unit tests", logsapi.Failed))
	stamp := "[2026/11/19 14:05:20.000 GMT+08:00] "
	file := func(name string) string {
		text, err := os.ReadFile(filepath.Join("testdata", "outcomes", name))
		if err != nil {
			panic(err) // the test cannot go on
		}
		return string(text)
	}
	return map[string]outcome{
		"failed":         {of(logsapi.Failed, step(1, "Maven test", logsapi.Failed)), "fail web 7", file("failed.log")},
		"two steps":      {allowed, "fail web 7", file("failed.log")},
		"modules":        {of(logsapi.Failed, step(1, "Maven build", logsapi.Failed)), "fail web 7", file("modules.log")},
		"aborted":        {of(logsapi.Aborted, step(1, "Code checkout", logsapi.Aborted)), "fail web 7", "git fetch\nReceiving objects:  12%\nAborted by chen.jie\n"},
		"timed out":      {of(logsapi.TimedOut, step(1, "Deploy", logsapi.Running)), "fail web 7", "$ kubectl rollout status\nWaiting for deployment to finish\nWaiting for deployment to finish\n"},
		"disk full":      {of(logsapi.Failed, step(1, "Maven build", logsapi.Failed)), "fail web 7", stamp + "+ mvn -B package\n" + stamp + "[ERROR] Failed to execute goal: /workspace/target/app.jar: No space left on device\n" + stamp + "Finished: FAILURE\n"},
		"stalled":        {of(logsapi.Failed), "fail web 7", "[2026/11/19 14:02:10.000 GMT+08:00] + timeout 3m ./wait-for-db.sh\n[2026/11/19 14:02:11.000 GMT+08:00] connecting to db:5432\n" + stamp + "Script exited with status 124\n" + stamp + "Finished: FAILURE\n"},
		"hung":           {of(logsapi.TimedOut, step(1, "Maven test", logsapi.TimedOut)), "fail web 7", "[2026/11/19 14:02:10.000 GMT+08:00] + mvn -B test\n[2026/11/19 14:02:20.000 GMT+08:00] [INFO] Running com.acme.PoolTest\n" + stamp + "Build timed out (after 3 minutes). Marking the build as aborted.\n" + stamp + "[INFO] [Clean:clean] : This action starts.\n" + stamp + "$ rm -rf target\n" + stamp + "Finished: ABORTED\n"},
		"never started":  {unscheduled, "fail web 7", ""},
		"queued":         {queued, "fail web 7", ""},
		"succeeded":      {of(logsapi.Succeeded), "fail web 7", "[INFO] Running A\n[INFO] Tests run: 18, Failures: 0, Errors: 0, Skipped: 3\n[INFO] BUILD SUCCESS\n"},
		"tests skipped":  {of(logsapi.Succeeded), "fail web 7", "[INFO] --- maven-surefire-plugin:3.2.5:test (default-test) @ app ---\n[WARNING] Tests run: 212, Failures: 0, Errors: 0, Skipped: 212\n[INFO] BUILD SUCCESS\n"},
		"ends early":     {of(logsapi.Failed), "fail web 7", stamp + "$ make\n" + stamp + "main.c:3:1: error: expected ';' before 'return'\n" + stamp + "make: *** [all] Error 2\n"},
		"log not found":  {gone, "fail web 7", ""},
		"a step of many": {allowed, "fail web 7 --step 1", file("failed.log")},
	}
}

// TestEachOutcomeIsToldByItsCard compares the cards with testdata/cards, in both
// languages; LOGBOT_UPDATE=1 writes them anew.
func TestEachOutcomeIsToldByItsCard(t *testing.T) {
	for name, o := range outcomes() {
		for lang, short := range map[texts.Lang]string{texts.English: "en", texts.Chinese: "zh"} {
			c, _ := over(o.s, access.Open(), func(logsapi.Log) string { return o.log })
			if name == "log not found" {
				c = newCommands(optionsOf(o.s, func(logsapi.PageRequest) (logsapi.Page, error) {
					return logsapi.Page{}, &logsapi.Error{Kind: logsapi.ErrNotFound, Summary: "the service does not find it"}
				}))
			}
			got := shown(c.Run(t.Context(), commands.Request{Text: o.line, Channel: here, User: ann, Lang: lang})) + "\n"
			path := filepath.Join("testdata", "cards", strings.ReplaceAll(name, " ", "-")+"."+short+".txt")
			if os.Getenv("LOGBOT_UPDATE") != "" {
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
				continue
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, string(want), got, "%s in %s", name, short)
		}
	}
}

func TestABuildThatAListShowsExists(t *testing.T) {
	gone := &logsapi.Error{Kind: logsapi.ErrNotFound, Summary: "the service does not find it"}
	c := newCommands(optionsOf(service{builds: []logsapi.Build{{Number: 7}, {Number: 6, State: logsapi.Failed}}}, func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{}, gone }))
	for _, line := range []string{"fail web 7", "show web 7", "full web 7 all", "tests web 7"} {
		r := c.Run(t.Context(), commands.Request{Text: line})
		assert.Contains(t, r.Body, "CodeArts can't find the log of web #7.", line)
	}
	for _, line := range []string{"show web 6", "full web 6 all"} {
		assert.Contains(t, c.Run(t.Context(), commands.Request{Text: line}).Body, "web #6 failed, but CodeArts can't find its log.", line)
	}
	assert.Equal(t, "web #6 failed", c.Run(t.Context(), commands.Request{Text: "fail web 6"}).Heading)
	assert.Contains(t, c.Run(t.Context(), commands.Request{Text: "fail web 5"}).Body, "web #5 doesn't exist")
}
