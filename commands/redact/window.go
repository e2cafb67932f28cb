package redact

import (
	"bytes"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// A window is a text in which secrets are looked for from left to right.
type window struct {
	except         *exceptions
	text           []byte
	gaps           []gap
	found          []hit
	kind           Kind // of what the finder at work finds; empty if it is not sure
	reach          int  // how far a value is followed
	hidden         span // hidden last
	runFrom, runTo int  // the run of value bytes measured last
	valueFrom      int  // the value without quotes measured last
	valueTo        int
	format         *format // the last one found, in a run that ends at formatTo
	formatTo       int
	keyWords       int  // the end of the last words PRIVATE KEY
	known          bool // what is found is a given value, to which there are no exceptions
	unfinished     bool // the key block found last may go on after the text
}

// How far is looked, in bytes.
const (
	maxPrefix  = 256  // what a log writes before the text of a line
	maxBetween = 64   // between a name and its value, without that prefix
	maxQuoted  = 4096 // a value in quotes
)

// A gap is bytes that nobody sees, such as colour codes and zero-width characters.
// They are no part of the text that secrets are looked for in, because whoever shows
// the text removes them and would put a secret together again.
type gap struct {
	at       int // before text[at:]
	from, to int // the bytes are unseen[from:to] of the stream
}

// exceptions are values that stay.
type exceptions struct {
	literals    map[string]bool
	expressions []*regexp.Regexp
}

// has reports whether a value stays visible.
func (e *exceptions) has(value []byte) bool {
	return e.literals[string(value)] ||
		slices.ContainsFunc(e.expressions, func(x *regexp.Regexp) bool { return x.Match(value) })
}

// hide notes that text[start:end] is secret, but for the masks in it.
func (t *window) hide(start, end int) {
	const near = len(Mask) - 1
	from := max(start-near, 0)
	for start < end {
		to, next := end, end
		if i := bytes.Index(t.text[from:min(end+near, len(t.text))], []byte(Mask)); i >= 0 {
			to, next = min(from+i, end), from+i+len(Mask)
		}
		if to > start && bytes.ContainsFunc(t.text[start:to], isContent) && (t.known || !t.except.has(t.text[start:to])) {
			t.hidden = span{start, to}
			h := hit{t.hidden, t.kind}
			if !certain(h.kind, t.text[start:to]) {
				h.kind = ""
			}
			t.found = append(t.found, h)
		}
		if next >= end {
			return
		}
		start, from = max(next, start), next
	}
}

// isContent holds for what a secret consists of, besides punctuation.
func isContent(r rune) bool {
	return r >= 0x80 || isAlnum(byte(r)) || strings.ContainsRune("!#$%^&*@+~?", r)
}

// afterGap reports whether something unseen was left out before text[i].
func (t *window) afterGap(i int) bool {
	k := sort.Search(len(t.gaps), func(k int) bool { return t.gaps[k].at >= i })
	return k < len(t.gaps) && t.gaps[k].at == i
}

// startsWord reports whether no word that is made of class goes on at text[at]. An
// escape sequence before it, such as \n or %3D, is no part of a word.
func (t *window) startsWord(at int, class func(byte) bool) bool {
	before := t.text[max(at-12, 0):at]
	n := len(before)
	if n == 0 || !class(before[n-1]) || t.afterGap(at) {
		return true
	}
	escape := bytes.LastIndexAny(before, `\%`)
	if escape < 0 {
		return false
	}
	tail := string(before[escape+1:])
	if before[escape] == '%' {
		return len(tail) == 2
	}
	return tail == "n" || tail == "r" || tail == "t" || len(tail) == 5 && tail[0] == 'u' || len(tail) == 3 && tail[0] == 'x'
}

// blanks returns how many bytes of blanks, plain or percent-encoded, stand at i.
func (t *window) blanks(i int) int {
	const most = 8
	n := 0
	for n < most {
		switch {
		case i+n < len(t.text) && (t.text[i+n] == ' ' || t.text[i+n] == '\t'):
			n++
		case bytes.HasPrefix(t.text[i+n:], []byte("%20")):
			n += 3
		default:
			return n
		}
	}
	return n
}

// valueEnd returns the end of the value at i. It measures no run twice, else text
// full of names of headers would cost the square of its length.
func (t *window) valueEnd(i int) int {
	if i < t.runFrom || i >= t.runTo {
		t.runFrom, t.runTo = i, t.runEnd(i, len(t.text), isValueByte)
		for t.maskAt(t.runTo) { // a mask does not end a value
			t.runTo = t.runEnd(t.runTo+len(Mask), len(t.text), isValueByte)
		}
	}
	return min(t.runTo, i+t.reach)
}

// runEnd returns the end of the run of class at i, at most most bytes on.
func (t *window) runEnd(i, most int, class func(byte) bool) int {
	end := min(len(t.text), i+most)
	for i < end && class(t.text[i]) {
		i++
	}
	return i
}

// runStart returns the start of the run of class before i, at most most bytes back.
func (t *window) runStart(i, most int, class func(byte) bool) int {
	end := max(0, i-most)
	for i > end && class(t.text[i-1]) {
		i--
	}
	return i
}

// maskAt reports whether a Mask stands at i.
func (t *window) maskAt(i int) bool {
	return i < len(t.text) && t.text[i] == Mask[0] && bytes.HasPrefix(t.text[i:], []byte(Mask))
}
