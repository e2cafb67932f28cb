package slacksim

import (
	"context"
	"fmt"
	"slices"

	"logbot/bot/slacksim/mrkdwn"
)

// Shortcut is an entry that the app has put into the menu of every message.
type Shortcut struct {
	Name       string // "Explain this build"
	CallbackID string
}

// ShortcutUse is a person choosing a message shortcut.
type ShortcutUse struct {
	User        string
	Channel, TS string // of the message, anybody's
	CallbackID  string
}

// Shortcuts returns the message shortcuts of the app.
func (s *Server) Shortcuts() []Shortcut { return slices.Clone(s.cfg.Shortcuts) }

// Shortcut chooses a message shortcut of Config.Shortcuts; the app must have
// the scope commands. It returns and fails like Click; a failure is told by
// Slackbot. Ephemeral messages have no shortcuts.
func (s *Server) Shortcut(ctx context.Context, use ShortcutUse) (*Interaction, error) {
	return s.interact(ctx, "shortcut "+use.CallbackID, func() (*deed, error) {
		r, err := s.present(use.User, use.Channel)
		if err != nil {
			return nil, err
		}
		m := r.message(use.TS)
		i := slices.IndexFunc(s.cfg.Shortcuts, func(c Shortcut) bool { return c.CallbackID == use.CallbackID })
		switch {
		case m == nil:
			return nil, fmt.Errorf("no message %q in %s", use.TS, r.ID)
		case i < 0:
			return nil, fmt.Errorf("the app has no shortcut %q", mrkdwn.Truncate(use.CallbackID, maxQuoted))
		case !s.scoped("commands"):
			return nil, fmt.Errorf("the app lacks the scope commands")
		}
		d := &Delivery{user: use.User, channel: r.ID, Typed: m.Text}
		d.onFail = func(why string) {
			s.whisper(d, fmt.Sprintf("%s failed with the error %q", mrkdwn.Escape(s.cfg.Shortcuts[i].Name), why))
		}
		h := &hook{kind: "app"}
		if m.User == s.cfg.BotUser.ID {
			h.original = m.TS
		}
		return &deed{kind: "message_action", d: d, hook: h, payload: map[string]any{
			"callback_id": use.CallbackID, "action_ts": s.stamp(), "message_ts": m.TS, "message": s.wire(m),
			"channel": map[string]any{"id": r.ID, "name": r.wireName()},
		}}, nil
	})
}
