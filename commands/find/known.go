package find

import (
	"context"
	"slices"
	"strings"

	"logbot/logsapi"
)

// Known reports whether a word is the whole name of a task or check run, or an
// alias of one, that the caller may read.
func (n *Names) Known(ctx context.Context, caller Caller, word string) bool {
	for _, k := range n.kinds() {
		if _, ok, _ := n.setAlias(ctx, caller, word, k); ok {
			return true
		}
		listed, _ := k.list(ctx) // without a list, no task has that name
		if slices.ContainsFunc(k.readable(caller, listed), func(o named) bool { return strings.EqualFold(o.name, word) }) {
			return true
		}
	}
	return false
}

// IsTask reports whether a word is a configured alias or the name of a task that
// was listed before.
func (n *Names) IsTask(word string) bool {
	return n.aliases.Known(word) ||
		slices.ContainsFunc(n.tasks.last(), func(o named) bool { return strings.EqualFold(o.name, word) })
}

// ID is the id of the task or check run with that alias or whole name, whether the
// caller may read it or not: it is for admins.
func (n *Names) ID(ctx context.Context, caller Caller, word string) (id string, known bool) {
	for _, k := range n.kinds() {
		if name, ok := find(k.aliases, word); ok {
			return strings.ToLower(k.aliases[name]), true
		}
		if t, ok, _ := n.setAlias(ctx, caller, word, k); ok {
			return strings.ToLower(t.id), true
		}
		listed, _ := k.list(ctx) // without a list there are no names
		if i := slices.IndexFunc(listed, func(o named) bool { return strings.EqualFold(o.name, word) }); i >= 0 {
			return strings.ToLower(listed[i].id), true
		}
	}
	return "", false
}

// NameTaken reports whether the service lists a task, or check task, of that name
// with another id.
func (n *Names) NameTaken(ctx context.Context, name, id string, check bool) bool {
	listed, _ := n.kind(check).list(ctx) // without a list there are no names to take
	return slices.ContainsFunc(listed, func(o named) bool {
		return strings.EqualFold(o.name, name) && !strings.EqualFold(o.id, id)
	})
}

// IsSet reports whether somebody set a word as an alias here.
func (n *Names) IsSet(ctx context.Context, caller Caller, word string) bool {
	if n.set == nil {
		return false
	}
	_, found, err := n.set.Alias(ctx, caller.Channel, word)
	return err == nil && found
}

// LikeID reports whether a word would be read as an id, a build or a step.
func LikeID(word string) bool {
	return hexWord.MatchString(word) || logsapi.IsTaskID(word) || logsapi.IsRecordID(strings.ToLower(word)) || buildWord.MatchString(word)
}
