package slacksim

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/mrkdwn"
	"logbot/bot/slacksim/plaintext"
)

func TestMrkdwnAsAPersonReadsIt(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"entities once", "a &amp;amp; &lt;b&gt;", "a &amp; <b>"},
		{"a person", "by <@U0ANN00001>, <@U0NOBODY01>", "by @ann, @U0NOBODY01"},
		{"a channel", "in <#C0BUILDS01> <#C1|old>", "in #builds #old"},
		{"everyone", "<!here> <!channel> <!subteam^S1|@devs>", "@here @channel @devs"},
		{"links", "<https://e.com/?a=1&amp;b=2> <https://e.com|web #128>", "https://e.com/?a=1&b=2 web #128"},
		{"mail", "<mailto:a@e.com>", "a@e.com"},
		{"escaped markup stays", "&lt;!channel&gt; &lt;https://e.com|x&gt;", "<!channel> <https://e.com|x>"},
		{"a lone bracket", "if a < b", "if a < b"},
		{"brackets over lines", "a <b\nc> d", "a <b\nc> d"},
		{"nothing in brackets", "<> <<x>", "<> <x"},
		{"emphasis", "*bold* _it_ ~gone~ *two words*, (*x*)", "bold it gone two words, (x)"},
		{"no emphasis", "a*b*c 2 * 3 * 4 snake_case_name * x* ** __init__", "a*b*c 2 * 3 * 4 snake_case_name * x* ** __init__"},
		{"a link in bold", "*<https://e.com|web #128>* failed", "web #128 failed"},
		{"code is literal", "run `a*b* *c*` now", "run `a*b* *c*` now"},
		{"a fence", "look:\n```\n*x* &lt;y&gt;\n  z\n```\nend", "look:\n    *x* <y>\n      z\nend"},
		{"an open fence", "```\n*x*", "    *x*"},
		{"a mention in a fence still counts", "```<!here>```", "    @here"},
		{"a date", "<!date^1700000000^{date_short} {time}|long ago>", "Nov 14, 2023 22:13"},
		{"a date with link", "<!date^1700000000^at {time_secs}^https://e.com|x>", "at 22:13:20"},
		{"today", "<!date^1795269600^{date_pretty} {date_num}|x>", "today 2026-11-21"},
		{"a broken date", "<!date^soon^{date}|soon> <!date^1700000000|then>", "soon then"},
		{"Chinese", "*编译失败*：<@U0ANN00001>", "编译失败：@ann"},
	}
	s := New(Config{Clock: handClock()})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, strings.Join(s.renderer().Mrkdwn(c.in), "\n"))
		})
	}
}

func TestBlocksAsAPersonReadsThem(t *testing.T) {
	option := obj{"text": plainObject("a"), "value": "v"}
	other := obj{"text": plainObject("b"), "value": "w"}
	cases := []struct {
		name  string
		block obj
		want  string
	}{
		{"header", header("web #128 failed &lt;x&gt;"), "web #128 failed <x>"},
		{"divider", obj{"type": "divider"}, "----"},
		{"context", obj{"type": "context", "elements": []any{mrkdwnObject("a"), plainObject("b"), obj{"type": "image", "image_url": "https://e.com/x", "alt_text": "red"}}}, "a b [image: red]"},
		{"section", obj{"type": "section", "text": mrkdwnObject("*t*"), "fields": []any{plainObject("f")}, "accessory": button(nil)}, "t\nf\n[Full log]"},
		{"buttons", obj{"type": "actions", "elements": []any{button(nil), button(obj{"text": plainObject("Search"), "action_id": "search"})}}, "[Full log] [Search]"},
		{"menus", obj{"type": "actions", "elements": []any{obj{"type": "overflow", "options": []any{option, option}}, obj{"type": "static_select", "placeholder": plainObject("pick"), "options": []any{option}}}}, "[⋯ a / a] [pick: a]"},
		{"feedback", obj{"type": "context_actions", "elements": []any{obj{"type": "feedback_buttons", "positive_button": obj{"text": plainObject("right"), "value": "1"}, "negative_button": obj{"text": plainObject("wrong"), "value": "0"}}}}, "[right] [wrong]"},
		{"preformatted is literal", richText(preformatted(leaf("*x* <!here> &lt; :no:\n  y\n"))), "    *x* <!here> &lt; :no:\n      y"},
		{"rich text", richText(
			obj{"type": "rich_text_section", "elements": []any{leaf("by "), obj{"type": "user", "user_id": ann}, obj{"type": "link", "url": "https://e.com"}, obj{"type": "link", "url": "https://e.com", "text": " there"}, obj{"type": "emoji", "name": "x"}, obj{"type": "broadcast", "range": "here"}, obj{"type": "date", "timestamp": 1700000000, "format": " {date_num}"}}},
			obj{"type": "rich_text_list", "style": "bullet", "elements": []any{obj{"type": "rich_text_section", "elements": []any{leaf("one")}}}},
			obj{"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": []any{obj{"type": "rich_text_section", "elements": []any{leaf("two")}}}},
			obj{"type": "rich_text_quote", "elements": []any{leaf("q\nr")}},
		), "by @annhttps://e.com there:x:@here 2023-11-14\n- one\n  1. two\n> q\n> r"},
		{"container", obj{"type": "container", "title": plainObject("excerpt"), "subtitle": mrkdwnObject("_20 lines_"), "child_blocks": []any{section("x")}}, "excerpt\n20 lines\n  x"},
		{"table", obj{"type": "table", "rows": []any{[]any{obj{"type": "raw_text", "text": "a"}, richText(obj{"type": "rich_text_section", "elements": []any{leaf("b")}})}}}, "a | b"},
		{"data table", obj{"type": "data_table", "caption": "builds", "rows": []any{
			[]any{obj{"type": "raw_text", "text": "no"}, obj{"type": "raw_text", "text": "took"}},
			[]any{obj{"type": "raw_number", "value": 128}, obj{"type": "raw_number", "value": 192.5, "text": "3 min"}},
		}}, "builds\nno | took\n128 | 3 min"},
		{"input", obj{"type": "input", "label": plainObject("Expression"), "hint": plainObject("RE2"), "optional": true,
			"element": obj{"type": "plain_text_input", "placeholder": plainObject("ERROR")}}, "Expression (optional)\n  [ERROR]\n  RE2"},
		{"chosen at first", obj{"type": "actions", "elements": []any{
			obj{"type": "checkboxes", "options": []any{option, other}, "initial_options": []any{other}},
			obj{"type": "radio_buttons", "options": []any{option, other}, "initial_option": option},
			obj{"type": "static_select", "options": []any{option, other}, "initial_option": other},
		}}, "[ ] a [x] b (x) a ( ) b [b: a / b]"},
		{"markdown", obj{"type": "markdown", "text": "# x\ny"}, "# x\ny"},
	}
	s := start(t, Config{Clock: handClock()})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			follow := s.Transcript(builds, ann)
			follow.Next()
			a := api(t, s, "chat.postMessage", "channel", builds, "text", "only for notifications", "blocks", toJSON(t, []any{c.block}))
			require.True(t, a.ok(), "%v", a.Body)
			want := "logbot (app)  14:02\n  " + strings.ReplaceAll(c.want, "\n", "\n  ") + "\n"
			assert.Equal(t, want, follow.Next())
		})
	}
}

func TestControlCharactersCannotDriveATerminal(t *testing.T) {
	s := start(t, Config{Clock: handClock()})
	api(t, s, "chat.postMessage", "channel", builds, "blocks", toJSON(t, []any{
		richText(preformatted(leaf("a\x1b[2Jb\rc\x00\td\u202ee\u0085"))),
	}))
	assert.Equal(t, "logbot (app)  14:02\n      a\\x1b[2Jb\\rc\\x00\td\\u202ee\\u0085\n", s.Render(builds, ann))
}

func TestATranscriptReturnsWhatIsNew(t *testing.T) {
	s := start(t, Config{Clock: handClock()})
	anns, bobs := s.Transcript(builds, ann), s.Transcript(builds, bob)
	ts := api(t, s, "chat.postMessage", "channel", builds, "text", "one").ts()
	api(t, s, "chat.postEphemeral", "channel", builds, "text", "psst", "user", ann)
	assert.Equal(t, "logbot (app)  14:02\n  one\nlogbot (app)  14:02  only visible to you\n  psst\n", anns.Next())
	assert.Equal(t, "logbot (app)  14:02\n  one\n", bobs.Next())
	assert.Empty(t, anns.Next())
	api(t, s, "chat.update", "channel", builds, "ts", ts, "text", "two")
	api(t, s, "chat.postMessage", "channel", builds, "text", "reply", "thread_ts", ts)
	api(t, s, "chat.postMessage", "channel", general, "text", "elsewhere")
	assert.Equal(t, "logbot (app)  14:02  edited\n  two\n  | logbot (app)  14:02\n  |   reply\n", anns.Next())
	assert.Empty(t, s.Transcript("C0NOWHERE1", ann).Next())
	assert.Empty(t, s.Render("C0NOWHERE1", ann))
}

func TestRepliesStandUnderTheirParent(t *testing.T) {
	s := start(t, Config{Clock: handClock(), Zone: time.FixedZone("CST", 8*3600)})
	ts := api(t, s, "chat.postMessage", "channel", builds, "text", "parent").ts()
	api(t, s, "chat.postMessage", "channel", builds, "text", "later")
	id := uploaded(t, s, "web-128-stage3-maven.log", strings.Repeat("x", 12345))
	require.True(t, complete(t, s, id, "channel_id", builds, "thread_ts", ts, "initial_comment", "the log").ok())
	assert.Equal(t, strings.Join([]string{
		"logbot (app)  22:02", "  parent",
		"  | logbot (app)  22:02", "  |   the log", "  |   file web-128-stage3-maven.log (12,345 bytes)",
		"logbot (app)  22:02", "  later", "",
	}, "\n"), s.Render(builds, bob))
}

func TestThousands(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567"} {
		assert.Equal(t, want, thousands(n))
	}
}

func FuzzMrkdwn(f *testing.F) {
	for _, seed := range []string{
		"*粗体* _斜体_ `代码` ~删除~", "```\n编译失败 &lt;x&gt;\n```", "<@U0ANN00001|甲> <!date^1^{date}^l|f> <https://e.com|标签>",
		"<<<>>>|^!@#", "*a *b *c _d `e", "\x1b[31m\u202e\xff&amp;amp;", "```a```b```c", "*_~`", strings.Repeat("*a ", 1000),
	} {
		f.Add(seed)
	}
	s := New(Config{Clock: handClock()})
	f.Fuzz(func(t *testing.T, text string) {
		for _, line := range s.renderer().Mrkdwn(text) {
			line = plaintext.Printable(line)
			assert.True(t, utf8.ValidString(line))
			assert.Negative(t, strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }))
		}
		// What is escaped is read as it was, as long as nothing in it formats.
		if utf8.ValidString(text) && !strings.ContainsAny(text, "*_~`") {
			got := strings.Join(s.renderer().Mrkdwn(mrkdwn.Escape(text)), "\n")
			assert.Equal(t, strings.TrimSuffix(text, "\n"), got)
		}
	})
}
