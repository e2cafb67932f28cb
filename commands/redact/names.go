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

const (
	minPassword = 4
	minToken    = 8
	minKey      = 20
	maxName     = 64   // bytes of a name before its last word
	maxEnding   = 24   // and after it
	maxBetween  = 64   // between a name and its value, without what a log writes before a line
	maxQuoted   = 4096 // bytes of a value in quotes
)

// names are the words that the name of a secret value ends in. strength tells, from
// the name before the word, without separators and in lower case, what its value is.
func names() []shape {
	words := []struct {
		word     string
		endings  []string // of the word itself
		strength func(before string) strength
	}{
		{"pass", []string{"", "word", "words", "wd", "phrase", "wort", "code"}, passStrength},
		{"pwd", []string{""}, always(password)},
		{"psw", []string{"", "d"}, always(password)},
		{"mima", []string{""}, whole(password)}, // pinyin of 密码
		{"secret", []string{"", "s"}, always(credential)},
		{"token", []string{""}, always(credential)},
		{"credential", []string{"", "s"}, always(credential)},
		{"key", []string{"", "data"}, keyStrength},
		{"auth", []string{""}, whole(credential)},
		{"sk", []string{""}, whole(credential)},
		{"login", []string{""}, func(before string) strength { return either(strings.HasSuffix(before, "sonar_"), credential) }},
		{"sig", []string{""}, whole(maybeKey)},
		{"sign", []string{""}, whole(maybeKey)},
		{"signature", []string{""}, always(maybeKey)},
		{"sessionid", []string{""}, always(credential)},
		{"sessid", []string{""}, always(credential)},
		{"sid", []string{""}, func(before string) strength { return either(before == "connect_", credential) }},
		{"masterauth", []string{""}, always(password)},
	}
	var all []shape
	for _, w := range words {
		endings := map[string]bool{}
		for _, e := range w.endings {
			endings[e] = true
		}
		find := func(t *window, at, end int) (span, bool) { return t.named(at, end, endings, w.strength) }
		all = append(all, shape{literal: w.word, fold: true, find: find})
	}
	for _, name := range []struct {
		word     string
		strength strength
	}{
		{"密码", password}, {"口令", password}, {"密碼", password}, {"通行码", password},
		{"密钥", credential}, {"秘钥", credential}, {"密鑰", credential}, {"令牌", credential}, {"私钥", credential},
		{"凭证", credential}, {"凭据", credential}, {"授权码", credential}, {"签名", maybeKey},
	} {
		all = append(all, shape{literal: name.word, find: func(t *window, _, end int) (span, bool) {
			return t.assignedValue(end, name.strength, false)
		}})
	}
	return all
}

func always(s strength) func(string) strength { return func(string) strength { return s } }

// whole is s for a name that is the word alone, maybe behind a separator.
func whole(s strength) func(string) strength {
	return func(before string) strength { return either(before == "" || strings.HasSuffix(before, "_"), s) }
}

func either(holds bool, s strength) strength {
	if holds {
		return s
	}
	return notSecret
}

// notPasswords are words that end in "pass".
var notPasswords = []string{"by", "com", "sur", "tres", "over", "under", "en", "multi", "single", "first", "second", "last", "two", "one"}

func passStrength(before string) strength {
	word := strings.TrimRight(before, "_")
	for _, b := range notPasswords {
		if rest, ok := strings.CutSuffix(word, b); ok && (rest == "" || rest[len(rest)-1] == '_') {
			return notSecret
		}
	}
	return password
}

// keyNames are what stands before "key" if its value is secret.
var keyNames = []string{
	"api", "access", "secret", "private", "auth", "account", "sharedaccess", "shared", "signing", "sign", "signature",
	"encryption", "encrypt", "decryption", "crypt", "cipher", "master", "app", "client", "storage", "sas", "deploy", "service",
	"session", "subscription", "consumer", "admin", "write", "ingest", "integration", "robot", "webhook", "aes", "des", "sm4", "rsa",
	"hmac", "jwt", "psk", "preshared", "cookie", "root", "server", "function", "security", "push", "license", "maps", "project", "team", "auth",
	"ssh", "host", "user", "publish", "publishing", "monitor", "bot",
}

func keyStrength(before string) strength {
	before = strings.TrimRight(before, "_")
	for _, name := range keyNames {
		if strings.HasSuffix(before, name) {
			return credential
		}
	}
	return maybeKey
}

// moreEndings may follow the last word of a name.
var moreEndings = map[string]bool{
	"": true, "value": true, "val": true, "text": true, "plain": true, "plaintext": true, "b64": true, "base64": true, "raw": true, "str": true, "string": true,
	"prod": true, "production": true, "dev": true, "test": true, "stage": true, "staging": true, "uat": true, "admin": true, "root": true, "user": true, "main": true,
	"old": true, "new": true, "key": true, "is": true, "here": true,
}

// named finds the value of the name that has its last word at text[at:end].
func (t *window) named(at, end int, endings map[string]bool, judge func(string) strength) (span, bool) {
	last := t.runEnd(end, maxEnding, isNameByte)
	if last == len(t.text) || last-end == maxEnding {
		return span{}, false
	}
	var buffer [maxName + maxEnding]byte
	ending := buffer[:0]
	for _, c := range t.text[end:last] {
		if isLetter(c) {
			ending = append(ending, lower(c))
		}
	}
	if !endings[string(ending)] && !hasEnding(ending, endings) {
		return span{}, false
	}
	if c := t.text[last]; !isAfterName[c] {
		return span{}, false
	}
	first := t.runStart(at, maxName, isNameByte)
	flag := false
	if first < at && t.text[first] == '-' || first == at && first > 0 && t.text[first-1] == '-' {
		flag = true
	}
	from := first
	if from == at { // "API key: x"
		from = t.runStart(at, 12, func(c byte) bool { return isLetter(c) || c == ' ' })
	}
	before := normal(t.text[from:at], buffer[:0])
	if at > 0 && isUpper(t.text[at]) && isLower(t.text[at-1]) { // camelCase
		before = append(before, '_')
	}
	s := judge(string(before))
	if s == notSecret || s == maybeKey && t.text[last] == ' ' && !flag {
		return span{}, false
	}
	if s == password && len(before) == 0 && last-at == len("pass") && isUpper(t.text[at]) && t.text[last] == ':' {
		return span{}, false // the result of a test
	}
	return t.assignedValue(last, s, flag || t.setBy(first))
}

// settings are words that a name and its value follow, with only a blank between.
var settings = []string{"env", "arg", "set", "setx", "setenv", "export", "config", "param", "put", "add", "auth"}

// setBy reports whether the name at i follows such a word.
func (t *window) setBy(i int) bool {
	if i < 2 || t.text[i-1] != ' ' {
		return false
	}
	from := t.runStart(i-1, 8, isLetter)
	for _, word := range settings {
		if len(word) == i-1-from && hasPrefixFold(t.text[from:i], word) {
			return true
		}
	}
	return false
}

func hasEnding(ending []byte, endings map[string]bool) bool {
	for e := range endings {
		if rest, ok := bytes.CutPrefix(ending, []byte(e)); ok && moreEndings[string(rest)] {
			return true
		}
	}
	return false
}

// normal appends a name in lower case, with one underscore for its separators.
func normal(name, to []byte) []byte {
	for _, c := range name {
		switch {
		case isAlnum(c):
			to = append(to, lower(c))
		case len(to) > 0 && to[len(to)-1] != '_':
			to = append(to, '_')
		}
	}
	return to
}

func isNameByte(c byte) bool { return isAlnum(c) || c == '_' || c == '-' || c == '.' }

// isAfterName holds for the bytes that may follow a name of which the value follows.
var isAfterName = [256]bool{
	' ': true, '\t': true, '=': true, ':': true, '"': true, '\'': true, '`': true, '\\': true, '>': true, '&': true, '%': true, ']': true, ')': true, ',': true,
	'\n': true, '\r': true, '?': true, '|': true, '+': true, '(': true,
	0xe2: true, 0xe3: true, 0xef: true, 0xe4: true, 0xe6: true, // quotes, full-width punctuation, 为, 是
}

// assignedValue finds the value of a name that ends before text[end:].
func (t *window) assignedValue(end int, s strength, flag bool) (span, bool) {
	i, by := t.separator(end)
	if by == 0 {
		return span{}, false
	}
	v := t.valueAt(i)
	if v.end <= v.start {
		return span{}, false
	}
	if bytes.HasPrefix(t.text[v.start:v.end], []byte("pass:")) { // as openssl wants it
		v.start += len("pass:")
	}
	if v.start >= t.hidden.start && v.end <= t.hidden.end {
		return span{}, false // hidden already
	}
	value := t.bare(v.start, v.end)
	switch by {
	case '>':
		if !v.quoted && (v.end == len(t.text) || t.text[v.end] != '<' && t.text[v.end] > ' ') {
			return span{}, false
		}
	case ',':
		if !v.quoted {
			return span{}, false
		}
	case ' ':
		if flag && isFlag(value) {
			return span{}, false
		}
		if !flag && !v.quoted {
			s = maybeKey
		}
	}
	return v.span, isSecret(value, s, by == '=' || v.quoted || flag)
}

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
