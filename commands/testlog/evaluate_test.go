package testlog

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// expected is what a log of testdata holds, written from the sources of the tests that
// ran. "*" stands for anything; Says for a part of what the test says.
type expected struct {
	Failed  int    `json:"failed"`
	Passed  *int   `json:"passed"` // nil: the log does not tell
	Skipped int    `json:"skipped"`
	Tests   []Test `json:"tests"`
}

func expectations(t *testing.T) map[string]expected {
	text, err := os.ReadFile("testdata/expected.json")
	require.NoError(t, err)
	var all map[string]expected
	require.NoError(t, json.Unmarshal(text, &all))
	return all
}

func meets(got, want Test) bool {
	return got.Suite == want.Suite && got.Name == want.Name && (want.At == "*" || got.At == want.At) &&
		(want.Says == "*" || strings.Contains(got.Says, want.Says))
}

// score is how many tests were found rightly, found at all, and to be found; and how
// many counts were right.
type score struct{ right, found, wanted, counts, logs int }

func (s score) f1() float64 { return 2 * float64(s.right) / float64(max(s.found+s.wanted, 1)) }

func (s *score) add(t *testing.T, name string, got Report, want expected) {
	s.logs++
	s.found += len(got.Tests)
	s.wanted += len(want.Tests)
	for _, w := range want.Tests {
		if slices.ContainsFunc(got.Tests, func(g Test) bool { return meets(g, w) }) {
			s.right++
		} else {
			t.Logf("%s: missed %+v", name, w)
		}
	}
	for _, g := range got.Tests {
		if !slices.ContainsFunc(want.Tests, func(w Test) bool { return meets(g, w) }) {
			t.Logf("%s: wrong %+v", name, g)
		}
	}
	c := Counts{Failed: want.Failed, Skipped: want.Skipped}
	if want.Passed != nil {
		c.Passed, c.Whole = *want.Passed, true
	}
	if c == got.Counts {
		s.counts++
	} else {
		t.Logf("%s: counts %+v, want %+v", name, got.Counts, c)
	}
}

// coded is a log in the CodeArts form.
func coded(log []byte) []byte {
	const stamp = "[2026/09/10 17:26:22.772 GMT+08:00] "
	text := strings.TrimSuffix(string(log), "\n")
	return []byte(stamp + "[INFO] [编译:test] : 开始\n" + stamp + strings.ReplaceAll(text, "\n", "\n"+stamp) + "\n")
}

// firstHeldOut is the number from which on the logs of a runner were made after the
// formats.
const firstHeldOut = "6"

// TestFailedTestsAreFound prints F1 by runner, for the logs that the formats were
// written with and for those held out. A test counts as found if
// suite, name, place and assertion are right.
func TestFailedTestsAreFound(t *testing.T) {
	want := expectations(t)
	logs, err := filepath.Glob("testdata/*.log")
	require.NoError(t, err)
	require.Len(t, want, len(logs))
	scores := map[string]*score{}
	var order []string
	for _, log := range logs {
		text, err := os.ReadFile(log)
		require.NoError(t, err)
		name := strings.TrimSuffix(filepath.Base(log), ".log")
		runner, number, _ := strings.Cut(name, "-")
		set := runner + " written with"
		if number >= firstHeldOut {
			set = runner + " held out"
		}
		if scores[set] == nil {
			scores[set] = &score{}
			order = append(order, set)
		}
		for form, text := range map[string][]byte{"bare": text, "CodeArts": coded(text)} {
			c := New(nil)
			c.Write(text)
			scores[set].add(t, name+" "+form, c.Report(), want[name])
		}
	}
	for _, set := range order {
		s := scores[set]
		fmt.Printf("tests-eval  %-24s F1 %.3f  (%d of %d tests, %d told)  counts right in %d of %d logs\n", set, s.f1(), s.right, s.wanted, s.found, s.counts, s.logs)
		assert.GreaterOrEqual(t, s.f1(), 0.95, set)
	}
}
