package find

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"logbot/commands/typed"
)

// The names in the examples of the verbs, and what stands for them if the caller
// may read nothing that has a name.
const (
	exampleTask  = "web"
	exampleCheck = "style"

	taskWord   = "TASK"
	runWord    = "RUN"
	numberWord = "NUMBER"
)

// listsWithin is how long an answer waits for lists that it can do without.
const listsWithin = time.Second

// Learn asks for the lists that examples take names from, if neither aliases nor
// an earlier list has any. It waits a second at most.
func (n *Names) Learn(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, listsWithin)
	defer cancel()
	var asked sync.WaitGroup
	for _, k := range n.kinds() {
		if len(k.aliases) == 0 && k.last() == nil {
			asked.Go(func() { _, _ = k.list(ctx) }) // without a list the examples stay as they are
		}
	}
	asked.Wait()
}

// Examples are a verb's own lines, with names that the caller may read if there
// are any.
func (n *Names) Examples(caller Caller, v *typed.Verb) []string {
	var lines []string
	for _, e := range v.Examples {
		if (e.Admin || v.Admins) && !n.access.Admin(caller.User) {
			continue
		}
		lines = append(lines, n.Example(caller, e.Line))
	}
	return lines
}

// Example is a line with a task or check run that the caller may read in the place
// of the example's; a placeholder stands there if there is none.
func (n *Names) Example(caller Caller, line string) string {
	words := strings.Fields(line)
	for i, w := range words {
		switch w {
		case exampleCheck:
			words[i] = n.checks.example(caller, w, runWord)
		case exampleTask:
			words[i] = n.tasks.example(caller, w, taskWord)
		}
	}
	return strings.Join(words, " ")
}

// example is the name if the caller may read it, else the first that they may: of
// the aliases, then of what was listed last; or else the placeholder.
func (k *kind) example(caller Caller, name, placeholder string) string {
	all := k.readable(caller, k.last())
	rank := func(n named) int {
		if n.name == name {
			return 0
		}
		if _, configured := k.aliases[n.name]; configured {
			return 1
		}
		return 2
	}
	slices.SortFunc(all, func(a, b named) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(a.name, b.name))
	})
	for _, n := range all {
		if typed.Typeable(n.name) {
			return typed.Quoted(n.name)
		}
	}
	return placeholder
}
