package main

import (
	"math"
	"math/rand/v2"
	"slices"

	"logbot/commands/excerpt/trees"
)

// Sums are in fixed point, so that their order and the machine do not matter.
const fixed = 1 << 16

// slope is the first and the second derivative of the loss, in fixed point.
type slope struct{ gain, curve int64 }

func (s *slope) add(o slope) {
	s.gain += o.gain
	s.curve += o.curve
}

// A list is the rows of one log; what is learned is to tell its lines apart.
type list struct {
	rows   [][]int16
	good   []bool
	weight float64 // of the log
}

// goods is how many lines are good.
func (l *list) goods() (n int) {
	for _, good := range l.good {
		if good {
			n++
		}
	}
	return n
}

// root is the square root.
func root(n int) float64 { return math.Sqrt(float64(n)) }

// settings say how a forest is grown.
type settings struct {
	trees, depth int
	rate         float64 // how much of each tree is believed
	ridge        float64 // keeps leaves of few lines small
	columns      float64 // share of the features that a tree may ask for
	logs         float64 // share of the logs that a tree sees
	listwise     bool    // one good line of a log is enough; else every line counts by itself
	seed         uint64
}

// bins are the bounds between which values of a feature are not told apart.
type bins [][]int16

const maxBins = 48

func newBins(lists []list) bins {
	features := len(lists[0].rows[0])
	b := make(bins, features)
	for f := range features {
		var values []int16
		for _, l := range lists {
			for _, r := range l.rows {
				values = append(values, r[f])
			}
		}
		slices.Sort(values)
		distinct := slices.Compact(slices.Clone(values))
		if len(distinct) <= maxBins {
			b[f] = distinct[:len(distinct)-1]
			continue
		}
		var bounds []int16
		for k := 1; k < maxBins; k++ {
			bounds = append(bounds, values[len(values)*k/maxBins])
		}
		bounds = slices.Compact(bounds)
		if bounds[len(bounds)-1] == values[len(values)-1] {
			bounds = bounds[:len(bounds)-1]
		}
		b[f] = bounds
	}
	return b
}

// bin is how many bounds of the feature a value is above.
func (b bins) bin(feature int, v int16) uint8 {
	n, _ := slices.BinarySearch(b[feature], v)
	return uint8(n)
}

// grower holds what growing a forest needs of the rows.
type grower struct {
	settings
	bins   bins
	lists  []list
	begin  []int     // list -> its first row
	binned [][]uint8 // feature -> row -> bin
	scores []int     // row -> sum of the leaves so far
	slopes []slope   // of rows
	leaf   []uint8   // row -> leaf of the tree being grown
	random *rand.Rand
}

// grow learns a forest.
func grow(lists []list, s settings) trees.Forest {
	g := &grower{settings: s, bins: newBins(lists), lists: lists, random: rand.New(rand.NewPCG(s.seed, 1))}
	n := 0
	for _, l := range lists {
		g.begin = append(g.begin, n)
		n += len(l.rows)
	}
	g.scores, g.slopes, g.leaf = make([]int, n), make([]slope, n), make([]uint8, n)
	g.binned = make([][]uint8, len(g.bins))
	for f := range g.bins {
		g.binned[f] = make([]uint8, 0, n)
		for _, l := range lists {
			for _, r := range l.rows {
				g.binned[f] = append(g.binned[f], g.bins.bin(f, r[f]))
			}
		}
	}
	var forest trees.Forest
	for range s.trees {
		forest = append(forest, g.tree())
	}
	return forest
}

// tree grows one tree on some of the logs and features, and adds it to the scores
// of all rows.
func (g *grower) tree() trees.Tree {
	g.derive()
	var seen []int // rows
	for i, l := range g.lists {
		if g.random.Float64() < g.logs {
			for row := g.begin[i]; row < g.begin[i]+len(l.rows); row++ {
				if g.slopes[row] != (slope{}) {
					seen = append(seen, row)
				}
			}
		}
	}
	var features []int
	for f := range g.bins {
		if g.random.Float64() < g.columns && len(g.bins[f]) > 0 {
			features = append(features, f)
		}
	}
	clear(g.leaf)
	var t trees.Tree
	for level := range g.depth {
		feature, bin := g.split(seen, features, 1<<level)
		if feature < 0 {
			break
		}
		t.Tests = append(t.Tests, trees.Test{Feature: feature, Above: g.bins[feature][bin]})
		for row, b := range g.binned[feature] {
			if int(b) > bin {
				g.leaf[row] |= 1 << level
			}
		}
	}
	t.Leaves = g.leaves(seen, 1<<len(t.Tests))
	for row := range g.scores {
		g.scores[row] += int(t.Leaves[g.leaf[row]])
	}
	return t
}

// split finds the test that tells good lines from others best, over all leaves.
func (g *grower) split(seen, features []int, leaves int) (feature, bin int) {
	feature = -1
	best := 0.0
	sums := make([]slope, leaves*(maxBins+1))
	for _, f := range features {
		clear(sums)
		column := g.binned[f]
		for _, row := range seen {
			sums[int(g.leaf[row])*(maxBins+1)+int(column[row])].add(g.slopes[row])
		}
		gains := make([]float64, len(g.bins[f]))
		for leaf := range leaves {
			ofLeaf := sums[leaf*(maxBins+1):][:len(g.bins[f])+1]
			var all, low slope
			for _, s := range ofLeaf {
				all.add(s)
			}
			for b := range gains {
				low.add(ofLeaf[b])
				gains[b] += g.purity(low)
				gains[b] += g.purity(slope{all.gain - low.gain, all.curve - low.curve})
			}
		}
		for b, v := range gains {
			if v > best {
				best, feature, bin = v, f, b
			}
		}
	}
	return feature, bin
}

// purity is how much a leaf with these sums explains.
func (g *grower) purity(s slope) float64 {
	gain := float64(s.gain) / fixed
	return float64(gain*gain) / (float64(s.curve)/fixed + g.ridge)
}

// leaves are the values of the leaves.
func (g *grower) leaves(seen []int, n int) []int16 {
	sums := make([]slope, n)
	for _, row := range seen {
		sums[g.leaf[row]].add(g.slopes[row])
	}
	out := make([]int16, n)
	for i, s := range sums {
		v := float64(s.gain) / fixed / (float64(s.curve)/fixed + g.ridge)
		out[i] = int16(math.Round(min(max(float64(v*g.rate), -8), 8) * trees.Unit))
	}
	return out
}

// derive fills the derivatives of the loss at the scores.
func (g *grower) derive() {
	for i, l := range g.lists {
		scores := g.scores[g.begin[i] : g.begin[i]+len(l.rows)]
		if g.listwise {
			g.deriveList(l, scores, g.begin[i])
			continue
		}
		for k, s := range scores {
			p := 1 / (1 + exp(-s))
			y := 0.0
			if l.good[k] {
				y = 1
			}
			g.put(g.begin[i]+k, float64(l.weight*(y-p)), float64(l.weight*p)*(1-p))
		}
	}
}

// deriveList is for the chance that the best line of a log is a good one.
func (g *grower) deriveList(l list, scores []int, begin int) {
	top := slices.Max(scores)
	all, good := 0.0, 0.0
	for k, s := range scores {
		e := exp(s - top)
		all += e
		if l.good[k] {
			good += e
		}
	}
	for k, s := range scores {
		e := exp(s - top)
		p := e / all
		q := 0.0
		if l.good[k] && good > 0 {
			q = e / good
		} else if good == 0 {
			q = p
		}
		g.put(begin+k, float64(l.weight*(q-p)), float64(l.weight*p)*(1-p))
	}
}

func (g *grower) put(row int, gain, curve float64) {
	g.slopes[row] = slope{int64(math.Round(gain * fixed)), int64(math.Round(curve * fixed))}
}

// powers are e to the power of 1/256, 2/256, 4/256 and so on.
var powers = [...]float64{
	1.0039138893383475, 1.0078430972064479, 1.0157477085866857, 1.0317434074991028, 1.0644944589178593, 1.1331484530668263, 1.2840254166877414,
	1.6487212707001282, 2.718281828459045, 7.38905609893065, 54.598150033144236, 2980.9579870417283, 8886110.520507872,
}

// exp is e to the power of n Units. It multiplies constants only, so that every
// machine gets the same.
func exp(n int) float64 {
	negative := n < 0
	if negative {
		n = -n
	}
	n = min(n, 1<<13-1)
	v := 1.0
	for i, p := range powers {
		if n>>i&1 == 1 {
			v *= p
		}
	}
	if negative {
		return 1 / v
	}
	return v
}
