package testlog

import (
	"bufio"
	_ "embed" // formats.txt
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed formats.txt
var embedded string

// Formats are the forms of test runners. They do not change and may be shared between
// goroutines.
type Formats struct {
	formats []format
}

type format struct {
	runner string
	source string // its expressions
	rules  []rule
}

// rule says what a line means that has all texts of has and none of no, and matches.
type rule struct {
	event   string
	again   bool
	next    bool // the next line with text is what the test says
	ends    bool // what the test says stands before the line
	expr    *regexp.Regexp
	has, no []string
	pairs   []uint16       // of has
	group   map[string]int // name -> number in expr
}

var events = []string{"suite", "begin", "failed", "passed", "skipped", "recovered", "says", "also", "end", "close", "total", "strip", "whole", "quote", "unquote"}

// Embedded are the formats that come with the program.
func Embedded() *Formats { return embeddedOnce() }

var embeddedOnce = sync.OnceValue(func() *Formats {
	f, err := ParseFormats(strings.NewReader(embedded))
	if err != nil {
		panic("formats.txt: " + err.Error()) // a test holds that it parses
	}
	return f
})

// Runners are the names of the runners, in the order of the formats.
func (f *Formats) Runners() []string {
	var names []string
	for i := range f.formats {
		names = append(names, f.formats[i].runner)
	}
	return names
}

// ParseFormats reads formats in the form of formats.txt, whose head describes it. An
// error names the line.
func ParseFormats(r io.Reader) (*Formats, error) {
	f := &Formats{}
	scanner := bufio.NewScanner(r)
	for n := 1; scanner.Scan(); n++ {
		if err := f.line(scanner.Text()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("read formats: %w", err)
	}
	return f, nil
}

func (f *Formats) line(line string) error {
	switch {
	case line == "" || line[0] == '#':
		return nil
	case line[0] == '[':
		name, ok := strings.CutSuffix(line[1:], "]")
		if !ok || name == "" {
			return fmt.Errorf("runner %q: write [name]", line)
		}
		f.formats = append(f.formats, format{runner: name})
		return nil
	case len(f.formats) == 0:
		return fmt.Errorf("%q stands before the first [runner]", line)
	}
	last := &f.formats[len(f.formats)-1]
	if line[0] != ' ' {
		return last.event(line)
	}
	word, text, _ := strings.Cut(strings.TrimLeft(line, " "), " ")
	if len(last.rules) == 0 || text == "" {
		return fmt.Errorf("%q stands outside an event or has no text", word)
	}
	switch r := &last.rules[len(last.rules)-1]; word {
	case "has":
		r.has = append(r.has, text)
		for i := 1; i < len(text); i++ {
			r.pairs = append(r.pairs, pairOf(text[i-1], text[i]))
		}
	case "no":
		r.no = append(r.no, text)
	default:
		return fmt.Errorf("no property %q", word)
	}
	return nil
}

func (f *format) event(line string) error {
	word, source, _ := strings.Cut(line, " ")
	if !slices.Contains(events, word) {
		return fmt.Errorf("no event %q", word)
	}
	r := rule{event: word, group: map[string]int{}}
	if rest, ok := strings.CutPrefix(source, "again "); ok {
		r.again, source = true, rest
	}
	if rest, ok := strings.CutPrefix(source, "next "); ok {
		r.next, source = true, rest
	}
	if rest, ok := strings.CutPrefix(source, "ends "); ok {
		r.ends, source = true, rest
	}
	f.source += source
	var err error
	if r.expr, err = regexp.Compile(source); err != nil {
		return err
	}
	for i, name := range r.expr.SubexpNames() {
		if name != "" {
			r.group[name] = i
		}
	}
	f.rules = append(f.rules, r)
	return nil
}

// match returns the groups of the rule in the line, nil if the line is another.
func (r *rule) match(line string) []string {
	for _, text := range r.has {
		if !strings.Contains(line, text) {
			return nil
		}
	}
	for _, text := range r.no {
		if strings.Contains(line, text) {
			return nil
		}
	}
	return r.expr.FindStringSubmatch(line)
}

// named is a group of a match, "" if the rule has none of that name.
func (r *rule) named(match []string, name string) string {
	if i, ok := r.group[name]; ok {
		return match[i]
	}
	return ""
}
