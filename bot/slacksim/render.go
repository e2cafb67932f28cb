package slacksim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"logbot/bot/slacksim/plaintext"
)

// Render returns the channel as the viewer reads it in Slack, as plain text: every
// message from its blocks, thread replies under their parent, a mark at ephemeral
// messages, and at the end the open modal of the viewer. Control characters are
// spelled out.
func (s *Server) Render(channel, viewer string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.conversations[channel]
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
		s.writeMessage(&b, m, viewer, "")
		for _, reply := range replies[m.TS] {
			s.writeMessage(&b, reply, viewer, "  | ")
		}
	}
	if v := s.topmost(viewer); v != nil {
		s.writeView(&b, v)
	}
	return b.String()
}

// Transcript follows a channel as one person sees it. It is for one goroutine.
type Transcript struct {
	s               *Server
	channel, viewer string
	seen            int64
}

// Transcript starts to follow a channel. What is already in it counts as new.
func (s *Server) Transcript(channel, viewer string) *Transcript {
	return &Transcript{s: s, channel: channel, viewer: viewer}
}

// Next renders the messages that are new or changed since the last call, oldest
// first, and the modal of the viewer if it has changed. It returns "" if nothing
// has changed.
func (t *Transcript) Next() string {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	r := t.s.conversations[t.channel]
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
			t.s.writeMessage(&b, m, t.viewer, margin)
		}
	}
	if v := t.s.topmost(t.viewer); v != nil && v.rev > t.seen {
		t.s.writeView(&b, v)
	}
	t.seen = t.s.rev
	return b.String()
}

// writeMessage renders one message: author and time, then the content, indented by
// two columns.
func (s *Server) writeMessage(b *strings.Builder, m *Message, viewer, margin string) {
	head := s.nameOf(m.User) + m.App // one of the two is empty
	if m.User == s.cfg.BotUser.ID || m.App != "" {
		head += " (app)"
	}
	head += "  " + timeOf(m.TS).In(s.cfg.Zone).Format("15:04")
	if m.OnlyFor != "" {
		head += "  only visible to you"
	}
	if m.Edited {
		head += "  edited"
	}
	if m.Broadcast && margin == "" {
		head += "  replied to a thread"
	}
	fmt.Fprintln(b, margin+plaintext.Printable(head))
	writeLines(b, margin+"  ", messageLines(s.renderer(), m))
	if why := m.Trouble[viewer]; why != "" {
		writeLines(b, margin+"  ", []string{"(!) " + why})
	}
}

// writeView renders a modal: its title, its blocks and its buttons.
func (s *Server) writeView(b *strings.Builder, v *view) {
	r := s.renderer()
	r.State, r.Errors = v.state, v.errors
	shown := v.snapshot(0)
	fmt.Fprintln(b, plaintext.Printable(s.cfg.BotUser.Name+" (app)  modal: "+shown.Title))
	writeLines(b, "  ", r.Blocks(v.blocks))
	buttons := "[" + shown.Close + "]"
	if shown.Submit != "" {
		buttons = "[" + shown.Submit + "] " + buttons
	}
	writeLines(b, "  ", []string{buttons})
	if v.failure != "" {
		writeLines(b, "  ", []string{"(!) " + v.failure})
	}
}

func writeLines(b *strings.Builder, margin string, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(b, strings.TrimRight(margin+plaintext.Printable(line), " "))
	}
}

func timeOf(ts string) time.Time {
	seconds, _, _ := strings.Cut(ts, ".")
	n, _ := strconv.ParseInt(seconds, 10, 64) // cannot fail: a ts of nextTS
	return time.Unix(n, 0)
}

func (s *Server) renderer() plaintext.Renderer {
	return plaintext.Renderer{
		User: s.nameOf,
		Channel: func(id string) string {
			if r := s.conversations[id]; r != nil {
				return r.Name
			}
			return id
		},
		Zone: s.cfg.Zone, Now: s.cfg.Clock.Now(),
	}
}

// messageLines returns the lines of a message: its blocks or else its text, then
// attachments, files and reactions.
func messageLines(r plaintext.Renderer, m *Message) []string {
	var lines []string
	var blocks []any
	switch {
	case json.Unmarshal(m.Blocks, &blocks) == nil:
		lines = r.Blocks(blocks)
	case m.Text != "":
		lines = r.Mrkdwn(m.Text)
	}
	lines = append(lines, r.Attachments(m.Attachments)...)
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
