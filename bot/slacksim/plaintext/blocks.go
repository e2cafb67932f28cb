package plaintext

import (
	"slices"
	"strconv"
	"strings"

	"logbot/bot/slacksim/blockkit"
	"logbot/bot/slacksim/mrkdwn"
)

// Blocks renders decoded blocks.
func (r Renderer) Blocks(list []any) []string {
	var lines []string
	for _, b := range list {
		lines = append(lines, r.block(b)...)
	}
	return lines
}

func (r Renderer) block(b any) []string {
	switch blockkit.String(b, "type") {
	case "header":
		return r.text(blockkit.Field(b, "text"))
	case "divider":
		return []string{"----"}
	case "section":
		return r.section(b)
	case "context":
		var parts []string
		for _, e := range blockkit.List(b, "elements") {
			parts = append(parts, r.element(e))
		}
		return strings.Split(strings.Join(parts, " "), "\n")
	case "actions", "context_actions":
		var parts []string
		for _, e := range blockkit.List(b, "elements") {
			parts = append(parts, r.elementWithValue(b, e))
		}
		return []string{strings.Join(parts, " ")}
	case "container":
		return r.container(b)
	case "image":
		return []string{r.element(b)}
	case "markdown":
		return strings.Split(blockkit.String(b, "text"), "\n")
	case "rich_text":
		return r.richText(b)
	case "table":
		return r.table(b)
	case "data_table":
		return append([]string{blockkit.String(b, "caption")}, r.table(b)...)
	case "input":
		return r.input(b)
	case "alert":
		return r.text(blockkit.Field(b, "text"))
	}
	return []string{"[" + blockkit.String(b, "type") + "]"}
}

// text renders a text object.
func (r Renderer) text(v any) []string {
	if blockkit.String(v, "type") == "mrkdwn" {
		return r.Mrkdwn(blockkit.String(v, "text"))
	}
	return strings.Split(mrkdwn.Unescape(blockkit.String(v, "text")), "\n")
}

func (r Renderer) line(v any) string { return strings.Join(r.text(v), " ") }

func (r Renderer) section(b any) []string {
	var lines []string
	if blockkit.Field(b, "text") != nil {
		lines = r.text(blockkit.Field(b, "text"))
	}
	for _, f := range blockkit.List(b, "fields") {
		lines = append(lines, r.text(f)...)
	}
	if e := blockkit.Field(b, "accessory"); e != nil {
		lines = append(lines, r.elementWithValue(b, e))
	}
	return lines
}

// input renders a label, the element below it, its hint and its error.
func (r Renderer) input(b any) []string {
	label := r.line(blockkit.Field(b, "label"))
	if blockkit.Field(b, "optional") == true {
		label += " (optional)"
	}
	lines := []string{label, "  " + r.elementWithValue(b, blockkit.Field(b, "element"))}
	if hint := blockkit.Field(b, "hint"); hint != nil {
		lines = append(lines, "  "+r.line(hint))
	}
	if wrong := r.Errors[blockkit.String(b, "block_id")]; wrong != "" {
		lines = append(lines, "  (!) "+wrong)
	}
	return lines
}

// elementWithValue renders an element together with what it holds.
func (r Renderer) elementWithValue(b, e any) string {
	held := r.State.Values(b, e)
	switch blockkit.String(e, "type") {
	case blockkit.KindPlainTextInput, blockkit.KindNumberInput:
		if len(held) > 0 && held[0] != "" {
			return "[" + strings.ReplaceAll(held[0], "\n", " ") + "]"
		}
		return "[" + r.line(blockkit.Field(e, "placeholder")) + "]"
	case blockkit.KindRadioButtons:
		return r.choices(e, held, "( )", "(x)")
	case blockkit.KindCheckboxes:
		return r.choices(e, held, "[ ]", "[x]")
	case blockkit.KindStaticSelect:
		if len(held) > 0 {
			return "[" + r.line(blockkit.Field(blockkit.FindOption(e, held[0]), "text")) + ": " + r.options(e) + "]"
		}
	}
	return r.element(e)
}

func (r Renderer) choices(e any, held []string, off, on string) string {
	var parts []string
	for _, o := range blockkit.List(e, "options") {
		mark := off
		if slices.Contains(held, blockkit.String(o, "value")) {
			mark = on
		}
		parts = append(parts, mark+" "+r.line(blockkit.Field(o, "text")))
	}
	return strings.Join(parts, " ")
}

// element renders a part of a block: a text, button, menu or image.
func (r Renderer) element(e any) string {
	switch blockkit.String(e, "type") {
	case "button", "icon_button":
		return "[" + r.line(blockkit.Field(e, "text")) + "]"
	case "overflow":
		return "[⋯ " + r.options(e) + "]"
	case "static_select":
		return "[" + r.line(blockkit.Field(e, "placeholder")) + ": " + r.options(e) + "]"
	case "feedback_buttons":
		return "[" + r.line(blockkit.Field(blockkit.Field(e, "positive_button"), "text")) + "] [" +
			r.line(blockkit.Field(blockkit.Field(e, "negative_button"), "text")) + "]"
	case "image":
		return "[image: " + blockkit.String(e, "alt_text") + "]"
	}
	return strings.Join(r.text(e), "\n")
}

func (r Renderer) options(e any) string {
	var names []string
	for _, o := range blockkit.Options(e) {
		names = append(names, r.line(blockkit.Field(o, "text")))
	}
	return strings.Join(names, " / ")
}

// container also shows the children of a collapsed container, as if the viewer had
// opened it.
func (r Renderer) container(b any) []string {
	var lines []string
	if t := blockkit.Field(b, "rich_text_title"); t != nil {
		lines = r.richText(t)
	} else {
		lines = r.text(blockkit.Field(b, "title"))
	}
	if t := blockkit.Field(b, "subtitle"); t != nil {
		lines = append(lines, r.text(t)...)
	}
	for _, line := range r.Blocks(blockkit.List(b, "child_blocks")) {
		lines = append(lines, "  "+line)
	}
	return lines
}

func (r Renderer) table(b any) []string {
	var lines []string
	rows, _ := blockkit.Field(b, "rows").([]any)
	for _, row := range rows {
		var cells []string
		list, _ := row.([]any)
		for _, cell := range list {
			cells = append(cells, r.cell(cell))
		}
		lines = append(lines, strings.Split(strings.Join(cells, " | "), "\n")...)
	}
	return lines
}

func (r Renderer) cell(v any) string {
	n, isNumber := blockkit.Field(v, "value").(float64)
	switch text := blockkit.String(v, "text"); {
	case blockkit.String(v, "type") == "rich_text":
		return strings.Join(r.richText(v), " ")
	case text == "" && isNumber:
		return strconv.FormatFloat(n, 'f', -1, 64)
	default:
		return text
	}
}
