package redact

import (
	"bytes"
	"strings"
)

// A strength says how much a value must look like a secret beside a name.
type strength int

const (
	notSecret  strength = iota
	password            // anything but words, variables, paths and the like
	credential          // at least minToken bytes that are not made of words and numbers
	maybeKey            // at least minKey bytes that look random
)

// The least length of a value, in bytes.
const (
	minPassword = 4
	minToken    = 8
	minKey      = 20
)

// isSecret reports whether a value that is named as a secret of this strength is one.
// Sure tells that the name and the value certainly belong together.
func isSecret(value []byte, s strength, sure bool) bool {
	const enough = 128 // bytes that tell
	v := value[:min(len(value), enough)]
	if len(v) < minPassword || s == credential && len(v) < minToken || s == maybeKey && len(v) < minKey {
		return false
	}
	c := count(v)
	if s != password && c.digits == 0 && isWords(v) || isPlaceholder(v) {
		return false
	}
	switch s {
	case password:
		switch {
		case c.digits == len(v):
			return sure && len(v) >= MinSecret
		case bytes.IndexByte(v, '/') > 0 && isWords(v): // a function, a path
			return false
		case c.digits > 0 && c.letters > 0 || c.symbols > 0 && c.letters+c.digits > 0 && c.blanks == 0:
			return c.blanks == 0 && !isNumber(v, c)
		case c.high > 0:
			return sure && c.blanks == 0 && len(v) >= MinSecret
		}
		return c.blanks == 0 && !isWords(v)
	case credential:
		return len(v) >= minToken && c.blanks == 0 && c.letters > 0 && !isNumber(v, c) && !isWords(v) || len(v) >= 16 && c.digits == len(v) && sure
	case maybeKey:
		return len(v) >= minKey && !holdsWords(v) && c.blanks == 0 && c.letters >= 4 && c.digits >= 2 && c.high == 0 && !isWords(v) && !isNumber(v, c) && distinct(v) >= 8 && bytes.IndexByte(v, '.') < 0
	}
	return false
}

type counts struct{ letters, digits, upper, symbols, blanks, high int }

func count(v []byte) counts {
	var c counts
	for _, b := range v {
		switch {
		case isDigit(b):
			c.digits++
		case isUpper(b):
			c.upper++
			c.letters++
		case isLower(b):
			c.letters++
		case b == ' ' || b == '\t':
			c.blanks++
		case b >= 0x80:
			c.high++
		case strings.IndexByte("!#$%^&*@+~?|=", b) >= 0:
			c.symbols++
		}
	}
	return c
}

func distinct(v []byte) int {
	var seen [256]bool
	n := 0
	for _, b := range v {
		if !seen[b] {
			seen[b] = true
			n++
		}
	}
	return n
}

// isPlaceholder holds for what stands in place of a value.
func isPlaceholder(v []byte) bool {
	if len(bytes.Trim(v, "*xX.#-_=•●?~+/")) == 0 || bytes.Contains(v, []byte("***")) || bytes.Contains(v, []byte("://")) {
		return true
	}
	last := v[len(v)-1]
	switch v[0] {
	case '$':
		name := bytes.Trim(v[1:], "{}()")
		if len(name) > 0 && (v[1] == '{' || v[1] == '(' || isIdentifier(name)) {
			return true
		}
	case '%':
		if last == '%' || len(v) <= 4 {
			return true
		}
	case '{', '[', '(', '<', '?':
		return true
	case '@', '#':
		if v[0] == last || len(v) > 1 && v[1] == '{' {
			return true
		}
	case '/', '~':
		if isPath(v) {
			return true
		}
	case '.':
		if len(v) > 1 && (v[1] == '/' || v[1] == '.' || v[1] == '\\') {
			return true
		}
	}
	if len(v) > 2 && isLetter(v[0]) && v[1] == ':' && (v[2] == '\\' || v[2] == '/') {
		return true
	}
	if i := bytes.IndexAny(v, "([{"); i > 0 && (last == ')' || last == ']' || last == '}' || last == '(' || last == '{') && isIdentifier(bytes.Trim(v[:i], "$!")) {
		return true // a call, an element
	}
	if bytes.Contains(v, []byte("${")) || bytes.Contains(v, []byte("{{")) || bytes.Contains(v, []byte("$(")) {
		return true
	}
	for _, word := range placeholders {
		if hasFold(v, word) {
			return true
		}
	}
	return isHashName(v)
}

// placeholders are parts of what stands for a value.
var placeholders = []string{"redacted", "masked", "hidden", "placeholder", "example", "secretkeyref", "configmap", "your-", "your_", "changeme", "undefined", "removed", "not-set", "dummy", "filtered"}

func hasFold(v []byte, word string) bool {
	v = v[:min(len(v), maxBetween)]
	for i := 0; i+len(word) <= len(v); i++ {
		if lower(v[i]) == word[0] && hasPrefixFold(v[i:], word) {
			return true
		}
	}
	return false
}

// isHashName holds for digests, which say what they are.
func isHashName(v []byte) bool {
	for _, name := range []string{"sha256:", "sha1:", "sha512:", "md5:", "sha1-", "sha256-", "sha384-", "sha512-", "h1:", "sha256="} {
		if hasPrefixFold(v, name) {
			return true
		}
	}
	return false
}

func isIdentifier(v []byte) bool {
	for _, c := range v {
		if !isNameByte(c) && c != ':' && c != '>' && c != '[' && c != ']' {
			return false
		}
	}
	return len(v) > 0
}

// isPath holds for a path of names, not for base64 that begins with a slash.
func isPath(v []byte) bool {
	for part := range bytes.SplitSeq(v, []byte{'/'}) {
		if len(part) >= 12 && !isWords(part) {
			return false
		}
	}
	return len(v) < 2 || v[0] == '~' || isNameByte(v[1]) || v[1] == '/'
}

// isNumber holds for numbers, dates, versions, sizes and durations.
func isNumber(v []byte, c counts) bool {
	return c.symbols == 0 && c.letters <= 2 && c.digits > 0 && c.high == 0 && len(v) < 24 && bytes.IndexAny(v, ".:/-") > 0 || c.letters == 0 && len(bytes.Trim(v, "0123456789.,:/-+%")) == 0
}

// isWords holds for identifiers: parts that are words, numbers, or a word with a
// number of at most two digits.
func isWords(v []byte) bool {
	start := 0
	for i := 0; i <= len(v); i++ {
		if i < len(v) && strings.IndexByte("_-.:/,;", v[i]) < 0 {
			continue
		}
		if !isWord(v[start:i]) {
			return false
		}
		start = i + 1
	}
	return true
}

// holdsWords holds for what begins with a word, or holds two, such as
// linux-node_modules-4ca97bc4dfaa13a9.
func holdsWords(v []byte) bool {
	words, first, start := 0, false, 0
	for i := 0; i <= len(v); i++ {
		if i < len(v) && strings.IndexByte("_-.|[", v[i]) < 0 {
			continue
		}
		if part := v[start:i]; len(part) >= 3 && len(part) < len(v) && !isDigit(part[len(part)-1]) && isWord(part) {
			words++
			first = first || start == 0
		}
		start = i + 1
	}
	return first || words >= 2
}

// isWord holds for a word of letters, with at most two digits at its end, and for a
// number.
func isWord(part []byte) bool {
	bare := bytes.TrimRight(part, "0123456789")
	digits := len(part) - len(bare)
	switch {
	case len(bare) == 0:
		return digits <= 8
	case digits > 2:
		return false
	}
	humps, familiar := 0, 0
	for i, c := range bare {
		if !isLetter(c) {
			return false
		}
		if i == 0 {
			continue
		}
		if isUpper(c) && isLower(bare[i-1]) || i > 1 && isLower(c) && isUpper(bare[i-1]) && isUpper(bare[i-2]) {
			humps++
		}
		familiar += int(letterPairs[lower(bare[i-1])-'a'][lower(c)-'a'] - '0')
	}
	const short = 6
	switch pairs := len(bare) - 1; {
	case pairs < 3:
		return true
	case humps*3 > len(bare):
		return false
	case len(bare) < short:
		return familiar*10 >= pairs*42
	default:
		return familiar*10 >= pairs*56
	}
}

// letterPairs says how often a letter follows another in the words of source code
// and English prose, 0 to 9 by the logarithm. Counted on 17,000 words of Go's and
// Python's libraries; of random letters 87 in 100 are under 5.6 on average, of words
// 4 in 1,000.
var letterPairs = [26]string{
	"57885575736878373889665664", // a
	"75547432743744651664722352", // b
	"85658568737765863778653353", // c
	"75568564843655753775654453", // d
	"86897765645879676998676764", // e
	"64566754723754752666613350", // f
	"64548456712656653775634343", // g
	"73357333723555740656514253", // h
	"76877773545779974788474637", // i
	"53125230403212530052513021", // j
	"64347444623545541465533142", // k
	"85568553825855853567654273", // l
	"86558443724564772465632240", // m
	"85788785746656754588664354", // n
	"66875665646779772877777543", // o
	"84658556715754772867634350", // p
	"10231000300402220242620000", // q
	"85779664826676863787665363", // r
	"75758557836665774578755365", // s
	"85659657924765763887755574", // t
	"66666663624768560777233433", // u
	"74448433703444642454333131", // v
	"73446335613436641654303320", // w
	"54546424502343463446332530", // x
	"53435332502556460465333234", // y
	"54017133502331420232332034", // z
}
