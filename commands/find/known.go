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
		k.learnProjects(ctx)
		if _, ok, _, _ := n.setAlias(ctx, caller, word, k); ok {
			return true
		}
		listed, _ := k.list(ctx) // without a list, no task has that name
		if slices.ContainsFunc(k.readable(caller, listed), func(o named) bool { return strings.EqualFold(o.name, word) }) {
			return true
		}
	}
	return false
}

// IsAlias reports whether a word is a configured alias of something that the caller may
// read.
func (n *Names) IsAlias(caller Caller, word string) bool {
	_, ok := n.Configured(caller, word)
	return ok
}

// Configured is the spelling of a configured alias, of something that the caller may
// read, that differs from a word in capitals at most.
func (n *Names) Configured(caller Caller, word string) (name string, ok bool) {
	for _, k := range n.kinds() {
		for _, name := range spellings(k.aliases, word) {
			if k.visible(caller, k.aliases[name]) {
				return name, true
			}
		}
	}
	return "", false
}

// TaskAlias is the id of the task with this configured alias, if the caller may read it.
func (n *Names) TaskAlias(caller Caller, word string) (id string, ok bool) {
	name, ok, _ := n.tasks.alias(caller, word)
	return n.aliases.Tasks[name], ok
}

// IsTask reports whether a word is a configured alias, or the name of a task that was
// listed before, of what the caller may read.
func (n *Names) IsTask(caller Caller, word string) bool {
	return n.IsAlias(caller, word) ||
		slices.ContainsFunc(n.tasks.last(), func(o named) bool { return strings.EqualFold(o.name, word) && n.tasks.visible(caller, o.id) })
}

// ID is the id of the task or check run with that alias or whole name, whether the
// caller may read it or not: it is for admins.
func (n *Names) ID(ctx context.Context, caller Caller, word string) (id string, known bool) {
	for _, k := range n.kinds() {
		if name, ok := find(k.aliases, word); ok {
			return strings.ToLower(k.aliases[name]), true
		}
		if t, _, hidden, _ := n.setAlias(ctx, caller, word, k); t.id+hidden != "" {
			return strings.ToLower(t.id + hidden), true
		}
		listed, _ := k.list(ctx) // without a list there are no names
		if i := slices.IndexFunc(listed, func(o named) bool { return strings.EqualFold(o.name, word) }); i >= 0 {
			return strings.ToLower(listed[i].id), true
		}
	}
	return "", false
}

// NameTaken reports whether the service lists a task, or check task, of that name
// with another id, which the caller may read.
func (n *Names) NameTaken(ctx context.Context, caller Caller, name, id string, check bool) bool {
	k := n.kind(check)
	listed, _ := k.list(ctx) // without a list there are no names to take
	return slices.ContainsFunc(listed, func(o named) bool {
		return strings.EqualFold(o.name, name) && !strings.EqualFold(o.id, id) && k.visible(caller, o.id)
	})
}

// IsSet reports whether somebody set a word here as an alias of what the caller may
// read.
func (n *Names) IsSet(ctx context.Context, caller Caller, word string) bool {
	if n.set == nil {
		return false
	}
	n.LearnProjects(ctx)
	all, err := n.set.Named(ctx, caller.Channel, word)
	return err == nil && slices.ContainsFunc(all, func(a Alias) bool { return n.Visible(caller, a.Target, a.Check) })
}

// LikeID reports whether a word would be read as an id, a build or a step.
func LikeID(word string) bool {
	return hexWord.MatchString(word) || logsapi.IsTaskID(word) || logsapi.IsRecordID(strings.ToLower(word)) || buildWord.MatchString(word)
}
