package commands_test

import (
	"io"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/redact"
	"logbot/commands/texts"
	"logbot/logsapi"
)

func TestAnswersInChinese(t *testing.T) {
	h := newHarness(t, nil)
	day := h.typed(t, "fail web 128").Started.UTC().Format(time.DateOnly)
	for typed, want := range map[string]string{
		"fail firmware 12": `✗  firmware #12 失败 · 编译固件 · 1 分 23 秒
陈工 · “新增坐标字段” · master@e4419a7 · ` + day + ` 18:00
p.c:3:31: error: field designator 'z' does not refer to any …type 'struct Point'
CodeArts：编译命令执行失败，请检查源代码 (DEV.CB.0210011)

   4   struct Point p = { .x = 1, .z = 2 };
   6 p.c:4:3: error: use of undeclared identifier 'retrun'; did you mean 'return'?
       retrun p.x;
       ^~~~~~
       return
     2 errors generated.

  /logs full firmware 12 all   以文件形式获取完整日志
  /logs fail firmware 12 --lines 20   显示其余关键日志
  /logs full firmware 12 stage3   以文件形式获取该步骤日志
  /logs show firmware 12 --grep RE   按表达式搜索日志`,
		"show web 128 --tail --lines 1": `web #128 日志末尾

  -1 Finished: FAILURE

倒数第 1 到 1 行
  /logs show web 128 --from -2 --lines 1   前面的日志
  /logs full web 128 all   以文件形式获取完整日志
  /logs show web 128 --grep RE   按表达式搜索日志`,
		"show web 128 --grep Bearer --lines 1 --step 3": `在 web #128 “Maven test” 中搜索“Bearer”

  2 $ curl -sSf -H 'Authorization: Bearer ‹hidden›' -o target/rules.xml https://rules.example.com/orders.xml

571 行中有 1 处匹配 · 已隐藏 1 处敏感信息`,
		"fial web 128": `未知命令“fial”，是否想输入：
  /logs fail web 128`,
		"full web 128 stage3": `web #128 步骤“Maven test”`,
		"fail web 127":        `✓  web #127 成功 · 2 分 41 秒`,
		"fail wbe 128": `没有名为“wbe”的任务，是否想输入：
  /logs fail web 128`,
		"full":                     `full 缺少参数，用法：full 任务 [构建] [步骤] | 记录 步骤。例如：`,
		"check style --grep 'a(b'": `“a(b”不是有效的正则表达式：缺少 )。`,
		"help fail": `fail：构建失败的原因和关键日志
/logs fail 任务 [构建]
--step 步骤：只分析某个步骤：名称、3 或 stage3
--lines N：行数，最多 100
--me：仅自己可见`,
		"fail nosuch": `没有名为“nosuch”的任务。已知的有：api、firmware、frontend、monorepo、web。`,
	} {
		got := shown(h.inChinese(t, typed))
		assert.Contains(t, got, want, typed)
	}
}

func TestBuildsInChineseAreTwoShortLines(t *testing.T) {
	s := shop()
	s.builds[0].Who, s.builds[1].Branch = "小明", "功能/折扣"
	c, _ := over(s, access.Open(), broken)
	r := c.Run(t.Context(), commands.Request{Text: "builds web", Lang: texts.Chinese})
	assert.Equal(t, strings.Join([]string{
		"■✓✗●  从旧到新",
		"● #12 构建中 · main@1f0c2d9",
		"  小明",
		"✗ #11 失败 · 功能/折扣@c07b1e2",
		"  bob · 11-20 14:02 · 1m35s",
		"✓ #10 成功 · main",
		"  ann · 3m0s",
		"■ #9 已中止",
	}, "\n"), r.Excerpt())
	assert.Equal(t, "web 最近的构建", r.Heading)
}

func TestAllThatIsSaidOfBadInputIsChinese(t *testing.T) {
	h := newHarness(t, nil)
	for _, c := range badInput() {
		r := h.inChinese(t, c.typed)
		if r.File != nil {
			_, err := r.File.Open(t.Context())
			require.Error(t, err)
			assert.Contains(t, err.Error(), "CodeArts：", c.typed)
			continue
		}
		assert.True(t, strings.ContainsFunc(r.Body, isHan), "%s: %s", c.typed, r.Body)
		if strings.HasPrefix(r.Body, "CodeArts：") {
			continue // the service's own words stand behind ours
		}
		for _, english := range []string{" is ", " the ", " has ", " no ", "Did you"} {
			assert.NotContains(t, r.Body, english, c.typed)
		}
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// Whatever a reply says besides names and lines of a log is in its language.
func TestAllPartsOfAReplyAreInItsLanguage(t *testing.T) {
	h := newHarness(t, nil)
	for _, typed := range []string{
		"help", "help fail", "help show", "help full", "help check", "help builds", "help help",
		"fail web 128", "fail web 128 --lines 60 --me", "fail api 57", "fail web 127", "show web 128", "show web 128 --from 900", "show web 128 --tail",
		"show web 128 --grep error --context 1", "show web 128 --grep e", "builds web", "builds", "steps web 128", "tests web 128", "tests firmware 12", "fail web 128 --step 3", "check style", "check style --tail", "check style --full",
		"full web 128", "full web 128 all", "full web 128 1 --debug", "full " + record + " 1",
	} {
		r := h.inChinese(t, typed)
		assert.False(t, r.Refused, typed)
		assert.Equal(t, texts.Chinese, r.Lang)
		said := []string{r.Heading}
		if r.Source != "" {
			said = append(said, r.Source)
		}
		for _, e := range r.Try {
			said = append(said, e.Does)
			if e.Button != "" && !e.Listed && !strings.ContainsAny(e.Button, "✓✗■") { // lines, and names of steps and tasks
				said = append(said, e.Button)
			}
		}
		for _, s := range said {
			assert.True(t, strings.ContainsFunc(s, isHan), "%s: %q", typed, s)
		}
	}
}

func TestAFileThatCannotBeReadSaysSoInTheLanguage(t *testing.T) {
	refused := &logsapi.Error{Kind: logsapi.ErrIncomplete, Summary: "the file broke off after 7 bytes", Hint: "try again"}
	first := true
	c := commands.New(commands.Options{
		Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) {
			if first {
				first = false
				return logsapi.Page{Text: "one\n", Last: true}, nil
			}
			return logsapi.Page{}, refused
		}},
		Builds: noBuilds{}, Gate: redact.New(), Access: access.Open(),
	})
	r := c.Run(t.Context(), commands.Request{Text: "full " + webID + " 7 all", Lang: texts.Chinese})
	require.NotNil(t, r.File, r.Body)
	body, err := r.File.Open(t.Context())
	require.NoError(t, err)
	_, err = io.ReadAll(body)
	require.NoError(t, body.Close())
	require.ErrorIs(t, err, logsapi.ErrIncomplete)
	assert.Equal(t, "CodeArts：文件在 7 字节处中断。请重试。", err.Error())
}
