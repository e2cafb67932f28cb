// Package checks is a registry of checks on a bot: its settings, and the servers it
// depends on. "logbot doctor" runs all of them and prints what they find; "logbot
// serve" runs them at the start and logs it.
//
// A package that knows what can go wrong with a thing it uses offers a function
// that looks at it, takes a context and changes nothing, such as redisclient.Check.
// It does not know this registry. Where that thing is made from settings (package
// app), one line registers the function as a check:
//
//	registry.Add(checks.Check{Part: "Redis", Name: "Redis for pages (REDIS_URL)", Run: func(ctx context.Context) checks.Result {
//		return checks.Found(checks.Yellow, store.Check(ctx)...)
//	}})
//
// A problem is red if the bot cannot do its work, yellow if it works with a loss that
// an operator can avoid. What a check could not find out in time is yellow.
package checks

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Check is one look at a setting or at something outside the process.
type Check struct {
	Part string                       // what it belongs to, for programs: "Slack"
	Name string                       // what is looked at, with the setting that leads to it: "Slack bot token (SLACK_BOT_TOKEN)"
	Run  func(context.Context) Result // safe to call again; returns soon after its context ends

	// Vital is that a bot must not start if the check is red.
	Vital bool
	// Alone is that a running bot does not run the check: it would repeat what the bot
	// does anyway, or cost too much for each start.
	Alone bool
}

// Level is how bad a result is.
type Level int

// The levels, from good to bad.
const (
	Green   Level = iota
	Skipped       // not looked at
	Yellow
	Red
)

// String is the level in one word.
func (l Level) String() string { return [...]string{"green", "skipped", "yellow", "red"}[l] }

// MarshalText implements encoding.TextMarshaler.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Problem is something that a check found.
type Problem struct {
	Level Level  `json:"level"`
	Says  string `json:"says"`
	Fix   string `json:"fix,omitempty"` // what to do; empty if Says says it
}

// Result is what a check found.
type Result struct {
	Says     string // what is there, if all is well; why it was not looked at, if it is skipped
	Skipped  bool
	Problems []Problem
}

// Level is that of the worst problem.
func (r Result) Level() Level {
	worst := Green
	if r.Skipped {
		worst = Skipped
	}
	for _, p := range r.Problems {
		worst = max(worst, p.Level)
	}
	return worst
}

// Good is a green result.
func Good(format string, args ...any) Result { return Result{Says: fmt.Sprintf(format, args...)} }

// Skip is the result of a check that could not look.
func Skip(format string, args ...any) Result {
	return Result{Says: fmt.Sprintf(format, args...), Skipped: true}
}

// Wrong is a result with one problem.
func Wrong(l Level, says, fix string) Result { return Result{Problems: []Problem{{l, says, fix}}} }

// Found is a result with problems of one level that say themselves what to do, or a
// green one if there are none.
func Found(l Level, problems ...string) Result {
	var r Result
	for _, says := range problems {
		r.Problems = append(r.Problems, Problem{Level: l, Says: says})
	}
	return r
}

// Report is the result of one check.
type Report struct {
	Check
	Result
}

// Line is a problem of the report in one line.
func (r Report) Line(p Problem) string {
	line := r.Name + ": " + p.Says
	if p.Fix != "" {
		line += "; " + p.Fix
	}
	return line
}

// Lines returns a line for each problem, with the check's name and what to do.
func (r Report) Lines() []string {
	var lines []string
	for _, p := range r.Problems {
		lines = append(lines, r.Line(p))
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

// Run runs all checks at the same time, each for so long at most, and returns their
// reports in the order in which they were added. A check that does not return in
// time is yellow; it is not waited for. Those for which leave returns true are left
// out; nil leaves out none.
func (r *Registry) Run(ctx context.Context, within time.Duration, leave func(Check) bool) []Report {
	r.mu.Lock()
	all := slices.Clone(r.checks)
	r.mu.Unlock()
	if leave != nil {
		all = slices.DeleteFunc(all, leave)
	}
	reports := make([]Report, len(all))
	var running sync.WaitGroup
	for i, c := range all {
		running.Go(func() { reports[i] = Report{c, c.run(ctx, within)} })
	}
	running.Wait()
	return reports
}

// Worst is the level of the worst of reports.
func Worst(reports []Report) Level {
	worst := Green
	for _, r := range reports {
		worst = max(worst, r.Level())
	}
	return worst
}

// lateBy is how long after its deadline a check may say why it was late.
const lateBy = 100 * time.Millisecond

// run runs a check until the deadline.
func (c Check) run(ctx context.Context, within time.Duration) Result {
	ctx, cancel := context.WithTimeout(ctx, within)
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
	case <-time.After(lateBy):
		return Wrong(Yellow, fmt.Sprintf("no result within %v", within), "")
	}
}
