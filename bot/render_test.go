package bot

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/slacksim"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

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

// accepted posts a message to a Slack and returns what it has against it.
func accepted(s *slacksim.Server, m delivery.Message) string {
	form := url.Values{"token": {s.BotToken()}, "channel": {inChannel}, "text": {m.Text}}
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

// markups are the texts of a message that Slack reads as markup.
func markups(blocks []slack.Block) (out []string) {
	for _, b := range blocks {
		switch b := b.(type) {
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if t := e.(*slack.TextBlockObject); t.Type == slack.MarkdownType {
					out = append(out, t.Text)
				}
			}
		case *slack.SectionBlock:
			if b.Text.Type == slack.MarkdownType {
				out = append(out, b.Text.Text)
			}
		case *slack.ContainerBlock:
			out = append(out, markups(b.ChildBlocks.BlockSet)...)
		}
	}
	return out
}

// harmless checks that a reply full of one text makes a message that keeps every
// rule and in which that text is nothing but text.
func harmless(t *testing.T, s *slacksim.Server, text string, n int) {
	t.Helper()
	r := reply.Reply{
		Heading: text, Context: []string{text, text}, Reason: text, Source: text, Body: text, Rateable: true,
		Link: "https://devcloud.example/" + text, About: reply.About{Task: text, Name: text, Build: 7},
		Try: []reply.Example{{Line: "/logs " + text, Does: text}, {Line: "/logs x", Does: text, Button: text, Place: reply.AskFirst}},
	}
	for i := range n {
		r.Lines = append(r.Lines, lines.Line{Number: i - n, Text: text})
	}
	for _, l := range []texts.Lang{texts.English, texts.Chinese} {
		m := message(r, setting{lang: l, origin: origin{Asker: "U0ANN00001"}})
		if bad := faults(m); len(bad) > 0 {
			t.Fatalf("%q: %v", lines.Shorten(text, 100), bad)
		}
		if why := accepted(s, m); why != "" {
			t.Fatalf("%q: the local Slack says %s", lines.Shorten(text, 100), why)
		}
		for _, shown := range markups(m.Blocks) {
			rest := ours.ReplaceAllString(shown, "")
			if strings.Trim(rest, " "+texts.Bot.Started.In(l)) != "" {
				t.Fatalf("%q stands in markup: %q", lines.Shorten(text, 100), shown)
			}
		}
		for _, shown := range []string{m.Text, m.Plain} {
			if strings.ContainsAny(shown, "<>") || strings.Count(m.Plain, "```") != 2 {
				t.Fatalf("%q: %q", lines.Shorten(text, 100), shown)
			}
		}
		// Slack's own answer to a press is read back as it was sent.
		var back slack.Blocks
		raw, err := json.Marshal(m.Blocks)
		if err == nil {
			err = json.Unmarshal(raw, &back)
		}
		if err != nil || len(faults(delivery.Message{Text: "x", Blocks: back.BlockSet})) > 0 {
			t.Fatalf("%q: read back: %v %v", lines.Shorten(text, 100), err, faults(delivery.Message{Text: "x", Blocks: back.BlockSet}))
		}
	}
}

func TestNoTextOfALogPingsLinksOrBreaksOut(t *testing.T) {
	s := slacksim.New(slacksim.Config{})
	for _, text := range hostile() {
		for _, n := range []int{1, 100} {
			harmless(t, s, text, n)
		}
	}
	harmless(t, s, "x", 10_000)
}

func FuzzMessage(f *testing.F) {
	for i, text := range hostile() {
		f.Add(text, i*7)
	}
	s := slacksim.New(slacksim.Config{})
	f.Fuzz(func(t *testing.T, text string, n int) {
		harmless(t, s, text, max(0, min(n, 30)))
	})
}
