package main

import (
	"fmt"

	"logbot/commands/excerpt"
)

// reported are the forms of the report: logs as they are, then as those of unknown
// repositories with much before the failure.
var reported = []form{{bare, 0}, {bare, 1}, {crowded, 1}, {crowded, 3}}

// shortLines is how many lines a short excerpt has.
const shortLines = 8

// report prints how the rankers do on logs that they have not seen.
func (l *learner) report() {
	fmt.Println("Excerpts of logs that the ranker has not seen, by form; mean over logs/over repositories")
	for _, f := range reported {
		sums, groups := make([]float64, len(columns)), map[string][]float64{}
		size := map[string]int{}
		for i, log := range l.logs {
			figures := l.figures(i, f)
			if groups[log.group] == nil {
				groups[log.group] = make([]float64, len(columns))
			}
			size[log.group]++
			for k, v := range figures {
				sums[k] += v
				groups[log.group][k] += v
			}
		}
		fmt.Printf("%-28s", f)
		for k, name := range columns {
			mean := 0.0
			for _, log := range l.logs { // in the order of the logs: a sum of floats depends on it
				mean += groups[log.group][k] / float64(size[log.group]*size[log.group])
			}
			fmt.Printf(" %s %.3f/%.3f", name, sums[k]/float64(len(l.logs)), mean/float64(len(groups)))
		}
		fmt.Println()
	}
	fmt.Println("Right of 100 reasons, by the tenth of their chance:", l.confidence(none))
}

var columns = []string{"hit", "solid", "precision", "reason", "of three", "in 8 lines"}

// figures are those of log i in a form, in the order of columns.
func (l *learner) figures(i int, f form) []float64 {
	return l.figuresWith(i, l.shaped(i, f), l.rules[f.few][l.logs[i].group])
}

// figuresWith are those of log i read as text by rules.
func (l *learner) figuresWith(i int, text string, rules *excerpt.Rules) []float64 {
	log := l.logs[i]
	finder := read(text, excerpt.Options{Ranker: l.folds[log.fold], Rules: rules})
	found := finder.Excerpt()
	all := log.score(textsOf(found.Lines), excerpt.DefaultLines, excerpt.DefaultChars)
	one := log.score([]string{found.Reason.Text}, 1, excerpt.DefaultChars)
	three := log.score(textsOf(found.Reasons), len(found.Reasons), excerpt.DefaultChars)
	short := log.score(textsOf(finder.Shorter(shortLines).Lines), shortLines, excerpt.DefaultChars)
	return []float64{all.hit, all.solid, all.precision, one.hit, three.hit, short.hit}
}

func textsOf(lines []excerpt.Line) (all []string) {
	for _, l := range lines {
		all = append(all, l.Text)
	}
	return all
}
