package excerpt

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRulesAreSortedByWeightAndElseAsTheyWere(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 40 {
		rules := make([]rule, n)
		for i := range rules {
			rules[i] = rule{id: strconv.Itoa(i), weight: float64(r.IntN(5))}
		}
		want := slices.Clone(rules)
		slices.SortStableFunc(want, func(a, b rule) int { return cmp.Compare(b.weight, a.weight) })
		sortByWeight(rules)
		assert.Equal(t, want, rules)
	}
}

func TestEqualTextsHaveOneNumber(t *testing.T) {
	var n numbering
	for range 2 {
		for i := range 5000 { // the table grows
			if got := n.of(strconv.Itoa(i)); int(got) != i {
				t.Fatalf("%d has number %d", i, got)
			}
		}
	}
	assert.Len(t, n.texts, 5000)
}
