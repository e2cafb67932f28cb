package excerpt

import (
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

func TestTheGateFindsWhatStandsInALine(t *testing.T) {
	literals := []string{"error", "rror:", "--- FAIL", "失败", " 1) ", "errors", "fail"}
	g, ok := newGate(literals)
	require.True(t, ok)
	for _, text := range []string{
		"", "no match", "ERROR: x", "2 errors", "--- fail: TestX", "编译失败", "失", "1) Class::method", "x 1) y", "x1) y", "eerrorr", "FaIlErRoRs", "--- --- FAIL", "\xe5\xa4",
	} {
		got := g.scan(nil, []byte(text))
		slices.Sort(got)
		assert.Equal(t, standing(literals, text), slices.Compact(got), "%q", text)
	}
}

func TestTheGateRefusesMoreThanItsTableHolds(t *testing.T) {
	_, ok := newGate([]string{strings.Repeat("abcdefgh", maxStates/8+1)})
	assert.False(t, ok)
}

func FuzzGate(f *testing.F) {
	f.Add("error", "失败", "an ERROR: 编译失败")
	f.Add("abab", "babb", "abababb")
	f.Fuzz(func(t *testing.T, a, b, text string) {
		if len(a) == 0 || len(b) == 0 || len(a)+len(b) > 1000 {
			return
		}
		g, ok := newGate([]string{a, b})
		if !ok {
			t.Fatalf("no gate for %q and %q", a, b)
		}
		got := g.scan(nil, []byte(text))
		slices.Sort(got)
		if want := standing([]string{a, b}, text); !slices.Equal(want, slices.Compact(got)) {
			t.Fatalf("%q and %q in %q: %v, want %v", a, b, text, got, want)
		}
	})
}
