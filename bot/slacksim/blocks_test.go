package slacksim

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/plaintext"
)

type obj = map[string]any

func mrkdwnObject(s string) obj { return obj{"type": "mrkdwn", "text": s} }
func plainObject(s string) obj  { return obj{"type": "plain_text", "text": s} }
func section(s string) obj      { return obj{"type": "section", "text": mrkdwnObject(s)} }
func header(s string) obj       { return obj{"type": "header", "text": plainObject(s)} }

func button(change obj) obj {
	b := obj{"type": "button", "text": plainObject("Full log"), "action_id": "full", "value": "v"}
	for k, v := range change {
		b[k] = v
	}
	return b
}

func richText(elements ...any) obj {
	return obj{"type": "rich_text", "elements": append([]any{}, elements...)}
}

func preformatted(leaves ...any) obj {
	return obj{"type": "rich_text_preformatted", "elements": append([]any{}, leaves...)}
}

func leaf(s string) obj { return obj{"type": "text", "text": s} }

func times(n int, v any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = v
	}
	return list
}

func xs(n int) string { return strings.Repeat("x", n) }

// several are n buttons with ids of their own.
func several(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = button(obj{"action_id": "b" + strconv.Itoa(i)})
	}
	return list
}

// 日 is three bytes and one character.
func cjk(n int) string { return strings.Repeat("日", n) }

// blockCase is a list of blocks and what is said of it.
type blockCase struct {
	name   string
	blocks []any
	want   string // error name
	place  string // a line of response_metadata.messages
}

func blockCases() []blockCase {
	actions := func(elements ...any) obj { return obj{"type": "actions", "elements": elements} }
	context := func(elements ...any) obj { return obj{"type": "context", "elements": append([]any{}, elements...)} }
	container := func(change obj) obj {
		b := obj{"type": "container", "title": plainObject("t"), "child_blocks": []any{section("x")}}
		for k, v := range change {
			b[k] = v
		}
		return b
	}
	option := obj{"text": plainObject("a"), "value": "a"}
	input := func(element obj) obj { return obj{"type": "input", "label": plainObject("l"), "element": element} }
	raw := func(s string) obj { return obj{"type": "raw_text", "text": s} }
	dataTable := func(head, cell obj) obj {
		return obj{"type": "data_table", "caption": "c", "rows": []any{[]any{head}, []any{cell}}}
	}
	table := obj{"type": "table", "rows": []any{[]any{obj{"type": "raw_text", "text": "a"}, richText()}}}
	return []blockCase{
		{"50 blocks", times(50, obj{"type": "divider"}), "", ""},
		{"51 blocks", times(51, obj{"type": "divider"}), "invalid_blocks", "no more than 50 items allowed [json-pointer:/blocks]"},
		{"unknown block", []any{obj{"type": "poem"}}, "invalid_blocks", "unsupported type: poem [json-pointer:/blocks/0/type]"},
		{"alert is for modals", []any{obj{"type": "alert", "text": plainObject("x")}}, "invalid_blocks", "unsupported type: alert [json-pointer:/blocks/0/type]"},
		{"an element as a block", []any{button(nil)}, "invalid_blocks", "unsupported type: button [json-pointer:/blocks/0/type]"},
		{"no type", []any{obj{}}, "invalid_blocks", "missing required field: type [json-pointer:/blocks/0]"},
		{"no object", []any{"hi"}, "invalid_blocks", "must be an object [json-pointer:/blocks/0]"},
		{"additional property", []any{obj{"type": "divider", "color": "red"}}, "invalid_blocks", "invalid additional property: color [json-pointer:/blocks/0]"},

		{"section of 3,000", []any{section(cjk(3000))}, "", ""},
		{"section of 3,001", []any{obj{"type": "divider"}, section(xs(3001))}, "invalid_blocks", "must be less than 3001 characters [json-pointer:/blocks/1/text/text]"},
		{"empty section", []any{section("")}, "invalid_blocks", "must be more than 0 characters [json-pointer:/blocks/0/text/text]"},
		{"section without text", []any{obj{"type": "section"}}, "invalid_blocks", "must define either `text` or `fields` [json-pointer:/blocks/0]"},
		{"section with a bare string", []any{obj{"type": "section", "text": "hi"}}, "invalid_blocks", "must be an object [json-pointer:/blocks/0/text]"},
		{"10 fields", []any{obj{"type": "section", "fields": times(10, mrkdwnObject("x"))}}, "", ""},
		{"11 fields", []any{obj{"type": "section", "fields": times(11, mrkdwnObject("x"))}}, "invalid_blocks", "no more than 10 items allowed [json-pointer:/blocks/0/fields]"},
		{"field of 2,001", []any{obj{"type": "section", "fields": []any{mrkdwnObject(xs(2001))}}}, "invalid_blocks", "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]"},

		{"header of 150", []any{header(cjk(150))}, "", ""},
		{"header of 151", []any{header(xs(151))}, "invalid_blocks", "must be less than 151 characters [json-pointer:/blocks/0/text/text]"},
		{"header in mrkdwn", []any{obj{"type": "header", "text": mrkdwnObject("x")}}, "invalid_blocks", "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"},
		{"header without text", []any{obj{"type": "header"}}, "invalid_blocks", "missing required field: text [json-pointer:/blocks/0]"},

		{"10 in context", []any{context(times(10, mrkdwnObject("x"))...)}, "", ""},
		{"11 in context", []any{context(times(11, mrkdwnObject("x"))...)}, "invalid_blocks", "no more than 10 items allowed [json-pointer:/blocks/0/elements]"},
		{"nothing in context", []any{context()}, "invalid_blocks", "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"},
		{"a button in context", []any{context(button(nil))}, "invalid_blocks", "unsupported type: button [json-pointer:/blocks/0/elements/0/type]"},

		{"25 actions", []any{actions(several(25)...)}, "", ""},
		{"26 actions", []any{actions(several(26)...)}, "invalid_blocks", "no more than 25 items allowed [json-pointer:/blocks/0/elements]"},
		{"one action_id twice", []any{actions(button(nil), button(nil))}, "invalid_blocks", "`action_id` \"full\" already exists [json-pointer:/blocks/0/elements/1/action_id]"},
		{"one action_id in two blocks", []any{actions(button(nil)), actions(button(nil))}, "", ""},
		{"button text of 75", []any{actions(button(obj{"text": plainObject(cjk(75))}))}, "", ""},
		{"button text of 76", []any{actions(button(obj{"text": plainObject(xs(76))}))}, "invalid_blocks", "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"},
		{"button in mrkdwn", []any{actions(button(obj{"text": mrkdwnObject("x")}))}, "invalid_blocks", "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]"},
		{"value of 2,000", []any{actions(button(obj{"value": xs(2000)}))}, "", ""},
		{"value of 2,001", []any{actions(button(obj{"value": xs(2001)}))}, "invalid_blocks", "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"},
		{"value is a number", []any{actions(button(obj{"value": 1}))}, "invalid_blocks", "must provide a string [json-pointer:/blocks/0/elements/0/value]"},
		{"url of 3,000", []any{actions(button(obj{"url": "https://e.com/" + xs(2986)}))}, "", ""},
		{"url of 3,001", []any{actions(button(obj{"url": "https://e.com/" + xs(2987)}))}, "invalid_blocks", "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]"},
		{"no url", []any{actions(button(obj{"url": "see there"}))}, "invalid_blocks", "must be a valid URL [json-pointer:/blocks/0/elements/0/url]"},
		{"style", []any{actions(button(obj{"style": "pink"}))}, "invalid_blocks", "must be one of primary, danger [json-pointer:/blocks/0/elements/0/style]"},
		{"action_id of 256", []any{actions(button(obj{"action_id": xs(256)}))}, "invalid_blocks", "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"},
		{"accessibility_label of 76", []any{actions(button(obj{"accessibility_label": xs(76)}))}, "invalid_blocks", "must be less than 76 characters [json-pointer:/blocks/0/elements/0/accessibility_label]"},
		{"confirm without deny", []any{actions(button(obj{"confirm": obj{"title": plainObject("x"), "text": plainObject("x"), "confirm": plainObject("x")}}))}, "invalid_blocks", "missing required field: deny [json-pointer:/blocks/0/elements/0/confirm]"},
		{"overflow of 5", []any{actions(obj{"type": "overflow", "options": times(5, option)})}, "", ""},
		{"overflow of 6", []any{actions(obj{"type": "overflow", "options": times(6, option)})}, "invalid_blocks", "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"a url in a select", []any{actions(obj{"type": "static_select", "options": []any{obj{"text": plainObject("a"), "value": "a", "url": "https://e.com"}}})}, "invalid_blocks", "invalid additional property: url [json-pointer:/blocks/0/elements/0/options/0]"},
		{"option groups", []any{actions(obj{"type": "static_select", "option_groups": []any{obj{"label": plainObject("g"), "options": []any{option}}}})}, "", ""},
		{"options and groups", []any{actions(obj{"type": "static_select", "options": []any{option}, "option_groups": []any{obj{"label": plainObject("g"), "options": []any{option}}}})}, "invalid_blocks", "must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]"},
		{"a choice that is none", []any{actions(obj{"type": "radio_buttons", "options": []any{option}, "initial_option": obj{"text": plainObject("b"), "value": "b"}})}, "invalid_blocks", "\"b\" is an initial option but not one of the options [json-pointer:/blocks/0/elements/0]"},
		{"10 boxes", []any{actions(obj{"type": "checkboxes", "options": times(10, option)})}, "", ""},
		{"11 boxes", []any{actions(obj{"type": "checkboxes", "options": times(11, option)})}, "invalid_blocks", "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]"},
		{"a text input among actions", []any{actions(obj{"type": "plain_text_input"})}, "invalid_blocks", "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]"},
		{"input", []any{input(obj{"type": "plain_text_input", "max_length": 3000, "placeholder": plainObject("p")})}, "", ""},
		{"input of 3,001", []any{input(obj{"type": "plain_text_input", "max_length": 3001})}, "invalid_blocks", "must be a whole number from 1 to 3000 [json-pointer:/blocks/0/element/max_length]"},
		{"more at least than at most", []any{input(obj{"type": "plain_text_input", "min_length": 5, "max_length": 4})}, "invalid_blocks", "must not exceed max_length [json-pointer:/blocks/0/element/min_length]"},
		{"a button as input", []any{input(button(nil))}, "invalid_blocks", "unsupported type: button [json-pointer:/blocks/0/element/type]"},
		{"label of 2,001", []any{obj{"type": "input", "label": plainObject(xs(2001)), "element": obj{"type": "plain_text_input"}}}, "invalid_blocks", "must be less than 2001 characters [json-pointer:/blocks/0/label/text]"},
		{"number", []any{input(obj{"type": "number_input", "is_decimal_allowed": false, "min_value": "0"})}, "", ""},
		{"number as a number", []any{input(obj{"type": "number_input", "is_decimal_allowed": false, "min_value": 0})}, "invalid_blocks", "must match pattern: ^-?[0-9]+(\\.[0-9]+)?$ [json-pointer:/blocks/0/element/min_value]"},
		{"select", []any{actions(obj{"type": "static_select", "options": times(100, option), "placeholder": plainObject("pick")})}, "", ""},
		{"feedback", []any{obj{"type": "context_actions", "elements": []any{obj{"type": "feedback_buttons", "action_id": "f", "positive_button": option, "negative_button": option}}}}, "", ""},

		{"two block_ids", []any{obj{"type": "divider", "block_id": "a"}, obj{"type": "divider", "block_id": "b"}}, "", ""},
		{"one block_id twice", []any{obj{"type": "divider", "block_id": "a"}, obj{"type": "divider", "block_id": "a"}}, "invalid_blocks", "`block_id` \"a\" already exists [json-pointer:/blocks/1/block_id]"},
		{"block_id of 256", []any{obj{"type": "divider", "block_id": xs(256)}}, "invalid_blocks", "must be less than 256 characters [json-pointer:/blocks/0/block_id]"},

		{"preformatted", []any{richText(preformatted(leaf("a"), obj{"type": "link", "url": "https://e.com"}))}, "", ""},
		{"empty preformatted", []any{richText(preformatted())}, "", ""},
		{"a mention in preformatted", []any{richText(preformatted(obj{"type": "user", "user_id": ann}))}, "invalid_blocks", "unsupported type: user [json-pointer:/blocks/0/elements/0/elements/0/type]"},
		{"border of 2", []any{richText(obj{"type": "rich_text_preformatted", "elements": []any{}, "border": 2})}, "invalid_blocks", "must be a whole number from 0 to 1 [json-pointer:/blocks/0/elements/0/border]"},
		{"rich text of mrkdwn", []any{richText(mrkdwnObject("x"))}, "invalid_blocks", "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/type]"},
		{"every leaf", []any{richText(obj{"type": "rich_text_section", "elements": []any{
			leaf("x"), obj{"type": "link", "url": "https://e.com", "text": "e", "style": obj{"bold": true}}, obj{"type": "user", "user_id": ann},
			obj{"type": "channel", "channel_id": builds}, obj{"type": "emoji", "name": "x"}, obj{"type": "broadcast", "range": "here"},
			obj{"type": "date", "timestamp": 1700000000, "format": "{date}"}, obj{"type": "usergroup", "usergroup_id": "S1"},
			obj{"type": "team", "team_id": "T1"}, obj{"type": "color", "value": "#aabbcc"},
		}})}, "", ""},
		{"list", []any{richText(obj{"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": []any{obj{"type": "rich_text_section", "elements": []any{leaf("a")}}}})}, "", ""},
		{"quote", []any{richText(obj{"type": "rich_text_quote", "elements": []any{leaf("a")}})}, "", ""},
		{"style is no object", []any{richText(preformatted(obj{"type": "text", "text": "a", "style": "bold"}))}, "invalid_blocks", "must be an object [json-pointer:/blocks/0/elements/0/elements/0/style]"},

		{"container", []any{container(obj{"is_collapsible": true, "default_collapsed": true, "width": "wide", "subtitle": mrkdwnObject("s")})}, "", ""},
		{"11 children", []any{container(obj{"child_blocks": times(11, obj{"type": "divider"})})}, "invalid_blocks", "no more than 10 items allowed [json-pointer:/blocks/0/child_blocks]"},
		{"container without title", []any{container(obj{"title": nil})}, "invalid_blocks", "must define either `title` or `rich_text_title` [json-pointer:/blocks/0]"},
		{"title of 151", []any{container(obj{"title": plainObject(xs(151))})}, "invalid_blocks", "must be less than 151 characters [json-pointer:/blocks/0/title/text]"},
		{"container in a container", []any{container(obj{"child_blocks": []any{container(nil)}})}, "invalid_blocks", "unsupported type: container [json-pointer:/blocks/0/child_blocks/0/type]"},
		{"a bad child", []any{container(obj{"child_blocks": []any{section("")}})}, "invalid_blocks", "must be more than 0 characters [json-pointer:/blocks/0/child_blocks/0/text/text]"},
		{"collapsed for ever", []any{container(obj{"default_collapsed": true})}, "invalid_blocks", "needs is_collapsible [json-pointer:/blocks/0/default_collapsed]"},

		{"image", []any{obj{"type": "image", "image_url": "https://e.com/a.png", "alt_text": "a"}}, "", ""},
		{"image without address", []any{obj{"type": "image", "alt_text": "a"}}, "invalid_blocks", "must define either `image_url` or `slack_file` [json-pointer:/blocks/0]"},
		{"table", []any{table}, "", ""},
		{"two tables", []any{table, table}, "invalid_attachments", "only_one_table_allowed"},
		{"column settings", []any{obj{"type": "table", "rows": []any{[]any{obj{"type": "raw_text", "text": "a"}}}, "column_settings": []any{nil, obj{"align": "right"}}}}, "", ""},
		{"data table", []any{dataTable(raw("a"), raw("1"))}, "", ""},
		{"data table and table", []any{dataTable(raw("a"), raw("1")), table}, "invalid_attachments", "only_one_table_allowed"},
		{"101 rows", []any{obj{"type": "data_table", "caption": "c", "rows": times(101, []any{raw("a")})}}, "", ""},
		{"102 rows", []any{obj{"type": "data_table", "caption": "c", "rows": times(102, []any{raw("a")})}}, "invalid_blocks", "no more than 101 items allowed [json-pointer:/blocks/0/rows]"},
		{"only a header", []any{obj{"type": "data_table", "caption": "c", "rows": []any{[]any{raw("a")}}}}, "invalid_blocks", "no fewer than 2 items allowed [json-pointer:/blocks/0/rows]"},
		{"a number as header", []any{dataTable(obj{"type": "raw_number", "value": 1}, raw("1"))}, "invalid_blocks", "the first row must be raw_text [json-pointer:/blocks/0/rows/0/0/type]"},
		{"unequal rows", []any{obj{"type": "data_table", "caption": "c", "rows": []any{[]any{raw("a")}, []any{raw("a"), raw("b")}}}}, "invalid_blocks", "must have as many cells as the first row [json-pointer:/blocks/0/rows/1]"},
		{"10,001 in cells", []any{dataTable(raw("a"), raw(xs(10_000)))}, "invalid_blocks", "the cells of a data_table must be less than 10001 characters together [json-pointer:/blocks]"},
		{"markdown of 12,000", []any{obj{"type": "markdown", "text": xs(6000)}, obj{"type": "markdown", "text": xs(6000)}}, "", ""},
		{"markdown of 12,001", []any{obj{"type": "markdown", "text": xs(6000)}, obj{"type": "markdown", "text": xs(6001)}}, "invalid_blocks", "markdown blocks must be less than 12001 characters together [json-pointer:/blocks]"},

		{"13,200 in all", []any{richText(preformatted(leaf(xs(13_200))))}, "", ""},
		{"13,201 in all", []any{richText(preformatted(leaf(xs(13_201))))}, "msg_blocks_too_long", ""},
		{"a header counts 100 more", []any{header("x"), richText(preformatted(leaf(xs(13_099))))}, "", ""},
		{"and not less", []any{header("x"), richText(preformatted(leaf(xs(13_100))))}, "msg_blocks_too_long", ""},
		{"& < > count escaped", []any{richText(preformatted(leaf(strings.Repeat("<", 3300))))}, "", ""},
		{"all of them", []any{richText(preformatted(leaf(strings.Repeat("<", 3301))))}, "msg_blocks_too_long", ""},
		{"mrkdwn is escaped already", times(5, section(strings.Repeat("&lt;", 660))), "", ""},
		{"of escaped plain text too", []any{section(xs(2990)), section(xs(2990)), section(xs(2990)), section(xs(2990)), obj{"type": "section", "text": plainObject(strings.Repeat("&lt;", 311))}}, "msg_blocks_too_long", ""},
	}
}

func TestLimitsOfBlocks(t *testing.T) {
	s := start(t, Config{})
	for _, c := range blockCases() {
		t.Run(c.name, func(t *testing.T) {
			a := api(t, s, "chat.postMessage", "channel", builds, "blocks", toJSON(t, c.blocks))
			assert.Equal(t, c.want, a.err(), "%v", a.Body)
			if c.place != "" {
				assert.Contains(t, texts(a.lines()), "[ERROR] "+c.place)
			}
		})
	}
}

func TestBlocksMustBeAList(t *testing.T) {
	s := start(t, Config{})
	for _, raw := range []string{"{}", "hi", `[{"type":"divider"}`, `"[]"`, "7"} {
		assert.Equal(t, "invalid_blocks_format", api(t, s, "chat.postMessage", "channel", builds, "text", "x", "blocks", raw).err(), raw)
	}
	for _, raw := range []string{"", "[]", "null"} {
		assert.True(t, api(t, s, "chat.postMessage", "channel", builds, "text", "x", "blocks", raw).ok(), raw)
		assert.Equal(t, "no_text", api(t, s, "chat.postMessage", "channel", builds, "text", " ", "blocks", raw).err(), raw)
	}
}

func TestManyMistakesGiveAFewMessages(t *testing.T) {
	s := start(t, Config{})
	bad := richText(times(1000, obj{"type": "rich_text_preformatted"})...)
	a := api(t, s, "chat.postMessage", "channel", builds, "blocks", toJSON(t, []any{bad, section(""), header("")}))
	assert.Equal(t, "invalid_blocks", a.err())
	require.LessOrEqual(t, len(a.lines()), 25)
}

func FuzzBlocksAreCheckedAndRendered(f *testing.F) {
	for _, seed := range []string{
		`[{"type":"section","text":{"type":"mrkdwn","text":"*日志* <!date^1^{date}|x> <@U0ANN00001>"}}]`,
		`[{"type":"rich_text","elements":[{"type":"rich_text_preformatted","elements":[{"type":"text","text":"编译\u001b[31m失败"}]}]}]`,
		`[{"type":"container","title":{"type":"plain_text","text":"标题"},"child_blocks":[{"type":"table","rows":[[{"type":"raw_text","text":"中"}]]}]}]`,
		`[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"全部日志"},"value":1}]}]`,
		`[[[[null]]], 7, "x", {"type":{}}, {"type":"header","text":[]}]`,
	} {
		f.Add(seed)
	}
	s := New(Config{Clock: handClock()})
	f.Fuzz(func(t *testing.T, raw string) {
		blocks, refused := s.readBlocks(raw)
		if refused != nil {
			assert.NotEmpty(t, refused.code)
			return
		}
		m := Message{Blocks: blocks}
		for _, line := range messageLines(s.renderer(), &m) {
			assert.NotContains(t, plaintext.Printable(line), "\x1b")
		}
	})
}

func TestStrictContainersHoldNoRichText(t *testing.T) {
	folded := func(child any) []any {
		return []any{obj{"type": "container", "title": plainObject("t"), "child_blocks": []any{child}}}
	}
	for _, strict := range []bool{false, true} {
		s := New(Config{StrictContainers: strict})
		assert.Nil(t, s.schema.CheckMessage(folded(section("x"))))
		p := s.schema.CheckMessage(folded(richText()))
		if !strict {
			assert.Nil(t, p)
			continue
		}
		require.NotNil(t, p)
		assert.Equal(t, "invalid_blocks", p.Code)
		assert.Contains(t, p.Messages[0], "/blocks/0/child_blocks/0")
	}
}
