package blockkit

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"logbot/bot/slacksim/mrkdwn"
)

// Problem is why Slack refuses blocks or a modal.
type Problem struct {
	Code     string   // Slack's name of the error, such as invalid_blocks
	Messages []string // for response_metadata.messages; at most 20
}

// rule checks one value at a JSON pointer.
type rule func(c *checker, at string, v any)

type property struct {
	rule
	required bool
}

// properties are those of one type, apart from "type" itself.
type properties map[string]property

// Schema holds the known types of blocks, elements, rich text and modals by name.
// No type may contain itself, which bounds the depth of a message.
type Schema map[string]properties

// checker collects the problems of one message or modal.
type checker struct {
	schema        Schema
	problems      int      // how many were found
	messages      []string // about the first of them
	blockIDs      map[string]bool
	tableCount    int
	markdownChars int // of all markdown blocks
	cellChars     int // of all cells of data tables
	focusCount    int // elements with focus_on_load
	totalChars    int // of the whole message, as Slack probably counts them
}

// problemf adds a problem at a JSON pointer.
func (c *checker) problemf(pointer, format string, args ...any) {
	const enough = 20
	c.problems++
	if len(c.messages) < enough {
		c.messages = append(c.messages, At(pointer, format, args...))
	}
}

// CheckMessage applies all rules to the blocks of one message. It returns nil if
// Slack would accept them.
func (s Schema) CheckMessage(blocks []any) *Problem {
	c := &checker{schema: s, blockIDs: map[string]bool{}}
	if len(blocks) > maxBlocks {
		c.problemf("/blocks", "no more than %d items allowed", maxBlocks)
	} else {
		for i, b := range blocks {
			oneOf(messageBlocks...)(c, "/blocks/"+strconv.Itoa(i), b)
		}
	}
	switch {
	case c.problems > 0:
		return &Problem{"invalid_blocks", c.messages}
	case c.tableCount > 1:
		return &Problem{"invalid_attachments", []string{"only_one_table_allowed"}}
	case c.markdownChars > maxMarkdown:
		return &Problem{"invalid_blocks", []string{At("/blocks", "markdown blocks must be less than %d characters together", maxMarkdown+1)}}
	case c.cellChars > maxTableChars:
		return &Problem{"invalid_blocks", []string{At("/blocks", "the cells of a data_table must be less than %d characters together", maxTableChars+1)}}
	case c.totalChars > maxMessageChars:
		return &Problem{Code: "msg_blocks_too_long"}
	}
	return nil
}

// CheckModal applies all rules to one modal. It returns nil if Slack would accept it.
func (s Schema) CheckModal(view map[string]any) *Problem {
	c := &checker{schema: s, blockIDs: map[string]bool{}}
	oneOf("modal")(c, "/view", view)
	if c.focusCount > 1 {
		c.problemf("/view/blocks", "only one element may have focus_on_load")
	}
	if c.problems > 0 {
		return &Problem{"invalid_arguments", c.messages}
	}
	return nil
}

// checkProperties checks an object's properties in the order of their names, so that
// equal messages get equal answers.
func (c *checker) checkProperties(at string, o map[string]any, s properties, typed bool) {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		switch v, ok := o[name]; {
		case ok && v != nil:
			s[name].rule(c, at+"/"+name, v)
		case s[name].required:
			c.problemf(at, "missing required field: %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if _, known := s[name]; !known && !(typed && name == "type") {
			c.problemf(at, "invalid additional property: %s", mrkdwn.Truncate(name, maxID))
		}
	}
}

// checkCombination checks the rules over several properties of one object, and adds
// to the counts of the whole message.
func (c *checker) checkCombination(at, kind string, o map[string]any) {
	switch kind {
	case "section":
		if o["text"] == nil && o["fields"] == nil {
			c.problemf(at, "must define either `text` or `fields`")
		}
	case "image":
		if (o["image_url"] == nil) == (o["slack_file"] == nil) {
			c.problemf(at, "must define either `image_url` or `slack_file`")
		}
	case "container":
		if o["title"] == nil && o["rich_text_title"] == nil {
			c.problemf(at, "must define either `title` or `rich_text_title`")
		}
		if o["default_collapsed"] == true && o["is_collapsible"] != true {
			c.problemf(at+"/default_collapsed", "needs is_collapsible")
		}
	case "header":
		c.totalChars += headerExtra
	case "table":
		c.tableCount++
	case "data_table":
		c.tableCount++
		c.checkDataTable(at, o)
	case "actions", "context_actions":
		c.checkUniqueActionIDs(at, o)
	case "modal":
		if o["submit"] == nil && slices.ContainsFunc(List(o, "blocks"), func(b any) bool { return String(b, "type") == "input" }) {
			c.problemf(at, "`submit` is required when there is an input block")
		}
	case KindStaticSelect:
		if (o["options"] == nil) == (o["option_groups"] == nil) {
			c.problemf(at, "must define either `options` or `option_groups`")
		}
		c.checkInitialOptions(at, o)
	case KindRadioButtons, KindCheckboxes:
		c.checkInitialOptions(at, o)
	case KindPlainTextInput:
		least, _ := o["min_length"].(float64)
		if most, ok := o["max_length"].(float64); ok && least > most {
			c.problemf(at+"/min_length", "must not exceed max_length")
		}
	}
}

// checkUniqueActionIDs refuses an action_id that occurs twice in a block.
func (c *checker) checkUniqueActionIDs(at string, block map[string]any) {
	seen := map[string]bool{}
	for i, e := range List(block, "elements") {
		id := String(e, "action_id")
		if id != "" && seen[id] {
			c.problemf(at+"/elements/"+strconv.Itoa(i)+"/action_id", "`action_id` %q already exists", mrkdwn.Truncate(id, maxID))
		}
		seen[id] = true
	}
}

// checkInitialOptions refuses an initial option that is not among the options.
func (c *checker) checkInitialOptions(at string, e map[string]any) {
	for _, v := range initialValues(e) {
		if FindOption(e, v) == nil {
			c.problemf(at, "%q is an initial option but not one of the options", mrkdwn.Truncate(v, maxOptionValue))
		}
	}
}

// checkDataTable checks that all rows are equally long and that the first one, the
// header, has raw_text only.
func (c *checker) checkDataTable(at string, table map[string]any) {
	width := -1
	for i, row := range List(table, "rows") {
		cells, _ := row.([]any)
		if width < 0 {
			width = len(cells)
		}
		if len(cells) != width {
			c.problemf(at+"/rows/"+strconv.Itoa(i), "must have as many cells as the first row")
		}
		for j, cell := range cells {
			c.cellChars += utf8.RuneCountInString(String(cell, "text"))
			if v, there := Field(cell, "text").(string); there && v == "" {
				c.problemf(fmt.Sprintf("%s/rows/%d/%d/text", at, i, j), "must be more than 0 characters")
			}
			if i == 0 && String(cell, "type") != "raw_text" {
				c.problemf(fmt.Sprintf("%s/rows/0/%d/type", at, j), "the first row must be raw_text")
			}
		}
	}
	if column, ok := table["row_header_column_index"].(float64); ok && int(column) >= width {
		c.problemf(at+"/row_header_column_index", "there is no such column")
	}
}
