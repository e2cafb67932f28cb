// Package failure gives what broke in a build a key that is the same in every build that
// it broke.
//
// The key is made of the line that says why and of the names of the failed tests,
// without what changes from build to build: numbers, times, ids, hosts, and the folders
// above the sources. Lines that many failures share ("exited with 1") never make one. A
// wrong "same" is worse than none: what is not sure has no key.
package failure

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
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
	maxTests = 50  // names of tests in a Key
)

// Of is the failure that an excerpt and the failed tests of the same log tell of. It only
// computes. What it is given must be masked.
func Of(found *excerpt.Excerpt, tests []testlog.Test) Failure {
	if !found.Sure() || found.Outcome == excerpt.Succeeded || found.Outcome == excerpt.Aborted {
		return Failure{}
	}
	text := normal(found.Reason.Text)
	if generic(text) {
		return Failure{}
	}
	return Failure{Key: keyOf(append([]string{text}, names(tests)...)), Text: cut(text, maxText)}
}

// names are the normal names of tests, each once, in the order of the alphabet.
func names(tests []testlog.Test) []string {
	var all []string
	for _, t := range tests[:min(len(tests), maxTests)] {
		all = append(all, normal(t.Suite+" "+t.Name))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func keyOf(parts []string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return version + hex.EncodeToString(sum[:keyBytes])
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
