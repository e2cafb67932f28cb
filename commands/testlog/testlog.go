// Package testlog finds the failed tests in a build's log: their names, where they
// failed and what they say, and how many tests failed, passed and were skipped.
//
// The forms of the runners are data (formats.txt). A log is read once, line by line, in
// bounded memory.
package testlog

// Bounds of what a Collector holds.
const (
	MaxTests   = 1000     // failed tests that are named; more are counted
	maxPending = 64       // tests that have begun and have said something
	maxText    = 300      // bytes of a name, a location or an assertion
	maxLine    = 16 << 10 // bytes of a line that are looked at
	maxBlock   = 400      // lines after a failed test that may belong to it
)

// Test is a test that failed.
type Test struct {
	Runner string `json:"runner"`          // the format that told it, such as "pytest"
	Suite  string `json:"suite,omitempty"` // file, class or package, where the runner names one apart from the test
	Name   string `json:"name"`            // as the runner writes it
	At     string `json:"at,omitempty"`    // where it failed, FILE:LINE
	Says   string `json:"says,omitempty"`  // the assertion or error, one line of at most 300 bytes
}

// Counts are numbers of tests.
type Counts struct {
	Failed  int  `json:"failed"`
	Passed  int  `json:"passed"`
	Skipped int  `json:"skipped"`
	Whole   bool `json:"whole"` // the log tells of those that passed and were skipped, too
}

// Report is what a log says of its tests. The zero Report is that of a log without
// tests.
type Report struct {
	Tests  []Test `json:"tests"` // in the order of the log, at most MaxTests
	Counts Counts `json:"counts"`
}
