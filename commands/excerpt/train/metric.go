package main

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The metric of the corpus: an excerpt line counts when, without stamps, colours
// and surplus blanks, it is a labelled line or a large enough part of one.
var (
	colours   = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]|\x0f|\x0e`)
	ghStamp   = regexp.MustCompile(`^(?:[^\t\n]{0,80}\t[^\t\n]{0,80}\t)?\x{feff}?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\s?`)
	caStamp   = regexp.MustCompile(`^\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{3} GMT[+-]\d\d:\d\d\] ?(?:\[[A-Z]+\] (?:\[[^\]\n]{1,80}\])? ?: )?`)
	travis    = regexp.MustCompile(`^travis_(?:fold|time):\S+`)
	cutMark   = regexp.MustCompile(`…|\.\.\.$`)
	minLetter = 4
)

func normal(s string) string {
	s = colours.ReplaceAllString(s, "")
	if strings.Contains(s, "\r") {
		last := ""
		for part := range strings.SplitSeq(s, "\r") {
			if strings.TrimSpace(part) != "" {
				last = part
			}
		}
		s = last
	}
	for _, e := range []*regexp.Regexp{caStamp, ghStamp, travis} {
		if at := e.FindStringIndex(s); at != nil {
			s = s[at[1]:]
		}
	}
	return strings.Join(strings.Fields(s), " ")
}

// tells says whether a line has enough letters and digits to count.
func tells(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n >= minLetter
}

// set is labelled lines in their normal form.
type set struct{ all map[string]bool }

func newSet(log []string, numbers []int) set {
	s := set{map[string]bool{}}
	for _, n := range numbers {
		if n >= 1 && n <= len(log) {
			if text := normal(log[n-1]); tells(text) {
				s.all[text] = true
			}
		}
	}
	return s
}

// match is the labelled line that an excerpt line in normal form shows, if any.
func (s set) match(x string) string {
	if s.all[x] {
		return x
	}
	if !strings.Contains(x, "…") && !strings.HasSuffix(x, "...") {
		return ""
	}
	var parts []string
	shown := 0
	for _, p := range cutMark.Split(x, -1) {
		if p = strings.TrimSpace(p); utf8.RuneCountInString(p) >= 8 {
			parts = append(parts, p)
			shown += utf8.RuneCountInString(p)
		}
	}
	if len(parts) == 0 || shown < 24 {
		return ""
	}
	best := ""
	for w := range s.all {
		if (shown >= 80 || 10*shown >= 6*utf8.RuneCountInString(w)) && holdsParts(w, x, parts) && (best == "" || len(w) < len(best) || len(w) == len(best) && w < best) {
			best = w
		}
	}
	return best
}

func holdsParts(w, x string, parts []string) bool {
	if !strings.HasPrefix(w, parts[0]) && !strings.HasPrefix(x, "…") {
		return false
	}
	for _, p := range parts {
		at := strings.Index(w, p)
		if at < 0 {
			return false
		}
		w = w[at+len(p):]
	}
	return true
}

// answer is what an excerpt of a log should show.
type answer struct{ want, key, context set }

func newAnswer(l *labelled) *answer {
	log := strings.Split(l.text, "\n")
	a := &answer{want: newSet(log, expand(l.Want)), context: newSet(log, expand(l.Context))}
	if a.key = newSet(log, l.Key); len(a.key.all) == 0 {
		a.key = a.want
	}
	return a
}

func expand(ranges [][2]int) (all []int) {
	for _, r := range ranges {
		for n := r[0]; n <= r[1]; n++ {
			all = append(all, n)
		}
	}
	return all
}

// score is the figures of one excerpt.
type score struct{ hit, solid, precision float64 }

// score counts the first so many lines of an excerpt of at most chars characters.
func (a *answer) score(shown []string, lines, chars int) score {
	got := map[string]bool{}
	var s score
	count, good := 0, 0
	for i, text := range shown {
		if chars -= utf8.RuneCountInString(text) + 6; i >= lines || chars < 0 {
			break
		}
		x := normal(text)
		if !tells(x) {
			continue
		}
		count++
		w := a.want.match(x)
		if w != "" {
			got[w] = true
		}
		if w != "" || a.context.match(x) != "" {
			good++
		}
		if a.key.match(x) != "" {
			s.hit = 1
		}
	}
	if 2*len(got) >= min(len(a.want.all), lines) {
		s.solid = 1
	}
	if count > 0 {
		s.precision = float64(good) / float64(count)
	}
	return s
}
