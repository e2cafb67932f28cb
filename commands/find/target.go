package find

import (
	"context"
	"strings"

	"logbot/commands/texts"
	"logbot/commands/typed"
)

// Task is a task or check run that the caller may read. Only authorize makes one.
type Task struct{ target }

// target is what a word names, before the access check.
type target struct {
	Label
	id        string
	checkTask string // id of the check task whose latest run id is; empty for all else

	// What a pasted address told.
	address string // the address; empty unless it may be linked
	build   int64  // 0 if it names none
}

// Label is what people call a task or check run, and what they type for it. It
// gives no right to read.
type Label struct {
	Name string // its alias or name, else the beginning of its id
	Word string
}

// ID is the id of the task or check run, 32 hex digits in lower case.
func (t Task) ID() string { return t.id }

// AliasTarget is the id that an alias of it stands for: that of the check task if
// the run is the latest of one.
func (t Task) AliasTarget() string {
	if t.checkTask != "" {
		return t.checkTask
	}
	return t.id
}

// Address is the pasted address that named it; empty unless it may be linked.
func (t Task) Address() string { return t.address }

// byID is the target of that id under its best label.
func (k *kind) byID(id string) target {
	id = strings.ToLower(id)
	if names := aliasesOf(k.aliases, id); len(names) > 0 {
		return target{Label: Label{names[0], names[0]}, id: id}
	}
	return target{Label: Label{id[:8], id}, id: id}
}

// authorize is the access check. Its refusal is the same whether the target exists
// or not.
func (k *kind) authorize(q Query, t target) (Task, error) {
	t.id = strings.ToLower(t.id)
	allowed := k.mayRead(q.Caller, t.id)
	q.note(t.id, allowed)
	if !allowed {
		return Task{}, denied(q.Caller)
	}
	return Task{t}, nil
}

func denied(caller Caller) error {
	return typed.Wrong(texts.NoRule.With(caller.Channel, caller.User), typed.Help)
}

// open goes from a target that the caller may read to the id of its log.
func (k *kind) open(ctx context.Context, q Query, t target) (Task, error) {
	found, err := k.authorize(q, t)
	if err != nil {
		return Task{}, err
	}
	id, err := k.logID(ctx, found.id)
	if id != found.id {
		found.id, found.checkTask = id, found.id
	}
	return found, err
}
