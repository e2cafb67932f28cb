package find

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

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
	// RecordBuild is the number of the build with a record.
	RecordBuild(ctx context.Context, recordID string) (int64, error)
	// PipelineSteps are the steps of a run of a pipeline; an empty run is the latest.
	PipelineSteps(ctx context.Context, projectID, pipelineID, runID string) ([]logsapi.PipelineStep, error)
	Builds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error) // newest first
	Steps(ctx context.Context, taskID string, build int64, recordID string) ([]logsapi.Step, error)
}

// Caller is who types, and where.
type Caller = access.Caller

// kind is what a word may name: build tasks or check runs.
type kind struct {
	noun    texts.Text
	counted texts.Noun
	check   bool              // check runs
	aliases map[string]string // configured alias -> id
	access  *access.Policy
	page    pageKind // its pages
	hosts   []string // of addresses, besides those of the public CodeArts
	region  string   // see Options
	fetch   func(context.Context) ([]named, error)
	// logID goes from the id in an address or a list to the id of the log. run may
	// name one of the runs.
	logID   func(ctx context.Context, id, run string) (logsapi.CheckRun, error)
	console string                  // scheme and host of the pages that may be linked; empty for none
	listed  atomic.Pointer[listing] // by the last fetch that had any
}

// named is something of that name in a list of the service. project may be empty.
type named struct{ id, name, project string }

// listing is a list of the service.
type listing struct {
	all      []named
	projects map[string]string // by id in lower case
	at       time.Time
}

func newTasks(o Options) *kind {
	lists := o.Lists
	return &kind{
		noun: texts.TaskWord, counted: texts.TaskNoun, page: buildPage, hosts: o.Hosts, region: o.Region, console: origin(o.Console),
		aliases: o.Aliases.Tasks, access: o.Access,
		fetch: func(ctx context.Context) (out []named, err error) {
			tasks, err := lists.Tasks(ctx)
			for _, t := range tasks {
				out = append(out, named{t.ID, t.Name, t.ProjectID})
			}
			return out, err
		},
		logID: func(_ context.Context, id, _ string) (logsapi.CheckRun, error) {
			return logsapi.CheckRun{ID: id}, nil
		},
	}
}

func newChecks(o Options) *kind {
	lists := o.Lists
	return &kind{
		noun: texts.CheckWord, counted: texts.CheckNoun, page: checkPage, hosts: o.Hosts, region: o.Region, console: origin(o.Console),
		aliases: o.Aliases.Checks, access: o.Access, check: true,
		fetch: func(ctx context.Context) (out []named, err error) {
			tasks, err := lists.CheckTasks(ctx)
			for _, t := range tasks {
				out = append(out, named{t.ID, t.Name, t.ProjectID})
			}
			return out, err
		},
		logID: func(ctx context.Context, checkTaskID, run string) (logsapi.CheckRun, error) {
			runs, err := lists.CheckRuns(ctx, checkTaskID)
			if err != nil {
				return logsapi.CheckRun{}, err
			}
			if len(runs) == 0 {
				return logsapi.CheckRun{}, typed.Wrong(texts.NeverRun.With(), "help check")
			}
			if run == "" {
				return runs[0], nil // the newest
			}
			for _, r := range runs {
				if strings.EqualFold(r.ID, run) || strings.EqualFold(r.Execution, run) {
					return r, nil
				}
			}
			return logsapi.CheckRun{}, typed.Wrong(texts.NoSuchRun.With(run), typed.Line("check", checkTaskID))
		},
	}
}

// list asks the service what there is.
func (k *kind) list(ctx context.Context) ([]named, error) {
	listed, err := k.fetch(ctx)
	if len(listed) > 0 {
		l := &listing{all: listed, projects: make(map[string]string, len(listed)), at: time.Now()}
		for _, n := range listed {
			l.projects[strings.ToLower(n.id)] = n.project
		}
		k.listed.Store(l)
	}
	return listed, err
}

// last is what was listed last; nil if nothing was.
func (k *kind) last() []named {
	if l := k.listed.Load(); l != nil {
		return l.all
	}
	return nil
}

// lists reports whether the service lists something of that id.
func (k *kind) lists(ctx context.Context, id string) bool {
	listed, _ := k.list(ctx) // without a list, nothing is known
	return slices.ContainsFunc(listed, func(n named) bool { return strings.EqualFold(n.id, id) })
}

// readable are the aliases, by name, then the listed names, of what the caller may
// read; each name of a thing once.
func (k *kind) readable(caller Caller, listed []named) []named {
	var all []named
	for _, name := range slices.Sorted(maps.Keys(k.aliases)) {
		all = append(all, named{id: k.aliases[name], name: name})
	}
	for _, n := range listed {
		if alias, ok := find(k.aliases, n.name); n.name != "" && !(ok && strings.EqualFold(k.aliases[alias], n.id)) {
			all = append(all, n)
		}
	}
	return slices.DeleteFunc(all, func(n named) bool { return !k.visible(caller, n.id) })
}

// matching are those whose name fits the word best: whole, else by its beginning,
// else by a part.
func matching(all []named, word string) []named {
	word = strings.ToLower(word)
	for _, fits := range []func(name string) bool{
		func(name string) bool { return name == word },
		func(name string) bool { return strings.HasPrefix(name, word) },
		func(name string) bool { return strings.Contains(name, word) },
	} {
		var out []named
		for _, n := range all {
			if fits(strings.ToLower(n.name)) && !slices.ContainsFunc(out, func(o named) bool { return o.id == n.id }) {
				out = append(out, n)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// choice is what to type for n among the others: its name, or its id if another
// has the same name or nobody could type it.
func choice(n named, others []named) string {
	same := 0
	for _, o := range others {
		if strings.EqualFold(o.name, n.name) {
			same++
		}
	}
	if same > 1 || !typed.Typeable(n.name) {
		return n.id
	}
	return n.name
}
