package commits

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

const (
	one   = "1f0c2d9aa11b22c33d44e55f66a77b88c99d0011"
	two   = "9be1941daa11b22c33d44e55f66a77b88c99d022"
	three = "d7900bbdaa11b22c33d44e55f66a77b88c99d033"
)

// history are builds from a text, the oldest first and numbered from 120: state, branch,
// commit or -, executor.
func history(text string) (builds []logsapi.Build) {
	states := map[string]logsapi.State{"green": logsapi.Succeeded, "red": logsapi.Failed, "late": logsapi.TimedOut, "stopped": logsapi.Aborted,
		"unbegun": logsapi.Unscheduled, "runs": logsapi.Running}
	for i, line := range strings.Split(strings.TrimSpace(text), ";") {
		f := append(strings.Fields(line), "", "")
		b := logsapi.Build{Number: int64(120 + i), State: states[f[0]], Branch: strings.Trim(f[1], "-"), Commit: strings.Trim(f[2], "-"), Who: f[3]}
		builds = append([]logsapi.Build{b}, builds...)
	}
	return builds
}

func TestCommitsBetweenTheLastGreenAndTheFirstRedBuild(t *testing.T) {
	for name, c := range map[string]struct {
		builds string
		failed int64
		want   string // in 80 columns; "" for nothing
		whole  string
	}{
		"one": {"green main " + one + "; red main " + two + " wang.lei", 121, "since #120: 9be1941 wang.lei", "Between #120 (green) and #121: 9be1941 wang.lei."},
		"of a later build, the range is that of the first red one": {"green main " + one + "; red main " + two + " wang.lei; red main " + three + " li.na", 122,
			"since #120: 9be1941 wang.lei", "Between #120 (green) and #121: 9be1941 wang.lei."},
		"stopped builds and those that did not begin tell commits, and no outcome": {"green main " + one + "; stopped main " + two + " li.na; unbegun main " + two + " li.na; late main " + three + " wang.lei", 123,
			"since #120: d7900bb wang.lei, 9be1941 li.na", "Between #120 (green) and #123: d7900bb wang.lei, 9be1941 li.na."},
		"branches are merged, of which the head alone is known": {"green main " + one + "; red feature " + two + " li.na; green feature " + two + " li.na; red main " + three + " wang.lei", 123,
			"since #120: d7900bb wang.lei", "Between #120 (green) and #123: d7900bb wang.lei."},
		"the same commit was built again":          {"green main " + one + "; red main " + one + " wang.lei", 121, "same commit as #120, which passed", "#121 is of the same commit as #120 (green): no commit lies between."},
		"also if the service shortens it":          {"green main " + one + "; red main " + one[:8] + " wang.lei", 121, "same commit as #120, which passed", "#121 is of the same commit as #120 (green): no commit lies between."},
		"a commit in between is not known":         {"green main " + one + "; stopped main -; red main " + two + " li.na", 122, "since #120: 9be1941 li.na and 1 more", "Between #120 (green) and #122: 9be1941 li.na and 1 more."},
		"the same commit, and one that is unknown": {"green main " + one + "; stopped main -; red main " + one, 122, "since #120: commits that are not known", "Between #120 (green) and #122: commits that are not known."},
		"the list ends before the green build":     {"red main " + one + "; red main " + two, 121, "", ""},
		"no build of the branch is green":          {"green main " + one + "; red feature " + two, 121, "", ""},
		"the commit of the green build is unknown": {"green main -; red main " + two, 121, "", ""},
		"that of the red one is":                   {"green main " + one + "; red main -", 121, "", ""},
		"the branch is unknown":                    {"green - " + one + "; red - " + two, 121, "", ""},
		"that of a build in between is":            {"green main " + one + "; green - " + three + "; red main " + two, 122, "", ""},
		"the list does not have the build":         {"green main " + one + "; red main " + two, 129, "", ""},
		"the build did not fail":                   {"green main " + one + "; green main " + two, 121, "", ""},
		"another build runs that is newer":         {"green main " + one + "; red main " + two + " li.na; runs main " + three, 121, "since #120: 9be1941 li.na", "Between #120 (green) and #121: 9be1941 li.na."},
		"the last one before another failure counts": {"green main " + one + "; red main " + two + "; green main " + two + "; red main " + three + " li.na", 123,
			"since #122: d7900bb li.na", "Between #122 (green) and #123: d7900bb li.na."},
	} {
		r, ok := Between(history(c.builds), c.failed)
		assert.Equal(t, c.want != "", ok, name)
		if ok {
			assert.Equal(t, c.want, r.Says(texts.English, 80), name)
			assert.Equal(t, c.whole, r.Whole().In(texts.English), name)
		}
	}
}

func TestALineOfCommitsFits(t *testing.T) {
	r := Range{Green: 127, Red: 128, Commits: []Commit{{one, "li.na", "新增坐标字段", 128}, {two, "wang.lei", "round half up", 128}}}
	assert.Equal(t, `since #127: 9be1941 wang.lei "round half up", 1f0c2d9 li.na "新增坐标字段"`, r.Says(texts.English, 80))
	assert.Equal(t, "since #127: 9be1941 wang.lei, 1f0c2d9 li.na", r.Says(texts.English, 60))
	assert.Equal(t, "since #127: 9be1941 wang.lei and 1 more", r.Says(texts.English, 40))
	assert.Equal(t, "#127 之后：9be1941 wang.lei，另有 1 个", r.Says(texts.Chinese, 40))
	assert.Equal(t, "", r.Says(texts.English, 20))
	assert.Equal(t, ", then 9be1941 wang.lei and 1 more", r.Then(texts.English, 36))
	assert.Equal(t, "，之后 9be1941 wang.lei，另有 1 个", r.Then(texts.Chinese, 36))
	assert.Equal(t, "#127（成功）与 #128 之间：9be1941 wang.lei “round half up”、1f0c2d9 li.na “新增坐标字段”。", r.Whole().In(texts.Chinese))
	for columns := range 100 {
		for _, l := range []texts.Lang{texts.English, texts.Chinese} {
			assert.LessOrEqual(t, lines.Columns(r.Says(l, columns)), columns)
		}
	}
	many := Range{Green: 1, Red: 20}
	for range 12 {
		many.Commits = append(many.Commits, Commit{ID: one, Who: strings.Repeat("长", 30), Message: strings.Repeat("x", 300)})
	}
	assert.Less(t, lines.Columns(many.Whole().In(texts.English)), 5*80)
	assert.Contains(t, many.Whole().In(texts.English), "and 7 more")
}

func TestTheAddressOfAComparison(t *testing.T) {
	for repository, want := range map[string]string{
		"https://github.com/shop/web.git":                                       "https://github.com/shop/web/compare/" + one + "..." + two,
		"https://user:pw@gitee.com/shop/web?x=1":                                "https://gitee.com/shop/web/compare/" + one + "..." + two,
		"https://gitlab.com/shop/group/web/":                                    "https://gitlab.com/shop/group/web/-/compare/" + one + "..." + two,
		"git@github.com:shop/web.git":                                           "",
		"http://github.com/shop/web":                                            "",
		"https://github.com/shop":                                               "",
		"https://github.com.example/shop/web":                                   "",
		"https://codehub.devcloud.cn-north-4.huaweicloud.com/shop00001/web.git": "",
		"": "",
	} {
		assert.Equal(t, want, Compare(repository, one, two), repository)
	}
	assert.Empty(t, Compare("https://github.com/shop/web", one, "main/../../x"))
}
