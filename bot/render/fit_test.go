package render

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"logbot/bot/slacksim"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

func TestAReplyOfAnySizeIsAcceptedBySlack(t *testing.T) {
	long := strings.Repeat("错误 <error> & ", 3000)
	var shown []lines.Line
	for i := range 100 {
		shown = append(shown, lines.Line{Number: -1000 + i*7, Text: long[:400-i]})
	}
	for name, r := range map[string]reply.Reply{
		"everything long":   {Heading: long, Context: []string{"main", "b"}, Reason: long, Lines: shown, Source: long, Body: long, Try: []reply.Example{{Line: "/logs", Does: "help"}}},
		"one endless line":  {Heading: "h", Lines: []lines.Line{{Number: 1, Text: long}}},
		"a hundred lines":   {Heading: "h", Lines: shown},
		"only a body":       {Body: long},
		"only entities":     {Body: strings.Repeat("&", 9000), Reason: strings.Repeat("<", 600)},
		"nothing but lines": {Lines: shown},
	} {
		t.Run(name, func(t *testing.T) {
			m := Message(r, Options{Origin: Origin{Asker: "U0ANN00001"}})
			assert.NotEmpty(t, m.Blocks)
			assert.Empty(t, faults(m))
			assert.Empty(t, refusal(slacksim.New(slacksim.Config{}), m))
		})
	}
}

func TestLinesLeftOutAreSaid(t *testing.T) {
	var shown []lines.Line
	for i := range 100 {
		shown = append(shown, lines.Line{Number: i + 1, Text: strings.Repeat("x", 300)})
	}
	r, left := fit(reply.Reply{Lines: shown, Source: "read 1 page"})
	r = withLeftOut(r, left, texts.English)
	assert.Equal(t, 100, r.Lines[len(r.Lines)-1].Number, "the end is kept")
	assert.Regexp(t, `^\d+ lines left out · read 1 page$`, r.Source)
}

func TestAReplyWithoutBlocksStaysInItsFence(t *testing.T) {
	text := plainText(reply.Reply{Heading: "h", Lines: []lines.Line{{Number: 1, Text: "``` <!channel> ```"}}}, 0, texts.English)
	assert.Equal(t, 2, strings.Count(text, "```"))
	assert.NotContains(t, text, "<!channel>")
}

func TestAReplyWithoutBlocksKeepsTheEndOfItsLines(t *testing.T) {
	for script, word := range map[string]string{"English": "error & <cause> ", "中文": "错误的原因 & <类> "} {
		r := reply.Reply{Heading: "web #128 failed", Reason: "the reason", Asker: "U0ANN00001"}
		for i := range 100 {
			r.Lines = append(r.Lines, lines.Line{Number: i + 1, Text: strings.Repeat(word, 3+i%30)})
		}
		r.Lines[99].Text = "the last line"
		text := Message(r, Options{}).Plain
		assert.LessOrEqual(t, len(text), maxTextBytes, script)
		assert.Greater(t, len(text), maxTextBytes*3/4, "the room is used: %s", script)
		assert.Contains(t, text, "web #128 failed", script)
		assert.Contains(t, text, "the reason", script)
		assert.Contains(t, text, " the last line\n", script)
		assert.Regexp(t, `\d+ lines left out`, text, script)
		assert.Equal(t, 1, strings.Count(text, "lines left out"), script)
		assert.True(t, strings.HasSuffix(text, "```\nasked by <@U0ANN00001>"), script)
	}
}

func FuzzFit(f *testing.F) {
	f.Add("web #128 失败", "```<!channel>```", "\u202e\u200b&<>", 5)
	f.Fuzz(func(t *testing.T, heading, line, body string, n int) {
		r := reply.Reply{Heading: heading, Reason: line, Body: body}
		for i := range max(0, min(n, 200)) {
			r.Lines = append(r.Lines, lines.Line{Number: i, Text: line})
		}
		r, _ = fit(r)
		total := counted(r.Heading) + counted(r.Reason) + counted(r.Body) + counted(r.Source) + counted(r.Excerpt())
		if total > maxCounted {
			t.Fatalf("%d characters", total)
		}
		if utf8.RuneCountInString(r.Heading) > maxHeader || utf8.RuneCountInString(r.Body) > maxSection {
			t.Fatal("a block is too long")
		}
	})
}
