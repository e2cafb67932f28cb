// Package failure gives what broke in a build a key that is the same in every build that
// it broke.
//
// The key is made of the failed tests and of what they say, or else of the most telling
// of the lines that may be the reason. Both are without what changes from build to build:
// numbers, times, ids, ports, hosts, mail addresses, and the folders that builds work in.
// What many failures share makes none (generic.txt): "exited with 1", a bare header, a
// count, a bare assertion. A wrong "same" is worse than none: what is not sure has no key.
//
// How often it is wrong is measured on pairs of real failing logs (make verdict-eval); the
// figures are in commands/excerpt/README.md.
package failure

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"logbot/commands/excerpt"
	"logbot/commands/testlog"
)

// Failure names what broke. Its zero value means: nothing sure enough to be called the
// same.
type Failure struct {
	// Key is the same for the same failure in other builds and tasks: at most 64
	// letters, digits, '-' and ':'. It begins with the version of how it is made, so that
	// no key joins one that was made otherwise. It is empty if there is none.
	Key  string
	Text string // what Key stands for: one line of at most 200 bytes, without what changes
}

// version begins each key. It changes with the way keys are made.
const version = "1:"

const (
	maxText  = 200 // bytes of a Text
	keyBytes = 12  // bytes of the hash in a Key
	maxTests = 30  // tests in a Key: the first in the order of the alphabet
)

// Of is the failure that an excerpt and the failed tests of the same log tell of; a log
// of a build that succeeded or that somebody stopped tells of none. It only computes. What
// it is given must be masked.
func Of(found *excerpt.Excerpt, tests []testlog.Test) Failure {
	if found.Reason.Text == "" || found.Outcome == excerpt.Succeeded || found.Outcome == excerpt.Aborted || vague(found) {
		return Failure{}
	}
	tests = some(tests)
	line, told := reasonOf(found), describe(tests)
	switch {
	case len(told) > 0 && (line == "" || !found.Sure() || concerns(found, tests)):
		return failureOf(told)
	case line == "":
		return Failure{}
	}
	return failureOf(append([]string{line}, told...))
}

// vague says whether the log may be one of a build that did not fail.
func vague(found *excerpt.Excerpt) bool {
	const least = 45 // the confidence is below it where nothing says that the build failed
	return found.Outcome == excerpt.Unknown && found.Confidence < least
}

// some are at most maxTests tests, in the order of the alphabet: the runner's order may
// change.
func some(tests []testlog.Test) []testlog.Test {
	tests = slices.Clone(tests)
	slices.SortFunc(tests, func(a, b testlog.Test) int {
		if c := strings.Compare(a.Suite, b.Suite); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return tests[:min(len(tests), maxTests)]
}

// describe names tests with what they say, each once: another error in the same test is
// another failure.
func describe(tests []testlog.Test) []string {
	var all []string
	for _, t := range tests {
		name := normalName(t.Suite + " " + t.Name)
		if !strings.ContainsFunc(name, unicode.IsLetter) {
			continue
		}
		if says := normal(t.Says); !generic(says) {
			name += ": " + says
		}
		all = append(all, name)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// concerns says whether one of the lines that may be the reason is about one of the tests.
func concerns(found *excerpt.Excerpt, tests []testlog.Test) bool {
	has := func(text, part string) bool { return part != "" && strings.Contains(text, part) }
	for _, r := range found.Reasons {
		for _, t := range tests {
			if has(r.Text, t.Name) || has(r.Text, t.Says) || has(r.Text, t.At) {
				return true
			}
		}
	}
	return false
}

// reasonOf is the most telling of the lines that may be the reason, normal; empty if all
// are generic. Those that a rule judged come before others, which must say that something
// failed or where, if the excerpt is unsure. Which of them is the likeliest
// changes from build to build more easily than which of them tells most.
func reasonOf(found *excerpt.Excerpt) string {
	best, judged, most := "", false, 0
	for _, r := range found.Reasons {
		text := normal(r.Text)
		byRule, tells := r.Rule != "near" && r.Rule != "tail", telling(text)
		if generic(text) || !byRule && !found.Sure() && !accuses(text) {
			continue
		}
		if best != "" && (judged && !byRule || judged == byRule && (tells < most || tells == most && text > best)) {
			continue
		}
		best, judged, most = text+detailOf(found, r), byRule, tells
	}
	return cut(best, maxText)
}

// detailOf is what follows a line that ends with a colon, if it is shown and says
// something.
func detailOf(found *excerpt.Excerpt, header excerpt.Line) string {
	const near = 3 // lines
	if !strings.HasSuffix(header.Text, ":") {
		return ""
	}
	for _, l := range found.Lines {
		if l.Number <= header.Number || l.Number > header.Number+near {
			continue
		}
		if text := normal(l.Text); !generic(text) {
			return " " + text
		}
	}
	return ""
}

func failureOf(parts []string) Failure {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return Failure{Key: version + hex.EncodeToString(sum[:keyBytes]), Text: cut(strings.Join(parts, "; "), maxText)}
}

// cut is the beginning of text, of at most n bytes.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	const mark = "…"
	for n -= len(mark); n > 0 && !utf8.RuneStart(text[n]); n-- {
	}
	return strings.TrimRight(text[:n], " ") + mark
}
