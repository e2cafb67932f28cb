package find

import (
	"context"
	"net/url"
	"strings"
	"time"

	"logbot/commands/access"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// projectsLive is how long it counts which project a task was listed in, while the
// service gives no newer list. A task hardly ever moves.
const projectsLive = time.Hour

// learnProjects asks for the list that tells the projects of tasks, if a rule names
// projects. It is asked before a word is looked at, so that the work is the same
// whatever the word is.
func (k *kind) learnProjects(ctx context.Context) {
	if k.access.NamesProjects() {
		_, _ = k.list(ctx) // without a list, rules that name projects give nothing
	}
}

// LearnProjects is learnProjects for both kinds, for those who will ask whether something
// is Visible, if it exists.
func (n *Names) LearnProjects(ctx context.Context) {
	for _, k := range n.kinds() {
		k.learnProjects(ctx)
	}
}

// task is the task of that id as the rules know it. How it was typed makes no
// difference: a rule may use any alias of the configuration.
func (k *kind) task(id string) access.Task {
	return access.Task{ID: id, Check: k.check, Aliases: aliasesOf(k.aliases, id), Project: func() string {
		l := k.listed.Load()
		if l == nil || time.Since(l.at) > projectsLive {
			return ""
		}
		return l.projects[strings.ToLower(id)]
	}}
}

// visible reports whether the caller may read the task of that id by some command.
// What is not visible does not exist for them: every way of asking for it costs the same
// and ends the same as if it did not.
func (k *kind) visible(caller Caller, id string) bool {
	return k.access.Grant(caller, k.task(id), access.AnyVerb) != access.Refused
}

// alias is the configured alias that a word is to the caller; ok is false if it is none.
// hidden is the id of one that they may not see.
func (k *kind) alias(caller Caller, word string) (name string, ok bool, hidden string) {
	name, ok = find(k.aliases, word)
	if ok && !k.visible(caller, k.aliases[name]) {
		return "", false, k.aliases[name]
	}
	return name, ok, ""
}

// hiddenName is the id of something listed under exactly that name which the caller may
// not see; empty if there is none.
func (k *kind) hiddenName(caller Caller, listed []named, word string) string {
	for _, n := range listed {
		if strings.EqualFold(n.name, word) && !k.visible(caller, n.id) {
			return n.id
		}
	}
	return ""
}

// labelled is the target of that id under the best label that the caller may know.
func (k *kind) labelled(caller Caller, id string) target {
	if k.visible(caller, id) {
		return k.byID(id)
	}
	id = strings.ToLower(id)
	return target{Label: Label{id[:8], id}, id: id}
}

// authorize is the access check. Its refusal is the same whether the target exists
// or not.
func (k *kind) authorize(q Query, t target) (Task, error) {
	t.id = strings.ToLower(t.id)
	granted := k.access.Grant(q.Caller, k.task(t.id), q.right())
	q.Checked(t.id, granted)
	t.check = k.check
	switch {
	case granted != access.Refused:
		return Task{t}, nil
	case k.visible(q.Caller, t.id): // by another command
		return Task{}, typed.Wrong(texts.NoRuleVerb.With(q.right(), q.Caller.Channel, q.User), typed.Help)
	}
	return Task{}, denied(q.Caller)
}

// Record checks the access to a build by the id of its record. A record does not
// tell its task, so only those who may read every task get it.
func (n *Names) Record(q Query, id string) error {
	granted := n.access.Grant(q.Caller, access.Task{ID: id}, q.right())
	q.Checked(id, granted)
	if granted == access.Refused {
		return denied(q.Caller)
	}
	return nil
}

// Allows reports whether the caller of a query may use another command on a task that
// they may read.
func (n *Names) Allows(q Query, t Task, verb string) bool {
	return n.access.Grant(q.Caller, n.kind(t.check).task(t.AliasTarget()), verb) != access.Refused
}

// Granted is what the rules give the caller for a task, or a check run, by some command.
// It asks nobody: LearnProjects comes before it.
func (n *Names) Granted(caller Caller, id string, check bool) access.Grant {
	k := n.kind(check)
	return k.access.Grant(caller, k.task(id), access.AnyVerb)
}

// Visible reports whether the caller may read a task, or a check run, by some command, as
// Granted does.
func (n *Names) Visible(caller Caller, id string, check bool) bool {
	return n.Granted(caller, id, check) != access.Refused
}

func denied(caller Caller) error {
	return typed.Wrong(texts.NoRule.With(caller.Channel, caller.User), typed.Help)
}

// orHidden says that something may exist which the caller may not see, to those from
// whom something is hidden.
func (n *Names) orHidden(caller Caller, says texts.Phrase) texts.Phrase {
	if n.access.AllowsAll(caller) {
		return says
	}
	return texts.Both.With(says, texts.OrNoRule.With(caller.Channel, caller.User))
}

// origin is the scheme and host of a template of addresses, empty if it has none.
func origin(template string) string {
	u, err := url.Parse(strings.NewReplacer("{project}", "0", "{task}", "0", "{build}", "0").Replace(template))
	if err != nil || u.Host == "" {
		return ""
	}
	return strings.ToLower(u.Scheme + "://" + u.Host)
}
