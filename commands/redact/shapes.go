package redact

import (
	"bytes"
	"slices"
	"strings"
)

// shapes is the table of what every gate knows. A new kind of token is a line.
func shapes() []shape {
	return []shape{
		{literal: "PRIVATE KEY", find: (*window).privateKey},
		{literal: "://", find: (*window).urlPassword},
		{literal: `:\/\/`, find: (*window).urlPassword}, // JSON as PHP writes it
		{literal: "authorization", fold: true, find: (*window).authorization},
		{literal: "bearer", fold: true, find: (*window).bearer},

		{literal: "x-auth-token", fold: true, find: (*window).header},
		{literal: "x-subject-token", fold: true, find: (*window).header},
		{literal: "x-security-token", fold: true, find: (*window).header},
		{literal: "x-amz-security-token", fold: true, find: (*window).header},
		{literal: "x-obs-security-token", fold: true, find: (*window).header},
		{literal: "x-api-key", fold: true, find: (*window).header},
		{literal: "x-vault-token", fold: true, find: (*window).header},
		{literal: "private-token", fold: true, find: (*window).header}, // GitLab
		{literal: "signature=", fold: true, find: (*window).signature}, // signed requests and links

		{literal: "eyJ", find: (*window).jwt},
		{literal: "xoxb-", find: token(isTokenByte, 20, 255)}, // Slack
		{literal: "xoxp-", find: token(isTokenByte, 20, 255)},
		{literal: "xoxa-", find: token(isTokenByte, 20, 255)},
		{literal: "xoxe-", find: token(isTokenByte, 20, 255)},
		{literal: "xapp-", find: token(isTokenByte, 20, 255)},
		{literal: "hooks.slack.com/", find: (*window).slackHook},
		{literal: "AKIA", find: token(isUpperOrDigit, 16, 16)}, // AWS
		{literal: "ASIA", find: token(isUpperOrDigit, 16, 16)},
		{literal: "ghp_", find: token(isAlnum, 36, 255)}, // GitHub
		{literal: "gho_", find: token(isAlnum, 36, 255)},
		{literal: "ghu_", find: token(isAlnum, 36, 255)},
		{literal: "ghs_", find: token(isAlnum, 36, 255)},
		{literal: "ghr_", find: token(isAlnum, 36, 255)},
		{literal: "github_pat_", find: token(isTokenByte, 40, 255)},
		{literal: "glpat-", find: token(isTokenByte, 20, 255)}, // GitLab
		{literal: "npm_", find: token(isAlnum, 36, 36)},
	}
}

// A window is a text in which secrets are looked for from left to right.
type window struct {
	text           []byte
	reach          int  // how far a value is followed
	runFrom, runTo int  // the run of value bytes measured last
	keyWords       int  // the end of the last words PRIVATE KEY
	unfinished     bool // the key block found last may go on after the text
}

// secret finds the secret of the shape whose literal stands at text[at:].
func (t *window) secret(s *shape, at int) (span, bool) {
	end := at + len(s.literal)
	if s.find == nil {
		found := span{at, end}
		return found, !t.touchesMask(at, end, len(Mask)-1)
	}
	found, ok := s.find(t, at, end)
	return found, ok && !t.touchesMask(min(at, found.start), max(end, found.end), len(Mask))
}

// touchesMask reports whether a Mask lies within near bytes of text[start:end].
func (t *window) touchesMask(start, end, near int) bool {
	return bytes.Contains(t.text[max(start-near, 0):min(end+near, len(t.text))], []byte(Mask))
}

// authorization finds the credentials of the header, after the scheme.
func (t *window) authorization(_, end int) (span, bool) {
	i, ok := t.assigned(end)
	if !ok {
		return span{}, false
	}
	j := t.valueEnd(i)
	word := t.text[i:j]
	if looksRandom(word) {
		return span{i, j}, true
	}
	if len(word) > 40 {
		return span{}, false
	}
	from := j + t.blanks(j)
	to := t.valueEnd(from)
	value := t.text[from:to]
	return span{from, to}, from > j && (isScheme(word) && len(value) >= 4 || looksRandom(value))
}

func isScheme(word []byte) bool {
	return slices.ContainsFunc([]string{"bearer", "basic", "token", "apikey", "negotiate"}, func(scheme string) bool {
		return strings.EqualFold(string(word), scheme)
	})
}

// bearer finds a token after the word, wherever it stands.
func (t *window) bearer(_, end int) (span, bool) {
	from := end + t.blanks(end)
	to := t.valueEnd(from)
	return span{from, to}, from > end && looksRandom(t.text[from:to])
}

// header finds the value of a header that holds nothing but a secret.
func (t *window) header(_, end int) (span, bool) {
	from, ok := t.assigned(end)
	if !ok {
		return span{}, false
	}
	to := t.valueEnd(from)
	value := t.text[from:to]
	return span{from, to}, len(value) >= 16 || len(value) >= MinSecret && bytes.ContainsAny(value, "0123456789")
}

func (t *window) signature(_, end int) (span, bool) {
	to := t.valueEnd(end)
	return span{end, to}, looksRandom(t.text[end:to])
}

// slackHook finds the path of a webhook or response URL: whoever has it may post.
func (t *window) slackHook(_, end int) (span, bool) {
	to := t.valueEnd(end)
	return span{end, to}, to-end >= 16
}

// urlPassword finds PASSWORD in ://user:PASSWORD@.
func (t *window) urlPassword(_, end int) (span, bool) {
	const mostUserInfo = 1024
	limit := min(len(t.text), end+min(mostUserInfo, t.reach))
	from, to := 0, 0
	for i := end; i < limit && !t.endsURL(i); i++ {
		switch {
		case t.text[i] == ':' && from == 0:
			from = i + 1
		case t.text[i] == '@':
			to = i
		}
	}
	if from == 0 || to < from {
		return span{}, false
	}
	return span{from, to}, len(bytes.Trim(t.text[from:to], "*x")) > 0 // Go's net/url masks with xxxxx
}

// endsURL reports whether no user or password goes on at text[i]: blanks, quotes,
// slashes, and the punctuation that in Chinese follows without a blank.
func (t *window) endsURL(i int) bool {
	switch c := t.text[i]; c {
	case '/', '\\', '"', '\'', '`', '<', '>', 0x7f:
		return true
	case 0xe3: // U+3000 to U+303F
		return i+1 < len(t.text) && t.text[i+1] == 0x80
	case 0xef: // U+FF00 to U+FFBF
		return i+1 < len(t.text) && (t.text[i+1] == 0xbc || t.text[i+1] == 0xbd)
	default:
		return c <= ' '
	}
}

// jwt finds a JSON web token, signed or encrypted: base64 parts joined by dots.
func (t *window) jwt(at, _ int) (span, bool) {
	if !t.startsWord(at, func(c byte) bool { return isTokenByte(c) || c == '.' }) {
		return span{}, false
	}
	to := t.runEnd(at, t.reach, func(c byte) bool { return isTokenByte(c) || c == '.' })
	value := bytes.TrimRight(t.text[at:to], ".")
	return span{at, at + len(value)}, len(value) >= 40 && bytes.Count(value, []byte{'.'}) >= 2
}

// token returns a finder of tokens that consist of the literal and least to most
// bytes of a class.
func token(class func(byte) bool, least, most int) finder {
	return func(t *window, at, end int) (span, bool) {
		to := t.runEnd(end, most+1, class)
		whole := to == len(t.text) || !isAlnum(t.text[to])
		return span{at, to}, to-end >= least && to-end <= most && whole && t.startsWord(at, isAlnum)
	}
}

// startsWord reports whether no word that is made of class goes on at text[at]. An
// escape sequence before it, such as \n, %3D or a colour code, is no part of a word.
func (t *window) startsWord(at int, class func(byte) bool) bool {
	before := t.text[max(at-12, 0):at]
	n := len(before)
	if n == 0 || !class(before[n-1]) {
		return true
	}
	escape := bytes.LastIndexAny(before, "\\%\x1b")
	if escape < 0 {
		return false
	}
	switch tail := string(before[escape+1:]); before[escape] {
	case '%':
		return len(tail) == 2
	case '\\':
		return tail == "n" || tail == "r" || tail == "t" || len(tail) == 5 && tail[0] == 'u'
	default:
		return strings.HasPrefix(tail, "[") && strings.HasSuffix(tail, "m") && strings.Trim(tail, "[0123456789;m") == ""
	}
}

// assigned returns where the value begins that is assigned to the name before
// text[i]: after a colon, equals sign or comma, blanks, quotes and brackets.
func (t *window) assigned(i int) (int, bool) {
	const most = 16
	gap := bytes.TrimLeft(t.text[i:min(i+most, len(t.text))], " \t:=,>\"'\\[({")
	from := min(i+most, len(t.text)) - len(gap)
	return from, bytes.ContainsAny(t.text[i:from], ":=,")
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

// looksRandom reports whether a value is more like a key than like a word.
func looksRandom(value []byte) bool {
	const least, enough = 20, 64
	head := value[:min(len(value), enough)]
	return len(value) >= least && slices.ContainsFunc(head, isDigit) && slices.ContainsFunc(head, isLetter)
}

func isDigit(c byte) bool        { return '0' <= c && c <= '9' }
func isUpper(c byte) bool        { return 'A' <= c && c <= 'Z' }
func isLetter(c byte) bool       { return isUpper(c &^ 0x20) }
func isAlnum(c byte) bool        { return isLetter(c) || isDigit(c) }
func isUpperOrDigit(c byte) bool { return isUpper(c) || isDigit(c) }
func isTokenByte(c byte) bool    { return isAlnum(c) || c == '-' || c == '_' }
func isBase64(c byte) bool       { return isAlnum(c) || c == '+' || c == '/' || c == '=' }

// isValueByte holds for the bytes of a token (RFC 6750, token68) and for percent
// signs, which stand for others in links.
func isValueByte(c byte) bool {
	return isTokenByte(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=' || c == '%'
}
