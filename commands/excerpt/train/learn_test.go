package main

import (
	"hash/fnv"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/commands/excerpt"
)

// puzzle is logs whose good line is told by two features together, among others
// that say nothing.
func puzzle(logs int) (all []list) {
	r := rand.New(rand.NewPCG(3, 4))
	for range logs {
		l := list{weight: 1}
		for line := range 30 {
			row := make([]int16, 12)
			for f := range row {
				row[f] = int16(r.IntN(100))
			}
			good := line == 7
			if good {
				row[4], row[9] = row[4]/2+50, row[9]/2
			} else if row[4] >= 50 && row[9] < 50 {
				row[4] = 20
			}
			l.rows, l.good = append(l.rows, row), append(l.good, good)
		}
		all = append(all, l)
	}
	return all
}

func TestTheGoodLineIsLearned(t *testing.T) {
	for _, listwise := range []bool{true, false} {
		s := settings{trees: 40, depth: 3, rate: 0.2, ridge: 2, columns: 0.6, logs: 0.7, listwise: listwise, seed: 1}
		f := grow(puzzle(60), s)
		assert.Len(t, f, s.trees)
		right := 0
		unseen := puzzle(100)[60:]
		for _, l := range unseen {
			best := 0
			for i, row := range l.rows {
				if f.Score(row) > f.Score(l.rows[best]) {
					best = i
				}
			}
			if l.good[best] {
				right++
			}
		}
		assert.Greater(t, right, 38, "of %d, listwise %v", len(unseen), listwise)
	}
}

func TestEveryMachineLearnsTheSame(t *testing.T) {
	h := fnv.New32a()
	for _, listwise := range []bool{true, false} {
		for _, n := range grow(puzzle(40), settings{trees: 20, depth: 4, rate: 0.1, ridge: 5, columns: 0.4, logs: 0.6, listwise: listwise, seed: 1}).Append(nil) {
			h.Write([]byte{byte(n), byte(n >> 8)})
		}
	}
	assert.Equal(t, uint32(0x1e722b5), h.Sum32())
}

func TestExpIsThePowerOfE(t *testing.T) {
	for n, want := range map[int]float64{0: 1, 256: 2.718281828459045, -256: 0.36787944117144233, 1: 1.0039138893383475, 2560: 22026.465794806718} {
		assert.InEpsilon(t, want, exp(n), 1e-12, n)
	}
	assert.Positive(t, exp(-1<<20))
}

func TestConfidenceNeverFallsWithTheChance(t *testing.T) {
	l := &learner{}
	l.sure[0] = [excerpt.Tenths]count{{1, 10}, {2, 10}, {6, 10}, {4, 10}, {5, 10}, {9, 10}, {}, {8, 10}, {}, {10, 10}}
	l.sure[1][9] = count{0, 90}
	assert.Equal(t, [excerpt.Tenths]int16{10, 20, 50, 50, 50, 85, 85, 85, 85, 100}, l.confidence(1))
}
