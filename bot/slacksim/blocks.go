package slacksim

import (
	"fmt"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The rules for blocks are a table: a type has properties, a property has a
// rule. They are checked on decoded JSON, so that each complaint names its place.

// rule checks one value at a JSON pointer.
type rule func(c *checker, at string, v any)

type property struct {
	rule
	required bool
}

// shape lists the properties of one type, beside "type" itself.
type shape map[string]property

// shapes holds the known types of blocks, of elements and of rich text. No type
// may contain itself, which bounds the depth of a message.
type shapes map[string]shape

// checker collects complaints about one message.
type checker struct {
	shapes    shapes
	bad       int      // complaints, of which
	complains []string // the first few are kept
	blockIDs  map[string]bool
	tables    int
	markdown  int // characters
	tabulated int // characters in the cells of data tables
	focused   int // elements that want the focus
	chars     int // of the whole message, as Slack is thought to count
}

func (c *checker) complain(pointer, format string, args ...any) {
	const enough = 20
	c.bad++
	if len(c.complains) < enough {
		c.complains = append(c.complains, at(pointer, format, args...))
	}
}

// check applies all rules to the blocks of one message.
func (s shapes) check(blocks []any) *refusal {
	c := &checker{shapes: s, blockIDs: map[string]bool{}}
	if len(blocks) > maxBlocks {
		c.complain("/blocks", "no more than %d items allowed", maxBlocks)
	} else {
		for i, b := range blocks {
			oneOf(messageBlocks...)(c, "/blocks/"+strconv.Itoa(i), b)
		}
	}
	switch {
	case c.bad > 0:
		return refuse("invalid_blocks", c.complains...)
	case c.tables > 1:
		return refuse("invalid_attachments", "only_one_table_allowed")
	case c.markdown > maxMarkdown:
		return refuse("invalid_blocks", at("/blocks", "markdown blocks must be less than %d characters together", maxMarkdown+1))
	case c.tabulated > maxTableChars:
		return refuse("invalid_blocks", at("/blocks", "the cells of a data_table must be less than %d characters together", maxTableChars+1))
	case c.chars > maxMessageChars:
		return refuse("msg_blocks_too_long")
	}
	return nil
}

// checkView applies all rules to one modal.
func (s shapes) checkView(view map[string]any) *refusal {
	c := &checker{shapes: s, blockIDs: map[string]bool{}}
	oneOf("modal")(c, "/view", view)
	if c.focused > 1 {
		c.complain("/view/blocks", "only one element may have focus_on_load")
	}
	if c.bad > 0 {
		return refuse("invalid_arguments", c.complains...)
	}
	return nil
}

// messageBlocks may stand at the top of a message.
var messageBlocks = []string{
	"actions", "container", "context", "context_actions", "data_table", "divider", "header",
	"image", "input", "markdown", "rich_text", "section", "table",
}

// viewBlocks may stand at the top of a modal.
var viewBlocks = []string{
	"actions", "alert", "context", "divider", "header", "image", "input", "rich_text", "section",
}

// richLeaves are the smallest parts of rich text.
var richLeaves = []string{
	"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "date", "color", "team",
}

// newShapes returns the table. Sources: reference/block-kit of Slack's
// documentation, per block and element.
func newShapes() shapes {
	confirm := object(shape{
		"title":   must(text(maxConfirmHead, "plain_text")),
		"text":    must(text(maxConfirmText, "plain_text", "mrkdwn")),
		"confirm": must(text(maxConfirmWord, "plain_text")),
		"deny":    must(text(maxConfirmWord, "plain_text")),
		"style":   may(enum("primary", "danger")),
	})
	option := shape{
		"text":        must(text(maxOptionText, "plain_text")),
		"value":       must(str(1, maxOptionValue)),
		"description": may(text(maxOptionText, "plain_text")),
	}
	overflowOption := maps.Clone(option)
	overflowOption["url"] = may(link)
	tickOption := object(shape{
		"text":        must(text(maxOptionText, "plain_text", "mrkdwn")),
		"value":       must(str(1, maxOptionValue)),
		"description": may(text(maxOptionText, "plain_text", "mrkdwn")),
	})
	options := list(1, maxOptions, object(option))
	group := object(shape{"label": must(text(maxOptionText, "plain_text")), "options": must(options)})
	dispatch := object(shape{
		"trigger_actions_on": must(list(1, 2, enum("on_enter_pressed", "on_character_entered"))),
	})
	focus := may(focused)
	placeholder := may(text(maxPlaceholder, "plain_text"))
	feedback := object(shape{
		"text":                must(text(maxButtonText, "plain_text")),
		"value":               must(str(1, maxButtonValue)),
		"accessibility_label": may(str(1, maxLabel)),
	})
	style := may(someOf(shape{
		"bold": may(boolean), "italic": may(boolean), "strike": may(boolean), "underline": may(boolean),
		"code": may(boolean), "highlight": may(boolean), "client_highlight": may(boolean), "unlink": may(boolean),
	}))
	leaves := must(list(0, math.MaxInt, oneOf(richLeaves...)))
	border := may(number(0, 1))
	id := may(str(1, maxID))
	blockID := may(uniqueBlockID)
	anyText := func(n int) rule { return text(n, "plain_text", "mrkdwn") }
	image := shape{
		"image_url": may(link), "slack_file": may(object(shape{"id": may(str(1, maxID)), "url": may(link)})),
		"alt_text": must(str(1, maxAltText)), "title": may(text(maxAltText, "plain_text")), "block_id": blockID,
	}
	return shapes{
		"header":  {"text": must(text(maxHeader, "plain_text")), "block_id": blockID, "level": may(number(1, 4))},
		"divider": {"block_id": blockID},
		"section": {
			"text": may(anyText(maxTextObject)), "fields": may(list(1, maxFields, anyText(maxField))),
			"accessory": may(oneOf(append([]string{"image"}, clickable...)...)),
			"expand":    may(boolean), "block_id": blockID,
		},
		"context": {
			"elements": must(list(1, maxContext, oneOf("plain_text", "mrkdwn", "image"))), "block_id": blockID,
		},
		"actions": {
			"elements": must(list(1, maxActions, oneOf(clickable...))), "block_id": blockID,
		},
		"context_actions": {
			"elements": must(list(1, maxContextActs, oneOf("feedback_buttons", "icon_button"))), "block_id": blockID,
		},
		"image":    image,
		"markdown": {"text": must(markdown), "block_id": blockID},
		"table": {
			"rows": must(list(1, maxTableRows, list(1, maxTableCells, oneOf("raw_text", "rich_text")))),
			"column_settings": may(list(0, maxTableCells, orNull(object(shape{
				"align": may(enum("left", "center", "right")), "is_wrapped": may(boolean),
			})))), "block_id": blockID,
		},
		"data_table": {
			"caption":   must(str(1, maxTextObject)),
			"rows":      must(list(2, maxDataRows, list(1, maxTableCells, oneOf("raw_text", "raw_number", "rich_text")))),
			"page_size": may(number(1, maxPageSize)), "row_header_column_index": may(number(0, maxTableCells-1)),
			"block_id": blockID,
		},
		"input": {
			"label": must(text(maxInputLabel, "plain_text")), "element": must(oneOf(inputs...)),
			"hint": may(text(maxInputLabel, "plain_text")), "optional": may(boolean),
			"dispatch_action": may(boolean), "block_id": blockID,
		},
		"alert": {
			"text":  must(anyText(maxTextObject)),
			"level": may(enum("default", "info", "warning", "error", "success")), "block_id": blockID,
		},
		"modal": {
			"title":  must(text(maxViewTitle, "plain_text")),
			"submit": may(text(maxViewTitle, "plain_text")), "close": may(text(maxViewTitle, "plain_text")),
			"blocks":           must(list(1, maxViewBlocks, oneOf(viewBlocks...))),
			"private_metadata": may(str(0, maxMetadata)), "callback_id": may(str(0, maxID)), "external_id": may(str(0, maxID)),
			"clear_on_close": may(boolean), "notify_on_close": may(boolean), "submit_disabled": may(boolean),
		},
		"container": {
			"title": may(text(maxHeader, "plain_text")), "rich_text_title": may(oneOf("rich_text")),
			"subtitle": may(anyText(maxHeader)), "icon": may(oneOf("image")),
			"width":          may(enum("narrow", "standard", "wide", "full")),
			"is_collapsible": may(boolean), "default_collapsed": may(boolean), "has_header_divider": may(boolean),
			"child_blocks": must(list(1, maxContainer, oneOf(
				"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "table"))),
			"block_id": blockID,
		},
		"rich_text": {
			"elements": must(list(0, math.MaxInt, oneOf(
				"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"))),
			"block_id": blockID,
		},

		"rich_text_section": {"elements": leaves},
		"rich_text_quote":   {"elements": leaves, "border": border},
		"rich_text_preformatted": {
			"elements": must(list(0, math.MaxInt, oneOf("text", "link"))), "border": border, "language": may(str(1, maxID)),
		},
		"rich_text_list": {
			"style": must(enum("bullet", "ordered")), "elements": must(list(1, math.MaxInt, oneOf("rich_text_section"))),
			"indent": may(number(0, 8)), "offset": may(number(0, math.MaxInt32)), "border": border,
		},
		"text":      {"text": must(leafText), "style": style},
		"link":      {"url": must(link), "text": may(leafText), "unsafe": may(boolean), "style": style},
		"emoji":     {"name": must(str(1, maxID)), "unicode": may(str(1, maxID)), "skin_tone": may(number(1, 6)), "style": style},
		"user":      {"user_id": must(idLike("^[UW][A-Z0-9]+$")), "style": style},
		"usergroup": {"usergroup_id": must(idLike("^S[A-Z0-9]+$")), "style": style},
		"channel":   {"channel_id": must(idLike("^[CG][A-Z0-9]+$")), "style": style},
		"team":      {"team_id": must(idLike("^T[A-Z0-9]+$")), "style": style},
		"broadcast": {"range": must(enum("here", "channel", "everyone")), "style": style},
		"color":     {"value": must(idLike("^#?[0-9a-fA-F]{6}$")), "style": style},
		"date": {
			"timestamp": must(number(0, math.MaxInt32*100)), "format": must(str(1, maxID)),
			"url": may(link), "fallback": may(str(0, maxTextObject)), "style": style,
		},

		"plain_text": {"text": must(plainText), "emoji": may(boolean)},
		"mrkdwn":     {"text": must(mrkdwnText), "verbatim": may(boolean)},
		"raw_text":   {"text": must(leafText)},
		"raw_number": {"value": must(anyNumber), "text": may(leafText)},
		kindButton: {
			"text": must(text(maxButtonText, "plain_text")), "action_id": id, "url": may(link),
			"value": may(str(1, maxButtonValue)), "style": may(enum("primary", "danger")),
			"confirm": may(confirm), "accessibility_label": may(str(1, maxLabel)),
		},
		kindIcon: {
			"icon": must(enum("trash")), "text": must(text(maxButtonText, "plain_text")), "action_id": id,
			"value": may(str(1, maxButtonValue)), "confirm": may(confirm), "accessibility_label": may(str(1, maxLabel)),
			"visible_to_user_ids": may(list(0, math.MaxInt, idLike("^[UW][A-Z0-9]+$"))),
		},
		kindFeedback: {
			"positive_button": must(feedback), "negative_button": must(feedback), "action_id": id,
		},
		kindOverflow: {"options": must(list(1, maxOverflow, object(overflowOption))), "action_id": id, "confirm": may(confirm)},
		kindSelect: {
			"options": may(options), "option_groups": may(list(1, maxOptions, group)),
			"initial_option": may(object(option)), "action_id": id, "placeholder": placeholder,
			"confirm": may(confirm), "focus_on_load": focus,
		},
		kindRadio: {
			"options": must(list(1, maxTicks, tickOption)), "initial_option": may(tickOption), "action_id": id,
			"confirm": may(confirm), "focus_on_load": focus,
		},
		kindBoxes: {
			"options": must(list(1, maxTicks, tickOption)), "initial_options": may(list(1, maxTicks, tickOption)),
			"action_id": id, "confirm": may(confirm), "focus_on_load": focus,
		},
		kindText: {
			"action_id": id, "initial_value": may(str(0, maxInput)), "multiline": may(boolean),
			"min_length": may(number(0, maxInput)), "max_length": may(number(1, maxInput)),
			"dispatch_action_config": may(dispatch), "focus_on_load": focus, "placeholder": placeholder,
		},
		kindNumber: {
			"is_decimal_allowed": must(boolean), "action_id": id, "initial_value": may(idLike(numeral.String())),
			"min_value": may(idLike(numeral.String())), "max_value": may(idLike(numeral.String())),
			"dispatch_action_config": may(dispatch), "focus_on_load": focus, "placeholder": placeholder,
		},
	}
}

func must(r rule) property { return property{r, true} }
func may(r rule) property  { return property{r, false} }

// oneOf takes an object whose type is one of the named and checks it against
// the shape of that type.
func oneOf(types ...string) rule {
	return func(c *checker, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			c.complain(at, "must be an object")
			return
		}
		kind, ok := o["type"].(string)
		switch {
		case !ok:
			c.complain(at, "missing required field: type")
			return
		case !slices.Contains(types, kind):
			c.complain(at+"/type", "unsupported type: %s", cut(kind, maxID))
			return
		}
		c.properties(at, o, c.shapes[kind], true)
		c.together(at, kind, o)
	}
}

// object takes an object without a type.
func object(s shape) rule {
	return func(c *checker, at string, v any) {
		o, ok := v.(map[string]any)
		if !ok {
			c.complain(at, "must be an object")
			return
		}
		c.properties(at, o, s, false)
	}
}

// someOf takes an object that has at least one of the properties.
func someOf(s shape) rule {
	return func(c *checker, at string, v any) {
		object(s)(c, at, v)
		if o, ok := v.(map[string]any); ok && len(o) == 0 {
			c.complain(at, "must have a property")
		}
	}
}

// properties checks an object's properties in the order of their names, so that
// equal messages get equal answers.
func (c *checker) properties(at string, o map[string]any, s shape, typed bool) {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		switch v, ok := o[name]; {
		case ok && v != nil:
			s[name].rule(c, at+"/"+name, v)
		case s[name].required:
			c.complain(at, "missing required field: %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if _, known := s[name]; !known && !(typed && name == "type") {
			c.complain(at, "invalid additional property: %s", cut(name, maxID))
		}
	}
}

// together checks what concerns several properties, and counts.
func (c *checker) together(at, kind string, o map[string]any) {
	switch kind {
	case "section":
		if o["text"] == nil && o["fields"] == nil {
			c.complain(at, "must define either `text` or `fields`")
		}
	case "image":
		if (o["image_url"] == nil) == (o["slack_file"] == nil) {
			c.complain(at, "must define either `image_url` or `slack_file`")
		}
	case "container":
		if o["title"] == nil && o["rich_text_title"] == nil {
			c.complain(at, "must define either `title` or `rich_text_title`")
		}
		if o["default_collapsed"] == true && o["is_collapsible"] != true {
			c.complain(at+"/default_collapsed", "needs is_collapsible")
		}
	case "header":
		c.chars += headerExtra
	case "table":
		c.tables++
	case "data_table":
		c.tables++
		c.dataTable(at, o)
	case "actions", "context_actions":
		c.uniqueActions(at, o)
	case "modal":
		if o["submit"] == nil && slices.ContainsFunc(items(o, "blocks"), func(b any) bool { return word(b, "type") == "input" }) {
			c.complain(at, "`submit` is required when there is an input block")
		}
	case kindSelect:
		if (o["options"] == nil) == (o["option_groups"] == nil) {
			c.complain(at, "must define either `options` or `option_groups`")
		}
		c.initialChoices(at, o)
	case kindRadio, kindBoxes:
		c.initialChoices(at, o)
	case kindText:
		least, _ := o["min_length"].(float64)
		if most, ok := o["max_length"].(float64); ok && least > most {
			c.complain(at+"/min_length", "must not exceed max_length")
		}
	}
}

// uniqueActions refuses an action_id that stands twice in a block.
func (c *checker) uniqueActions(at string, block map[string]any) {
	seen := map[string]bool{}
	for i, e := range items(block, "elements") {
		id := word(e, "action_id")
		if id != "" && seen[id] {
			c.complain(at+"/elements/"+strconv.Itoa(i)+"/action_id", "`action_id` %q already exists", cut(id, maxID))
		}
		seen[id] = true
	}
}

// initialChoices refuses a choice that is not among the options.
func (c *checker) initialChoices(at string, e map[string]any) {
	for _, v := range initial(e) {
		if choice(e, v) == nil {
			c.complain(at, "%q is chosen at first but is no option", cut(v, maxOptionValue))
		}
	}
}

// dataTable checks that the rows are equally long and the first has names only.
func (c *checker) dataTable(at string, table map[string]any) {
	width := -1
	for i, row := range items(table, "rows") {
		cells, _ := row.([]any)
		if width < 0 {
			width = len(cells)
		}
		if len(cells) != width {
			c.complain(at+"/rows/"+strconv.Itoa(i), "must have as many cells as the first row")
		}
		for j, cell := range cells {
			c.tabulated += utf8.RuneCountInString(word(cell, "text"))
			if v, there := field(cell, "text").(string); there && v == "" {
				c.complain(fmt.Sprintf("%s/rows/%d/%d/text", at, i, j), "must be more than 0 characters")
			}
			if i == 0 && word(cell, "type") != "raw_text" {
				c.complain(fmt.Sprintf("%s/rows/0/%d/type", at, j), "the first row must be raw_text")
			}
		}
	}
	if column, ok := table["row_header_column_index"].(float64); ok && int(column) >= width {
		c.complain(at+"/row_header_column_index", "there is no such column")
	}
}

// text takes a text object of one of the given types with 1 to n characters.
func text(n int, types ...string) rule {
	return func(c *checker, at string, v any) {
		bad, kept := c.bad, len(c.complains)
		oneOf(types...)(c, at, v)
		if c.bad == bad {
			length(c, at+"/text", v.(map[string]any)["text"].(string), 1, n) // as oneOf found it to be
		}
		if c.bad > bad {
			// Slack puts this line before the reason.
			c.complains = slices.Insert(c.complains, kept,
				fmt.Sprintf("failed to match all allowed schemas [json-pointer:%s]", at))
		}
	}
}

// mrkdwnText is the text of a mrkdwn object, which the app has escaped.
func mrkdwnText(c *checker, at string, v any) {
	str(1, maxTextObject)(c, at, v)
	if s, ok := v.(string); ok {
		c.chars += utf8.RuneCountInString(s)
	}
}

// plainText is the text of a plain_text object; it counts in its escaped form.
func plainText(c *checker, at string, v any) {
	str(1, maxTextObject)(c, at, v)
	if s, ok := v.(string); ok {
		c.chars += utf8.RuneCountInString(escape(unescape(s)))
	}
}

// leafText is a text of any length that is shown literally.
func leafText(c *checker, at string, v any) {
	s, ok := v.(string)
	if !ok {
		c.complain(at, "must provide a string")
		return
	}
	c.chars += utf8.RuneCountInString(escape(s))
}

// markdown is the text of a markdown block; all of them share one limit.
func markdown(c *checker, at string, v any) {
	str(1, maxMarkdown)(c, at, v)
	if s, ok := v.(string); ok {
		c.markdown += utf8.RuneCountInString(s)
		c.chars += utf8.RuneCountInString(escape(s))
	}
}

func uniqueBlockID(c *checker, at string, v any) {
	str(1, maxID)(c, at, v)
	if s, ok := v.(string); ok {
		if c.blockIDs[s] {
			c.complain(at, "`block_id` %q already exists", cut(s, maxID))
		}
		c.blockIDs[s] = true
	}
}

func str(least, most int) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		if !ok {
			c.complain(at, "must provide a string")
			return
		}
		length(c, at, s, least, most)
	}
}

func length(c *checker, at, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		c.complain(at, "must be more than %d characters", least-1)
	case n > most:
		c.complain(at, "must be less than %d characters", most+1)
	}
}

func list(least, most int, each rule) rule {
	return func(c *checker, at string, v any) {
		items, ok := v.([]any)
		switch {
		case !ok:
			c.complain(at, "must be an array")
		case len(items) < least:
			c.complain(at, "no fewer than %d items allowed", least)
		case len(items) > most:
			c.complain(at, "no more than %d items allowed", most)
		default:
			for i, item := range items {
				each(c, at+"/"+strconv.Itoa(i), item)
			}
		}
	}
}

func link(c *checker, at string, v any) {
	str(1, maxURL)(c, at, v)
	s, ok := v.(string)
	if !ok {
		return
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || (u.Host == "" && u.Opaque == "") {
		c.complain(at, "must be a valid URL")
	}
}

func boolean(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.complain(at, "must be a boolean")
	}
}

func number(least, most float64) rule {
	return func(c *checker, at string, v any) {
		n, ok := v.(float64)
		if !ok || n != math.Trunc(n) || n < least || n > most {
			c.complain(at, "must be a whole number from %.0f to %.0f", least, most)
		}
	}
}

func enum(values ...string) rule {
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(values, s) {
			c.complain(at, "must be one of %s", strings.Join(values, ", "))
		}
	}
}

func idLike(pattern string) rule {
	re := regexp.MustCompile(pattern)
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !re.MatchString(s) {
			c.complain(at, "must match pattern: %s", pattern)
		}
	}
}

func anyNumber(c *checker, at string, v any) {
	if _, ok := v.(float64); !ok {
		c.complain(at, "must be a number")
	}
}

// focused counts the elements that want the focus.
func focused(c *checker, at string, v any) {
	boolean(c, at, v)
	if v == true {
		c.focused++
	}
}

// orNull takes null, too, where a list may have gaps.
func orNull(r rule) rule {
	return func(c *checker, at string, v any) {
		if v != nil {
			r(c, at, v)
		}
	}
}
