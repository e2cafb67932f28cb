package slacksim

import (
	"slices"

	"logbot/logsapi/lazyregexp"
)

var (
	emojiName = lazyregexp.New(`^[a-z0-9_+'-]{1,100}$`)
	tsForm    = lazyregexp.New(`^[0-9]{1,10}\.[0-9]{6}$`)
)

// reactionsAdd implements reactions.add. It accepts any well-formed name as that of
// an emoji.
func (ch *chat) reactionsAdd(c *apiCall) (map[string]any, *refusal) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ts, name := c.args["timestamp"], c.args["name"]
	r, refused := ch.lookup(c.args["channel"])
	switch {
	case refused != nil:
		return nil, refused
	case ts == "":
		return nil, refuse("no_item_specified")
	case !tsForm.MatchString(ts):
		return nil, refuse("bad_timestamp")
	case !emojiName.MatchString(name):
		return nil, refuse("invalid_name")
	case r.Archived:
		return nil, refuse("is_archived")
	}
	m := r.message(ts)
	switch {
	case m == nil || m.Deleted:
		return nil, refuse("message_not_found")
	case slices.Contains(m.Reactions, name):
		return nil, refuse("already_reacted")
	case len(m.Reactions) >= maxReactions:
		return nil, refuse("too_many_emoji")
	}
	ch.edit(m, func(m *Message) { m.Reactions = append(m.Reactions, name) })
	return map[string]any{}, nil
}
