// Package trees scores rows of small integers by boosted trees that were learned
// elsewhere. All its arithmetic is in integers: every machine gets the same scores.
package trees

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Unit is the score of log-odds 1.
const Unit = 256

// MaxDepth is how many tests a tree may make.
const MaxDepth = 8

// A Test asks whether a feature is above a bound.
type Test struct {
	Feature int // index in the row
	Above   int16
}

// A Tree makes all its tests, and adds the leaf that the answers lead to: bit i of
// its index is the answer of test i.
type Tree struct {
	Tests  []Test
	Leaves []int16 // 1 << len(Tests), in Units
}

// A Forest scores a row by the sum of its trees. It does not change and may be
// shared between goroutines.
type Forest []Tree

// Score is the sum of the leaves that row leads to.
func (f Forest) Score(row []int16) int {
	sum := 0
	for i := range f {
		sum += int(f[i].Leaves[f[i].leaf(row)])
	}
	return sum
}

func (t *Tree) leaf(row []int16) int {
	leaf := 0
	for i, test := range t.Tests {
		if row[test.Feature] > test.Above {
			leaf |= 1 << i
		}
	}
	return leaf
}

// Effect is by how much a feature raised a score, or lowered it if negative.
type Effect struct {
	Feature int
	By      int
}

// Explain are the effects of the features on the score of row, the strongest
// first. The effect of one test is half of what the score would change by if its
// answer were the other.
func (f Forest) Explain(row []int16) []Effect {
	by := map[int]int{}
	for i := range f {
		t := &f[i]
		leaf := t.leaf(row)
		for k, test := range t.Tests {
			by[test.Feature] += int(t.Leaves[leaf]) - int(t.Leaves[leaf^1<<k])
		}
	}
	var all []Effect
	for feature, twice := range by {
		if twice != 0 {
			all = append(all, Effect{Feature: feature, By: twice / 2})
		}
	}
	slices.SortFunc(all, func(a, b Effect) int {
		return cmp.Or(cmp.Compare(max(b.By, -b.By), max(a.By, -a.By)), cmp.Compare(a.Feature, b.Feature))
	})
	return all
}

// Append adds the forest to numbers, in the form that Parse reads: the number of
// trees; for each the number of its tests, feature and bound of each, its leaves.
func (f Forest) Append(numbers []int16) []int16 {
	numbers = append(numbers, int16(len(f)))
	for _, t := range f {
		numbers = append(numbers, int16(len(t.Tests)))
		for _, test := range t.Tests {
			numbers = append(numbers, int16(test.Feature), test.Above)
		}
		numbers = append(numbers, t.Leaves...)
	}
	return numbers
}

// Parse reads a forest over rows of so many features from the front of numbers,
// and returns what stands behind it.
func Parse(numbers []int16, features int) (f Forest, rest []int16, err error) {
	trees, rest, err := take(numbers, 1)
	if err != nil {
		return nil, nil, err
	}
	for i := range int(trees[0]) {
		var t Tree
		if t, rest, err = parseTree(rest, features); err != nil {
			return nil, nil, fmt.Errorf("tree %d: %w", i, err)
		}
		f = append(f, t)
	}
	return f, rest, nil
}

func parseTree(numbers []int16, features int) (t Tree, rest []int16, err error) {
	depth, rest, err := take(numbers, 1)
	if err != nil {
		return t, nil, err
	}
	if depth[0] < 0 || depth[0] > MaxDepth {
		return t, nil, fmt.Errorf("%d tests, not 0 to %d", depth[0], MaxDepth)
	}
	tests, rest, err := take(rest, 2*int(depth[0]))
	if err != nil {
		return t, nil, err
	}
	for i := 0; i < len(tests); i += 2 {
		if tests[i] < 0 || int(tests[i]) >= features {
			return t, nil, fmt.Errorf("feature %d of %d", tests[i], features)
		}
		t.Tests = append(t.Tests, Test{Feature: int(tests[i]), Above: tests[i+1]})
	}
	t.Leaves, rest, err = take(rest, 1<<depth[0])
	return t, rest, err
}

func take(numbers []int16, n int) (taken, rest []int16, err error) {
	if len(numbers) < n {
		return nil, nil, errors.New("the numbers end too early")
	}
	return numbers[:n], numbers[n:], nil
}
