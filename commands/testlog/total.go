package testlog

import (
	"strconv"

	"logbot/logsapi/lazyregexp"
)

// total sums the counts that a runner prints.
type total struct {
	seen                         bool
	run, failed, passed, skipped int
	hasRun, hasPassed            bool
}

// counted finds numbers before words in a line such as "1 failed, 3 passed".
var counted = lazyregexp.New(`(\d+) (failed|errors?|passed|xpassed|skipped|todo|xfailed)\b`)

// take adds the counts of one line.
func (t *total) take(rule *rule, match []string, line string) {
	t.seen = true
	number := func(name string) (int, bool) {
		n, err := strconv.Atoi(rule.named(match, name))
		return n, err == nil && n >= 0
	}
	add := func(to *int, names ...string) (any bool) {
		for _, name := range names {
			if n, ok := number(name); ok {
				*to += n
				any = true
			}
		}
		return any
	}
	if len(rule.group) > 0 {
		t.hasRun = add(&t.run, "run") || t.hasRun
		t.hasPassed = add(&t.passed, "passed") || t.hasPassed
		add(&t.failed, "failed", "errors")
		add(&t.skipped, "skipped")
		return
	}
	t.hasPassed = true
	for _, pair := range counted.FindAllStringSubmatch(line, -1) {
		n, err := strconv.Atoi(pair[1])
		if err != nil {
			continue
		}
		switch pair[2] {
		case "failed", "error", "errors":
			t.failed += n
		case "passed", "xpassed":
			t.passed += n
		default:
			t.skipped += n
		}
	}
}

// counts are the counts of the runner; ok is false if it did not run.
func (r *run) counts() (c Counts, ok bool) {
	if r.total.seen {
		c = Counts{Failed: r.total.failed, Passed: r.total.passed, Skipped: r.total.skipped, Whole: r.total.hasPassed}
		switch {
		case r.total.hasRun && r.total.hasPassed: // and names those that failed
			c.Failed = r.told()
			c.Skipped = max(r.total.run-c.Failed-c.Passed, 0)
		case r.total.hasRun:
			if c.Skipped == 0 {
				c.Skipped = r.skipped
			}
			c.Passed = max(r.total.run-c.Failed-c.Skipped, 0)
			c.Whole = true
		}
		return c, true
	}
	c.Failed = r.told()
	c.Passed, c.Skipped = max(r.passed, 0), r.skipped
	c.Whole = r.whole || c.Passed > 0
	return c, c != Counts{}
}

// told is how many failed tests of the runner are told.
func (r *run) told() (n int) {
	for _, t := range r.c.tests {
		if t.Runner == r.format.runner && r.c.stands(t) {
			n++
		}
	}
	return n + r.more
}
