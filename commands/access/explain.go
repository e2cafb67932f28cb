package access

// Explanation says why something is allowed or refused.
type Explanation struct {
	Allowed bool
	Open    bool // LOGBOT_OPEN allows it, without a rule
	// Rule is the rule that allows it, else the nearest: the one with the fewest unmet
	// conditions, of these one that names channels, and of these the first. Number counts
	// from 1; 0 if there is no rule.
	Rule   Rule
	Number int
	Unmet  []Condition // of the nearest rule, in their order
}

// Explain says which rule gives the caller that much for the task by the command, or
// which rule is nearest. It decides as Grant does.
func (p *Policy) Explain(c Caller, t Task, verb string, want Grant) Explanation {
	if p == nil {
		return Explanation{}
	}
	if p.opens(c) {
		return Explanation{Allowed: true, Open: true}
	}
	var best Explanation
	for i, r := range p.rules {
		e := Explanation{Rule: r.clone(), Number: i + 1}
		for condition := range r.unmet(c, t, verb) {
			e.Unmet = append(e.Unmet, condition)
		}
		if want > r.grant() {
			e.Unmet = append(e.Unmet, OfPosting)
		}
		if len(e.Unmet) == 0 {
			e.Allowed = true
			return e
		}
		if best.Number == 0 || e.nearer(best) {
			best = e
		}
	}
	return best
}

func (e Explanation) nearer(than Explanation) bool {
	if len(e.Unmet) != len(than.Unmet) {
		return len(e.Unmet) < len(than.Unmet)
	}
	return e.Rule.grant() > than.Rule.grant()
}
