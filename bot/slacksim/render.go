package slacksim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Render returns the channel as the viewer reads it in Slack, as plain text:
// every message from its blocks, thread replies under their parent, what only
// the viewer sees marked as such, and at the end the modal that the viewer has
// open. Control characters are spelled out.
func (s *Server) Render(channel, viewer string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[channel]
	if r == nil {
		return ""
	}
	var b strings.Builder
	replies := map[string][]*Message{}
	for _, m := range r.messages {
		if m.visible(viewer) && m.ThreadTS != "" && r.message(m.ThreadTS) != nil {
			replies[m.ThreadTS] = append(replies[m.ThreadTS], m)
		}
	}
	for _, m := range r.messages {
		if !m.visible(viewer) || (m.ThreadTS != "" && !m.Broadcast && r.message(m.ThreadTS) != nil) {
			continue
		}
		s.write(&b, m, viewer, "")
		for _, reply := range replies[m.TS] {
			s.write(&b, reply, viewer, "  | ")
		}
	}
	if v := s.top(viewer); v != nil {
		s.writeView(&b, v)
	}
	return b.String()
}

// Transcript follows a channel as one person sees it.
type Transcript struct {
	s               *Server
	channel, viewer string
	seen            int64
}

// Transcript starts to follow a channel; what is in it already counts as new.
// A Transcript is for one goroutine.
func (s *Server) Transcript(channel, viewer string) *Transcript {
	return &Transcript{s: s, channel: channel, viewer: viewer}
}

// Next renders the messages that came or changed since the last call, oldest
// first, and the viewer's modal if it did; "" when there is nothing new.
func (t *Transcript) Next() string {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	r := t.s.rooms[t.channel]
	if r == nil {
		return ""
	}
	var b strings.Builder
	for _, m := range r.messages {
		if m.rev > t.seen && m.visible(t.viewer) {
			margin := ""
			if m.ThreadTS != "" {
				margin = "  | "
			}
			t.s.write(&b, m, t.viewer, margin)
		}
	}
	if v := t.s.top(t.viewer); v != nil && v.rev > t.seen {
		t.s.writeView(&b, v)
	}
	t.seen = t.s.rev
	return b.String()
}

func (m *Message) visible(viewer string) bool { return m.OnlyFor == "" || m.OnlyFor == viewer }

// write renders one message: who and when, then what, two columns further in.
func (s *Server) write(b *strings.Builder, m *Message, viewer, margin string) {
	head := s.nameOf(m.User) + m.App // one of them is empty
	if m.User == s.cfg.BotUser.ID || m.App != "" {
		head += " (app)"
	}
	head += "  " + stamp(m.TS).In(s.cfg.Zone).Format("15:04")
	if m.OnlyFor != "" {
		head += "  only visible to you"
	}
	if m.Edited {
		head += "  edited"
	}
	if m.Broadcast && margin == "" {
		head += "  replied to a thread"
	}
	fmt.Fprintln(b, margin+clean(head))
	writeLines(b, margin+"  ", s.reader().message(m))
	if why := m.Trouble[viewer]; why != "" {
		writeLines(b, margin+"  ", []string{"(!) " + why})
	}
}

// writeView renders a modal: its title, its blocks and its buttons.
func (s *Server) writeView(b *strings.Builder, v *view) {
	r := s.reader()
	r.entered, r.errors = v.entered, v.errors
	shown := v.shown(0)
	fmt.Fprintln(b, clean(s.cfg.BotUser.Name+" (app)  modal: "+shown.Title))
	writeLines(b, "  ", r.blocks(v.blocks))
	buttons := "[" + shown.Close + "]"
	if shown.Submit != "" {
		buttons = "[" + shown.Submit + "] " + buttons
	}
	writeLines(b, "  ", []string{buttons})
	if v.trouble != "" {
		writeLines(b, "  ", []string{"(!) " + v.trouble})
	}
}

func writeLines(b *strings.Builder, margin string, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(b, strings.TrimRight(margin+clean(line), " "))
	}
}

func stamp(ts string) time.Time {
	seconds, _, _ := strings.Cut(ts, ".")
	n, _ := strconv.ParseInt(seconds, 10, 64) // our own ts
	return time.Unix(n, 0)
}

func (s *Server) reader() reader {
	return reader{
		user: s.nameOf,
		channel: func(id string) string {
			if r := s.rooms[id]; r != nil {
				return r.Name
			}
			return id
		},
		zone: s.cfg.Zone, now: s.cfg.Clock.Now(),
	}
}

// message returns the lines of a message: its blocks, or else its text, its
// files and the reactions.
func (r reader) message(m *Message) []string {
	var lines []string
	var blocks []any
	switch {
	case json.Unmarshal(m.Blocks, &blocks) == nil:
		lines = r.blocks(blocks)
	case m.Text != "":
		lines = r.mrkdwn(m.Text)
	}
	lines = append(lines, r.attachments(m.Attachments)...)
	if m.Deleted {
		lines = append(lines, "This message was deleted.")
	}
	for _, f := range m.Files {
		if f.Deleted {
			lines = append(lines, "This file was deleted.")
		} else {
			lines = append(lines, fmt.Sprintf("file %s (%s bytes)", f.Name, thousands(f.Size)))
		}
	}
	for _, name := range m.Reactions {
		lines = append(lines, ":"+name+": 1")
	}
	return lines
}

func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// field reads decoded JSON of any shape; what is missing reads as nil. word and
// items do the same for strings and arrays.
func field(v any, name string) any {
	o, _ := v.(map[string]any)
	return o[name]
}

func word(v any, name string) string {
	s, _ := field(v, name).(string)
	return s
}

func items(v any, name string) []any {
	list, _ := field(v, name).([]any)
	return list
}

func (r reader) blocks(list []any) []string {
	var lines []string
	for _, b := range list {
		lines = append(lines, r.block(b)...)
	}
	return lines
}

func (r reader) block(b any) []string {
	switch word(b, "type") {
	case "header":
		return r.text(field(b, "text"))
	case "divider":
		return []string{"----"}
	case "section":
		return r.section(b)
	case "context":
		var parts []string
		for _, e := range items(b, "elements") {
			parts = append(parts, r.element(e))
		}
		return strings.Split(strings.Join(parts, " "), "\n")
	case "actions", "context_actions":
		var parts []string
		for _, e := range items(b, "elements") {
			parts = append(parts, r.used(b, e))
		}
		return []string{strings.Join(parts, " ")}
	case "container":
		return r.container(b)
	case "image":
		return []string{r.element(b)}
	case "markdown":
		return strings.Split(word(b, "text"), "\n")
	case "rich_text":
		return r.rich(b)
	case "table":
		return r.table(b)
	case "data_table":
		return append([]string{word(b, "caption")}, r.table(b)...)
	case "input":
		return r.input(b)
	case "alert":
		return r.text(field(b, "text"))
	}
	return []string{"[" + word(b, "type") + "]"}
}

// text renders a text object.
func (r reader) text(v any) []string {
	if word(v, "type") == "mrkdwn" {
		return r.mrkdwn(word(v, "text"))
	}
	return strings.Split(unescape(word(v, "text")), "\n")
}

func (r reader) line(v any) string { return strings.Join(r.text(v), " ") }

func (r reader) section(b any) []string {
	var lines []string
	if field(b, "text") != nil {
		lines = r.text(field(b, "text"))
	}
	for _, f := range items(b, "fields") {
		lines = append(lines, r.text(f)...)
	}
	if e := field(b, "accessory"); e != nil {
		lines = append(lines, r.used(b, e))
	}
	return lines
}

// input renders a label, the element under it, and what was found wrong.
func (r reader) input(b any) []string {
	label := r.line(field(b, "label"))
	if field(b, "optional") == true {
		label += " (optional)"
	}
	lines := []string{label, "  " + r.used(b, field(b, "element"))}
	if hint := field(b, "hint"); hint != nil {
		lines = append(lines, "  "+r.line(hint))
	}
	if wrong := r.errors[word(b, "block_id")]; wrong != "" {
		lines = append(lines, "  (!) "+wrong)
	}
	return lines
}

// used renders an element with what it holds.
func (r reader) used(b, e any) string {
	held := r.entered.held(b, e)
	switch word(e, "type") {
	case kindText, kindNumber:
		if len(held) > 0 && held[0] != "" {
			return "[" + strings.ReplaceAll(held[0], "\n", " ") + "]"
		}
		return "[" + r.line(field(e, "placeholder")) + "]"
	case kindRadio:
		return r.ticks(e, held, "( )", "(x)")
	case kindBoxes:
		return r.ticks(e, held, "[ ]", "[x]")
	case kindSelect:
		if len(held) > 0 {
			return "[" + r.line(field(choice(e, held[0]), "text")) + ": " + r.options(e) + "]"
		}
	}
	return r.element(e)
}

func (r reader) ticks(e any, held []string, off, on string) string {
	var parts []string
	for _, o := range items(e, "options") {
		mark := off
		if slices.Contains(held, word(o, "value")) {
			mark = on
		}
		parts = append(parts, mark+" "+r.line(field(o, "text")))
	}
	return strings.Join(parts, " ")
}

// element renders what stands inside a block: texts, buttons, menus, images.
func (r reader) element(e any) string {
	switch word(e, "type") {
	case "button", "icon_button":
		return "[" + r.line(field(e, "text")) + "]"
	case "overflow":
		return "[" + r.options(e) + "]"
	case "static_select":
		return "[" + r.line(field(e, "placeholder")) + ": " + r.options(e) + "]"
	case "feedback_buttons":
		return "[" + r.line(field(field(e, "positive_button"), "text")) + "] [" +
			r.line(field(field(e, "negative_button"), "text")) + "]"
	case "image":
		return "[image: " + word(e, "alt_text") + "]"
	}
	return strings.Join(r.text(e), "\n")
}

func (r reader) options(e any) string {
	var names []string
	for _, o := range choices(e) {
		names = append(names, r.line(field(o, "text")))
	}
	return strings.Join(names, " / ")
}

// container shows its children also when it starts collapsed: the viewer has
// opened it.
func (r reader) container(b any) []string {
	var lines []string
	if t := field(b, "rich_text_title"); t != nil {
		lines = r.rich(t)
	} else {
		lines = r.text(field(b, "title"))
	}
	if t := field(b, "subtitle"); t != nil {
		lines = append(lines, r.text(t)...)
	}
	for _, line := range r.blocks(items(b, "child_blocks")) {
		lines = append(lines, "  "+line)
	}
	return lines
}

func (r reader) table(b any) []string {
	var lines []string
	rows, _ := field(b, "rows").([]any)
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

func (r reader) cell(v any) string {
	n, isNumber := field(v, "value").(float64)
	switch text := word(v, "text"); {
	case word(v, "type") == "rich_text":
		return strings.Join(r.rich(v), " ")
	case text == "" && isNumber:
		return strconv.FormatFloat(n, 'f', -1, 64)
	default:
		return text
	}
}

// rich renders a rich_text block; its texts are literal.
func (r reader) rich(b any) []string {
	var lines []string
	for _, e := range items(b, "elements") {
		switch word(e, "type") {
		case "rich_text_preformatted":
			lines = append(lines, indented(strings.TrimSuffix(r.leaves(e), "\n"), "    ")...)
		case "rich_text_quote":
			lines = append(lines, indented(r.leaves(e), "> ")...)
		case "rich_text_list":
			lines = append(lines, r.richList(e)...)
		default:
			lines = append(lines, strings.Split(strings.TrimSuffix(r.leaves(e), "\n"), "\n")...)
		}
	}
	return lines
}

func (r reader) richList(e any) []string {
	var lines []string
	level, _ := field(e, "indent").(float64)
	margin := strings.Repeat("  ", min(max(int(level), 0), 8))
	for i, item := range items(e, "elements") {
		mark := "- "
		if word(e, "style") == "ordered" {
			mark = strconv.Itoa(i+1) + ". "
		}
		lines = append(lines, strings.Split(margin+mark+r.leaves(item), "\n")...)
	}
	return lines
}

func (r reader) leaves(e any) string {
	var b strings.Builder
	for _, leaf := range items(e, "elements") {
		b.WriteString(r.leaf(leaf))
	}
	return b.String()
}

func (r reader) leaf(v any) string {
	switch word(v, "type") {
	case "link":
		if t := word(v, "text"); t != "" {
			return t
		}
		return word(v, "url")
	case "user":
		return "@" + r.user(word(v, "user_id"))
	case "channel":
		return "#" + r.channel(word(v, "channel_id"))
	case "usergroup":
		return "@" + word(v, "usergroup_id")
	case "team":
		return "@" + word(v, "team_id")
	case "broadcast":
		return "@" + word(v, "range")
	case "emoji":
		return ":" + word(v, "name") + ":"
	case "color":
		return word(v, "value")
	case "date":
		n, _ := field(v, "timestamp").(float64)
		return r.date(int64(n), word(v, "format"))
	}
	return word(v, "text")
}
