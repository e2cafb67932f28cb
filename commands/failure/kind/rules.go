package kind

import (
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed rules.txt
var source string

// maxLine bounds the bytes of a line that are looked at.
const maxLine = 2 << 10

// minLiteral is how short the literals of a rule may be, in bytes.
const minLiteral = 3

// A rule says for which kind a line speaks that holds one of its literals and matches
// its expression.
type rule struct {
	kind     Kind // "" for a line that speaks for none, whatever follows
	ends     bool // asked of the last lines of a log
	why      bool // asked of the lines of an excerpt
	literals []string
	expr     *regexp.Regexp // nil: the literal is enough
	yes, no  []string
	line     int // of rules.txt
}

// rules are asked in their order; the first that holds decides.
type rules []rule

var embedded = sync.OnceValue(func() rules {
	set, err := parse(source)
	if err != nil {
		panic("rules.txt: " + err.Error()) // a test holds that it parses
	}
	return set
})

// of is the kind for which a line speaks, without stamp and step. What a command looks
// like says nothing of how it ended.
func (r rules) of(line string, ends bool) Kind {
	line = line[:min(len(line), maxLine)]
	if commandIn(line) != "" {
		return ""
	}
	lower := strings.ToLower(line)
	for i := range r {
		if one := &r[i]; (ends && one.ends || !ends && one.why) && one.holds(line, lower) {
			return one.kind
		}
	}
	return ""
}

func (r *rule) holds(line, lower string) bool {
	return slices.ContainsFunc(r.literals, func(l string) bool { return strings.Contains(lower, l) }) &&
		(r.expr == nil || r.expr.MatchString(line))
}

// parse reads the form that the head of rules.txt explains.
func parse(text string) (rules, error) {
	var set rules
	var wrong []error
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		var err error
		if line[0] != ' ' {
			var r rule
			r, err = begin(line)
			r.line = n
			set = append(set, r)
		} else if len(set) == 0 {
			err = errors.New("a property stands before the first rule")
		} else {
			err = set[len(set)-1].property(strings.TrimLeft(line, " "))
		}
		if err != nil {
			wrong = append(wrong, fmt.Errorf("line %d: %w", n, err))
		}
	}
	for _, r := range set {
		if len(r.literals) == 0 || len(r.yes) == 0 {
			wrong = append(wrong, fmt.Errorf("line %d: a rule needs a literal and an example", r.line))
		}
	}
	return set, errors.Join(wrong...)
}

// begin reads "KIND [end|any]".
func begin(line string) (rule, error) {
	word, where, _ := strings.Cut(line, " ")
	r := rule{kind: Kind(word), ends: where == "end" || where == "any", why: where != "end"}
	if word == "none" {
		r.kind = ""
	} else if !slices.Contains(all, r.kind) {
		return r, fmt.Errorf("no kind %q", word)
	}
	if where != "" && !r.ends {
		return r, fmt.Errorf("%q: write end or any", where)
	}
	return r, nil
}

func (r *rule) property(line string) (err error) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "has":
		if len(rest) < minLiteral {
			return fmt.Errorf("literal %q is shorter than %d bytes", rest, minLiteral)
		}
		r.literals = append(r.literals, strings.ToLower(rest))
	case "re":
		r.expr, err = regexp.Compile(rest)
	case "yes":
		r.yes = append(r.yes, rest)
	case "no":
		r.no = append(r.no, rest)
	default:
		err = fmt.Errorf("no property %q", word)
	}
	return err
}
