package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"logbot/commands/excerpt"
)

// needs are the rules without which the excerpt of a log that the ranker has not seen
// would be another one, with what would change first.
type needs map[string]string

// needed asks of every rule that matches in a log what the figures of the log are without
// it, in all reported forms. Rules that only few repositories need are left out for those
// as they are when a form is learned, so that no rule is kept for the log it was written
// for alone.
func (l *learner) needed() needs {
	all := needs{}
	for _, f := range reported {
		for i, log := range l.logs {
			rules := l.rules[f.few][log.group]
			if rules == nil {
				rules = excerpt.Embedded()
			}
			text := l.shaped(i, f)
			before := l.figuresWith(i, text, rules)
			for _, id := range rules.Matching(text) {
				for k, v := range l.figuresWith(i, text, rules.Muted(id)) {
					if v != before[k] && all[id] == "" {
						all[id] = fmt.Sprintf("%s, %s: %s %.3f, without it %.3f", log.ID, f, columns[k], before[k], v)
					}
				}
			}
		}
	}
	return all
}

// reportNeeds prints the rules that no fold needs, by tool.
func (l *learner) reportNeeds() {
	all := l.needed()
	met := map[string]bool{}
	for _, log := range l.logs {
		for _, id := range excerpt.Embedded().Matching(log.text) {
			met[id] = true
		}
	}
	var not, unknown []string
	for _, id := range excerpt.Embedded().IDs() {
		switch {
		case !met[id]:
			unknown = append(unknown, id)
		case all[id] == "":
			not = append(not, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		fmt.Printf("needed: %-24s %s\n", id, all[id])
	}
	fmt.Printf("%d rules that match in a log and that no fold needs: %s\n", len(not), strings.Join(not, " "))
	fmt.Printf("%d rules that match in no log, so that no fold can tell: %s\n", len(unknown), strings.Join(unknown, " "))
}
