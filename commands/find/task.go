package find

import (
	"context"
	"errors"
	"strings"

	"logbot/commands/access"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// Task resolves the word for a task: an alias, an id, the address of a page, or a
// name in the lists of the service.
func (n *Names) Task(ctx context.Context, q Query, word string) (Task, error) {
	return n.resolve(ctx, q, word, n.tasks)
}

// CheckRun resolves the word for a check run as Task does for a task. A check task
// stands for its latest run.
func (n *Names) CheckRun(ctx context.Context, q Query, word string) (Task, error) {
	return n.resolve(ctx, q, word, n.checks)
}

// Resolved is a task that was resolved before, if the caller may read it still.
func (n *Names) Resolved(q Query, id string, label Label) (Task, error) {
	return n.tasks.authorize(q, target{Label: label, id: id})
}

// Record checks the access to a build by the id of its record. A record does not
// tell its task, so only those who may read every task get it.
func (n *Names) Record(q Query, id string) error {
	allowed := n.access.Allows(q.Channel, q.User, access.Task{ID: id})
	q.note(id, allowed)
	if !allowed {
		return denied(q.Caller)
	}
	return nil
}

// Label is the best label of a task by its id: its alias, else the name, which may
// be empty. To type, the id is better than the name, which may come to mean
// another task.
func (n *Names) Label(taskID, name string) Label {
	label := n.tasks.byID(taskID).Label
	if label.Word == strings.ToLower(taskID) && name != "" {
		label.Name = name
	}
	return label
}

func (n *Names) resolve(ctx context.Context, q Query, word string, k *kind) (Task, error) {
	if name, ok := find(k.aliases, word); ok {
		return k.authorize(q, target{Label: Label{name, name}, id: k.aliases[name]})
	}
	if logsapi.IsTaskID(word) {
		return k.authorize(q, k.byID(word))
	}
	if strings.Contains(word, "://") {
		page, says := k.pageAt(word)
		if !says.Empty() {
			return Task{}, typed.Wrong(says, n.Examples(q.Caller, q.Verb)...)
		}
		t := k.byID(page.id)
		t.address, t.build = page.link, page.build
		return k.open(ctx, q, t)
	}
	if hexWord.MatchString(word) || logsapi.IsRecordID(strings.ToLower(word)) {
		return Task{}, typed.Wrong(texts.IDLength.With(texts.Quote(word), len(word), k.noun), n.Examples(q.Caller, q.Verb)...)
	}
	t, ok, away := n.set.find(ctx, q.Caller, word, k)
	if ok && k.check && k.lists(ctx, t.id) {
		return k.open(ctx, q, t)
	}
	if ok {
		return k.authorize(q, t)
	}
	found, err := n.byName(ctx, q, word, k)
	if p := (*typed.Problem)(nil); away != nil && errors.As(err, &p) {
		p.Says = texts.Both.With(p.Says, texts.AliasesAway)
	}
	return found, err
}

// shortPart is how many plain letters of the middle of a name are taken for it;
// fewer are only asked about, for an answer is seen by the whole channel.
const shortPart = 3

// byName looks the word up in the service's own names: the whole name, else a
// beginning, else a part of it. Only what the caller may read is considered.
func (n *Names) byName(ctx context.Context, q Query, word string, k *kind) (Task, error) {
	listed, unread := k.list(ctx)
	all := k.readable(q.Caller, listed)
	fits := matching(all, word)
	if len(fits) == 1 && (len(word) >= shortPart || strings.HasPrefix(strings.ToLower(fits[0].name), strings.ToLower(word))) {
		return k.open(ctx, q, target{Label: Label{fits[0].name, choice(fits[0], fits)}, id: fits[0].id})
	}
	p := unknown(q.Command, word, k, all, fits)
	if unread != nil && !logsapi.OutOfReach(unread) {
		p.Says = texts.NotListedBy.With(p.Says, typed.ProblemOf(unread).Says)
	}
	return Task{}, p
}
