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

// The names in the examples of the verbs.
const (
	exampleTask  = "web"
	exampleBuild = "128"
	exampleCheck = "style"
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
		lines = append(lines, n.Example(caller, e.Line))
	}
	return lines
}

// Example is a line with a task or check run that the caller may read in the place
// of the example's, and with its last build in the place of one that it may not
// have.
func (n *Names) Example(caller Caller, line string) string {
	words := strings.Fields(line)
	for i, w := range words {
		k := n.tasks
		switch w {
		case exampleCheck:
			k = n.checks
		case exampleTask:
		default:
			continue
		}
		words[i] = k.example(caller, w)
		if words[i] != w && i+1 < len(words) && words[i+1] == exampleBuild {
			words[i+1] = lastWord
		}
	}
	return strings.Join(words, " ")
}

// example is the name if the caller may read it, else the first that they may: of
// the aliases, then of what was listed last.
func (k *kind) example(caller Caller, name string) string {
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
	return name
}
