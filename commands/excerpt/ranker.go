package excerpt

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"logbot/commands/excerpt/trees"
)

// Ranker orders the candidates of a log by what was learned from labelled logs.
// It does not change and may be shared between goroutines.
type Ranker struct {
	show  trees.Forest // log-odds that a line is one of those that explain the failure
	why   trees.Forest // of the lines of a log the one that says why has the highest
	right [Tenths]int16
}

// Tenths is in how many equal parts the chances of a reason are divided to say how
// often one was right.
const Tenths = 10

// NewRanker is the ranker of two learned forests, for lines to show and for the
// reason. right is how many of 100 reasons were right, by the tenth that their
// chance was in.
func NewRanker(show, why trees.Forest, right [Tenths]int16) *Ranker {
	return &Ranker{show: show, why: why, right: right}
}

// EmbeddedRanker is the ranker that comes with the program.
func EmbeddedRanker() *Ranker { return embeddedRanker() }

var embeddedRanker = sync.OnceValue(func() *Ranker {
	r, err := ParseRanker(learned[:])
	if err != nil {
		panic("table.go: " + err.Error()) // a test holds that it parses
	}
	return r
})

// ParseRanker reads what Append wrote. An error says which part is damaged.
func ParseRanker(numbers []int16) (*Ranker, error) {
	r := &Ranker{}
	if len(numbers) < Tenths {
		return nil, errors.New("the numbers end too early")
	}
	numbers = numbers[copy(r.right[:], numbers):]
	var err error
	if r.show, numbers, err = trees.Parse(numbers, featCount); err != nil {
		return nil, fmt.Errorf("lines to show: %w", err)
	}
	if r.why, numbers, err = trees.Parse(numbers, featCount); err != nil {
		return nil, fmt.Errorf("reason: %w", err)
	}
	if len(numbers) > 0 {
		return nil, fmt.Errorf("%d numbers too many", len(numbers))
	}
	return r, nil
}

// Append adds the ranker to numbers.
func (r *Ranker) Append(numbers []int16) []int16 {
	return r.why.Append(r.show.Append(append(numbers, r.right[:]...)))
}

// confidence is how many of 100 reasons with such a chance, in thousandths, were
// right.
func (r *Ranker) confidence(chance int) int {
	return int(r.right[min(chance*Tenths/unit, Tenths-1)])
}

// decays are e to the power of -1/256, -2/256, -4/256 and so on, in 65536ths.
var decays = [...]int{65281, 65026, 64520, 63520, 61565, 57835, 51039, 39750, 24109, 8869, 1200, 22}

// decay is e to the power of minus so many Units, in 65536ths.
func decay(units int) int {
	v := 1 << 16
	for i, d := range decays {
		if units>>i&1 == 1 {
			v = v * d >> 16
		}
	}
	if units>>len(decays) > 0 {
		return 0
	}
	return v
}

// chance is the probability of log-odds in Units, in thousandths.
func chance(odds int) int {
	if odds < 0 {
		e := decay(-odds)
		return unit * e / (1<<16 + e)
	}
	return unit << 16 / (1<<16 + decay(odds))
}

// rank gives the candidates of a log their chances to be shown and to be the
// reason.
func (r *Ranker) rank(s *scene, explain bool) {
	top := math.MinInt
	row := make(row, featCount)
	var ranked []int
	odds := make([]int, len(s.all))
	for i := range s.all {
		if quarters(s.ranks[i]) > rankedQuarters {
			continue
		}
		ranked = append(ranked, i)
		clear(row)
		s.row(row, i)
		c := &s.all[i]
		local := c.localOdds()
		c.show = chance(r.show.Score(row) + local)
		odds[i] = r.why.Score(row) + local
		if explain {
			c.because, c.becauseReason = because(r.show, row), because(r.why, row)
		}
		if c.known {
			c.show /= knownPart
			odds[i] -= knownOdds
		}
		top = max(top, odds[i])
	}
	sum := 0
	for _, i := range ranked {
		odds[i] = decay(top - odds[i])
		sum += odds[i]
	}
	for _, i := range ranked {
		s.all[i].why = unit * odds[i] / sum
	}
}

// localOdds is what a line gains that a rule of the configuration calls a reason:
// such a rule says of one place what was learned for all.
func (c *candidate) localOdds() int {
	if c.rule == nil || !c.rule.local || c.rule.role != roleCause && c.rule.role != roleHead {
		return 0
	}
	return localOdds * c.rule.points() / (maxWeight * unit)
}

const localOdds = 6 * trees.Unit // for a rule of the highest weight

// knownOdds is what a line that the green log has too loses, in Units.
const knownOdds = 3 * trees.Unit
