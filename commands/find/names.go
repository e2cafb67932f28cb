// Package find resolves what a word names for a caller: a task, a check run, a
// build, a step, the address of a page, or a build in the text of a message. It
// neither returns nor offers what the caller may not read.
package find

import (
	"context"
	"slices"
	"strings"

	"logbot/commands/access"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// Lists are what the service tells of tasks, builds and steps. They are optional:
// a region may not publish one and an account may not use it, which the errors
// logsapi.ErrNotPublished and logsapi.ErrForbidden say.
type Lists interface {
	Tasks(ctx context.Context) ([]logsapi.Task, error)           // of all projects
	CheckTasks(ctx context.Context) ([]logsapi.CheckTask, error) // of all projects
	CheckRuns(ctx context.Context, checkTaskID string) ([]logsapi.CheckRun, error)
	Builds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error) // newest first
	Steps(ctx context.Context, taskID string, build int64, recordID string) ([]logsapi.Step, error)
}

// Options are the parts of Names.
type Options struct {
	Lists   Lists
	Access  *access.Policy
	Aliases Aliases // of the configuration
	Set     Set     // aliases that people set; may be nil
}

// Names resolves names. It is safe for concurrent use.
type Names struct {
	lists         Lists
	access        *access.Policy
	aliases       Aliases
	set           Set
	tasks, checks *kind
}

// New returns the names of o.
func New(o Options) *Names {
	n := &Names{lists: o.Lists, access: o.Access, aliases: o.Aliases, set: o.Set}
	n.tasks = &kind{
		noun: texts.TaskWord, counted: texts.TaskNoun, page: []string{"build", "codeci", "cloudbuild"},
		aliases: o.Aliases.Tasks, access: o.Access,
		fetch: func(ctx context.Context) (out []named, err error) {
			tasks, err := o.Lists.Tasks(ctx)
			for _, t := range tasks {
				out = append(out, named{t.ID, t.Name})
			}
			return out, err
		},
		open: func(_ context.Context, id string) (string, error) { return id, nil },
	}
	n.checks = &kind{
		noun: texts.CheckWord, counted: texts.CheckNoun, page: []string{"codecheck", "check"},
		aliases: o.Aliases.Checks, access: o.Access, check: true,
		fetch: func(ctx context.Context) (out []named, err error) {
			tasks, err := o.Lists.CheckTasks(ctx)
			for _, t := range tasks {
				out = append(out, named{t.ID, t.Name})
			}
			return out, err
		},
		open: n.latestRun,
	}
	return n
}

// Caller is who types, and where.
type Caller struct {
	Channel string // empty in a terminal
	User    string // empty in a terminal
}

// Query is a command whose words are resolved. Problems offer it with other words.
type Query struct {
	*typed.Command
	Caller
	// Checked is called with the id of a task, check run or record after its access
	// check; it may be nil.
	Checked func(id string, allowed bool)
}

func (q Query) note(id string, allowed bool) {
	if q.Checked != nil {
		q.Checked(id, allowed)
	}
}

// kind returns the kind of check runs or that of tasks.
func (n *Names) kind(check bool) *kind {
	if check {
		return n.checks
	}
	return n.tasks
}

// kinds are both kinds.
func (n *Names) kinds() []*kind { return []*kind{n.tasks, n.checks} }

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

// NameTaken reports whether the service lists a task, or check task, of that name
// with another id.
func (n *Names) NameTaken(ctx context.Context, name, id string, check bool) bool {
	listed, _ := n.kind(check).list(ctx) // without a list there are no names to take
	return slices.ContainsFunc(listed, func(o named) bool {
		return strings.EqualFold(o.name, name) && !strings.EqualFold(o.id, id)
	})
}
