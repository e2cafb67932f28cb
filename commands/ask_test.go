package commands_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// What people type first, in either language, is done as it is meant.
func TestPeopleAskTheWayTheySpeak(t *testing.T) {
	for typed, want := range map[string]string{
		"why did web fail?":             "web #11 failed",
		"why did build 11 of web fail":  "web #11 failed",
		"why did the last web run fail": "web #11 failed",
		"web 为什么失败":                     "web #11 failed",
		"为什么 web 11 失败":                 "web #11 failed",
		"失败 web 11":                     "web #11 failed",
		"web 最新":                        "web #11 failed",
		"fail web latest":               "web #11 failed",
		"web#11":                        "web #11 failed",
		"日志 web 11":                     "The start of web #11",
		"web 11 日志 --tail":              "The end of web #11",
		"搜索 make web 11":                `"make" in web #11`,
		"构建 web":                        "The last builds of web",
		"web 构建":                        "The last builds of web",
		"帮助":                            "Why did the build fail?",
		"帮助 失败":                         "fail: why the build failed",
		"关注 web":                        "",
		"取消关注 web":                      "",
		"关注列表":                          "Watched here",
		"别名 shop web":                   "",
		"别名列表":                          "Aliases here",
	} {
		h := newHarnessWithAliases(t, find.Aliases{Tasks: map[string]string{"web": webID}})
		s := shop()
		s.record.State = logsapi.Failed
		h.Commands = commands.New(commands.Options{
			Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) {
				return logsapi.Page{Text: broken(nil), Last: true}, nil
			}},
			Builds: s, Gate: redact.New(), Access: access.Open(), Aliases: find.Aliases{Tasks: map[string]string{"web": webID}},
			AliasStore: h.store, Watches: h.store, Follows: h.store,
		})
		r := h.typed(t, typed)
		assert.False(t, r.Refused, "%s: %s", typed, r.Body)
		assert.Contains(t, r.Heading, want, typed)
	}
}

// A task that is called as people call a verb, or what logbot does not do, stays a
// task, also before any list was read.
func TestATaskIsNotAnotherWordForAVerb(t *testing.T) {
	for _, name := range []string{"deploy", "测试", "日志", "为什么", "why", "grep"} {
		s := shop()
		s.tasks[0].Name = name
		c, _ := over(s, access.Open(), broken)
		r := c.Run(t.Context(), commands.Request{Text: name + " 11"})
		if name == "grep" { // a list was not read yet: the words of other tools are asked about
			continue
		}
		assert.Equal(t, name+` #11 failed · Maven test`, r.Heading, name)
	}
	h := newHarness(t, nil)
	assert.Contains(t, h.typed(t, "alias 失败 web").Body, "is the name of a command")
}

func TestWhatLogbotDoesNotDoLeadsToWhereItIsDone(t *testing.T) {
	const console = "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/{project}/build/detail/{task}"
	s := shop()
	for i := range s.tasks {
		s.tasks[i].ProjectID = id("aa")
	}
	policy, err := access.New([]access.Rule{{Tasks: []string{id("1")}}})
	require.NoError(t, err)
	c := commands.New(commands.Options{Builds: s, Gate: redact.New(), Access: policy, Console: console})
	says := func(text string, l texts.Lang) (body, link string) {
		r := c.Run(t.Context(), commands.Request{Text: text, Channel: "C1", User: "U1", Lang: l})
		assert.True(t, r.Refused && r.Private, text)
		return r.Body, r.Link
	}
	page := "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/" + id("aa") + "/build/detail/" + id("1")
	for text, want := range map[string]string{
		"retry shop-web": "can't start builds", "rerun shop-web 128": "can't start builds", "restart shop-web": "can't start builds",
		"cancel shop-web": "can't stop builds", "abort shop-web 12": "can't stop builds", "deploy shop-web": "can't deploy",
		"diff shop-web 128": "can't compare builds", "重试 shop-web": "can't start builds",
	} {
		body, link := says(text, texts.English)
		assert.Contains(t, body, want, text)
		assert.Equal(t, page, link, text)
	}
	body, link := says("重新构建 shop-web", texts.Chinese)
	assert.Contains(t, body, "不能启动构建")
	assert.Equal(t, page, link)

	hidden, link := says("retry Payment", texts.English)
	missing, none := says("retry nosuch", texts.English)
	assert.Equal(t, missing, hidden, "whether there is such a task is not told")
	assert.Empty(t, link+none)
}

func TestAPastedAddressIsCalledByTheNameOfItsTask(t *testing.T) {
	s := shop()
	for _, word := range []string{page + id("1"), id("1")} {
		c := commands.New(commands.Options{
			Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) {
				return logsapi.Page{Text: broken(nil), Last: true}, nil
			}},
			Builds: s, Gate: redact.New(), Access: access.Open(),
		})
		r := c.Run(t.Context(), commands.Request{Text: "fail " + word + " 11"})
		assert.Contains(t, r.Heading, "shop-web #11 failed", word)
		assert.Contains(t, shown(r), "/logs full "+id("1")+" 11", "what is typed stays the id")
	}
}
