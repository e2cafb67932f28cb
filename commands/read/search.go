package read

import (
	"regexp"

	"logbot/logsapi/lines"
)

// Search collects the lines that match an expression, with their neighbours. Its
// Line method visits a log from the start.
type Search struct {
	Expression *regexp.Regexp
	Around     int // lines shown before and after each match
	Skip       int // matches to skip
	Window     Window

	Matches int // all
	Shown   int // those in the window

	before []lines.Line // the last lines that did not match and are not shown
	after  int          // how many more lines belong to the last match
	full   bool
}

// Line takes the next line of the log. It always reports true: all matches are
// counted.
func (s *Search) Line(number int, text string) bool {
	line := lines.Line{Number: number, Text: text, Match: s.Expression.MatchString(text)}
	switch {
	case line.Match:
		s.Matches++
		s.match(line)
	case s.after > 0:
		s.after--
		if !s.Window.Add(line) {
			s.after = 0
		}
	case s.Around > 0:
		if len(s.before) == s.Around {
			s.before = append(s.before[:0], s.before[1:]...)
		}
		s.before = append(s.before, line)
	}
	return true
}

// match takes a match together with the lines before it, or leaves it to the next
// page, so that the shown lines have no gap. It leaves some of them out only if
// they alone would fill the window.
func (s *Search) match(line lines.Line) {
	before := s.before
	s.before, s.after = nil, 0
	if s.Matches <= s.Skip || s.full {
		return
	}
	empty := s.Window
	if len(empty.Lines) == 0 {
		before = before[max(0, len(before)+1-s.Window.Most):]
	}
	fits := true
	for _, l := range append(before, line) {
		fits = fits && s.Window.Add(l)
	}
	if !fits {
		s.Window = empty
		fits = len(empty.Lines) == 0 && s.Window.Add(line)
	}
	if s.full = !fits; fits {
		s.Shown++
		s.after = s.Around
	}
}
