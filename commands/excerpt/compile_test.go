package excerpt

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
		for i := range want {
			want[i].index = i
		}
		set, err := compile(rules)
		require.NoError(t, err)
		assert.Equal(t, want, set.rules)
	}
}

func TestEqualLiteralsAreOne(t *testing.T) {
	rules := make([]rule, 2)
	for i := range rules {
		for n := range 5000 {
			rules[i].literals = append(rules[i].literals, "text "+strconv.Itoa(n))
		}
	}
	set, err := compile(rules)
	require.NoError(t, err)
	assert.Len(t, set.gate.literals, 5000)
	require.Len(t, set.of, 5000)
	for _, of := range set.of {
		assert.Equal(t, []uint16{0, 1}, of)
	}
}
