package excerpt

import (
	"bytes"
	"cmp"
	_ "embed" // rules.txt
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed rules.txt
var embedded string

// Limits of a rule.
const (
	minLiteral = 4    // bytes; shorter ones let every second line through the gate
	maxWeight  = 10   // the scale of weights is 1 to 10
	maxAround  = 40   // lines a rule may claim before or after its own
	maxRules   = 4000 // rules of one set

	maxRuleLine = 64 << 10 // bytes of one line of rules
)

// role says what a line that matches a rule is.
type role uint8

const (
	roleCause   role = iota // says why
	roleHead                // opens a block that says why, but is not the reason itself
	roleWeak                // a bare word that often stands near the reason
	roleNoise               // looks like a failure and is none, or adds nothing to it
	roleStart               // a step begins
	roleEnd                 // a step ended and had failed
	rolePass                // a step ended well
	roleStop                // a tool gives up; what it stumbled over stands above
	roleFailed              // the log says: the build failed
	roleGreen               // the log says: the build succeeded
	roleAborted             // the log says: somebody or something stopped the build
	roleScript              // from here on the CI service shows the script it will run
	roleShown               // up to here
)

var roles = map[string]role{
	"cause": roleCause, "head": roleHead, "weak": roleWeak, "noise": roleNoise, "start": roleStart, "end": roleEnd, "pass": rolePass,
	"stop": roleStop, "failed": roleFailed, "green": roleGreen, "aborted": roleAborted,
	"script": roleScript, "shown": roleShown,
}

// A rule says what the lines are that hold one of its literals and match its
// expression.
type rule struct {
	id, tool      string
	index         int  // in its set
	local         bool // from the configuration
	role          role
	weight        float64
	before, after int // neighbours that belong to it, in lines
	literals      []string
	begins        [][]byte    // the line begins with one of them after blanks; nil: it need not
	expr          *expression // nil: the literal is enough
	yes, no       []string    // lines that must, and must not, match
}

// Rules is a set of rules, ready for use. It does not change and may be shared
// between goroutines.
type Rules struct {
	rules []rule // by falling weight
	gate  *gate
	of    [][]uint16 // literal -> indices of the rules that name it
}

// Embedded is the set that comes with the program.
func Embedded() *Rules { return embeddedOnce() }

var embeddedOnce = sync.OnceValue(func() *Rules {
	p := parser{trusted: true, rules: make([]rule, 0, 350), literals: make([]string, 0, 1200), expressions: make([]expression, 0, 200)}
	rules, err := p.parse(strings.SplitSeq(embedded, "\n"))
	if err != nil {
		panic("rules.txt: " + err.Error()) // a test holds that it parses
	}
	set, err := compile(rules)
	if err != nil {
		panic("rules.txt: " + err.Error())
	}
	return set
})

// With is a set that has the rules of r and those read from extra; the latter
// are asked first. Lines in errors are those of extra.
func (r *Rules) With(extra io.Reader) (*Rules, error) {
	text, err := io.ReadAll(extra)
	if err != nil {
		return nil, fmt.Errorf("read rules: %w", err)
	}
	added, err := new(parser).parse(strings.SplitSeq(string(text), "\n"))
	if err != nil {
		return nil, err
	}
	for i := range added {
		added[i].local = true
	}
	return compile(slices.Concat(added, r.rules))
}

// compile makes a set of rules, which it keeps. It is part of each start, so it takes
// little memory: new pages of it cost more than what is written there.
func compile(rules []rule) (*Rules, error) {
	if len(rules) > maxRules {
		return nil, fmt.Errorf("%d rules, more than %d", len(rules), maxRules)
	}
	slices.SortStableFunc(rules, func(a, b rule) int { return cmp.Compare(b.weight, a.weight) })
	set := &Rules{rules: rules}
	named := make([]uint16, 0, 4*len(rules)) // by the literals of all rules, one after the other
	ids, literals := make(map[string]uint16, 4*len(rules)), make([]string, 0, 4*len(rules))
	for i := range rules {
		rules[i].index = i
		for _, literal := range rules[i].literals {
			literal = strings.ToLower(literal)
			id, known := ids[literal]
			if !known {
				id = uint16(len(literals))
				ids[literal] = id
				literals = append(literals, literal)
			}
			named = append(named, id)
		}
	}
	set.of = rulesOf(rules, named, len(literals))
	var ok bool
	if set.gate, ok = newGate(literals); !ok {
		return nil, errors.New("the literals of the rules are too long together")
	}
	return set, nil
}

// rulesOf inverts which literals the rules name.
func rulesOf(rules []rule, named []uint16, literals int) [][]uint16 {
	sizes := make([]int, literals)
	for _, id := range named {
		sizes[id]++
	}
	of, room := make([][]uint16, literals), make([]uint16, len(named))
	for id, n := range sizes {
		of[id], room = room[:0:n], room[n:]
	}
	for i := range rules {
		for range rules[i].literals {
			of[named[0]], named = append(of[named[0]], uint16(i)), named[1:]
		}
	}
	return of
}

// parser reads the form of rules.txt.
type parser struct {
	rules []rule
	tool  string
	ids   map[string]bool
	open  bool // the last rule may have more properties

	words       []string     // of the first line of a rule
	literals    []string     // of all rules
	expressions []expression // with room for more, or none

	trusted bool // a test has checked the expressions and tried the examples
}

func (p *parser) parse(lines iter.Seq[string]) ([]rule, error) {
	p.ids = map[string]bool{}
	var wrong []error
	note := func(n int, err error) {
		if err != nil {
			wrong = append(wrong, fmt.Errorf("line %d: %w", n, err))
		}
	}
	opened, n := 0, 0 // line of the rule being read, and the one read last
	for line := range lines {
		n++
		line = strings.TrimRight(line, " \t\r")
		if line != "" && line[0] != ' ' && line[0] != '\t' && line[0] != '#' {
			note(opened, p.finish())
			opened = n
		}
		if len(line) > maxRuleLine {
			return nil, fmt.Errorf("line %d: %d bytes, more than %d", n, len(line), maxRuleLine)
		}
		note(n, p.line(line))
	}
	note(opened, p.finish())
	return p.rules, errors.Join(wrong...)
}

func (p *parser) line(line string) error {
	switch {
	case line == "" || line[0] == '#':
		return nil
	case line[0] == '[':
		name, ok := strings.CutSuffix(line[1:], "]")
		if !ok || name == "" {
			return fmt.Errorf("tool %q: write [name]", line)
		}
		p.tool = name
		return nil
	case line[0] != ' ' && line[0] != '\t':
		p.words = p.words[:0]
		for word := range strings.FieldsSeq(line) {
			p.words = append(p.words, word)
		}
		return p.begin(p.words)
	}
	word, rest, _ := strings.Cut(strings.TrimLeft(line, " \t"), " ")
	if !p.open {
		return fmt.Errorf("%q stands outside a rule", word)
	}
	return p.property(&p.rules[len(p.rules)-1], word, rest)
}

// begin reads "ID ROLE WEIGHT [before N] [after N]".
func (p *parser) begin(words []string) error {
	if p.tool == "" {
		return fmt.Errorf("rule %q stands before the first [tool]", words[0])
	}
	if len(words) < 3 || len(words)%2 == 0 {
		return fmt.Errorf("rule %q: write ID ROLE WEIGHT [before N] [after N]", words[0])
	}
	rule := rule{id: words[0], tool: p.tool}
	if !p.trusted {
		if p.ids[rule.id] {
			return fmt.Errorf("rule %q stands here twice", rule.id)
		}
		p.ids[rule.id] = true
	}
	var ok bool
	if rule.role, ok = roles[words[1]]; !ok {
		return fmt.Errorf("rule %q: no role %q", rule.id, words[1])
	}
	weight, err := strconv.ParseFloat(words[2], 64)
	if err != nil || !(weight > 0 && weight <= maxWeight) {
		return fmt.Errorf("rule %q: weight %q is not between 0 and %d", rule.id, words[2], maxWeight)
	}
	rule.weight = weight
	for i := 3; i < len(words); i += 2 {
		n, err := strconv.Atoi(words[i+1])
		if err != nil || n < 0 || n > maxAround {
			return fmt.Errorf("rule %q: %s %q is no number from 0 to %d", rule.id, words[i], words[i+1], maxAround)
		}
		switch words[i] {
		case "before":
			rule.before = n
		case "after":
			rule.after = n
		default:
			return fmt.Errorf("rule %q: no property %q", rule.id, words[i])
		}
	}
	p.rules, p.open = append(p.rules, rule), true
	return nil
}

func (p *parser) property(r *rule, word, rest string) error {
	switch word {
	case "has", "begins":
		if strings.HasPrefix(rest, `"`) {
			if quoted, err := strconv.Unquote(rest); err == nil {
				rest = quoted
			}
		}
		if word == "begins" {
			r.begins = append(r.begins, []byte(rest))
		}
		if len(rest) < minLiteral {
			return fmt.Errorf("rule %q: literal %q is shorter than %d bytes", r.id, rest, minLiteral)
		}
		p.literals = append(p.literals, rest)
		n := len(r.literals) + 1
		r.literals = p.literals[len(p.literals)-n : len(p.literals) : len(p.literals)]
	case "re":
		if r.expr != nil {
			return fmt.Errorf("rule %q has two expressions", r.id)
		}
		if len(p.expressions) == cap(p.expressions) {
			p.expressions = make([]expression, 0, 16)
		}
		p.expressions = p.expressions[:len(p.expressions)+1]
		expr := &p.expressions[len(p.expressions)-1]
		expr.source = rest
		if !p.trusted {
			if err := expr.check(); err != nil {
				return fmt.Errorf("rule %q: %w", r.id, err)
			}
		}
		r.expr = expr
	case "yes", "no":
		if p.trusted {
			break
		}
		if word == "no" {
			r.no = append(r.no, rest)
			break
		}
		r.yes = append(r.yes, rest)
	default:
		return fmt.Errorf("rule %q: no property %q", r.id, word)
	}
	return nil
}

// finish checks the rule that was read last.
func (p *parser) finish() error {
	if !p.open {
		return nil
	}
	p.open = false
	if p.trusted {
		return nil
	}
	r := &p.rules[len(p.rules)-1]
	if len(r.literals) == 0 {
		return fmt.Errorf("rule %q has no literal", r.id)
	}
	if len(r.yes) == 0 {
		return fmt.Errorf("rule %q has no example", r.id)
	}
	for _, line := range r.yes {
		if !r.matches(line) {
			return fmt.Errorf("rule %q does not match its example %q", r.id, line)
		}
	}
	for _, line := range r.no {
		if r.matches(line) {
			return fmt.Errorf("rule %q matches %q", r.id, line)
		}
	}
	return nil
}

// holds says whether text, in which a literal of the rule stands, meets the
// rest of its conditions.
func (r *rule) holds(text []byte) bool {
	if r.begins != nil {
		text := trimBlank(text)
		if !slices.ContainsFunc(r.begins, func(b []byte) bool { return bytes.HasPrefix(text, b) }) {
			return false
		}
	}
	return r.expr == nil || r.expr.Match(text)
}

// matches is the whole rule on one line, as gate and holds are together.
func (r *rule) matches(line string) bool {
	lower := " " + strings.ToLower(line)
	return slices.ContainsFunc(r.literals, func(l string) bool { return strings.Contains(lower, strings.ToLower(l)) }) &&
		r.holds([]byte(line))
}

// Without is the set without the rules of these ids.
func (r *Rules) Without(ids map[string]bool) (*Rules, error) {
	return compile(slices.DeleteFunc(slices.Clone(r.rules), func(one rule) bool { return ids[one.id] }))
}
