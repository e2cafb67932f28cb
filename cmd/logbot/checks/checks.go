// Package checks is a registry of checks on the surroundings of a bot: the servers
// and settings it depends on. "logbot serve" runs all of them at the start and logs
// what they find.
//
// A package that knows what can go wrong with a thing it uses offers a function
// that looks at it, takes a context and changes nothing, such as redisclient.Check.
// It does not know this registry. Where that thing is made from settings (package
// app), one line registers the function as a check:
//
//	registry.Add(checks.Check{
//		Name: "Redis for pages (REDIS_URL)",
//		Run:  func(ctx context.Context) checks.Result { return checks.Found(checks.Yellow, store.Check(ctx)...) },
//		Fix:  "see \"On one machine, or on many\" in README.md",
//	})
//
// A check is red if the bot cannot work, yellow if it works with a loss that an
// operator can avoid. What a check could not find out because something is away is
// yellow.
package checks

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// deadline is how long one check may take. They run at the same time, so it is also
// how long all of them take at most.
const deadline = time.Second

// Check is one look at something outside the process.
type Check struct {
	Name string                       // what is looked at, with the setting that leads to it
	Run  func(context.Context) Result // safe to call again; returns soon after its context ends
	Fix  string                       // what to do if the result is not green; empty if the result says it
}

// Level is how bad a result is.
type Level int

// The levels, from good to bad.
const (
	Green Level = iota
	Yellow
	Red
)

// Result is what a check found.
type Result struct {
	Level Level
	Found []string // a line for each problem; none if green
}

// Found is a result of that level with these problems, or a green one if there are
// none.
func Found(l Level, problems ...string) Result {
	if len(problems) == 0 {
		return Result{}
	}
	return Result{Level: l, Found: problems}
}

// Report is the result of one check.
type Report struct {
	Check
	Result
}

// Lines returns a line for each problem, with the check's name and what to do.
func (r Report) Lines() []string {
	var lines []string
	for _, found := range r.Found {
		line := r.Name + ": " + found
		if r.Fix != "" {
			line += "; " + r.Fix
		}
		lines = append(lines, line)
	}
	return lines
}

// Registry is an ordered list of checks. The zero value is empty. Its methods may
// be called concurrently.
type Registry struct {
	mu     sync.Mutex
	checks []Check
}

// Add appends a check.
func (r *Registry) Add(c Check) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.checks = append(r.checks, c)
}

// Run runs all checks at the same time, each for at most a second, and returns their
// reports in the order in which they were added. A check that does not return in
// time is yellow; it is not waited for.
func (r *Registry) Run(ctx context.Context) []Report {
	r.mu.Lock()
	all := slices.Clone(r.checks)
	r.mu.Unlock()
	reports := make([]Report, len(all))
	var running sync.WaitGroup
	for i, c := range all {
		running.Go(func() { reports[i] = Report{c, c.within(ctx)} })
	}
	running.Wait()
	return reports
}

// within runs a check until the deadline.
func (c Check) within(ctx context.Context) Result {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	found := make(chan Result, 1)
	go func() { found <- c.Run(ctx) }()
	select {
	case r := <-found:
		return r
	case <-ctx.Done():
	}
	select { // a check that ends with its context may say why
	case r := <-found:
		return r
	case <-time.After(deadline / 10):
		return Found(Yellow, fmt.Sprintf("no result within %v", deadline))
	}
}
