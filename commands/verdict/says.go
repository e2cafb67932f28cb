package verdict

import (
	"slices"
	"time"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

const (
	// named is how many builds are named of those that failed in the same way.
	named = 2
	// maxBranch and maxTask bound a name in the line, in columns.
	maxBranch = 20
	maxTask   = 16
	// dotColumns is the width of what separates two parts.
	dotColumns = 3
)

// Said is a verdict in words.
type Said struct {
	Line string
	// Since, if set, is a time to show behind the last word of the line.
	Since time.Time
	// Green is the successful build that the line names: the last one, or one between
	// failures. 0 if it names none.
	Green int64
	Last  bool // the line ends with Green
}

// Says is the verdict in one line of at most so many columns: the parts that are worth
// most, as many as have room, none cut. The columns have room for the time, too.
func (v Verdict) Says(l texts.Lang, columns int) (said Said) {
	var chosen []texts.Phrase
	room := columns
	add := func(p texts.Phrase, extra int) bool {
		need := lines.Columns(p.In(l)) + extra
		if len(chosen) > 0 {
			need += dotColumns
		}
		if p.Empty() || need > room {
			return false
		}
		room -= need
		chosen, said.Last = append(chosen, p), false
		return true
	}
	flaky := v.flaky()
	width := func(p texts.Phrase) int { return lines.Columns(p.In(l)) }
	first := v.first() // shorter and shorter
	i := slices.IndexFunc(first, func(o opening) bool { return !flaky.Empty() && width(o.Phrase)+dotColumns+width(flaky) <= columns })
	for _, o := range first[max(0, i):] {
		if add(o.Phrase, 0) {
			said.Green = o.green
			break
		}
	}
	add(flaky, 0)
	// What ends with a time comes last, and only one part does.
	last, timed := texts.Phrase{}, time.Time{}
	sinceColumns := lines.Columns(texts.VerdictSince.In(l)) + reply.TimeColumns
	ending := func(p texts.Phrase, at time.Time) {
		need := lines.Columns(p.In(l)) + dotColumns
		switch {
		case p.Empty():
		case last.Empty() && !at.IsZero() && need+sinceColumns <= room:
			last, timed = p, at
			room -= need + sinceColumns
		default:
			add(p, 0)
		}
	}
	if len(v.Branches) > 0 {
		add(v.branch(v.Branches[0]), 0)
	}
	ending(v.elsewhere())
	add(v.later(), 0)
	if v.New {
		add(v.unlike(), 0)
	}
	if v.Between == 0 && v.LastGreen > 0 && add(texts.VerdictLastGreen.With(v.LastGreen), 0) {
		said.Green, said.Last = v.LastGreen, true
	}
	if v.First != "" {
		add(texts.VerdictFirst.With(Short(v.First)), 0)
	}
	if !last.Empty() {
		chosen, said.Last = append(chosen, texts.Join(texts.Nothing, last, texts.VerdictSince)), false
	}
	parts := make([]any, len(chosen))
	for i, p := range chosen {
		parts[i] = p
	}
	said.Line, said.Since = texts.Join(texts.Dot, parts...).In(l), timed
	if l == texts.English { // in Chinese it may begin with a name
		said.Line = texts.Sentence{Phrase: texts.Plain(said.Line)}.In(l)
	}
	return said
}

// opening is what a line may begin with.
type opening struct {
	texts.Phrase
	green int64 // as Said.Green
}

// first is what the line begins with, in several lengths, the longest first.
func (v Verdict) first() []opening {
	switch {
	case v.New:
		return []opening{{texts.VerdictNew.With(v.Build), 0}}
	case len(v.Same) == 0:
		return []opening{{v.unlike(), 0}}
	}
	var all []opening
	for n := min(named, len(v.Same)); n > 0; n-- {
		same := texts.VerdictSame.With(numbers(v.Same[:n]))
		often := texts.Join(texts.Nothing, same, v.often())
		if v.Between > 0 {
			between := texts.VerdictBetween.With(v.Between)
			all = append(all, opening{texts.Join(texts.Nothing, often, between), v.Between}, opening{texts.Join(texts.Nothing, same, between), v.Between})
		}
		all = append(all, opening{often, 0}, opening{same, 0})
	}
	return all
}

// often is how often it failed so, and in what time.
func (v Verdict) often() texts.Phrase {
	if v.Span == 0 {
		return texts.Nothing.With()
	}
	form := texts.VerdictIn
	if v.Older {
		form = texts.VerdictOverIn
	}
	return form.With(texts.Thousands(len(v.Same)+1), span(v.Span))
}

// span is a time in the unit that tells enough of it, rounded up.
func span(d time.Duration) texts.Phrase {
	up := func(unit time.Duration) int { return int((d + unit - 1) / unit) }
	const day = 24 * time.Hour
	switch {
	case d <= time.Hour:
		return texts.Minute.Count(up(time.Minute))
	case d <= 2*day:
		return texts.Hour.Count(up(time.Hour))
	}
	return texts.Day.Count(up(day))
}

func numbers(builds []int64) texts.Phrase {
	if len(builds) == 1 {
		return texts.Text{EN: "#%d", ZH: "#%d"}.With(builds[0])
	}
	return texts.VerdictTwo.With(builds[0], builds[1])
}

func (v Verdict) flaky() texts.Phrase {
	switch f := v.Flaky; {
	case f == nil:
		return texts.Phrase{}
	case f.Failed == v.Build:
		return texts.VerdictFlaky.With(f.Passed)
	default:
		return texts.VerdictFlakyOf.With(Short(f.Commit), f.Failed, f.Passed)
	}
}

// Short is a commit as people write it.
func Short(commit string) string { return lines.HeadBy(commit, leastCommit, lines.Width) }

func (v Verdict) unlike() texts.Phrase {
	if v.Unlike == 0 {
		return texts.Phrase{}
	}
	return texts.VerdictUnlike.With(v.Unlike)
}

func (v Verdict) later() texts.Phrase {
	if len(v.Later) == 0 {
		return texts.Phrase{}
	}
	return texts.VerdictLater.With(numbers(v.Later[:min(named, len(v.Later))]))
}

func (v Verdict) branch(b Branch) texts.Phrase {
	name := texts.Plain(lines.ShortenBy(b.Name, maxBranch, lines.Width))
	if b.Still {
		return texts.VerdictStill.With(name, b.Since)
	}
	return texts.VerdictBranch.With(name, b.Since)
}

func (v Verdict) elsewhere() (texts.Phrase, time.Time) {
	e := v.Elsewhere
	if e == nil {
		return texts.Phrase{}, time.Time{}
	}
	name := texts.Plain(lines.ShortenBy(e.Name, maxTask, lines.Width))
	switch {
	case e.Over && e.More > 0:
		return texts.VerdictElseOver.With(name, e.Build, texts.OtherBuild.Count(e.More)), e.Since
	case e.More > 0:
		return texts.VerdictElseMore.With(name, e.Build, texts.OtherBuild.Count(e.More)), e.Since
	}
	return texts.VerdictElse.With(name, e.Build), e.Since
}
