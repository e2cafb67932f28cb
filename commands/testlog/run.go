package testlog

import (
	"slices"
	"strings"

	"logbot/logsapi/lines"
)

// run is what a Collector knows of one runner.
type run struct {
	c       *Collector
	format  *format
	active  bool // a line of the runner has been read
	wraps   bool // its tests may print the output of other runners
	files   bool // it names a test with its file in some lines and without in others
	suite   string
	begun   bool             // the runner says when a test begins
	current string           // the test that began last
	pending map[string]*test // what tests have said that have not ended
	first   int              // tests before it belong to another package

	open   []*test // failed tests whose lines are being read
	left   int     // lines of them at most
	next   bool    // the next line is what they say
	extend int     // lines that still belong to what they say
	heads  bool    // the line before was the head of a failed test
	quoted bool    // the output of a test is being read
	inside int     // failed tests of other runners since this one began a test

	more            int // failed tests that were not kept
	lastPassed      string
	passed, skipped int
	whole           bool
	total           total
}

// test is a failed test while the log is read.
type test struct {
	Test
	opened bool   // its own lines have been read
	short  string // the name without a file, see tail
	inner  bool   // a runner in it told of failed tests
	passed bool   // when it was run again
	alone  bool   // it is a package or a file that failed itself
	parts  int    // of what it says
}

func newRun(c *Collector, f *format) *run {
	r := &run{c: c, format: f, pending: map[string]*test{}, files: strings.Contains(f.source, ".py::")}
	for i := range f.rules {
		switch f.rules[i].event {
		case "begin":
			r.begun = true
		case "strip":
			r.wraps = true
		}
	}
	return r
}

// strip is text without what the runner puts before the output of a test.
func (r *run) strip(text string) string {
	for i := range r.format.rules {
		if rule := &r.format.rules[i]; rule.event == "strip" {
			if match := rule.match(text); match != nil {
				return text[len(match[0]):]
			}
		}
	}
	return text
}

// line reads one line.
func (r *run) line(text string, f *filter) {
	heads := false
	known := false
	if r.quoted {
		r.quoted = !r.unquotes(text, f)
	}
	for i := range r.format.rules {
		rule := &r.format.rules[i]
		if !r.asks(rule, f) {
			continue
		}
		match := rule.match(text)
		if match == nil {
			continue
		}
		known, r.active = true, true
		heads = heads || rule.event == "failed" && !rule.again
		if done := r.event(rule, match, text); done {
			break
		}
	}
	r.heads = heads || r.heads && text == ""
	if text == "" {
		return
	}
	if len(r.open) > 0 {
		if r.left--; r.left < 0 {
			r.shut()
		}
	}
	switch text = strings.TrimSpace(text); {
	case known:
	case r.next:
		r.next = false
		r.say(text, "")
	case r.extend > 0:
		r.extend--
		for _, t := range r.speaking() {
			t.add(text)
		}
	}
}

// asks says whether the rule may match a line now.
func (r *run) asks(rule *rule, f *filter) bool {
	switch rule.event {
	case "strip":
		return false
	case "unquote":
		return r.quoted && f.mayHave(rule.pairs)
	case "says", "also":
		if r.next || len(r.open) == 0 && !r.begun {
			return false
		}
	}
	return !r.quoted && f.mayHave(rule.pairs)
}

// unquotes says whether the output of a test ends before a line.
func (r *run) unquotes(text string, f *filter) bool {
	return slices.ContainsFunc(r.format.rules, func(rule rule) bool {
		return rule.event == "unquote" && f.mayHave(rule.pairs) && rule.match(text) != nil
	})
}

// event does what a line means. It reports whether no other rule is to be asked.
func (r *run) event(rule *rule, match []string, line string) (done bool) {
	switch rule.event {
	case "whole":
		r.whole = true
	case "quote":
		r.quoted = true
	case "suite":
		r.suite = rule.named(match, "suite")
	case "begin":
		r.shut()
		r.current = lines.Head(rule.named(match, "name"), maxText)
	case "failed":
		r.fail(rule, match)
		return true
	case "passed":
		r.shut()
		r.pass(rule.named(match, "name"))
		return true
	case "skipped":
		r.shut()
		r.skipped++
		delete(r.pending, rule.named(match, "name"))
		return true
	case "recovered":
		r.shut()
		r.recover(rule.named(match, "name"))
		return true
	case "says":
		r.says(rule, match)
		return true
	case "also":
		for _, t := range r.speaking() {
			t.add(rule.named(match, "says"))
		}
		return true
	case "end":
		r.shut()
		for _, t := range r.c.tests[r.first:] {
			if t.Runner == r.format.runner && t.Suite == "" && !t.alone {
				t.Suite = rule.named(match, "suite")
			}
		}
		r.first = len(r.c.tests)
	case "close":
		r.shut()
		r.inside = 0
	case "total":
		r.shut()
		r.total.take(rule, match, line)
		return true
	}
	return false
}

// shut ends the lines of the failed tests being read.
func (r *run) shut() {
	r.open, r.next, r.extend, r.heads = nil, false, 0, false
}

// pass counts a test that passed. One that is followed by tests in it is not a test.
func (r *run) pass(name string) {
	if r.lastPassed != "" && strings.HasPrefix(name, r.lastPassed+"/") {
		r.passed--
	}
	r.passed++
	r.lastPassed = name
	delete(r.pending, name)
}

// recover notes that a test passed after all. Other lines that look like the name of a
// test name none that failed.
func (r *run) recover(name string) {
	for _, t := range r.c.tests[r.first:] {
		full := t.Suite + "." + t.Name
		if t.Runner == r.format.runner && (name == full || strings.HasPrefix(name, full+"(")) {
			t.passed = true
		}
	}
}

// speaking are the tests that what is said now is of.
func (r *run) speaking() []*test {
	if len(r.open) > 0 {
		return r.open
	}
	if !r.begun {
		return nil
	}
	t := r.pending[r.current]
	if t == nil {
		if len(r.pending) >= maxPending {
			clear(r.pending)
		}
		t = &test{}
		r.pending[r.current] = t
	}
	return []*test{t}
}

func (r *run) says(rule *rule, match []string) {
	suite, method := rule.named(match, "suite"), rule.named(match, "case")
	for _, t := range r.open {
		if method != "" && strings.HasPrefix(t.Name, method) && strings.HasPrefix(suite, t.Suite) {
			t.Suite = suite // of a nested class
		}
	}
	said := false
	for _, t := range r.speaking() {
		said = said || t.Says != ""
	}
	at := rule.named(match, "at")
	if file := rule.named(match, "file"); file != "" {
		at = file + ":" + rule.named(match, "line")
	}
	r.say(rule.named(match, "says"), at)
	r.next = rule.next && !said
}

// say gives the tests what they say and where, if that is not known yet. A head such
// as "got:", or the bare "Failed" of googletest, is completed by the lines behind it.
func (r *run) say(says, at string) {
	r.extend = 0
	for _, t := range r.speaking() {
		if t.At == "" {
			t.At = lines.Head(at, maxText)
		}
		if t.Says == "" && says != "" {
			t.Says = lines.Head(says, maxText)
			if strings.HasSuffix(says, ":") || says == "Failed" {
				r.extend = moreLines
			}
		}
	}
}

// moreLines is how many lines complete a head.
const moreLines = 4

// add adds a part to what the test says.
func (t *test) add(text string) {
	if t.parts < moreLines && t.Says != text {
		t.parts++
		words := strings.Fields(t.Says + " " + text)
		t.Says = lines.Head(strings.Join(words, " "), maxText)
	}
}

// fail notes a failed test.
func (r *run) fail(rule *rule, match []string) {
	suite, name := r.names(rule.named(match, "suite"), rule.named(match, "name"))
	t := r.find(suite, name, rule.again)
	if t == nil {
		t = &test{Test: Test{Runner: r.format.runner, Suite: suite, Name: name}, short: tail(name)}
		if len(r.c.tests) < MaxTests {
			r.c.tests = append(r.c.tests, t)
		} else {
			r.more++
		}
		t.inner, t.alone = r.wraps && r.inside > 0, suite == "" && name == rule.named(match, "suite")
		r.c.within(r)
	}
	if said := r.pending[name]; said != nil && r.begun {
		t.take(said)
		delete(r.pending, name)
	}
	if said := r.pending[""]; said != nil && !rule.again { // the runner did not say that it began
		t.take(said)
		delete(r.pending, "")
	}
	t.take(&test{Test: Test{At: lines.Head(rule.named(match, "at"), maxText), Says: lines.Head(rule.named(match, "says"), maxText)}})
	r.current = ""
	if rule.again {
		return
	}
	if !r.heads || !rule.next {
		r.shut()
	}
	r.next, r.extend = rule.next, 0
	if t.opened { // told again
		r.shut()
		return
	}
	t.opened = true
	if !rule.ends {
		r.open, r.left = append(r.open, t), maxBlock
	}
}

func (t *test) take(said *test) {
	if t.Says == "" {
		t.Says, t.parts = said.Says, said.parts
	}
	if t.At == "" {
		t.At = said.At
	}
}

// names are suite and name as they are kept: "total(org.example.OrderTest)" and
// "org.example.OrderTest.total" are the test total of that class, and a suite that
// failed itself has no name besides its own.
func (r *run) names(suite, name string) (string, string) {
	if suite == "" {
		suite = r.suite
	}
	if test, class, ok := strings.Cut(strings.TrimSuffix(name, ")"), "("); ok && strings.HasSuffix(name, ")") && !strings.ContainsAny(class, " ,") && strings.Contains(class, ".") {
		suite, name = class, test
	}
	name = strings.TrimPrefix(name, suite+".")
	if name == "" || name == suite {
		suite, name = "", suite
	}
	return lines.Head(suite, maxText), lines.Head(name, maxText)
}

// find is the test of that name that is known already. Where one of two names has a
// file before it ("test_order.py::TestA::test_b" and "TestA.test_b"), the first that
// has not been told in that way yet is the one, and gets the longer name.
func (r *run) find(suite, name string, again bool) *test {
	short := tail(name)
	for _, t := range r.c.tests[r.first:] {
		if t.Runner != r.format.runner || t.Suite != suite {
			continue
		}
		if t.Name == name {
			if again || !t.opened || !r.files {
				return t
			}
			continue
		}
		if t.short != short {
			continue
		}
		if partial, full := short == name, t.short != t.Name; partial == full && (!partial || !t.opened) {
			if !partial {
				t.Name = name
			}
			return t
		}
	}
	return nil
}

// tail is a name without the file before it, its parts set apart by dots.
func tail(name string) string {
	if _, rest, ok := strings.Cut(name, ".py::"); ok {
		return strings.ReplaceAll(rest, "::", ".")
	}
	return name
}

// within notes that a test of run failed, which may be inside a test of another.
func (c *Collector) within(inner *run) {
	for _, r := range c.runs {
		if r == inner || !r.wraps || !r.active {
			continue
		}
		r.inside++
		for _, t := range r.open {
			t.inner = true
		}
	}
}

// nested says whether the runner ran inside tests of another, which counts them.
func (r *run) nested() bool {
	for _, other := range r.c.runs {
		if other != r && other.wraps && other.active {
			return true
		}
	}
	return false
}
