package verdict_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/commands/failure/known"
	"logbot/commands/texts"
	"logbot/commands/verdict"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

const (
	web, api = "web-id", "api-id"
	rounding = "1:rounding"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// daysBefore is that many days before noon, when build 128 started.
func daysBefore(d float64) time.Time { return noon.Add(-time.Duration(d * 24 * float64(time.Hour))) }

func failed(build int64, days float64) known.Sighting {
	return known.Sighting{Key: rounding, Task: web, Name: "web", Build: build, Branch: "main", Commit: "c0ffee0" + string(rune('a'+build%26)), At: daysBefore(days)}
}

func with(s known.Sighting, change func(*known.Sighting)) known.Sighting {
	change(&s)
	return s
}

func listed(number int64, s logsapi.State, branch, commit string) logsapi.Build {
	return logsapi.Build{Number: number, State: s, Branch: branch, Commit: commit, Started: noon}
}

// history is the builds of web in the demo: red, green, red...
func history() []logsapi.Build {
	return []logsapi.Build{
		listed(128, logsapi.Failed, "main", "1f0c2d9aa"), listed(127, logsapi.Succeeded, "main", "8d3ab5f00"), listed(126, logsapi.Failed, "main", "f9eca96aa"),
		listed(125, logsapi.Succeeded, "main", "325e16600"), listed(124, logsapi.Aborted, "main", "325e16600"), listed(123, logsapi.Succeeded, "release/3.2", "209406f00"),
		listed(122, logsapi.Unscheduled, "main", "d7900bb00"), listed(121, logsapi.Failed, "main", "d7900bb00"), listed(120, logsapi.Succeeded, "main", "d4b27a500"),
	}
}

// known128 is the memory of builds of one failure.
func memory(builds ...known.Sighting) known.Failure {
	f := known.Failure{Key: rounding, Builds: builds, Count: len(builds)}
	for _, b := range builds {
		i := 0
		for i < len(f.Tasks) && f.Tasks[i].ID != b.Task {
			i++
		}
		if i == len(f.Tasks) {
			f.Tasks = append(f.Tasks, known.Task{ID: b.Task, Name: b.Name})
		}
		f.Tasks[i].Count++
	}
	return f
}

func all(string) bool { return true }

func TestAVerdictSaysWhatIsKnown(t *testing.T) {
	this := failed(128, 0)
	other := func(build int64, days float64) known.Sighting {
		return with(failed(build, days), func(s *known.Sighting) { s.Key = "1:other" })
	}
	inAPI := func(build int64, hours float64) known.Sighting {
		return with(failed(build, hours/24), func(s *known.Sighting) { s.Task, s.Name = api, "api" })
	}
	on := func(branch string, s known.Sighting) known.Sighting {
		s.Branch = branch
		return s
	}
	changed := func(change func([]logsapi.Build) []logsapi.Build) []logsapi.Build { return change(history()) }
	for name, c := range map[string]struct {
		verdict.Case
		en, zh string
	}{
		"nothing is known": {verdict.Case{This: this}, "", ""},
		"an empty memory says nothing of new": {
			verdict.Case{This: this, Builds: history(), Covered: true},
			"Last green #127", "上次成功 #127",
		},
		"the same as before": {
			verdict.Case{This: this, Known: memory(this, failed(126, .2), failed(121, 3.7)), Builds: history(), Covered: true},
			"Same as #126 and #121 (3 in 4 days), green in between (#127) · first at c0ffee0", "与 #126 和 #121 相同（4 天内 3 次），其间 #127 成功 · 最早见于 c0ffee0",
		},
		"the memory need not have this build yet": {
			verdict.Case{This: this, Known: memory(failed(126, .2), failed(121, 3.7)), Builds: history(), Covered: true},
			"Same as #126 and #121 (3 in 4 days), green in between (#127) · first at c0ffee0", "与 #126 和 #121 相同（4 天内 3 次），其间 #127 成功 · 最早见于 c0ffee0",
		},
		"twice in hours, and nothing passed": {
			verdict.Case{This: this, Known: memory(failed(127, .1)), Builds: []logsapi.Build{listed(127, logsapi.Failed, "main", "")}, Covered: true},
			"Same as #127 (2 in 3 hours) · first at c0ffee0", "与 #127 相同（3 小时内 2 次） · 最早见于 c0ffee0",
		},
		"a green build of another branch is not in between": {
			verdict.Case{This: this, Known: memory(failed(126, .01)), Builds: []logsapi.Build{listed(127, logsapi.Succeeded, "dev", "")}},
			"Same as #126 (2 in 15 minutes) · first at c0ffee0", "与 #126 相同（15 分钟内 2 次） · 最早见于 c0ffee0",
		},
		"a green build that the memory has": {
			verdict.Case{This: this, Known: func() known.Failure {
				f := memory(failed(126, .01))
				f.Greens = []known.Green{{Task: api, Build: 127, Branch: "main"}, {Task: web, Build: 127, Branch: "main"}}
				return f
			}(), May: all},
			"Same as #126 (2 in 15 minutes), green in between (#127) · first at c0ffee0", "与 #126 相同（15 分钟内 2 次），其间 #127 成功 · 最早见于 c0ffee0",
		},
		"more than the memory lists": {
			verdict.Case{This: this, Known: func() known.Failure {
				f := memory(failed(127, 1), failed(126, 2.5))
				f.Tasks[0].Count, f.Count = 60, 60
				return f
			}()},
			"Same as #127 and #126 (over 3 in 3 days)", "与 #127 和 #126 相同（3 天内超过 3 次）",
		},
		"older than 90 days is not told, and is not new": {
			verdict.Case{This: this, Known: memory(failed(126, 91)), Read: []known.Sighting{other(121, 3)}, Builds: history()[:5], Covered: true},
			"Last green #127", "上次成功 #127",
		},
		"new: the failures before it are others": {
			verdict.Case{This: this, Known: memory(this), Read: []known.Sighting{this, other(126, .2), other(121, 3.7)}, Builds: history(), Covered: true},
			"New in #128 · last green #127", "#128 首次出现 · 上次成功 #127",
		},
		"not new: one of them was not read": {
			verdict.Case{This: this, Read: []known.Sighting{other(126, .2)}, Builds: history(), Covered: true},
			"Last green #127", "上次成功 #127",
		},
		"not new: what one of them says is not sure": {
			verdict.Case{This: this, Read: []known.Sighting{other(126, .2), with(other(121, 3.7), func(s *known.Sighting) { s.Key = "" })}, Builds: history(), Covered: true},
			"Last green #127", "上次成功 #127",
		},
		"not new: the store is away": {
			verdict.Case{This: this, Read: []known.Sighting{other(126, .2), other(121, 3.7)}, Builds: history()},
			"Last green #127", "上次成功 #127",
		},
		"not new: no green build is listed": {
			verdict.Case{This: this, Read: []known.Sighting{other(127, .2)}, Builds: []logsapi.Build{listed(127, logsapi.Failed, "main", "")}, Covered: true},
			"Not the same as #127", "与 #127 不同",
		},
		"not new: one before it still runs": {
			verdict.Case{This: this, Read: []known.Sighting{other(126, .2), other(121, 3.7)}, Covered: true, Builds: changed(func(all []logsapi.Build) []logsapi.Build {
				all[1].State = logsapi.Running
				return all
			})},
			"Last green #125", "上次成功 #125",
		},
		"another reason than the failure before it": {
			verdict.Case{This: this, Read: []known.Sighting{other(127, .2), other(126, 1), other(121, 3.7)}, Covered: true, Builds: changed(func(all []logsapi.Build) []logsapi.Build {
				all[1].State = logsapi.Failed
				return all
			})},
			"New in #128 · not the same as #127 · last green #125", "#128 首次出现 · 与 #127 不同 · 上次成功 #125",
		},
		"flaky: this commit passed": {
			verdict.Case{This: with(this, func(s *known.Sighting) { s.Commit = "8d3ab5f00" }), Known: memory(failed(126, .2)), Builds: history()},
			"Same as #126, green in between (#127) · flaky: #127 passed with the same commit", "",
		},
		"flaky: another commit of this failure did": {
			verdict.Case{This: this, Known: memory(with(failed(119, 8), func(s *known.Sighting) { s.Commit = "d4b27a500" })), Builds: history()},
			"Same as #119, green in between (#127) · flaky: d4b27a5 failed #119, passed #120", "与 #119 相同，其间 #127 成功 · 不稳定：提交 d4b27a5 在 #119 失败、在 #120 成功",
		},
		"an infrastructure failure is not flaky": {
			verdict.Case{This: with(this, func(s *known.Sighting) { s.Commit = "8d3ab5f00" }), Known: func() known.Failure {
				f := memory(failed(126, .2))
				f.Kind, f.Builds[0].Kind = "infrastructure", "infrastructure"
				return f
			}(), Builds: history()},
			"Same as #126 (2 in 5 hours), green in between (#127)", "",
		},
		"a short commit proves nothing": {
			verdict.Case{This: with(this, func(s *known.Sighting) { s.Commit = "8d3a" }), Builds: []logsapi.Build{listed(127, logsapi.Succeeded, "main", "8d3a")}},
			"Last green #127", "",
		},
		"also in another task": {
			verdict.Case{This: this, Known: memory(this, inAPI(57, 2.5)), May: all},
			"Also in api #57 since", "api #57 也是，始于",
		},
		"in other tasks, and here": {
			verdict.Case{This: this, Known: memory(this, inAPI(58, 1), inAPI(57, 2.5), failed(127, .001)), May: all},
			"Same as #127 (2 in 2 minutes) · also in api #57 and 1 other build", "",
		},
		"other tasks that the reader may not see do not exist": {
			verdict.Case{This: this, Known: memory(this, inAPI(57, 2.5))},
			"", "",
		},
		"other tasks long ago": {
			verdict.Case{This: this, Known: memory(this, inAPI(57, 25)), May: all},
			"", "",
		},
		"it still fails on main": {
			verdict.Case{
				This: on("feature/x", this), Known: memory(failed(126, .2), failed(121, 3.7)),
				Builds: changed(func(all []logsapi.Build) []logsapi.Build { return all[2:] }),
			},
			"Also fails on main since #126", "main 分支自 #126 起也失败",
		},
		"it failed on main": {
			verdict.Case{This: on("feature/x", this), Known: memory(failed(126, .2), failed(121, 3.7)), Builds: history()},
			"Also failed on main in #126", "main 分支的 #126 也是",
		},
		"of an old build the later ones are told": {
			verdict.Case{This: failed(121, 3.7), Known: memory(this, failed(126, .2), failed(121, 3.7)), Builds: history(), Covered: true},
			"Again in #128 and #126 · last green #120", "#128 和 #126 再次出现 · 上次成功 #120",
		},
		"new: nothing else failed in a month": {
			verdict.Case{This: failed(121, 3.7), Builds: history(), Deep: true, Covered: true},
			"New in #121 · last green #120", "",
		},
		"without a key": {
			verdict.Case{This: with(this, func(s *known.Sighting) { s.Key = "" }), Known: memory(failed(126, .2)), Builds: history(), Covered: true},
			"Last green #127", "上次成功 #127",
		},
		"of another key": {
			verdict.Case{This: this, Known: func() known.Failure { f := memory(failed(126, .2)); f.Key = "1:else"; return f }(), Builds: history(), Covered: true},
			"Last green #127", "上次成功 #127",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.Now = noon
			v := verdict.Of(c.Case)
			for lang, want := range map[texts.Lang]string{texts.English: c.en, texts.Chinese: c.zh} {
				said := v.Says(lang, 80)
				got, since := said.Line, said.Since
				assert.LessOrEqual(t, lines.Columns(got), 80)
				assert.Equal(t, strings.HasSuffix(got, "since") || strings.HasSuffix(got, "始于"), !since.IsZero())
				if want != "" || c.en+c.zh == "" {
					assert.Equal(t, want, got)
				}
			}
		})
	}
}

func TestAVerdictIsCutAtItsParts(t *testing.T) {
	v := verdict.Verdict{
		Build: 100128, Same: []int64{100126, 100121}, Span: 90 * time.Hour, Between: 100127, Later: []int64{100130}, LastGreen: 100127,
		Branches:  []verdict.Branch{{Name: strings.Repeat("很长的分支", 9), Since: 99000, Still: true}},
		Elsewhere: &verdict.Elsewhere{Name: strings.Repeat("很长的任务", 9), Build: 77, Since: noon, More: 1200, Over: true},
		Flaky:     &verdict.Flaky{Failed: 100126, Passed: 100120, Commit: "d4b27a5a10fec0d340c18bf06964add2ea34e86b"},
	}
	before := ""
	for columns := range 200 {
		for _, l := range []texts.Lang{texts.English, texts.Chinese} {
			said := v.Says(l, columns)
			got, since := said.Line, said.Since
			need := lines.Columns(got)
			if !since.IsZero() {
				need += 18
			}
			assert.LessOrEqual(t, need, columns)
			if l == texts.English && columns == 199 {
				before = got
			}
		}
	}
	assert.Equal(t, "Same as #100126 and #100121 (3 in 4 days), green in between (#100127) · flaky: d4b27a5 failed #100126, passed #100120", strings.Join(strings.Split(before, " · ")[:2], " · "))
	short := v.Says(texts.English, 40).Line
	assert.Equal(t, "Same as #100126 and #100121", strings.Split(short, " (")[0])
	long := v.Says(texts.English, 80).Line
	assert.Equal(t, "Same as #100126 and #100121 · flaky: d4b27a5 failed #100126, passed #100120", long)
}

// What a reader may not see must not change a word of what they read.
func TestHiddenTasksLeaveNoTrace(t *testing.T) {
	hidden := with(failed(57, .05), func(s *known.Sighting) {
		s.Task, s.Name, s.Branch, s.Who, s.Text, s.Kind = api, "api", "secret-branch", "mallory", "hidden text", "test"
	})
	alone, both := memory(failed(126, .2)), memory(hidden, failed(126, .2))
	alone.First, alone.Last = daysBefore(.2), daysBefore(.2)
	both.First, both.Last, both.Text, both.Kind = daysBefore(.2), daysBefore(.05), "hidden text", "test"
	both.Branches = []known.Counted{{Name: "main", Count: 1}, {Name: "secret-branch", Count: 1}}
	both.People = []known.Counted{{Name: "mallory", Count: 1}}
	both.Greens = []known.Green{{Task: api, Build: 58}}
	alone.Branches = []known.Counted{{Name: "main", Count: 1}}
	for _, may := range []func(string) bool{nil, func(task string) bool { return task != api }} {
		seen := verdict.Visible(both, web, may)
		assert.Equal(t, verdict.Visible(alone, web, may).Builds, seen.Builds)
		assert.Equal(t, alone.Branches, seen.Branches)
		assert.Equal(t, alone.Tasks, seen.Tasks)
		assert.Equal(t, [2]time.Time{alone.First, alone.Last}, [2]time.Time{seen.First, seen.Last})
		assert.Empty(t, seen.People)
		assert.Empty(t, seen.Greens)
		assert.Empty(t, seen.Text)
		assert.Equal(t, 1, seen.Count)
		for _, covered := range []bool{true, false} {
			c := verdict.Case{Now: noon, This: failed(128, 0), Known: alone, Builds: history(), Covered: covered, May: may}
			without := verdict.Of(c)
			c.Known = both
			assert.Equal(t, without, verdict.Of(c))
		}
	}
	assert.Equal(t, both, verdict.Visible(both, web, all))
}

func TestALineTellsWhichBuildItSaysSucceeded(t *testing.T) {
	same := verdict.Verdict{Build: 128, Same: []int64{126, 121}, Span: 90 * time.Hour, Between: 127, LastGreen: 127}
	again := verdict.Verdict{Build: 128, Same: []int64{126}, LastGreen: 120, First: "d7900bb1f0c2d9"}
	for _, l := range []texts.Lang{texts.English, texts.Chinese} {
		for columns := range 100 {
			said := same.Says(l, columns)
			assert.Equal(t, strings.Contains(said.Line, "#127"), said.Green == 127, said.Line)
			assert.False(t, said.Last)
			said = again.Says(l, columns)
			assert.Equal(t, strings.Contains(said.Line, "#120"), said.Green == 120, said.Line)
			assert.Equal(t, strings.HasSuffix(said.Line, "#120"), said.Last, said.Line)
		}
	}
	assert.Equal(t, verdict.Said{Line: "New in #128 · last green #127", Green: 127, Last: true}, verdict.Verdict{Build: 128, New: true, LastGreen: 127}.Says(texts.English, 80))
	assert.Zero(t, verdict.Verdict{Build: 128, Same: []int64{127}}.Says(texts.English, 80).Green, "it names a build that failed")
}
