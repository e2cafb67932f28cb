package commands_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

func TestShowCountsLinesTruthfully(t *testing.T) {
	h := newHarness(t, nil)
	whole, _ := contentOf(t, h.typed(t, "full web 128 all").File)
	shown := strings.Split(strings.TrimSuffix(whole, "\n"), "\n")

	head := h.typed(t, "show web 128 --lines 5")
	require.Len(t, head.Lines, 5)
	for i, l := range head.Lines {
		assert.Equal(t, i+1, l.Number)
		assert.Contains(t, shown[i], strings.TrimSpace(l.Text[strings.LastIndex(l.Text, "] ")+1:]))
	}

	tail := h.typed(t, "show web 128 --tail --lines 4")
	require.Len(t, tail.Lines, 4)
	assert.Equal(t, "Finished: FAILURE", tail.Lines[3].Text)
	assert.Equal(t, -4, tail.Lines[0].Number)

	step := h.typed(t, "show web 128 --step 3 --tail --lines 2")
	assert.Equal(t, `The end of "Maven test" of web #128`, step.Heading)
	assert.NotContains(t, step.Excerpt(), "Finished")
}

func TestShowSearchesTheWholeLog(t *testing.T) {
	h := newHarness(t, nil)
	r := h.typed(t, "show monorepo 2000 --grep '^Finished: [A-Z]+$' --context 1")
	require.Len(t, r.Lines, 2)
	assert.Equal(t, lines.Line{Number: 200000, Text: "Finished: FAILURE", Match: true}, r.Lines[1])
	assert.Contains(t, r.Source, "1 match in 200,000 lines")

	r = h.typed(t, "show web 128 --grep no-such-text-anywhere")
	assert.Empty(t, r.Lines)
	assert.Contains(t, r.Body, "No line matches")
	assert.Contains(t, r.Source, "0 matches in")

	many := h.typed(t, "show web 128 --grep INFO --lines 7")
	assert.Len(t, many.Lines, 7)
	assert.Regexp(t, "^showing 1-7 of [1-9][0-9]+ matches in 1,026 lines", many.Source, "what is left out is said")
}

func TestOlderAndNewerWalkTheWholeLogWithoutAGap(t *testing.T) {
	const shown = 137
	for _, page := range []int{7, 64, 5000} {
		for start, button := range map[string]string{"show web 1": "Newer", "show web 1 --tail --lines 15": "Older"} {
			c := commandsReading(numbered(shown, page))
			var seen []string
			r := ask(t, c, start)
			for {
				some := make([]string, 0, len(r.Lines))
				for _, l := range r.Lines {
					some = append(some, l.Text)
					want := l.Number
					if want < 0 {
						want += shown + 1
					}
					assert.Equal(t, fmt.Sprintf("line %d", want), l.Text, "a number says where the line is")
				}
				if button == "Older" {
					seen = append(some, seen...)
				} else {
					seen = append(seen, some...)
				}
				next := pressed(r, button)
				if next.Line == "" {
					break
				}
				assert.Equal(t, reply.InPlace, next.Place)
				r = ask(t, c, next.Line)
			}
			assert.Len(t, seen, shown, "%s in pages of %d", start, page)
			assert.True(t, slices.IsSortedFunc(seen, func(a, b string) int { return len(a) - len(b) }))
			back := map[string]string{"Newer": "Older", "Older": "Newer"}[button]
			assert.NotEmpty(t, pressed(r, back).Line, "the way back")
		}
	}
}

func TestOlderAndNewerAreThereOnlyWhereThereIsSomething(t *testing.T) {
	c := commandsReading(numbered(30, 50))
	for typed, want := range map[string][2]bool{ // older, newer
		"show web 1":                       {false, true},
		"show web 1 --lines 30":            {false, false},
		"show web 1 --tail":                {true, false},
		"show web 1 --tail --lines 30":     {false, false},
		"show web 1 --from 11":             {true, false},
		"show web 1 --from 11 --lines 5":   {true, true},
		"show web 1 --from -30 --lines 10": {false, true},
		"show web 1 --from -99 --lines 90": {false, true},
	} {
		r := ask(t, c, typed)
		assert.Equal(t, want, [2]bool{pressed(r, "Older").Line != "", pressed(r, "Newer").Line != ""}, typed)
	}
}

func TestTheSourceOfShownLinesIsTold(t *testing.T) {
	c := commandsReading(numbered(30, 100))
	for typed, want := range map[string]string{
		"show web 1":                      "lines 1-20",
		"show web 1 --from 21":            "lines 21-30 of 30",
		"show web 1 --tail":               "lines 20-1 from the end",
		"show web 1 --from -25 --lines 3": "lines 25-23 from the end",
	} {
		assert.Equal(t, want, ask(t, c, typed).Source, typed)
	}
	r := ask(t, commandsReading(&paged{text: strings.Repeat(strings.Repeat("长", 600)+"\n", 50), page: 4000}), "show web 1 --lines 40")
	assert.Contains(t, r.Source, "not all of it fits")
	assert.Less(t, len(r.Lines), 40)
	assert.Equal(t, fmt.Sprintf("/logs show web 1 --from %d --lines 40", len(r.Lines)+1), pressed(r, "Newer").Line)
}

func TestADeepPartOfALongLogIsReadPageByPage(t *testing.T) {
	log := numbered(50_000, 10<<10)
	c := commandsReading(log)
	r := ask(t, c, "show web 1 --from 40001 --lines 3")
	require.Len(t, r.Lines, 3)
	assert.Equal(t, lines.Line{Number: 40001, Text: "line 40001"}, r.Lines[0])
	pages := log.asked
	assert.NotContains(t, r.Source, "page", "what it cost is not for its reader")

	r = ask(t, c, "show web 1 --from -40000 --lines 3")
	require.Len(t, r.Lines, 3)
	assert.Equal(t, lines.Line{Number: -40000, Text: "line 10001"}, r.Lines[0])
	assert.InDelta(t, 2*pages, log.asked, 10, "from the end it is as far")
}

func TestALineLongerThanSomePagesIsPassedOver(t *testing.T) {
	log := &paged{text: "first\n" + strings.Repeat("x", 3<<20) + "\nlast\n", page: 100 << 10}
	for typed, want := range map[string][]string{
		"show web 1":        {"first", "…", "last"},
		"show web 1 --tail": {"first", "…", "last"},
	} {
		var got []string
		for _, l := range ask(t, commandsReading(log), typed).Lines {
			got = append(got, l.Text)
		}
		assert.Equal(t, want, got, typed)
	}
}

func TestASearchGoesOnWithNext(t *testing.T) {
	c := commandsReading(numbered(200, 100))
	var seen []string
	r := ask(t, c, "show web 1 --grep '7$' --context 1 --lines 10")
	assert.Contains(t, r.Source, "showing 1-3 of 20 matches in 200 lines")
	assert.Equal(t, ` 6   line 6
   > line 7
     line 8
16   line 16
   > line 17
     line 18
26   line 26
   > line 27
     line 28`, r.Excerpt())
	for {
		for _, l := range r.Lines {
			if l.Match {
				seen = append(seen, l.Text)
			} else {
				assert.NotRegexp(t, "7$", l.Text)
			}
		}
		next := pressed(r, "Next")
		if next.Line == "" {
			break
		}
		assert.Equal(t, reply.InThread, next.Place)
		r = ask(t, c, next.Line)
	}
	require.Len(t, seen, 20, "each match once")
	assert.Equal(t, "line 197", seen[19])
	assert.Contains(t, r.Source, "showing 19-20 of 20 matches")

	r = ask(t, c, "show web 1 --grep '7$' --skip 20")
	assert.Equal(t, "No more matches.", r.Body)
	r = ask(t, c, "show web 1 --grep '^line 1$'")
	assert.Equal(t, "1 line 1", r.Excerpt(), "no marks where every line is a match")
	assert.Equal(t, "1 match in 200 lines", r.Source)
}

func TestContextNeverCrowdsOutItsMatch(t *testing.T) {
	r := ask(t, commandsReading(numbered(50, 1000)), "show web 1 --grep 'line 30' --context 10 --lines 3")
	require.Len(t, r.Lines, 3)
	assert.True(t, r.Lines[2].Match)
	assert.Equal(t, 28, r.Lines[0].Number)
}

func TestAnExpressionWithoutCapitalsFindsThem(t *testing.T) {
	c := commandsReading(&paged{text: "Error one\nerror two\nERROR three\nÄrger\n构建失败\n", page: 1000})
	for expression, want := range map[string]int{
		"error":      3,
		"Error":      1,
		`\Werror|^e`: 3, // behind a backslash a capital is no letter
		"[A-Z]{5}":   1,
		"ärger":      1,
		"失败":         1,
		`\bone\b`:    1,
	} {
		r := c.Run(t.Context(), commands.Request{Text: "show web 1 --grep '" + expression + "'"})
		assert.Len(t, r.Lines, want, expression)
	}
}

func TestASearchThatIsTooLongSaysWhereItStopped(t *testing.T) {
	r := ask(t, commandsReading(numbered(20000, 100)), "show web 1 --grep 'line 1$'")
	assert.Contains(t, r.Source, "1 match in ")
	assert.Contains(t, r.Source, "the search stopped after 1,000 pages; the log goes on")
	refused := commandsReading(numbered(20000, 100)).Run(t.Context(), commands.Request{Text: "show web 1 --from 15000"})
	assert.Contains(t, refused.Body, "line 15000 is further on")
}

func TestTheFormOfASearchBecomesALine(t *testing.T) {
	c := commandsReading(numbered(30, 1000))
	base := pressed(ask(t, c, "show web 1"), "Search")
	assert.Equal(t, reply.AskFirst, base.Place)
	assert.Equal(t, "/logs show web 1 --grep", base.Line)
	for _, f := range []typed.SearchForm{
		{Expression: "line 7"},
		{Expression: `say "hi"`, Context: 2},
		{Expression: `it's “odd” 「quoted」 \d+\.\d`, Context: 10, Step: "3"},
		{Expression: "--tail", Step: "Maven test"},
		{Expression: "—dash"},
		{Expression: "zero\u200bwidth"},
		{Expression: "=\"x"},
		{Expression: "失败|错误  两个空格"},
	} {
		line, err := typed.SearchLine(base.Line, f)
		require.NoError(t, err, f.Expression)
		words, err := typed.Split(strings.TrimPrefix(line, "/logs "))
		require.NoError(t, err, line)
		want := []string{"show", "web", "1", "--grep", strings.ReplaceAll(f.Expression, "\u200b", "")}
		if f.Context > 0 {
			want = append(want, "--context", fmt.Sprint(f.Context))
		}
		if f.Step != "" {
			want = append(want, "--step", f.Step)
		}
		assert.Equal(t, want, words)
		assert.False(t, c.Run(t.Context(), commands.Request{Text: strings.TrimPrefix(line, "/logs ")}).Refused && f.Step != "Maven test", line)
	}
}

// slowTask is a service that tells of a task only once its context has ended.
type slowTask struct {
	service
	began, ended *atomic.Int64
}

func (s slowTask) Task(ctx context.Context, _ string) (logsapi.Task, error) {
	s.began.Add(1)
	<-ctx.Done()
	s.ended.Add(1)
	return logsapi.Task{}, ctx.Err()
}

func TestWhatACommandAskedForEndsWithIt(t *testing.T) {
	for _, typed := range []string{
		"show web 128 --step nosuch", "show web 128 --step 9", "show web 128 --lines many", "show web 128 --grep (", "show web 128",
		"fail web 128", "fail web 128 --lines many", "full web 128 all", "full web 128 stage9", "full web 128",
	} {
		t.Run(typed, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				builds := slowTask{
					service: service{steps: []logsapi.Step{{Name: "Build", Position: 1}}},
					began:   new(atomic.Int64), ended: new(atomic.Int64),
				}
				c := commands.New(commands.Options{
					Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) {
						return logsapi.Page{}, &logsapi.Error{Kind: logsapi.ErrNotFound, Summary: "no such build"}
					}},
					Builds: builds, Gate: redact.New(), Access: access.Open(),
					Aliases: find.Aliases{Tasks: map[string]string{"web": webID}},
					Console: "https://ci.example/{project}/{task}",
				})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c.Run(ctx, commands.Request{Text: typed, Channel: here, User: ann})
				synctest.Wait()
				assert.Equal(t, builds.began.Load(), builds.ended.Load())
			})
		})
	}
}
