// Package kind says what kind of failure a log shows: code, test, dependency,
// infrastructure, configuration, timeout or aborted, if that is sure.
//
// The rules are data (rules.txt): which lines speak for which kind. They are applied to
// the lines that an excerpt chose and to the last lines of the log; what these and the
// failed tests say must agree, otherwise no kind is named.
package kind

import (
	"slices"
	"strings"

	"logbot/commands/excerpt"
	"logbot/commands/testlog"
)

// Kind is what a failure is about. The zero value is for one that is not sure.
type Kind string

// The kinds.
const (
	Code           Kind = "code"           // what was built does not compile, or breaks a rule of style
	Test           Kind = "test"           // it compiles, and a test or a limit of coverage fails
	Dependency     Kind = "dependency"     // a package or an image: registry, version, download, certificate
	Infrastructure Kind = "infrastructure" // no executor, disk, memory, killed, connection lost
	Configuration  Kind = "configuration"  // of the build: a command, file, branch, right or variable that is missing
	Timeout        Kind = "timeout"        // stopped because it took too long
	Aborted        Kind = "aborted"        // stopped by somebody
)

// all are the kinds that a rule may name.
var all = []Kind{Code, Test, Dependency, Infrastructure, Configuration, Timeout, Aborted}

// Of is the kind of the failure that e explains. tests are the tests of the same log, and
// text is as much of the log as was read, in its order and to its end; only its last
// lines are looked at. It is safe for concurrent use.
func Of(e *excerpt.Excerpt, tests testlog.Report, text []byte) Kind {
	if e.Outcome == excerpt.Succeeded {
		return ""
	}
	stops, ends := endOf(text)
	if stops == "" && e.Outcome == excerpt.Aborted {
		stops = Aborted
	}
	switch {
	case stops == Aborted && ends != "": // what was stopped may say so, or was stopped for it
		return ""
	case stops != "":
		return stops
	}
	why := whyOf(e)
	if len(tests.Tests) > 0 || tests.Counts.Failed > 0 {
		// What a failed test prints may look like anything else; what breaks a test run
		// breaks tests.
		if (why == "" || why == Test || why != Timeout && saidByTest(e.Reason.Text, tests)) && ends == "" {
			return Test
		}
		return ""
	}
	if why != "" && ends != "" && why != ends {
		return ""
	}
	if why == "" {
		return ends
	}
	return why
}

// blockLines is how far from a reason lines speak of the same.
const blockLines = 12

// whyOf is the kind for which the excerpt speaks: its reason, if that is sure, or the
// lines around it, or all lines; if no reason is sure the lines that may be it, or all
// lines. Those that are asked together must agree. A command or a file that is missing is
// often put up with: far from a sure reason it says nothing.
func whyOf(e *excerpt.Excerpt) Kind {
	of := [][]excerpt.Line{e.Reasons, e.Lines}
	if e.Sure() {
		of = [][]excerpt.Line{{e.Reason}, slices.DeleteFunc(slices.Clone(e.Lines), func(l excerpt.Line) bool {
			return l.Number < e.Reason.Number-blockLines || l.Number > e.Reason.Number+blockLines
		}), e.Lines}
	}
	for i, lines := range of {
		switch kinds := agreed(lines); {
		case len(kinds) > 1 || i == 2 && slices.Contains(kinds, Configuration):
			return ""
		case len(kinds) == 1:
			return kinds[0]
		}
	}
	return ""
}

// agreed are the kinds for which lines speak, each once.
func agreed(lines []excerpt.Line) []Kind {
	var kinds []Kind
	for _, l := range lines {
		if k := embedded().of(l.Text, false); k != "" && !slices.Contains(kinds, k) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// saidByTest reports whether a line is what a failed test says.
func saidByTest(line string, tests testlog.Report) bool {
	return slices.ContainsFunc(tests.Tests, func(t testlog.Test) bool {
		return t.Says != "" && (strings.Contains(line, t.Says) || strings.Contains(t.Says, strings.TrimSpace(line))) ||
			t.Name != "" && strings.Contains(line, t.Name)
	})
}

// lastLines is how many lines at the end of a log may say how the build ended: what the
// service and the runner write after a step, and what clears up.
const lastLines = 40

// endOf are the kinds for which the end of a log speaks: Timeout or Aborted if it says
// that the build was stopped, and besides what the last line that speaks for another does.
func endOf(text []byte) (stops, ends Kind) {
	for _, l := range slices.Backward(tail(text, lastLines)) {
		switch k := embedded().of(excerpt.Plain(l), true); {
		case k == Timeout, k == Aborted && stops == "":
			stops = k
		case k != Aborted && ends == "":
			ends = k
		}
	}
	return stops, ends
}
