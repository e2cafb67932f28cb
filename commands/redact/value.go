package redact

import (
	"bytes"
	"strings"
)

// bare returns text[start:end] without masks, at most enough of it to judge.
func (t *window) bare(start, end int) []byte {
	const enough = 1024
	value := t.text[start:min(end, start+enough)]
	if bytes.Contains(value, []byte(Mask)) {
		return bytes.ReplaceAll(value, []byte(Mask), nil)
	}
	return value
}

// quotes are the ways in which quotes are spelled; the first that fits counts.
var quotes = []struct{ open, close string }{
	{`\\\"`, `\\\"`}, {`\"`, `\"`}, {`"`, `"`}, {`\'`, `\'`}, {`'`, `'`}, {"`", "`"},
	{"&quot;", "&quot;"}, {"&#34;", "&#34;"}, {"&#39;", "&#39;"}, {"&apos;", "&apos;"}, {"%22", "%22"}, {"%27", "%27"}, {`\u0022`, `\u0022`}, {`\x22`, `\x22`},
	{"“", "”"}, {"”", "”"}, {"‘", "’"}, {"「", "」"}, {"『", "』"}, {"＂", "＂"},
}

// quoteAt returns the quote at i, an empty one if there is none.
func (t *window) quoteAt(i int) (open, close string) {
	if i >= len(t.text) {
		return "", ""
	}
	switch t.text[i] {
	case '"', '\'', '`':
		q := string(t.text[i : i+1])
		return q, q
	case '\\', '&', '%', 0xe2, 0xe3, 0xef:
	default:
		return "", ""
	}
	for _, q := range quotes {
		if bytes.HasPrefix(t.text[i:], []byte(q.open)) {
			return q.open, q.close
		}
	}
	return "", ""
}

// separator returns where the value begins that belongs to a name before text[i:], and
// by what: '=' or ':' in any spelling, '>' of a tag, ',' of arguments, or ' ' alone.
func (t *window) separator(i int) (from int, by byte) {
	limit := min(len(t.text), i+maxBetween)
	if i < limit && t.opens(i) {
		return i, ' '
	}
	closed := false
	for i < limit {
		if q, _ := t.quoteAt(i); q != "" {
			i += len(q)
		} else if t.text[i] == ']' || t.text[i] == ')' {
			i++
		} else {
			break
		}
		closed = true
	}
	i = t.afterRemark(i, limit)
	start := i
	i = t.afterType(t.skipBlanks(i, limit), limit)
	if j := t.valueWord(i, closed); j > 0 {
		i = j
	}
	j, by := t.operator(i, start, closed)
	switch {
	case by == 0 && i > start && i < len(t.text) && t.text[i] != '\n' && t.text[i] != '\r':
		return i, ' '
	case by == 0:
		return i, 0
	}
	i = t.skipBlanks(j, len(t.text))
	if by == '>' && i < len(t.text) && (t.text[i] == '\n' || t.text[i] == '\r') {
		i = t.nextLine(i)
	}
	if i+1 < len(t.text) && (t.text[i] == '|' || t.text[i] == '>') && by == ':' { // a block of YAML
		n := i + 1
		for n < len(t.text) && (t.text[n] == '-' || t.text[n] == '+' || t.text[n] == ' ') && n < i+4 {
			n++
		}
		if n < len(t.text) && (t.text[n] == '\n' || t.text[n] == '\r') {
			i = t.nextLine(n)
		}
	}
	if i < len(t.text) && t.text[i] == '[' {
		i++
	} else if bytes.HasPrefix(t.text[i:], []byte("【")) {
		i += len("【")
	}
	return i, by
}

// opens reports whether a quote stands at i that only opens.
func (t *window) opens(i int) bool {
	return t.text[i] == 0xe2 && (bytes.HasPrefix(t.text[i:], []byte("“")) || bytes.HasPrefix(t.text[i:], []byte("‘"))) ||
		t.text[i] == 0xe3 && (bytes.HasPrefix(t.text[i:], []byte("「")) || bytes.HasPrefix(t.text[i:], []byte("『")))
}

// afterRemark returns the end of a remark in brackets at i, as in "API key (new): x".
func (t *window) afterRemark(i, limit int) int {
	from := t.skipBlanks(i, limit)
	for _, brackets := range [][2]string{{"(", ")"}, {"（", "）"}} {
		if bytes.HasPrefix(t.text[from:limit], []byte(brackets[0])) {
			if n := bytes.Index(t.text[from:limit], []byte(brackets[1])); n > 0 && bytes.IndexByte(t.text[from:from+n], '\n') < 0 {
				return from + n + len(brackets[1])
			}
		}
	}
	return i
}

// afterType returns where the operator stands after the type of a variable at i, as in
// var token string = "x" and token: str = "x"; i if there is none.
func (t *window) afterType(i, limit int) int {
	from := i
	if from < limit && t.text[from] == ':' {
		from = t.skipBlanks(from+1, limit)
	}
	for _, name := range []string{"string", "str", "text", "varchar", "char*", "char"} {
		if hasPrefixFold(t.text[from:limit], name) {
			if at := t.skipBlanks(from+len(name), limit); at < limit && t.text[at] == '=' {
				return at
			}
		}
	}
	return i
}

// isFlag reports whether an argument is another flag, not a value that begins with a
// dash.
func isFlag(arg []byte) bool {
	return len(arg) > 0 && arg[0] == '-' && (len(arg) < minToken || isWords(bytes.TrimLeft(arg, "-")) || bytes.IndexByte(arg, '=') > 0)
}

func (t *window) skipBlanks(i, limit int) int {
	for i < limit {
		switch c := t.text[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '%' && bytes.HasPrefix(t.text[i:], []byte("%20")):
			i += 3
		case c == 0xe3 && bytes.HasPrefix(t.text[i:], []byte("　")):
			i += 3
		case c == 0xc2 && bytes.HasPrefix(t.text[i:], []byte("\u00a0")):
			i += 2
		default:
			return i
		}
	}
	return i
}

// nextLine returns the start of the text of the line after the line end at i.
func (t *window) nextLine(i int) int {
	if i < len(t.text) && t.text[i] == '\r' {
		i++
	}
	if i < len(t.text) && t.text[i] == '\n' {
		i++
		line := t.text[i:min(i+maxPrefix, len(t.text))]
		i += prefixEnd(line, nil)
		i = t.skipBlanks(i, min(len(t.text), i+maxBetween))
	}
	return i
}

// valueWord returns the end of the word "value" that names the value of the name
// before i, as in {"name":"x","value":"y"} and <add key="x" value="y"/>, else 0.
func (t *window) valueWord(i int, closed bool) int {
	if i >= len(t.text) {
		return 0
	}
	if c := t.text[i]; !closed && c != '\n' && c != '\r' || closed && c != ',' && c != '\n' && c != '\r' && lower(c) != 'v' {
		return 0
	}
	if t.text[i] == ',' {
		i = t.skipBlanks(i+1, min(len(t.text), i+maxBetween))
	}
	if i < len(t.text) && (t.text[i] == '\n' || t.text[i] == '\r') {
		i = t.nextLine(i)
	}
	q, _ := t.quoteAt(i)
	i += len(q)
	if !hasPrefixFold(t.text[min(i, len(t.text)):], "value") {
		return 0
	}
	i += len("value")
	if q != "" && bytes.HasPrefix(t.text[i:], []byte(q)) {
		i += len(q)
	}
	return t.skipBlanks(i, min(len(t.text), i+maxBetween))
}

// operators in the order of which is tried first.
var operators = []struct {
	text string
	by   byte
}{
	{"=>", '='}, {"==", '='}, {"=~", 0}, {"=", '='}, {":=", '='}, {":::=", '='}, {"::=", '='}, {".=", '='}, {":", ':'}, {"->", '='}, {"?=", '='}, {"+=", '='}, {"||=", '='},
	{"＝", '='}, {"：", ':'}, {"%3D", '='}, {"%3d", '='}, {"%3A", ':'}, {"%3a", ':'}, {`\u003d`, '='}, {`\u003a`, ':'},
	{"为：", ':'}, {"为:", ':'}, {"是：", ':'}, {"是:", ':'}, {"为", ':'}, {"是", ':'},
}

// operator returns the end of the operator at i; a name ends at start.
func (t *window) operator(i, start int, closed bool) (end int, by byte) {
	if i >= len(t.text) {
		return i, 0
	}
	switch t.text[i] {
	case '>':
		if i > start {
			return i, 0
		}
		return i + 1, '>'
	case ',':
		if !closed {
			return i, 0
		}
		return i + 1, ','
	case '=', ':', '-', '?', '.', '+', '|', '%', '\\', 0xef, 0xe4, 0xe6:
		for _, o := range operators {
			if bytes.HasPrefix(t.text[i:], []byte(o.text)) {
				return i + len(o.text), o.by
			}
		}
	}
	return i, 0
}

// A value is where it stands, without its quotes.
type value struct {
	span
	quoted bool
}

// valueAt measures the value at i, with or without quotes.
func (t *window) valueAt(i int) value {
	if open, close := t.quoteAt(i); open != "" {
		i += len(open)
		if end := t.quoteEnd(i, close); end >= 0 {
			return value{span{i, end}, true}
		}
	}
	return value{span{i, t.unquotedEnd(i)}, false}
}

// quoteEnd returns where the quoted value at i ends, -1 if that is not on its line.
func (t *window) quoteEnd(i int, close string) int {
	limit := min(len(t.text), i+min(maxQuoted, t.reach))
	for k := i; k < limit; k++ {
		switch c := t.text[k]; {
		case c == '\n':
			return -1
		case c == close[0] && bytes.HasPrefix(t.text[k:], []byte(close)):
			return k
		case c == '\\' && len(close) == 1:
			k++
		}
	}
	return -1
}

// unquotedEnd returns the end of the value at i, which stands without quotes. Where it
// ends does not depend on where it begins, so that no run is measured twice.
func (t *window) unquotedEnd(i int) int {
	if i < len(t.text) && strings.IndexByte("&;,", t.text[i]) >= 0 {
		return i
	}
	if i < t.valueFrom || i >= t.valueTo {
		t.valueFrom, t.valueTo = i, t.measure(i)
	}
	end := min(t.valueTo, i+t.reach)
	if end < len(t.text) && end-i < maxBetween {
		if open := strings.IndexByte(")]}", t.text[end]); open >= 0 && bytes.IndexByte(t.text[i:end], "([{"[open]) >= 0 {
			end++
		}
	}
	for end > i && strings.IndexByte(".,;:", t.text[end-1]) >= 0 {
		end--
	}
	return end
}

// measure returns the end of the run at i that may be a value without quotes.
func (t *window) measure(i int) int {
	for k := i; k < len(t.text); k++ {
		switch c := t.text[k]; c {
		case ' ', '\t', '\n', '\r', '"', '\'', '`', '<', 0x7f, '\f', '\v':
			return k
		case '&':
			if t.namesNext(k+1) || bytes.HasPrefix(t.text[k:], []byte("&&")) || bytes.HasPrefix(t.text[k:], []byte("&amp;")) || bytes.HasPrefix(t.text[k:], []byte("&quot;")) {
				return k
			}
		case ';', ',':
			if t.endsValue(k+1) || t.namesNext(k+1) {
				return k
			}
		case ')', ']', '}':
			if t.endsValue(k + 1) {
				return k
			}
		case '%':
			if bytes.HasPrefix(t.text[k:], []byte("%26")) { // an ampersand
				return k
			}
		case '\\':
			if k+1 == len(t.text) || strings.IndexByte("nrt\"'\\\r\n", t.text[k+1]) >= 0 {
				return k
			}
		case 0xe2:
			if t.maskAt(k) {
				k += len(Mask) - 1
			} else if bytes.HasPrefix(t.text[k:], []byte("”")) || bytes.HasPrefix(t.text[k:], []byte("’")) || bytes.HasPrefix(t.text[k:], []byte("…")) {
				return k
			}
		case 0xe3: // U+3000 to U+303F
			if k+1 < len(t.text) && t.text[k+1] == 0x80 {
				return k
			}
		case 0xef: // U+FF00 to U+FFBF
			if k+1 < len(t.text) && (t.text[k+1] == 0xbc || t.text[k+1] == 0xbd) {
				return k
			}
		}
	}
	return len(t.text)
}

// endsValue reports whether punctuation before i is the end of a value.
func (t *window) endsValue(i int) bool {
	return i >= len(t.text) || t.text[i] <= ' ' || t.text[i] >= 0x80 || strings.IndexByte("\"'`}]),;.:<\\", t.text[i]) >= 0
}

// namesNext reports whether a name and an operator stand at i, as in &name=value.
func (t *window) namesNext(i int) bool {
	const most = 40
	i = t.skipBlanks(i, min(len(t.text), i+4))
	end := t.runEnd(i, most, isNameByte)
	return end > i && end < len(t.text) && !isDigit(t.text[i]) && (t.text[end] == '=' || t.text[end] == ':')
}
