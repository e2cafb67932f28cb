package envelope

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATextIsReadAsItWasTyped(t *testing.T) {
	for from, want := range map[string]string{
		"show web 1 --grep a&amp;b&lt;c&gt;":              "show web 1 --grep a&b<c>",
		"&amp;lt;":                                        "&lt;",
		"a &copy; b":                                      "a &copy; b",
		"构建 < 失败 > <init> <x|y>":                          "构建 < 失败 > <init> <x|y>",
		"fail <https://x.example/a?b=c&amp;d> 7":          "fail https://x.example/a?b=c&d 7",
		"fail <https://x.example/build/1|x.example> 7":    "fail https://x.example/build/1 7",
		"--grep <mailto:a@b.com|a@b.com>":                 "--grep a@b.com",
		"<mailto:a@b.com> <tel:+8613800000000|138-0000>":  "a@b.com 138-0000",
		"fail <http://web.com|web.com> 128":               "fail web.com 128",
		"<http://Web.COM|Web.COM> <https://构建.cn/|构建.cn>": "Web.COM 构建.cn",
		"<http://a.io/b?c=1&amp;d=2|a.io/b?c=1&amp;d=2>":  "a.io/b?c=1&d=2",
		"<#C024BE91L|builds> <#C024BE91L> <#C024BE91L|>":  "#builds #C024BE91L #C024BE91L",
		"<@U012A3CDE|ann> <@U012A3CDE>":                   "@ann @U012A3CDE",
		"<!here> <!channel|channel> <!everyone>":          "@here @channel @everyone",
		"<!subteam^S012A3CDE|@backend> <!subteam^S01>":    "@backend @S01",
		"<!date^1392734382^{date_short}|Feb 18, 2014>":    "Feb 18, 2014",
		"<!date^1392734382^{date_short}^https://a.io|周二>": "周二",
	} {
		assert.Equal(t, want, AsTyped(from), from)
	}
}

func FuzzAsTyped(f *testing.F) {
	f.Add("fail <http://web.com|web.com> 构建 &lt;<!date^1^x|昨天>")
	f.Fuzz(func(t *testing.T, typed string) {
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(typed)
		if got := AsTyped(escaped); got != typed {
			t.Errorf("%q became %q", typed, got)
		}
		AsTyped(typed)
	})
}

func TestABuildIsFoundInBlocksAndAttachmentsOfOtherBots(t *testing.T) {
	text := messageText(json.RawMessage(`{"text":"Build failed &amp; so on","blocks":[
		{"type":"section","text":{"type":"mrkdwn","text":"<https://ci.example/build/web/1|web>"},"fields":[{"type":"mrkdwn","text":"in a field"}],
		 "accessory":{"type":"button","url":"https://ci.example/build/web/2"}},
		{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"https://ci.example/build/web/3"}]}]}],
		"attachments":[{"id":"1","color":3355443,"title":"t","title_link":"https://ci.example/build/web/4","fields":[{"title":"Build","value":"web #5"}],"footer":"Jenkins"}],
		"thread_ts":"1.2"}`))
	for _, want := range []string{"Build failed & so on", "https://ci.example/build/web/1", "in a field", "build/web/2", "build/web/3", "build/web/4", "web #5", "Jenkins"} {
		assert.Contains(t, text, want)
	}
	assert.Empty(t, messageText(json.RawMessage(`nonsense`)))
	long := messageText(json.RawMessage(`{"text":"` + strings.Repeat("x", maxMessageText) + `"}`))
	assert.LessOrEqual(t, len(long), maxMessageText)
}

func TestTheEscapingOfAMessageIsUndoneOnce(t *testing.T) {
	for escaped, want := range map[string]string{
		"web &lt;1&gt; &amp; web #7":              "web <1> & web #7\n",
		"the text &amp;lt;b&amp;gt; #7":           "the text &lt;b&gt; #7\n",
		"<https://a.example/b?c=1&amp;d=2|build>": "https://a.example/b?c=1&d=2\n",
		"<http://web.com|web.com>":                "http://web.com\n",
	} {
		message, err := json.Marshal(map[string]any{"text": escaped})
		require.NoError(t, err)
		assert.Equal(t, want, messageText(message))
	}
}
