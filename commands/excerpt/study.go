package excerpt

// Studied is a candidate of a log as the ranker sees it, for learning.
type Studied struct {
	Number int
	Text   string
	Rule   string // what judged it
	Row    []int16
}

// Study returns the candidates of what was written so far, in the order of the
// log; nothing may be written afterwards. It is what the ranker is learned from.
func (f *Finder) Study() []Studied {
	f.finish()
	main := f.failing()
	if main == nil {
		return nil
	}
	scene := f.newScene(f.candidates(main), main)
	out := make([]Studied, len(scene.all))
	for i := range scene.all {
		c := &scene.all[i]
		out[i] = Studied{Number: c.number, Text: c.text, Rule: ruleName(c.entry), Row: make([]int16, featCount)}
		scene.row(out[i].Row, i)
	}
	return out
}

// Shorter is Excerpt with at most so many lines, for a finder that gave one.
func (f *Finder) Shorter(lines int) Excerpt {
	f.options.Lines = lines
	return f.choose(true)
}

// Ranked reports whether the ranker is asked about a candidate.
func Ranked(row []int16) bool { return row[featWorthRank] <= rankedQuarters }

// rankedQuarters is how many candidates are ranked, those of the highest worth, as
// logarithm in quarters: about 160.
const rankedQuarters = 32
