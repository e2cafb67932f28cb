package main

import (
	"fmt"
	"slices"
	"strings"

	"logbot/commands/excerpt"
)

// A form is a way to read a log: as it is, in another shape, without some rules.
// Rules were written while most of these logs were in view. Without those that only
// few repositories need, a log is read as one of an unknown repository would be.
type form struct {
	shape string
	few   int // rules that so many repositories or fewer need are left out for these
}

func (f form) String() string { return fmt.Sprintf("%s, without rules of %d", f.shape, f.few) }

// The shapes of a log.
const (
	bare    = "bare"
	coded   = "coded"   // in the CodeArts form
	crowded = "crowded" // behind what other builds printed before they failed
)

// learned are the forms that the ranker is learned from.
var learned = []form{{bare, 1}, {crowded, 1}, {crowded, 3}, {coded, 1}}

// reader reads logs of a corpus in all forms.
type reader struct {
	logs  []*labelled
	rules map[int]map[string]*excerpt.Rules // few -> group -> the rules it is read with
	known map[string]studied
}

// studied is the candidates of a log in one form, and which of them are labelled.
type studied struct {
	rows       [][]int16
	shown, key []bool
}

func newReader(logs []*labelled) (*reader, error) {
	users := map[string]map[string]bool{} // rule -> groups
	for _, l := range logs {
		for _, c := range read(l.text, excerpt.Options{}).Study() {
			if users[c.Rule] == nil {
				users[c.Rule] = map[string]bool{}
			}
			users[c.Rule][l.group] = true
		}
	}
	r := &reader{logs: logs, rules: map[int]map[string]*excerpt.Rules{}, known: map[string]studied{}}
	for _, few := range []int{1, 3} {
		out := map[string]map[string]bool{} // group -> rules
		for rule, groups := range users {
			for group := range groups {
				if len(groups) <= few {
					if out[group] == nil {
						out[group] = map[string]bool{}
					}
					out[group][rule] = true
				}
			}
		}
		r.rules[few] = map[string]*excerpt.Rules{}
		for group, ids := range out {
			rules, err := excerpt.Embedded().Without(ids)
			if err != nil {
				return nil, err
			}
			r.rules[few][group] = rules
		}
	}
	return r, nil
}

// read is a finder that has read a whole log.
func read(text string, o excerpt.Options) *excerpt.Finder {
	f := excerpt.New(o)
	f.Write([]byte(text))
	return f
}

// finder has read log i in a form.
func (r *reader) finder(i int, f form, ranker *excerpt.Ranker) *excerpt.Finder {
	return read(r.shaped(i, f), excerpt.Options{Ranker: ranker, Rules: r.rules[f.few][r.logs[i].group]})
}

// shaped is the text of log i in the shape of a form.
func (r *reader) shaped(i int, f form) string {
	switch f.shape {
	case coded:
		return wrapped(r.logs[i].text)
	case crowded:
		return r.before(i) + r.logs[i].text
	}
	return r.logs[i].text
}

// crowd is how many other builds stand before a crowded log, apart from the
// lines right before their failure.
const (
	crowd    = 3
	apart    = 30
	noChance = 1000 // draws
)

// before is what builds of other groups in the same fold printed before they
// failed. Which ones is drawn by the name of the log.
func (r *reader) before(i int) string {
	var b strings.Builder
	h := hash(r.logs[i].ID)
	for n, draws := 0, 0; n < crowd && draws < noChance; draws++ {
		h = h*1664525 + 1013904223
		other := r.logs[h>>8%uint32(len(r.logs))]
		if other.group == r.logs[i].group || other.fold != r.logs[i].fold {
			continue
		}
		n++
		lines := strings.SplitAfter(other.text, "\n")
		first := slices.Min(append(expand(other.Want), append(expand(other.Context), len(lines))...))
		for _, l := range lines[:max(0, first-apart)] {
			b.WriteString(l)
		}
	}
	return b.String()
}

// study returns the candidates of log i in a form.
func (r *reader) study(i int, f form) studied {
	id := fmt.Sprint(i, f)
	if s, ok := r.known[id]; ok {
		return s
	}
	var s studied
	for _, c := range r.finder(i, f, nil).Study() {
		if !excerpt.Ranked(c.Row) {
			continue
		}
		text, log := normal(c.Text), r.logs[i]
		counts := tells(text)
		s.rows = append(s.rows, c.Row)
		s.shown = append(s.shown, counts && (log.want.match(text) != "" || log.context.match(text) != ""))
		s.key = append(s.key, counts && log.key.match(text) != "")
	}
	r.known[id] = s
	return s
}

// lists are the candidates of all logs outside a fold, in all forms that are
// learned from, with those that are good for the reason, or to be shown. Logs of a
// repository with many, and lines of a long failure, count less each.
func (r *reader) lists(without int, reason bool) (all []list) {
	groups := map[string]int{}
	for _, log := range r.logs {
		groups[log.group]++
	}
	for i, log := range r.logs {
		if log.fold == without {
			continue
		}
		for _, f := range learned {
			s := r.study(i, f)
			if len(s.rows) == 0 {
				continue
			}
			l := list{rows: s.rows, good: s.shown, weight: 1 / root(groups[log.group])}
			if reason {
				l.good = s.key
			} else {
				l.weight /= root(max(l.goods(), leastGoods))
			}
			all = append(all, l)
		}
	}
	return all
}

const leastGoods = 3
