package excerpt

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// standing is which of the literals stand in text, found the slow way.
func standing(literals []string, text string) []uint16 {
	lower := asciiLower(" " + text)
	var ids []uint16
	for i, l := range literals {
		if strings.Contains(lower, asciiLower(l)) {
			ids = append(ids, uint16(i))
		}
	}
	return ids
}

func asciiLower(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = fold(b[i])
	}
	return string(b)
}

// scanned is what the gate finds, each literal once.
func scanned(g *gate, text string) []uint16 {
	got := g.scan(nil, []byte(text))
	slices.Sort(got)
	return slices.Compact(got)
}

func TestTheGateFindsWhatStandsInALine(t *testing.T) {
	literals := []string{"error", "rror:", "--- FAIL", "失败", " 1) ", "errors", "fail", "[ ok", " [e]", "    "}
	g, ok := newGate(literals)
	require.True(t, ok)
	for _, text := range []string{
		"", "no match", "ERROR: x", "2 errors", "--- fail: TestX", "编译失败", "失", "1) Class::method", "x 1) y", "x1) y", "eerrorr", "FaIlErRoRs", "--- --- FAIL", "\xe5\xa4",
		"[e]", "x [E]", "x[e]", "{ ok", "[\x00ok", "   ", "  ", "     ", "x   ", "x    ", "fai", "afail", "xxfail", "xxxfail",
	} {
		assert.Equal(t, standing(literals, text), scanned(g, text), "%q", text)
	}
}

func TestTheGateRefusesLiteralsThatItCannotFind(t *testing.T) {
	for _, literal := range []string{"", " ", "0", "abc"} {
		_, ok := newGate([]string{"error", literal})
		assert.False(t, ok, "%q", literal)
	}
}

// embeddedLiterals are the literals of the embedded rules as the gate is given them.
func embeddedLiterals() []string {
	var all []string
	for _, r := range Embedded().rules {
		for _, l := range r.literals {
			if l = strings.ToLower(l); !slices.Contains(all, l) {
				all = append(all, l)
			}
		}
	}
	return all
}

func TestTheGateFindsWhatTheAutomatonFinds(t *testing.T) {
	literals := embeddedLiterals()
	g, ok := newGate(literals)
	require.True(t, ok)
	a := newAutomaton(literals)
	same := func(line []byte) {
		want := a.scan(nil, line)
		slices.Sort(want)
		if got := scanned(g, string(line)); !slices.Equal(slices.Compact(want), got) {
			t.Fatalf("in %q: %v, want %v", line, got, want)
		}
	}
	for _, l := range literals { // at even and odd places, cut and whole
		for before := range 3 {
			line := []byte("x z"[3-before:] + l + strings.ToUpper(l) + " ")
			for _, n := range []int{before + len(l) - 1, before + len(l), len(line) - 2, len(line) - 1, len(line)} {
				same(line[:n])
			}
		}
	}
	for _, line := range corpusLines(t) {
		same(line)
	}
}

// corpusLines are the lines of rules.txt, and of the logs of the folder CORPUS if that
// is set.
func corpusLines(t *testing.T) [][]byte {
	all := bytes.Split([]byte(embedded), []byte("\n"))
	logs, err := filepath.Glob(filepath.Join(os.Getenv("CORPUS"), "*", "*", "log*.txt"))
	require.NoError(t, err)
	if os.Getenv("CORPUS") == "" {
		logs = nil
	}
	for _, log := range logs {
		text, err := os.ReadFile(log)
		require.NoError(t, err)
		all = append(all, bytes.Split(text, []byte("\n"))...)
	}
	return all
}

func FuzzGate(f *testing.F) {
	f.Add("error", "失败", "an ERROR: 编译失败")
	f.Add("abab", "babb", "abababb")
	f.Add("0", " ", "")
	f.Add(" 1) ", "    ", "1)     1) ")
	f.Fuzz(func(t *testing.T, a, b, text string) {
		literals := []string{a, b}
		g, ok := newGate(literals)
		if want := len(a) >= minLiteral && len(b) >= minLiteral; ok != want {
			t.Fatalf("gate of %q and %q: %v", a, b, ok)
		}
		if !ok {
			return
		}
		for _, text := range []string{text, text + a, b + text, text + a + text + b + text} {
			if got, want := scanned(g, text), standing(literals, text); !slices.Equal(want, got) {
				t.Fatalf("%q and %q in %q: %v, want %v", a, b, text, got, want)
			}
		}
	})
}
