package commands_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/texts"
)

// page is the address of a task's page.
const page = "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/0123456789abcdef0123456789abcdef/build/detail/"

func TestABuildIsFoundInAnyMessage(t *testing.T) {
	for message, want := range map[string]string{
		// Addresses go before all else.
		page + webID + "/128":                                                                             "fail web 128",
		page + webID + "?v=1&build_no=128":                                                                "fail web 128",
		"<" + page + webID + "|Build #128> failed":                                                        "fail web 128",
		"<" + page + webID + "?a=1&build_no=7>":                                                           "fail web 7",
		"shop-api #3: see " + page + webID + " build 12.":                                                 "fail web 12",
		"构建失败：" + page + webID + "，构建编号：128":                                                              "fail web 128",
		"（" + page + id("1") + "）第 5 次构建失败":                                                               "fail " + id("1") + " 5",
		"第 9 次构建 " + page + webID:                                                                         "fail web 9",
		"https://x.example/build/1 and " + page + webID + "/2":                                            "fail web 2",
		"https://devcloud.cn-north-4.huaweicloud.com/codecheck/project/" + id("77") + "/task/" + id("c1"): "check https://devcloud.cn-north-4.huaweicloud.com/codecheck/project/" + id("77") + "/task/" + id("c1"),

		// Ids.
		webID + " 128":                     "fail web 128",
		strings.ToUpper(webID) + " #128":   "fail web 128",
		"task " + id("2") + " build no. 4": "fail " + id("2") + " 4",
		"任务ID: " + webID + "\n构建编号: 128":   "fail web 128",

		// Names.
		"web #128":                          "fail web 128",
		"web 128":                           "fail web 128",
		"WEB #128":                          "fail web 128",
		"Build web #128 failed":             "fail web 128",
		"*web* #128 failed in `Maven test`": "fail web 128",
		"build #128 of web is red":          "fail web 128",
		"web build no. 128 broke":           "fail web 128",
		"/logs fail web 128":                "fail web 128",
		"web #128，又挂了":                      "fail web 128",
		"构建web#128失败":                       "fail web 128",
		"web 的第 128 次构建失败了":                 "fail web 128",
		"【CodeArts】构建任务 web 执行失败，构建号：128":   "fail web 128",
		"构建任务“固件 构建”第 12 次失败":               `fail "固件 构建" 12`,
		"shop-web #5 and web #6":            "fail shop-web 5",
		"web is fine, shop-api #6 is not":   "fail shop-api 6",
		"at 14:02 web took 3.5 s; web #128": "fail web 128",
		"twin #4":                           "fail " + id("5") + " 4",
		"web was red, see build 128":        "fail web 128",
	} {
		c, _ := over(shop(), access.Open(), broken)
		line, why, ok := c.FindBuild(t.Context(), commands.Request{Text: message})
		assert.True(t, ok, "%s: %s", message, why.Body)
		assert.Equal(t, want, line, message)
	}
}

func TestAMessageWithoutABuildIsAnsweredWithWhatToType(t *testing.T) {
	policy, err := access.New([]access.Rule{{Tasks: []string{"web", id("1")}}})
	require.NoError(t, err)
	c, r := over(shop(), policy, broken)
	for message, want := range map[string]struct{ says, try string }{
		"":                          {"No build is named in that message", "/logs fail web 128"},
		"good morning":              {"web #128 was looked for", "/logs fail web 128"},
		"the web is down":           {"No build is named", "/logs fail web 128"},
		"web-128 and webapp #3":     {"No build is named", "/logs fail web 128"},
		"web 1.2.3 at 14:02":        {"No build is named", "/logs fail web 128"},
		"web #1f0c2d9":              {"No build is named", "/logs fail web 128"},
		"web #12345678901234":       {"No build is named", "/logs fail web 128"},
		"wbe #7 failed":             {"No build is named", "/logs fail web 7"},
		"Payment #3":                {"No build is named", "/logs fail web 128"}, // may not be read
		page + webID:                {"names web but no build of it", "/logs fail web last"},
		"record " + record + " red": {"does not tell its task", "/logs full " + record + " STEP"},
		"https://github.com/acme/web/actions/runs/1": {"No build is named", "/logs fail web 128"},
	} {
		line, why, ok := c.FindBuild(t.Context(), commands.Request{Text: message, Channel: "C1", User: "U1"})
		assert.False(t, ok, "%s: %s", message, line)
		assert.True(t, why.Private)
		assert.Contains(t, why.Body, want.says, message)
		assert.Contains(t, shown(why), want.try, message)
		assert.NotContains(t, shown(why), "Payment", "names that may not be read are not told")
	}
	assert.Empty(t, r.asked, "no log is read")

	_, why, _ := c.FindBuild(t.Context(), commands.Request{Text: "早", Lang: texts.Chinese})
	assert.Contains(t, why.Body, "该消息中没有提到构建")
}

func FuzzFindBuild(f *testing.F) {
	for _, seed := range []string{
		"web #128", "固件 构建 第 12 次", page + webID + "?build_no=1", webID + " 构建号：7", "<http://[::1|x> #1", "twin\u202e #\u200b4",
		"\xff web #1", "#1 of web", "👩‍👩‍👧 #2 web", "&lt;https://a&gt;", record,
	} {
		f.Add(seed)
	}
	c, _ := over(shop(), access.Open(), broken)
	f.Fuzz(func(t *testing.T, text string) {
		line, why, ok := c.FindBuild(context.Background(), commands.Request{Text: text})
		if ok == why.Refused || ok == (line == "") {
			t.Fatalf("%q: %v %q %+v", text, ok, line, why)
		}
		if !ok {
			return
		}
		if r := c.Run(context.Background(), commands.Request{Text: line}); r.Refused && strings.Contains(r.Body, "one word too many") {
			t.Fatalf("%q became %q: %s", text, line, r.Body)
		}
	})
}
