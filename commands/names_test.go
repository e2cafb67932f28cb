package commands_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/read"
	"logbot/logsapi"
)

func TestATaskIsFoundByItsName(t *testing.T) {
	for typed, want := range map[string]string{
		"shop-web":     id("1"),
		"SHOP-WEB":     id("1"),
		"shop-w":       id("1"),
		"pay":          id("3"),
		"api":          id("2"), // a part of one name only
		`"固件 构建"`:      id("4"),
		"固件":           id("4"),
		"web":          webID, // an alias goes before a name
		id("5"):        id("5"),
		"“shop-web”":   id("1"),
		"shop-web 11":  id("1"),
		"shop-web #11": id("1"),
	} {
		c, r := over(shop(), access.Open(), broken)
		answer := c.Run(t.Context(), commands.Request{Text: "fail " + typed})
		require.False(t, answer.Refused, "%s: %s", typed, answer.Body)
		require.NotEmpty(t, r.asked, typed)
		assert.Contains(t, r.asked[0], want, typed)
	}
}

func TestANameThatFitsSeveralTasksIsAnsweredWithTheChoices(t *testing.T) {
	for _, c := range []struct {
		typed, says string
		try         []string
	}{
		{"fail shop 11", `"shop" matches 2 tasks. Which one?`, []string{"/logs fail shop-web 11", "/logs fail shop-api 11"}},
		{"fail twin 11", `"twin" matches 2 tasks.`, []string{"/logs fail " + id("5") + " 11", "/logs fail " + id("6") + " 11"}},
		{"fail shop-wbe 11", `No task is called "shop-wbe". Did you mean:`, []string{"/logs fail shop-web 11"}},
		{"fail ay 11", `No task is called "ay". Did you mean:`, []string{"/logs fail Payment 11"}}, // two letters of its middle
		{"fail 固建 11", "No task is called", []string{`/logs fail "固件 构建" 11`}},
		{"fail zzz 11", "Known: Payment, Twin, shop-api, shop-web, twin, web, 固件 构建.", []string{"/logs fail Payment"}},
		{"full web 11 maven", `"maven" matches 2 steps. Choose one:`, []string{"/logs full web 11 stage1", "/logs full web 11 stage2", "/logs full web 11 stage3"}},
		{"full web 11 gradle", `No step is called "gradle". Choose one:`, []string{"/logs full web 11 stage1"}},
		{"show web 11 --step nothing", `No step is called "nothing".`, []string{"/logs show web 11 --step stage1"}},
	} {
		cmds, r := over(shop(), access.Open(), broken)
		answer := cmds.Run(t.Context(), commands.Request{Text: c.typed})
		assert.True(t, answer.Refused, c.typed)
		assert.Contains(t, answer.Body, c.says)
		var lines []string
		for _, e := range answer.Try {
			lines = append(lines, e.Line)
		}
		for _, line := range c.try {
			assert.Contains(t, lines, line, c.typed)
		}
		assert.Empty(t, r.asked)
	}
}

func TestNamesOfTasksThatMayNotBeReadAreNotTold(t *testing.T) {
	policy, err := access.New([]access.Rule{{Tasks: []string{id("1")}}})
	require.NoError(t, err)
	c, _ := over(shop(), policy, broken)
	assert.False(t, c.Run(t.Context(), commands.Request{Text: "fail shop 11"}).Refused, "the only one that fits")
	for _, typed := range []string{"fail pay 11", "fail twin 11", "fail zzz 11"} {
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		assert.True(t, answer.Refused)
		assert.NotContains(t, shown(answer), "Payment")
		assert.NotContains(t, shown(answer), "Twin")
	}
}

func TestABuildLeftOutIsTheLastThatEnded(t *testing.T) {
	for typed, want := range map[string]string{
		"fail web":                   "/11",
		"web":                        "/11",
		"fail web last":              "/11",
		"fail web last-1":            "/10",
		"fail web LAST-2":            "/9",
		"show web":                   "/11",
		"show web --tail":            "/11",
		"fail web 12":                "/12",
		"fail web latest":            "/11",
		"fail web latest-1":          "/10",
		"web~1":                      "/10",
		"fail web ~1":                "/10",
		"web#12":                     "/12",
		"show web #12":               "/12",
		"fail web 最后":                "/11",
		"fail web 上一次":               "/11",
		"fail web main":              "/10", // the newest that has ended, as with last
		"fail web MAIN":              "/10",
		"fail web origin/main":       "/10",
		"fail web feature/discounts": "/11",
		"fail web c07b1e2":           "/11",
		"fail web 1f0c2d9a4be1":      "/12",
		"fail web last --me":         "/11",
	} {
		c, r := over(shop(), access.Open(), broken)
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		require.False(t, answer.Refused, "%s: %s", typed, answer.Body)
		assert.Contains(t, r.asked[0], want, typed)
	}
	for typed, says := range map[string]string{
		"fail web last-3":  "has fewer finished builds",
		"fail web last-99": `"last-99" isn't a build`,
		"fail web last+1":  `"last+1" isn't a build`,
		"fail web lasting": `"lasting" isn't a build`,
		"fail web ~99":     `"~99" isn't a build`,
	} {
		c, _ := over(shop(), access.Open(), broken)
		assert.Contains(t, c.Run(t.Context(), commands.Request{Text: typed}).Body, says, typed)
	}
	c, _ := over(noBuilds{}, access.Open(), broken)
	answer := c.Run(t.Context(), commands.Request{Text: "fail web"})
	assert.Contains(t, answer.Body, "CodeArts doesn't tell the latest build of")
	assert.Equal(t, "/logs fail web NUMBER", answer.Try[0].Line)
}

func TestAStepIsANumberOrAName(t *testing.T) {
	for typed, want := range map[string]string{
		"show web 11 --step 2":            "/11/17",
		"show web 11 --step stage3":       "/11/23",
		"show web 11 --step checkout":     "/11/11",
		"show web 11 --step 'Maven test'": "/11/17",
		"show web 11 --step 7":            "/11/7", // not in the list: the number as it stands
	} {
		c, r := over(shop(), access.Open(), broken)
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		require.False(t, answer.Refused, answer.Body)
		assert.True(t, strings.HasSuffix(r.asked[0], want), "%s asked for %s", typed, r.asked[0])
	}
	c, _ := over(shop(), access.Open(), func(l logsapi.Log) string {
		if read.IsStep(l) {
			return ""
		}
		return broken(l)
	})
	for _, typed := range []string{"show web 11 --step 7", "show web 11 --step stage7 --tail", "full web 11 7"} {
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		assert.True(t, answer.Refused, "%s: no other log is shown as that of a step that is not there", typed)
		assert.Contains(t, answer.Body, "Choose one:", typed)
		assert.Contains(t, shown(answer), strings.Replace(typed, "7", "3", 1)[:len("full web 11 ")], typed)
	}
	c, _ = over(shop(), access.Open(), broken)
	for typed, name := range map[string]string{
		"full web 11 deploy": "web-11-stage3-maven-deploy.log",
		"full web 11 2":      "web-11-stage2-maven-test.log",
		"full web 11":        "web-11-stage2-maven-test.log", // the one that failed
	} {
		answer := c.Run(t.Context(), commands.Request{Text: typed})
		require.NotNil(t, answer.File, answer.Body)
		assert.Equal(t, name, answer.File.Name)
	}
}
