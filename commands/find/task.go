package find

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"logbot/commands/access"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// Query is a command whose words are resolved. Problems offer it with other words.
type Query struct {
	*typed.Command
	Caller
	// As is the command whose right counts, if it is not the one typed: what a watch tells
	// is read by the right to watch. ByAny is the right to any.
	As string
	// Checked is called with the id of a task, check run or record after its access
	// check.
	Checked func(id string, granted access.Grant)
}

// right is the name of the command whose right counts.
func (q Query) right() string {
	switch {
	case q.As == ByAny, q.As == "" && (q.Command == nil || q.Verb == nil):
		return access.AnyVerb
	case q.As != "":
		return q.As
	}
	return q.Verb.Name
}

// ByAny says that whoever may read a task by some command may use this one.
const ByAny = "any"

// Task is a task or check run that the caller may read. Only authorize makes one.
type Task struct{ target }

// target is what a word names, before the access check.
type target struct {
	Label
	id        string
	check     bool
	checkTask string // id of the check task whose latest run id is; empty for all else

	// What a pasted address told.
	address string // the address; empty unless it may be linked
	build   int64  // 0 if it names none
	project string // id of the CodeArts project; empty if it names none
	daily   string // number of a build of its day; empty if it names none
	record  string // id of a build's record; empty if it names none
	run     string // of a check task; empty if it names none

	execution string // the one that a check run is a part of; empty if it is not known
	unlisted  error  // why the runs of the check task are not known; then id is its own
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

// CheckTask is the id of the check task whose run it is, and of the execution, which
// may be empty; the first is empty for all else.
func (t Task) CheckTask() (id, execution string) { return t.checkTask, t.execution }

// Unlisted is why the runs of a check task are not known, so that ID is its own; nil
// if they are.
func (t Task) Unlisted() error { return t.unlisted }

// Address is the pasted address that named it; empty unless it may be linked.
func (t Task) Address() string { return t.address }

// Project is the id of the CodeArts project that a pasted address names; empty if it
// names none.
func (t Task) Project() string { return t.project }

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
func (n *Names) Resolved(ctx context.Context, q Query, id string, label Label) (Task, error) {
	n.tasks.learnProjects(ctx)
	return n.tasks.authorize(q, target{Label: label, id: id})
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
	if !n.access.AllowsSome(q.Caller) {
		_, _, hidden := k.alias(q.Caller, word)
		q.noteHidden(hidden)
		return Task{}, denied(q.Caller)
	}
	k.learnProjects(ctx)
	name, configured, hidden := k.alias(q.Caller, word)
	if configured {
		return k.authorize(q, target{Label: Label{name, name}, id: k.aliases[name]})
	}
	if logsapi.IsTaskID(word) {
		return k.called(ctx)(k.authorize(q, k.byID(word)))
	}
	if address, ok := k.addressOf(word); ok {
		return k.called(ctx)(n.atAddress(ctx, q, address, k))
	}
	if hexWord.MatchString(word) || logsapi.IsRecordID(strings.ToLower(word)) {
		return Task{}, typed.Wrong(texts.IDLength.With(texts.Quote(word), len(word), k.noun), n.Examples(q.Caller, q.Verb)...)
	}
	t, ok, unseen, away := n.setAlias(ctx, q.Caller, word, k)
	hidden = cmp.Or(hidden, unseen)
	if ok && k.check && k.lists(ctx, t.id) {
		return k.open(ctx, q, t)
	}
	if ok {
		return k.authorize(q, t)
	}
	q.noteHidden(hidden)
	found, err := n.byName(ctx, q, word, k)
	if p := (*typed.Problem)(nil); away != nil && errors.As(err, &p) {
		p.Says = texts.Both.With(p.Says, texts.AliasesAway)
	}
	return found, err
}

// atAddress resolves the address of a page. That of another kind of page is answered
// with what it is.
func (n *Names) atAddress(ctx context.Context, q Query, address string, k *kind) (Task, error) {
	page, says := k.pageAt(address)
	switch {
	case !says.Empty():
		return Task{}, typed.Wrong(says, n.Examples(q.Caller, q.Verb)...)
	case page.kind == pipelinePage && k.check:
		return Task{}, typed.Wrong(texts.IsPipelinePage.With(), typed.Line(typed.Fail, address))
	case page.kind == pipelinePage:
		return n.pipeline(ctx, q, page)
	case page.kind == checkPage && !k.check:
		return Task{}, typed.Wrong(texts.IsCheckPage.With(), typed.Line("check", address))
	case page.kind == buildPage && k.check:
		return Task{}, typed.Wrong(texts.IsBuildPage.With(), typed.Line(typed.Fail, address))
	case page.id == "": // the log of a check run, whose task is not named
		t := k.byID(page.run)
		t.address = page.link
		return k.authorize(q, t)
	}
	t := k.byID(page.id)
	t.address, t.project, t.build, t.daily, t.record, t.run = page.link, page.project, page.build, page.daily, page.record, page.run
	return k.open(ctx, q, t)
}

// noteHidden records that somebody asked for what they may not see; id may be empty.
func (q Query) noteHidden(id string) {
	if id != "" {
		q.Checked(strings.ToLower(id), access.Refused)
	}
}

// setAlias returns what somebody set a word to mean here: the first that the caller may
// see; hidden is the id of one that they may not. The error says that the store cannot be
// read.
func (n *Names) setAlias(ctx context.Context, caller Caller, word string, k *kind) (t target, ok bool, hidden string, err error) {
	if n.set == nil {
		return target{}, false, "", nil
	}
	all, err := n.set.Named(ctx, caller.Channel, word)
	if err != nil {
		return target{}, false, "", err
	}
	for _, a := range all {
		switch {
		case !n.Visible(caller, a.Target, a.Check):
			if a.Check == k.check {
				hidden = cmp.Or(hidden, a.Target)
			}
		case a.Check != k.check:
			return target{}, false, hidden, nil
		default:
			return target{Label: Label{a.Name, a.Name}, id: a.Target}, true, "", nil
		}
	}
	return target{}, false, hidden, nil
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
	q.noteHidden(k.hiddenName(q.Caller, listed, word))
	p := unknown(q.Command, word, k, all, fits, func(says texts.Phrase) texts.Phrase { return n.orHidden(q.Caller, says) })
	if unread != nil && !logsapi.OutOfReach(unread) {
		p.Cause = unread
		p.Says = texts.NotListedBy.With(p.Says, typed.Briefly(unread))
	}
	return Task{}, p
}

// byID is the target of that id under its best label.
func (k *kind) byID(id string) target {
	id = strings.ToLower(id)
	if names := aliasesOf(k.aliases, id); len(names) > 0 {
		return target{Label: Label{names[0], names[0]}, id: id}
	}
	return target{Label: Label{id[:8], id}, id: id}
}

// called gives a task that was named by its id the name that the service lists for
// it, if it tells within a second. What people type for it stays the id: the name may
// come to mean another task.
func (k *kind) called(ctx context.Context) func(Task, error) (Task, error) {
	return func(t Task, err error) (Task, error) {
		if err != nil || t.Word != t.id {
			return t, err
		}
		listed := k.last()
		if listed == nil {
			ctx, cancel := context.WithTimeout(ctx, listsWithin)
			defer cancel()
			listed, _ = k.list(ctx) // without a list, the id is its name
		}
		for _, l := range listed {
			if strings.EqualFold(l.id, t.id) && l.name != "" {
				t.Name = l.name
			}
		}
		return t, nil
	}
}

// open goes from a target that the caller may read to the id of its log. If the runs
// of a check task cannot be had, or are not understood, the task stands for itself:
// what it says of its last failure can be read without them.
func (k *kind) open(ctx context.Context, q Query, t target) (Task, error) {
	found, err := k.authorize(q, t)
	if err != nil {
		return Task{}, err
	}
	run, err := k.logID(ctx, found.id, found.run)
	if k.check && (logsapi.OutOfReach(err) || errors.Is(err, logsapi.ErrProtocol)) {
		found.checkTask, found.execution, found.unlisted = found.id, found.run, err
		return found, nil
	}
	if run.ID != found.id {
		found.id, found.checkTask, found.execution = run.ID, found.id, run.Execution
	}
	return found, err
}
