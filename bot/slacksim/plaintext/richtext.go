package plaintext

import (
	"strconv"
	"strings"

	"logbot/bot/slacksim/blockkit"
)

// richText renders a rich_text block, whose texts are literal.
func (r Renderer) richText(b any) []string {
	var lines []string
	for _, e := range blockkit.List(b, "elements") {
		switch blockkit.String(e, "type") {
		case "rich_text_preformatted":
			lines = append(lines, indent(strings.TrimSuffix(r.richTextLeaves(e), "\n"), "    ")...)
		case "rich_text_quote":
			lines = append(lines, indent(r.richTextLeaves(e), "> ")...)
		case "rich_text_list":
			lines = append(lines, r.richTextList(e)...)
		default:
			lines = append(lines, strings.Split(strings.TrimSuffix(r.richTextLeaves(e), "\n"), "\n")...)
		}
	}
	return lines
}

func (r Renderer) richTextList(e any) []string {
	var lines []string
	level, _ := blockkit.Field(e, "indent").(float64)
	margin := strings.Repeat("  ", min(max(int(level), 0), 8))
	for i, item := range blockkit.List(e, "elements") {
		mark := "- "
		if blockkit.String(e, "style") == "ordered" {
			mark = strconv.Itoa(i+1) + ". "
		}
		lines = append(lines, strings.Split(margin+mark+r.richTextLeaves(item), "\n")...)
	}
	return lines
}

func (r Renderer) richTextLeaves(e any) string {
	var b strings.Builder
	for _, leaf := range blockkit.List(e, "elements") {
		b.WriteString(r.richTextLeaf(leaf))
	}
	return b.String()
}

func (r Renderer) richTextLeaf(v any) string {
	switch blockkit.String(v, "type") {
	case "link":
		if t := blockkit.String(v, "text"); t != "" {
			return t
		}
		return blockkit.String(v, "url")
	case "user":
		return "@" + r.User(blockkit.String(v, "user_id"))
	case "channel":
		return "#" + r.Channel(blockkit.String(v, "channel_id"))
	case "usergroup":
		return "@" + blockkit.String(v, "usergroup_id")
	case "team":
		return "@" + blockkit.String(v, "team_id")
	case "broadcast":
		return "@" + blockkit.String(v, "range")
	case "emoji":
		return ":" + blockkit.String(v, "name") + ":"
	case "color":
		return blockkit.String(v, "value")
	case "date":
		n, _ := blockkit.Field(v, "timestamp").(float64)
		return r.date(int64(n), blockkit.String(v, "format"))
	}
	return blockkit.String(v, "text")
}
