package slacksim

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"logbot/bot/slacksim/mrkdwn"
)

// Saying is a message that a person types.
type Saying struct {
	User     string
	Channel  string // of which they are a member; see DirectMessage for the app's own
	Text     string // as typed: @logbot, #builds and addresses become mentions and links
	ThreadTS string // of the message it replies to; empty for none
	// Broadcast shows a reply in the channel, too.
	Broadcast bool
}

// Said is a message that a person has typed.
type Said struct {
	TS    string
	Event *Event // what the app is told; nil when it is told nothing
}

// Say types a message. The app is told of it when it mentions the app (scope
// app_mentions:read, the app is a member) or when it is in a conversation with
// the app alone (scope im:history). It returns once the event is on its way; an
// error means that a person could not type this here.
func (s *Server) Say(ctx context.Context, saying Saying) (*Said, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("slacksim: say: %w", err)
	}
	said, err := s.hear(saying)
	if err != nil {
		return nil, fmt.Errorf("slacksim: say in %s: %w", mrkdwn.Truncate(saying.Channel, maxQuoted), err)
	}
	if said.Event != nil {
		said.Event.deliver("")
	}
	return said, nil
}

func (s *Server) hear(saying Saying) (*Said, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.present(saying.User, saying.Channel)
	switch {
	case err != nil:
		return nil, err
	case r.Archived:
		return nil, errors.New("the channel is archived")
	case strings.TrimSpace(saying.Text) == "":
		return nil, errors.New("nothing to say")
	case utf8.RuneCountInString(saying.Text) > maxCommandText:
		return nil, fmt.Errorf("more than %d characters", maxCommandText)
	case r.thread(saying.ThreadTS) != nil:
		return nil, fmt.Errorf("no message %q to reply to", saying.ThreadTS)
	}
	ts := s.post(Message{
		Channel: r.ID, User: saying.User, Text: s.marked(saying.Text), Via: viaComposer,
		ThreadTS: saying.ThreadTS, Broadcast: saying.Broadcast && saying.ThreadTS != "", clientID: uuid(),
	})
	return &Said{TS: ts, Event: s.event(r, r.message(ts))}, nil
}

// composed is marked text as the blocks that the composer makes of it.
func composed(text string) []any {
	elements := []any{}
	for text != "" {
		before, after, marked := strings.Cut(text, "<") // typed ones are escaped
		if before != "" {
			elements = append(elements, map[string]any{"type": "text", "text": mrkdwn.Unescape(before)})
		}
		mark, rest, _ := strings.Cut(after, ">")
		if text = rest; !marked {
			break
		}
		name, _, _ := strings.Cut(mark, "|")
		switch {
		case strings.HasPrefix(name, "@"):
			elements = append(elements, map[string]any{"type": "user", "user_id": name[1:]})
		case strings.HasPrefix(name, "#"):
			elements = append(elements, map[string]any{"type": "channel", "channel_id": name[1:]})
		case strings.HasPrefix(name, "!"):
			elements = append(elements, map[string]any{"type": "broadcast", "range": name[1:]})
		default:
			elements = append(elements, map[string]any{"type": "link", "url": mrkdwn.Unescape(name)})
		}
	}
	return []any{map[string]any{"type": "rich_text", "block_id": "composed", "elements": []any{
		map[string]any{"type": "rich_text_section", "elements": elements},
	}}}
}

// markable is what the composer turns into markup.
var markable = regexp.MustCompile(`https?://[^\s<>|]+|[@#][\p{L}\p{N}][\p{L}\p{N}._-]*`)

// marked is typed text in the form in which Slack keeps it.
func (s *Server) marked(text string) string {
	var b strings.Builder
	for text != "" {
		at := markable.FindStringIndex(text)
		if at == nil {
			break
		}
		word := strings.TrimRight(text[at[0]:at[1]], ".,;:!?)'\"")
		b.WriteString(mrkdwn.Escape(text[:at[0]]))
		b.WriteString(s.markup(word))
		text = text[at[0]+len(word):]
	}
	b.WriteString(mrkdwn.Escape(text))
	return b.String()
}

// markup is the form of one word that begins with @, # or http.
func (s *Server) markup(word string) string {
	name := word[1:]
	switch {
	case word[0] == 'h':
		return "<" + mrkdwn.Escape(word) + ">"
	case word[0] == '#':
		for _, r := range s.rooms {
			if r.Name == name && !r.direct() {
				return "<#" + r.ID + "|" + mrkdwn.Escape(name) + ">"
			}
		}
	case name == "here" || name == "channel" || name == "everyone":
		return "<!" + name + ">"
	case name == s.cfg.BotUser.Name:
		return "<@" + s.cfg.BotUser.ID + ">"
	default:
		for _, u := range s.cfg.Users {
			if u.Name == name {
				return "<@" + u.ID + ">"
			}
		}
	}
	return mrkdwn.Escape(word)
}

// mentioned reports whether marked text speaks to the app.
func (s *Server) mentioned(text string) bool {
	return strings.Contains(text, "<@"+s.cfg.BotUser.ID+">")
}
