package typed_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/texts"
	"logbot/commands/typed"
)

// parser reads two verbs beside help; web is an alias and logs the name of a task.
func parser() typed.Parser {
	return typed.Parser{
		Name: "/logs",
		Verbs: typed.Verbs{
			{Name: "fail", Also: []string{"失败", "原因"}, Usage: "TASK [BUILD]", Min: 1, Max: 2, Flags: []typed.Flag{{Name: "lines", Value: "N"}}},
			{Name: "show", Also: []string{"日志"}, Usage: "TASK [BUILD]", Min: 1, Max: 2, Flags: []typed.Flag{{Name: "tail"}, {Name: "step", Value: "S"}, {Name: "grep", Value: "RE"}}},
			{Name: "builds", Usage: "TASK [N]", Min: 1, Max: 2},
			{Name: "aliases"},
			{Name: "help", Max: 1},
		},
		IsAlias:  func(word string) bool { return word == "web" || word == "shop" },
		IsTask:   func(word string) bool { return word == "web" || word == "logs" },
		Examples: func(v *typed.Verb) []string { return []string{v.Name + " web"} },
	}
}

func parse(t *testing.T, text string) (*typed.Command, error) {
	t.Helper()
	words, err := typed.Split(text)
	require.NoError(t, err, text)
	return parser().Parse(words)
}

func TestALineIsReadAndWrittenInItsUsualForm(t *testing.T) {
	for text, line := range map[string]string{
		"":                               "help",
		"-h":                             "help",
		"show --help":                    "help show",
		"web":                            "fail web",
		"logs 7":                         "fail logs 7",
		"shop 7":                         "fail shop 7",
		"/logs show web --tail":          "show web --tail",
		"logs show web":                  "show web",
		"--me FAIL web":                  "fail web --me",
		"show --step='Maven test' web 1": `show web 1 --step "Maven test"`,
		"fail web —lines 5":              "fail web --lines 5",
		"fail web -n 5":                  "fail web --lines 5",
		"web -n5":                        "fail web --lines 5",
		"fail web -n=5 7":                "fail web 7 --lines 5",
		"builds web -n 5":                "builds web 5",
		"builds -n 5 web":                "builds web 5",
		"show web --grep -n":             "show web --grep -n",
		"show web --me --step 3 --tail":  "show web --tail --step 3 --me",
	} {
		c, err := parse(t, text)
		require.NoError(t, err, text)
		assert.Equal(t, line, c.Line(), text)
	}
}

func TestAProblemOffersTheLineThatWasMeant(t *testing.T) {
	for text, line := range map[string]string{
		"fial web 1":         "fail web 1",
		"tail web":           "show web --tail",
		"shwo":               "show",
		"fail":               "fail web",
		"fail web 1 2":       "fail web 1",
		"show web 1 stage2":  "show web 1 --step stage2",
		"show web --tial":    "show web --tail",
		"show web -tail":     "show web --tail",
		"show web --nothing": "show web",
		"show web --tail=3":  "show web --tail",
		"fail web --lines":   "fail web",
	} {
		_, err := parse(t, text)
		var p *typed.Problem
		require.ErrorAs(t, err, &p, text)
		require.NotEmpty(t, p.Try, text)
		assert.Equal(t, line, p.Try[0].Line, text)
		assert.NotEqual(t, typed.Sentence(err, texts.English), typed.Sentence(err, texts.Chinese), text)
	}
}

func TestALineIsReadAsItIsSaid(t *testing.T) {
	for text, line := range map[string]string{
		"why did web fail?":                             "fail web",
		"why web 3":                                     "fail web 3",
		"Why did build 128 of web fail":                 "fail web 128",
		"why did the last build of web fail?":           "fail web last",
		"why is web failing on main":                    "fail web main",
		"what broke web?":                               "fail web",
		"did web fail again?":                           "fail web",
		"why did the nightly web run 128 fail at night": "fail web 128",
		"why web --lines 5":                             "fail web --lines 5",
		"web 为什么失败":                                     "fail web",
		"web为什么失败？":                                     "fail web",
		"为什么 web 128 失败":                                "fail web 128",
		"为什么web又失败了":                                    "fail web",
		"请问 web 第 128 次构建怎么挂了":                          "fail web #128",
		"web 上次构建失败的原因是什么":                              "fail web 上次",
		"会员服务为什么失败了":                                    "fail 会员服务",
		"为什么 固件构建 失败":                                   "fail 固件",
		"失败 web 128":                                    "fail web 128",
		"日志 web --tail":                                 "show web --tail",
		"web 日志":                                        "show web",
		"web 128 日志 --tail":                             "show web 128 --tail",
		"web builds":                                    "builds web",
		"搜索 error web 128":                              "show web 128 --grep error",
		"fail web#128":                                  "fail web #128",
		"web＃１２８":                                       "fail web #128",
		"show web~1 --tail":                             "show web ~1 --tail",
		"fail https://x/y#128":                          "fail https://x/y#128",
	} {
		c, err := parse(t, text)
		require.NoError(t, err, text)
		assert.Equal(t, line, c.Line(), text)
	}
}

func TestAWordThatIsNoCommandIsCalledSo(t *testing.T) {
	for text, lines := range map[string][]string{
		"frob web 128": {"fail web 128", "help"},
		"frob a b c":   {"help"},
	} {
		_, err := parse(t, text)
		var p *typed.Problem
		require.ErrorAs(t, err, &p, text)
		assert.Equal(t, `Unknown command "frob".`, p.Error())
		var try []string
		for _, s := range p.Try {
			try = append(try, s.Line)
		}
		assert.Equal(t, lines, try, text)
	}
	_, err := parse(t, "web 1 2")
	assert.ErrorContains(t, err, "I don't know what", "a task is known")
	_, err = parse(t, "nosuch 1 2")
	assert.ErrorContains(t, err, "I don't know what", "a number stands behind a task")
	_, err = parse(t, "aliases extra")
	assert.EqualError(t, err, "aliases takes no arguments.")
}

func TestAWordMeansOneOfTheLastBuilds(t *testing.T) {
	for word, want := range map[string]int{
		"last": 0, "LATEST": 0, "last-1": 1, "latest-2": 2, "last~3": 3, "~1": 1, "～１": 1, "最后": 0, "最新": 0, "上次": 0, "上一次": 0, "最后-1": 1,
		"128": -1, "lasting": -1, "last+1": -1, "main": -1, "-1": -1, "": -1, "last-99999999999999999999": -1,
	} {
		back, ok := typed.Back(word)
		assert.Equal(t, want >= 0, ok, word)
		if ok {
			assert.Equal(t, want, back, word)
		}
	}
}

func TestASearchIsReadInAnyOrder(t *testing.T) {
	for text, line := range map[string]string{
		"grep error web 128":    "show web 128 --grep error",
		"grep web 128 error":    "show web 128 --grep error",
		"grep web 'a b'":        `show web --grep "a b"`,
		"grep a b web":          `show web --grep "a b"`,
		"grep error nosuch 128": "show nosuch 128 --grep error",
		"grep nosuch 128 error": "show nosuch 128 --grep error",
		"grep nosuch error":     "show nosuch --grep error",
		"grep web":              "show web --grep error",
		"grep error web --tail": "show web --tail --grep error",
	} {
		_, err := parse(t, text)
		var p *typed.Problem
		require.ErrorAs(t, err, &p, text)
		assert.Equal(t, line, p.Try[0].Line, text)
	}
}

func TestALineIsRewritten(t *testing.T) {
	c, err := parse(t, "show web 7 --tail --step 3")
	require.NoError(t, err)
	assert.Equal(t, "show api 7 --tail --step 3", c.WithTask("api"))
	assert.Equal(t, "show api last --tail --step 3", c.WithBuild("api", "last"))
	assert.Equal(t, "show web 7 --tail --step Test", c.WithStep("Test"))
	assert.Equal(t, "show web 7 --step 3 --me", c.Without("tail").Again("me", ""))
	c.Pin("shop web", 8)
	assert.Equal(t, `show "shop web" 8 --tail --step 3`, c.Line())
}

func TestANumberIsBounded(t *testing.T) {
	for text, want := range map[string]int{"fail web": 20, "fail web --lines 7": 7, "fail web --lines ７": 7, "fail web --lines 0": -1, "fail web --lines many": -1} {
		c, err := parse(t, text)
		require.NoError(t, err)
		n, err := c.Number("lines", 20, 1, 100)
		if want < 0 {
			assert.ErrorContains(t, err, "lines", text)
			continue
		}
		require.NoError(t, err, text)
		assert.Equal(t, want, n, text)
	}
}

func TestTheNearestWordIsAtMostASlipAway(t *testing.T) {
	known := []string{"fail", "full", "follow", "show"}
	for word, want := range map[string]string{"fial": "fail", "fulll": "full", "folow": "follow", "floowx": "", "x": "", "fall": ""} {
		assert.Equal(t, want, typed.Nearest(word, known), word)
	}
}
