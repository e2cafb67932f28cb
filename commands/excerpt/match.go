package excerpt

import "slices"

// verdict is what the rules say of one line.
type verdict struct {
	best    *rule // cause, head, weak or stop of the highest weight that noise did not outweigh
	noise   *rule // noise of the highest weight
	start   bool
	script  bool
	shown   bool
	end     *rule
	pass    *rule
	outcome Outcome
}

// matcher asks the rules about lines. It reuses its memory and is not safe for
// concurrent use.
type matcher struct {
	rules *Rules
	asks  []uint16 // rules that name the literals of the line
	asked []uint32 // rule -> the line it was asked about last
	line  uint32
}

func newMatcher(rules *Rules) matcher {
	return matcher{rules: rules, asked: make([]uint32, len(rules.rules))}
}

// judge asks every rule one of whose literals stands in text; seen are these literals.
func (m *matcher) judge(text []byte, seen []uint16) (v verdict) {
	for _, i := range m.asksOf(seen) {
		if r := &m.rules.rules[i]; v.wants(r) && r.holds(text) {
			v.take(r)
		}
	}
	if v.end != nil || v.outcome != Unknown || v.best != nil && v.noise != nil {
		// That a step failed is not why. Noise is only asked about after best
		// where it weighs as much.
		v.best = nil
	}
	return v
}

// asksOf are the rules that name one of the literals, the heaviest first.
func (m *matcher) asksOf(seen []uint16) []uint16 {
	m.asks = m.asks[:0]
	if len(seen) == 0 {
		return nil
	}
	m.line++
	for _, literal := range seen {
		for _, i := range m.rules.of[literal] {
			if m.asked[i] != m.line {
				m.asked[i] = m.line
				m.asks = append(m.asks, i)
			}
		}
	}
	slices.Sort(m.asks)
	return m.asks
}

// wants says whether a match of r could change v, when rules are asked by
// falling weight.
func (v *verdict) wants(r *rule) bool {
	switch r.role {
	case roleCause, roleHead, roleWeak, roleStop:
		return v.best == nil && (v.noise == nil || r.weight > v.noise.weight)
	case roleNoise:
		return v.noise == nil && (v.best == nil || r.weight >= v.best.weight)
	}
	return true
}

func (v *verdict) take(r *rule) {
	switch r.role {
	case roleCause, roleHead, roleWeak, roleStop:
		v.best = r
	case roleNoise:
		v.noise = r
	case roleStart:
		v.start = true
	case roleScript:
		v.start, v.script = true, true
	case roleShown:
		v.shown = true
	case roleEnd:
		v.end = r
	case rolePass:
		v.pass = r
	case roleFailed:
		v.outcome = Failed
	case roleGreen:
		v.outcome = Succeeded
	case roleAborted:
		v.outcome = Aborted
	}
}
