package excerpt

import "math"

// The features of a line that the ranker asks for. They are small integers: counts,
// logarithms in quarters, and 1 for yes.
const (
	featValue = iota
	featWorth
	featWorthOfBest
	featWorthRank
	featRole
	featWeight
	featOwn
	featRarity
	featHits
	featEarly
	featClosing
	featEcho
	featFirst
	featPlatform
	featNoise
	featKnown
	featBlockRule
	featShare
	featState
	featMainEvidence
	featEvidence
	featStepAfter
	featRank
	featToStepEnd
	featToLogEnd
	featGapAbove
	featGapBelow
	featCausesAbove
	featCausesBelow
	featCauseNearAbove
	featCauseNearBelow
	featBestAbove
	featBestBelow
	featMaxAbove3
	featMaxBelow3
	featSum12
	featDense
	featAlike
	featRunLength
	featRunPlace
	featRunBest
	featLength
	featIndent
	featIndentAbove
	featIndentBelow
	featFields
	featDigits
	featSigns
	featUpper
	featPosition
	featColon
	featPeriod
	featQuoted
	featFrame
	featLibrary
	featBullet
	featLevel
	featName
	featPair
	featCommand
	featLink
	featSentence
	featNumbered
	featDots
	featColonAbove
	featPositionAbove
	featPositionBelow
	featFrameBelow
	featLaterTokens
	featEarlierTokens
	featFailNear
	featExitBelow
	featTokens
	featPassed
	featSpecific
	featSpecificAbove
	featSpecificBelow
	featSpecificGapAbove
	featSpecificGapBelow
	featSpecificBestAbove // the worth of the best specific line above beside its own
	featSpecificBestBelow
	featSameRuleAbove
	featSameRuleGap
	featWords                                    // one for each class
	featWordsAbove = featWords + classCount      // in the three lines above
	featWordsBelow = featWordsAbove + classCount // in the three lines below
	featCount      = featWordsBelow + classCount
)

// classCount is how many classes of words there are.
const classCount = 28

// scene is the candidates of a log beside one another: what the features of each
// are relative to.
type scene struct {
	all   []candidate
	looks []look
	main  *step
	end   int // number of the last line of the log
	best  int // the highest worth
	ranks []int
	later map[uint64][]int // token -> the candidates that have it
	alike map[uint64]int   // mask -> the candidates that have it
}

// quarters is the binary logarithm of n+1 in quarters.
func quarters(n int) int { return log2(max(n, 0)+1) >> 6 }

type row []int16

func (r row) set(feature, value int) {
	r[feature] = int16(min(max(value, math.MinInt16), math.MaxInt16))
}

func (r row) is(feature int, yes bool) {
	if yes {
		r[feature] = 1
	}
}

func (r row) words(from int, c class) {
	for i := range classCount {
		r.is(from+i, c>>i&1 == 1)
	}
}

// newScene looks at candidates in the order of the log.
func (f *Finder) newScene(all []candidate, main *step) *scene {
	s := &scene{all: all, main: main, end: f.number, looks: make([]look, len(all)), later: map[uint64][]int{}, alike: map[uint64]int{}}
	for i := range all {
		s.looks[i] = lookAt([]byte(all[i].text))
		s.best = max(s.best, all[i].worth)
		s.alike[s.looks[i].mask]++
		for _, t := range s.looks[i].tokens {
			if at := s.later[t]; len(at) < maxSharing && (len(at) == 0 || at[len(at)-1] != i) {
				s.later[t] = append(at, i)
			}
		}
	}
	s.ranks = rankWorth(all)
	return s
}

// maxSharing is how many candidates with one token are looked at.
const maxSharing = 16

// near yields the candidates of the same step within so many lines above or below.
func (s *scene) near(i, direction, lines int, yield func(k int)) {
	for k := i + direction; k >= 0 && k < len(s.all); k += direction {
		distance := (s.all[k].number - s.all[i].number) * direction
		if distance > lines || s.all[k].step != s.all[i].step {
			return
		}
		yield(k)
	}
}

// row fills the features of candidate i.
func (s *scene) row(r row, i int) {
	s.judged(r, i)
	s.placed(r, i)
	s.around(r, i)
	s.looked(r, i)
}

// judged are the features from the rules.
func (s *scene) judged(r row, i int) {
	c := &s.all[i]
	r.set(featValue, c.value/100)
	r.set(featWorth, c.worth/100)
	r.set(featWorthOfBest, c.worth*100/max(s.best, 1))
	r.set(featWorthRank, quarters(s.ranks[i]))
	if c.rule != nil {
		r.set(featRole, roleOrder(c.rule.role))
		r.set(featWeight, c.rule.points()/100)
		r.is(featOwn, c.rule == c.source)
		r.set(featBlockRule, c.rule.before+c.rule.after)
	}
	r.set(featRarity, c.step.rarity(c.entry)/10)
	if c.source != nil {
		r.set(featHits, quarters(int(c.step.hits[c.source.index])))
	}
	r.is(featEarly, c.early)
	r.is(featClosing, c.closing)
	r.is(featEcho, c.echo)
	r.is(featFirst, c.first)
	r.is(featPlatform, c.platform)
	r.is(featNoise, c.noise)
	r.is(featKnown, c.known)
}

// roleOrder is how much the role of a rule says.
func roleOrder(of role) int {
	switch of {
	case roleCause:
		return 4
	case roleHead:
		return 3
	case roleStop:
		return 2
	case roleWeak:
		return 1
	}
	return -1
}

// placed are the features from the place of a line in its step and in the log.
func (s *scene) placed(r row, i int) {
	c := &s.all[i]
	share, _ := c.step.share(s.main)
	r.set(featShare, share/10)
	r.set(featState, int(c.step.state))
	r.set(featMainEvidence, s.main.evidence/100)
	r.set(featEvidence, c.step.evidence/100)
	r.set(featStepAfter, min(max(c.step.number-s.main.number, -20), 20))
	r.set(featRank, c.rank)
	if c.rank == 0 {
		r.set(featRank, recentLen)
	}
	r.set(featToStepEnd, quarters(c.step.last-c.number))
	r.set(featToLogEnd, quarters(s.end-c.number))
}

// around are the features from the candidates of the same step.
func (s *scene) around(r row, i int) {
	c := &s.all[i]
	r.set(featGapAbove, 99)
	r.set(featGapBelow, 99)
	if i > 0 && s.all[i-1].step == c.step {
		r.set(featGapAbove, min(c.number-s.all[i-1].number, 99))
		r.set(featIndentAbove, s.looks[i].indent-s.looks[i-1].indent)
		if c.number-s.all[i-1].number == 1 {
			r.is(featColonAbove, s.looks[i-1].colon)
		}
	}
	if i+1 < len(s.all) && s.all[i+1].step == c.step {
		r.set(featGapBelow, min(s.all[i+1].number-c.number, 99))
		r.set(featIndentBelow, s.looks[i+1].indent-s.looks[i].indent)
	}
	sides := []struct{ direction, causes, nearest, best, max3, words, position, exit, specific, gap, specificBest int }{
		{-1, featCausesAbove, featCauseNearAbove, featBestAbove, featMaxAbove3, featWordsAbove, featPositionAbove, -1, featSpecificAbove, featSpecificGapAbove, featSpecificBestAbove},
		{1, featCausesBelow, featCauseNearBelow, featBestBelow, featMaxBelow3, featWordsBelow, featPositionBelow, featExitBelow, featSpecificBelow, featSpecificGapBelow, featSpecificBestBelow},
	}
	same, sameGap := 0, 99
	sum, dense, fails := 0, 0, 0
	for _, side := range sides {
		causes, nearest, best, max3, specific, gap, specificBest := 0, 99, 0, 0, 0, 99, 0
		var words class
		s.near(i, side.direction, math.MaxInt, func(k int) {
			o := &s.all[k]
			distance := (o.number - c.number) * side.direction
			if o.rule != nil && o.rule.role == roleCause {
				causes++
				nearest = min(nearest, distance)
			}
			best = max(best, o.value)
			if s.looks[k].specific && !o.noise && !o.echo {
				specific++
				gap = min(gap, distance)
				specificBest = max(specificBest, o.worth)
			}
			if side.direction < 0 && o.rule != nil && o.rule == c.rule {
				same++
				sameGap = min(sameGap, distance)
			}
			if distance <= 12 {
				sum += o.value
				dense++
				if s.looks[k].words&(wordError|wordFail|wordException) != 0 {
					fails++
				}
				if side.exit > 0 && (o.closing || s.looks[k].words&(wordExit|wordStatus) == wordExit|wordStatus) {
					r.is(side.exit, true)
				}
			}
			if distance <= 3 {
				max3 = max(max3, o.value)
				words |= s.looks[k].words
				r.is(side.position, s.looks[k].position)
				if side.direction > 0 {
					r.is(featFrameBelow, s.looks[k].frame)
				}
			}
		})
		r.set(side.specific, min(specific, 20))
		r.set(side.gap, gap)
		r.set(side.specificBest, (c.worth-specificBest)/100)
		r.set(side.causes, min(causes, 20))
		r.set(side.nearest, nearest)
		r.set(side.best, (c.value-best)/100)
		r.set(side.max3, max3/100)
		r.words(side.words, words)
	}
	r.set(featSameRuleAbove, min(same, 20))
	r.set(featSameRuleGap, sameGap)
	r.set(featSum12, sum/1000)
	r.set(featDense, dense)
	r.set(featFailNear, fails)
	s.run(r, i)
}

// run are the features from the lines without a gap around a line.
func (s *scene) run(r row, i int) {
	from, to := i, i
	for from > 0 && s.all[from-1].step == s.all[i].step && s.all[from].number-s.all[from-1].number <= 2 {
		from--
	}
	for to+1 < len(s.all) && s.all[to+1].step == s.all[i].step && s.all[to+1].number-s.all[to].number <= 2 {
		to++
	}
	best := 0
	for k := from; k <= to; k++ {
		best = max(best, s.all[k].value)
	}
	r.set(featRunLength, to-from+1)
	r.set(featRunPlace, i-from)
	r.set(featRunBest, (s.all[i].value-best)/100)
}

// looked are the features from the text.
func (s *scene) looked(r row, i int) {
	l := &s.looks[i]
	r.set(featAlike, max(s.alike[l.mask], s.all[i].step.alike[l.mask]))
	r.set(featLength, l.length)
	r.set(featIndent, l.indent)
	r.set(featFields, l.fields)
	part := func(n int) int { return n * 100 / max(l.length-l.indent, 1) }
	r.set(featDigits, part(l.digits))
	r.set(featSigns, part(l.signs))
	r.set(featUpper, part(l.upper))
	for feature, yes := range map[int]bool{featPosition: l.position, featColon: l.colon, featPeriod: l.period, featQuoted: l.quoted, featFrame: l.frame,
		featLibrary: l.library, featBullet: l.bullet, featLevel: l.level, featName: l.name, featPair: l.pair, featCommand: l.command, featLink: l.link,
		featSentence: l.sentence, featNumbered: l.numbered, featDots: l.dots, featPassed: l.passed, featSpecific: l.specific} {
		r.is(feature, yes)
	}
	later, earlier := 0, 0
	for _, t := range l.tokens {
		sharing := s.later[t]
		if len(sharing) >= maxSharing {
			continue
		}
		after, before := false, false
		for _, k := range sharing {
			if s.looks[k].mask == l.mask {
				continue
			}
			after = after || s.all[k].number > s.all[i].number+3
			before = before || s.all[k].number < s.all[i].number-3
		}
		if after {
			later++
		}
		if before {
			earlier++
		}
	}
	r.set(featTokens, len(l.tokens))
	r.set(featLaterTokens, later)
	r.set(featEarlierTokens, earlier)
	r.words(featWords, l.words)
}
