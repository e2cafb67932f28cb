package excerpt

import (
	"encoding/binary"
	"regexp"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// expression is a regular expression of which only is asked whether it matches. It
// walks a table, one step for each character of the text; the states of the table are
// made when they are first met (a lazy DFA). It matches what package regexp matches,
// which takes over if an expression needs more than maxStates or maxClasses. It may be
// used by several goroutines at a time.
type expression struct {
	source string
	table  atomic.Pointer[table] // nil before the first use

	make sync.Mutex
	*walks
}

// walks is what makes the states of an expression; nil before the first use, which most
// expressions never have.
type walks struct {
	prog     *syntax.Prog
	classes  classes
	anchored bool // matches at the start of the text alone
	words    bool // has \b or \B
	lines    bool // has (?m)^ or (?m)$
	known    map[string]uint32
	states   []state        // by row of the table
	slow     *regexp.Regexp // set when the table is full
}

// Bounds of the table of one expression: 512 states of 4 bytes for each class, and
// most have 10 to 20 classes.
const (
	maxStates  = 512
	maxClasses = 255
)

// table has the state behind a character: next[row of the state + class of the
// character], the last class being the end of the text. It grows by being replaced.
type table struct {
	*classes
	width int // of a row
	next  []atomic.Uint32
}

// What stands in a table besides rows, which are added to it.
const (
	unknown uint32 = iota // not met yet
	matches               // the whole text, whatever follows
	fails
	rows
)

const firstStates = 8 // rows of the first table of an expression

// state is where a walk stands: which instructions of the program are reached.
type state struct {
	at     []uint32 // instructions before their empty-width conditions are looked at
	before kind     // of the character before
}

// kind is what empty-width conditions (\b, ^, $) want to know of a character.
type kind uint8

const (
	nothing kind = iota // the start or the end of the text
	other
	word
	feed
)

func kindOf(r rune) kind {
	switch {
	case r == '\n':
		return feed
	case syntax.IsWordChar(r):
		return word
	}
	return other
}

// check returns an error if the source is not in the syntax of package regexp. The
// zero expression but for its source is ready for use then.
func (e *expression) check() error {
	_, err := regexp.Compile(e.source)
	return err
}

// Match says whether the expression matches anywhere in text.
func (e *expression) Match(text []byte) bool {
	t := e.table.Load()
	if t == nil {
		t = e.compile()
	}
	row := 0
	for i := 0; i < len(text); {
		class := 0
		if c := text[i]; c < utf8.RuneSelf {
			class = int(t.ascii[c])
			i++
		} else {
			r, size := utf8.DecodeRune(text[i:])
			class = t.of(r)
			i += size
		}
		next := t.next[row+class].Load()
		if next < rows {
			if next == unknown {
				if next, t = e.step(row, class); t == nil {
					return e.slow.Match(text)
				}
			}
			if next < rows {
				return next == matches
			}
		}
		row = int(next - rows)
	}
	end := t.next[row+t.width-1].Load()
	if end == unknown {
		if end, t = e.step(row, t.width-1); t == nil {
			return e.slow.Match(text)
		}
	}
	return end == matches
}

// compile makes the program and the table with the first state.
func (e *expression) compile() *table {
	e.make.Lock()
	defer e.make.Unlock()
	if t := e.table.Load(); t != nil {
		return t
	}
	tree, err := syntax.Parse(e.source, syntax.Perl)
	if err != nil {
		panic(err) // check found no fault
	}
	e.walks = &walks{}
	if e.prog, err = syntax.Compile(tree.Simplify()); err != nil {
		panic(err) // no tree that Parse returns is an error
	}
	var ok bool
	if e.classes, ok = classesOf(e.prog); !ok {
		e.slow = regexp.MustCompile(e.source)
	}
	e.anchored = e.prog.StartCond()&syntax.EmptyBeginText != 0
	for _, inst := range e.prog.Inst {
		if inst.Op == syntax.InstEmptyWidth {
			e.words = e.words || syntax.EmptyOp(inst.Arg)&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0
			e.lines = e.lines || syntax.EmptyOp(inst.Arg)&(syntax.EmptyBeginLine|syntax.EmptyEndLine) != 0
		}
	}
	e.known = map[string]uint32{}
	width := len(e.classes.example) + 1
	e.state(width, []uint32{uint32(e.prog.Start)}, nothing)
	t := &table{classes: &e.classes, width: width, next: make([]atomic.Uint32, firstStates*width)}
	e.table.Store(t)
	return t
}

// step finds the state behind a character of class, or behind the end of the text, and
// notes it in the table that it returns. The table is nil if there are too many states;
// slow is set then.
func (e *expression) step(row, class int) (uint32, *table) {
	e.make.Lock()
	defer e.make.Unlock()
	t := e.table.Load()
	if next := t.next[row+class].Load(); next != unknown {
		return next, t
	}
	if e.slow == nil && len(e.states) >= maxStates {
		e.slow = regexp.MustCompile(e.source)
	}
	if e.slow != nil {
		return unknown, nil
	}
	s := &e.states[row/t.width]
	after, r := nothing, rune(0)
	if class < t.width-1 {
		r = e.classes.example[class]
		after = kindOf(r)
	}
	reached, match := e.reach(s.at, conditions(s.before, after))
	var next uint32
	switch {
	case match:
		next = matches
	case after == nothing:
		next = fails
	default:
		next = e.state(t.width, e.consume(reached, r), after)
	}
	if len(e.states)*t.width > len(t.next) {
		more := &table{classes: t.classes, width: t.width, next: make([]atomic.Uint32, 2*len(t.next))}
		for i := range t.next {
			more.next[i].Store(t.next[i].Load())
		}
		t = more
		e.table.Store(t)
	}
	t.next[row+class].Store(next)
	return next, t
}

// conditions are the empty-width conditions that hold between two characters.
func conditions(before, after kind) syntax.EmptyOp {
	var holds syntax.EmptyOp
	if before == nothing {
		holds |= syntax.EmptyBeginText
	}
	if before == nothing || before == feed {
		holds |= syntax.EmptyBeginLine
	}
	if after == nothing {
		holds |= syntax.EmptyEndText
	}
	if after == nothing || after == feed {
		holds |= syntax.EmptyEndLine
	}
	if (before == word) != (after == word) {
		return holds | syntax.EmptyWordBoundary
	}
	return holds | syntax.EmptyNoWordBoundary
}

// reach follows what takes no character; match says whether it leads to the end of the
// program.
func (e *expression) reach(from []uint32, holds syntax.EmptyOp) (reached []uint32, match bool) {
	seen := make([]bool, len(e.prog.Inst))
	stack := slices.Clone(from)
	for len(stack) > 0 {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch inst := &e.prog.Inst[pc]; inst.Op {
		case syntax.InstMatch:
			return nil, true
		case syntax.InstAlt, syntax.InstAltMatch:
			stack = append(stack, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			stack = append(stack, inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^holds == 0 {
				stack = append(stack, inst.Out)
			}
		case syntax.InstFail:
		default:
			reached = append(reached, pc)
		}
	}
	return reached, false
}

// consume is where the instructions lead that take the character r, and where a match
// could begin behind it.
func (e *expression) consume(reached []uint32, r rune) []uint32 {
	var at []uint32
	for _, pc := range reached {
		if inst := &e.prog.Inst[pc]; inst.MatchRune(r) {
			at = append(at, inst.Out)
		}
	}
	if !e.anchored {
		at = append(at, uint32(e.prog.Start))
	}
	slices.Sort(at)
	return slices.Compact(at)
}

// state is what a table says of the state for these instructions, a new one if there is
// none yet.
func (e *expression) state(width int, at []uint32, before kind) uint32 {
	if len(at) == 0 {
		return fails
	}
	if before == word && !e.words || before == feed && !e.lines {
		before = other
	}
	key := []byte{byte(before)}
	for _, pc := range at {
		key = binary.LittleEndian.AppendUint16(key, uint16(pc))
		key = append(key, byte(pc>>16))
	}
	next, found := e.known[string(key)]
	if !found {
		next = rows + uint32(len(e.states)*width)
		e.known[string(key)] = next
		e.states = append(e.states, state{at: at, before: before})
	}
	return next
}

// classes divide all characters into those that a program does not tell apart.
type classes struct {
	ascii   [utf8.RuneSelf]uint8
	from    []rune  // where ranges begin, in order, the first at 0
	class   []uint8 // of each range
	example []rune  // a character of each class
}

// classesOf collects where the ranges of the program begin, and gives those the same
// class whose characters meet the same instructions. ok is false if there are more
// than maxClasses.
func classesOf(prog *syntax.Prog) (c classes, ok bool) {
	var takes []*syntax.Inst // of those that take a character, one of each kind
	for i := range prog.Inst {
		switch inst := &prog.Inst[i]; inst.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			same := func(other *syntax.Inst) bool {
				return inst.Op == other.Op && inst.Arg == other.Arg && slices.Equal(inst.Rune, other.Rune)
			}
			if !slices.ContainsFunc(takes, same) {
				takes = append(takes, inst)
			}
		}
	}
	from := append(make([]rune, 0, 128), 0, '\n', '\n'+1, '0', '9'+1, 'A', 'Z'+1, '_', '_'+1, 'a', 'z'+1) // what \b and ^ tell apart
	split := func(lo, hi rune) { from = append(from, lo, hi+1) }
	for _, inst := range takes {
		if inst.Op == syntax.InstRuneAny || inst.Op == syntax.InstRuneAnyNotNL {
			continue
		}
		if len(inst.Rune) == 1 {
			r := inst.Rune[0]
			split(r, r)
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				split(f, f)
			}
			continue
		}
		for k := 0; k+1 < len(inst.Rune); k += 2 {
			split(inst.Rune[k], inst.Rune[k+1])
		}
	}
	slices.Sort(from)
	c.from = slices.Compact(from)
	c.class = make([]uint8, 0, len(c.from))
	known, met := map[string]uint8{}, make([]byte, 1+(len(takes)+7)/8)
	for _, r := range c.from {
		clear(met)
		met[0] = byte(kindOf(r))
		for i, inst := range takes {
			if inst.MatchRune(r) {
				met[1+i/8] |= 1 << (i % 8)
			}
		}
		class, seen := known[string(met)]
		if !seen {
			if len(c.example) == maxClasses {
				return classes{class: []uint8{0}, from: []rune{0}, example: []rune{0}}, false
			}
			class = uint8(len(c.example))
			known[string(met)] = class
			c.example = append(c.example, r)
		}
		c.class = append(c.class, class)
	}
	for r := range c.ascii {
		c.ascii[r] = uint8(c.of(rune(r)))
	}
	return c, true
}

// of is the class of a character.
func (c *classes) of(r rune) int {
	at, found := slices.BinarySearch(c.from, r)
	if !found {
		at--
	}
	return int(c.class[at])
}
