package trees

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// two is a tree of two tests and one of a single test.
func two() Forest {
	return Forest{
		{Tests: []Test{{Feature: 0, Above: 3}, {Feature: 2, Above: -1}}, Leaves: []int16{1, 10, 100, 1000}},
		{Tests: []Test{{Feature: 1, Above: 0}}, Leaves: []int16{-5, 5}},
	}
}

func TestAScoreIsTheSumOfTheLeaves(t *testing.T) {
	for _, c := range []struct {
		row  []int16
		want int
	}{
		{[]int16{3, 0, -1}, 1 - 5},
		{[]int16{4, 0, -1}, 10 - 5},
		{[]int16{3, 1, 0}, 100 + 5},
		{[]int16{4, 1, 0}, 1000 + 5},
	} {
		assert.Equal(t, c.want, two().Score(c.row), c.row)
	}
	assert.Zero(t, Forest(nil).Score(nil))
}

func TestTheStrongestFeatureIsNamedFirst(t *testing.T) {
	assert.Equal(t, []Effect{{Feature: 2, By: 495}, {Feature: 0, By: 450}, {Feature: 1, By: -5}}, two().Explain([]int16{4, 0, 0}))
}

func TestAForestSurvivesBeingWritten(t *testing.T) {
	numbers := append(two().Append([]int16{7}), 8, 9)
	f, rest, err := Parse(numbers[1:], 3)
	require.NoError(t, err)
	assert.Equal(t, two(), f)
	assert.Equal(t, []int16{8, 9}, rest)
}

func TestADamagedForestIsRefused(t *testing.T) {
	whole := two().Append(nil)
	for n := range whole {
		_, _, err := Parse(whole[:n], 3)
		assert.Error(t, err, "the first %d numbers", n)
	}
	_, _, err := Parse(whole, 2)
	assert.ErrorContains(t, err, "feature 2 of 2")
	_, _, err = Parse([]int16{1, MaxDepth + 1}, 3)
	assert.ErrorContains(t, err, "tests, not 0 to")
	_, _, err = Parse([]int16{1, -1}, 3)
	assert.ErrorContains(t, err, "tests, not 0 to")
}
