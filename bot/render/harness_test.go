package render

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/bot/slacksim"
	"logbot/commands/reply"
	"logbot/logsapi/lines"
)

// channel is one of the simulated Slack, of which the bot is a member.
const channel = "C0BUILDS01"

// explained is a usual reply.
func explained() reply.Reply {
	return reply.Reply{
		Sign: "✗", Heading: "web #128 failed · Maven test · 3 min 12 s",
		Context: []string{"wang.lei", `"round half up"`, "main@1f0c2d9"},
		Started: time.Date(2026, 11, 20, 6, 2, 8, 0, time.UTC),
		Reason:  "OrderApiTest.total:87 expected <200> but was <500>",
		Lines:   []lines.Line{{Number: -2, Text: "[ERROR] <!channel> & *bold* ```"}, {Number: -1, Text: "[ERROR] 失败"}},
		Source:  "2 values hidden",
		Try:     []reply.Example{{Line: "/logs full web 128", Does: "the whole log as a file"}},
	}
}

// full is a reply that has every part.
func full() reply.Reply {
	r := explained()
	r.Link = "https://devcloud.example/cicd/project/p/build/t?buildNo=128&from=<a|b>"
	r.About = reply.About{Task: "48c66c6002964721be537cdc6ce0297b", Name: "web", Build: 128}
	r.Rateable = true
	r.Try = []reply.Example{
		{Line: "/logs full web 128", Does: "the whole log as a file", Button: "Full log"},
		{Line: "/logs fail web 128 --lines 40", Does: "more lines around these", Button: "More", Place: reply.InPlace},
		{Line: "/logs show web 128 --grep", Does: "the lines that match", Button: "Search", Place: reply.AskFirst, Menu: 2},
	}
	return r
}

// hostile are texts that a log may hold.
func hostile() []string {
	return []string{
		"<!channel> <!here> <!everyone> <!subteam^S123> <@U0ANN00001> <#C0BUILDS01>",
		"```\nout of the block\n``` *bold* _it_ ~no~ `code` :100: &amp; &lt;!channel&gt;",
		"https://evil.example/|click <https://evil.example|your build> javascript:alert(1)",
		"构建失败：找不到符号 <类> & “引号”，错误代码 123",
		"\u202eevil\u202c \u2066rtl\u2069 שלום عربى",
		"👩\u200d👩\u200d👧 🇨🇳 🙂 \u200b\u200b\ufeff",
		"\x1b[31mred\x1b]0;t\x07 \x00\x01\x7f\u0085\u2028 \xff\xfe",
		strings.Repeat("x", 10_000),
		strings.Repeat("<", 10_000),
		strings.Repeat("失败", 5_000),
		strings.Repeat("`", 300),
		strings.Repeat("\u0301", 500),
		"", " ", "\n", "\t",
	}
}

// refusal posts a message to a simulated Slack and returns its error; empty if it is
// accepted.
func refusal(s *slacksim.Server, m delivery.Message) string {
	form := url.Values{"token": {s.BotToken()}, "channel": {channel}, "text": {m.Text}}
	if len(m.Blocks) > 0 {
		raw, err := json.Marshal(m.Blocks)
		if err != nil {
			return err.Error()
		}
		form.Set("blocks", string(raw))
	}
	r := httptest.NewRequest("POST", "/api/chat.postMessage", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var answer struct {
		OK    bool
		Error string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || !answer.OK {
		return w.Body.String()
	}
	return ""
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}
