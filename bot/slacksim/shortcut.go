package slacksim

import (
	"context"
	"fmt"
	"slices"

	"logbot/bot/slacksim/mrkdwn"
)

// ShortcutUse is a person using a message shortcut.
type ShortcutUse struct {
	User        string
	Channel, TS string // of the message, which may be by any author
	CallbackID  string
}

// Shortcut uses a message shortcut of Config.Shortcuts; the app needs the scope
// commands. It returns and fails like Click, except that Slackbot reports the
// failure. Ephemeral messages have no shortcuts.
func (ps *people) Shortcut(ctx context.Context, use ShortcutUse) (*Interaction, error) {
	return ps.interact(ctx, "shortcut "+use.CallbackID, func() (*pendingInteraction, error) {
		r, err := ps.memberChannel(use.User, use.Channel)
		if err != nil {
			return nil, err
		}
		m := r.message(use.TS)
		i := slices.IndexFunc(ps.cfg.Shortcuts, func(c Shortcut) bool { return c.CallbackID == use.CallbackID })
		switch {
		case m == nil:
			return nil, fmt.Errorf("no message %q in %s", use.TS, r.ID)
		case i < 0:
			return nil, fmt.Errorf("the app has no shortcut %q", mrkdwn.Truncate(use.CallbackID, maxQuoted))
		case !ps.scoped("commands"):
			return nil, fmt.Errorf("the app lacks the scope commands")
		}
		d := &Delivery{user: use.User, channel: r.ID, Typed: m.Text}
		d.onFail = func(why string) {
			ps.deliveries.whisper(d, fmt.Sprintf("%s failed with the error %q", mrkdwn.Escape(ps.cfg.Shortcuts[i].Name), why))
		}
		u := &responseURL{path: "app"}
		if m.User == ps.cfg.BotUser.ID {
			u.sourceTS = m.TS
		}
		return &pendingInteraction{kind: "message_action", delivery: d, responseURL: u, payload: map[string]any{
			"callback_id": use.CallbackID, "action_ts": ps.actionTS(), "message_ts": m.TS, "message": ps.messageJSON(m),
			"channel": map[string]any{"id": r.ID, "name": r.payloadName()},
		}}, nil
	})
}
