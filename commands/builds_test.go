package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

func TestBuildsBeginWithAStripAndHaveTwoShortLinesEach(t *testing.T) {
	c, _ := over(shop(), access.Open(), broken)
	answer := c.Run(t.Context(), commands.Request{Text: "builds web"})
	assert.False(t, answer.Private, "everybody sees it, as with fail")
	assert.Equal(t, "The last builds of web", answer.Heading)
	assert.Equal(t, strings.Join([]string{
		"■✓✗●  oldest first",
		"● #12 running · main@1f0c2d9",
		"  ann",
		"✗ #11 failed · feature/discounts@c07b1e2",
		"  bob · 11-20 14:02 · 1m35s",
		"✓ #10 succeeded · main",
		"  ann · 3m0s",
		"■ #9 aborted",
	}, "\n"), answer.Excerpt())
	assert.Equal(t, "times as in CodeArts (UTC+8)", answer.Source)
	assert.Equal(t, "/logs fail web 11", answer.Try[0].Line)

	c, _ = over(noBuilds{}, access.Open(), broken)
	answer = c.Run(t.Context(), commands.Request{Text: "builds web"})
	assert.True(t, answer.Refused)
	assert.Contains(t, answer.Body, "doesn't list builds here")
}

func TestBuildsFitAPhoneWhateverTheirNames(t *testing.T) {
	s := shop()
	s.builds = nil
	for i := range 60 {
		s.builds = append(s.builds, logsapi.Build{
			Number: int64(123456 - i), State: []logsapi.State{logsapi.Failed, logsapi.Succeeded, logsapi.Unscheduled, logsapi.TimedOut, logsapi.Ended, logsapi.Unknown}[i%6],
			Word: []string{"", "", "", "", "frobnicating-for-a-long-time-now", ""}[i%6], Branch: []string{"功能/满减折扣与优惠券叠加规则", "feature/a-very-long-branch-name-indeed"}[i%2],
			Commit: "1f0c2d9a4be1", Who: "欧阳小明与他的同事们一起", Started: time.Date(2026, 11, 20, 6, 2, 0, 0, time.UTC), Duration: 25*time.Hour + 3*time.Minute + 12*time.Second,
		})
	}
	c, _ := over(s, access.Open(), broken)
	for _, lang := range []texts.Lang{texts.English, texts.Chinese} {
		r := c.Run(t.Context(), commands.Request{Text: "builds web 50", Lang: lang})
		require.Len(t, r.Lines, 1+2*50)
		for _, l := range r.Lines {
			assert.LessOrEqual(t, lines.Columns(l.Text), 40, l.Text)
		}
		assert.Equal(t, 20, strings.Count(r.Lines[0].Text, "✗")+strings.Count(r.Lines[0].Text, "✓")+strings.Count(r.Lines[0].Text, "–")+strings.Count(r.Lines[0].Text, "◷")+strings.Count(r.Lines[0].Text, "?"))
	}
}

func TestBuildsOfABranchOrAnyNumber(t *testing.T) {
	c, _ := over(shop(), access.Open(), broken)
	says := func(text string) string { return shown(c.Run(t.Context(), commands.Request{Text: text})) }
	assert.Contains(t, says("builds web 1"), "#12 running")
	assert.NotContains(t, says("builds web 1"), "✗ #11 failed")
	only := says("builds web --branch feature/discounts")
	assert.Contains(t, only, "The last builds of web on feature/discounts")
	assert.Contains(t, only, "✗  oldest first")
	assert.NotContains(t, only, "#12")
	assert.Contains(t, says("builds web --branch nosuch"), `Branch "nosuch" isn't among the last 4 builds of web.`)
	for _, n := range []string{"0", "51", "many"} {
		assert.Contains(t, says("builds web "+n), "isn't a number of builds. Use 1 to 50", n)
	}
}

func TestBuildsWithoutATaskListTheTasksThatTheCallerMayRead(t *testing.T) {
	s := shop()
	s.tasks[0].State, s.tasks[0].LastBuilt = logsapi.Failed, time.Date(2026, 11, 20, 6, 2, 0, 0, time.UTC)
	s.tasks[1].Running = true
	policy, err := access.New([]access.Rule{{Tasks: []string{id("1"), id("2"), id("4")}}})
	require.NoError(t, err)
	c, _ := over(s, policy, broken)
	r := c.Run(t.Context(), commands.Request{Text: "builds"})
	assert.Equal(t, strings.Join([]string{
		"✗ shop-web  failed      11-20 14:02",
		"● shop-api  running",
		"· 固件 构建 never built",
	}, "\n"), r.Excerpt())
	assert.NotContains(t, shown(r), "Payment")
	assert.Equal(t, "✗ shop-web", r.Try[0].Button)
	assert.Equal(t, "/logs fail shop-web", r.Try[0].Line)

	c, _ = over(noBuilds{}, access.Open(), broken)
	assert.Contains(t, shown(c.Run(t.Context(), commands.Request{Text: "builds"})), "/logs builds TASK")
}
