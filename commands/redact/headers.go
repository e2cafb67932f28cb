package redact

import (
	"bytes"
	"slices"
	"strings"
)

// headers are names of HTTP whose value is secret, and what stands in addresses.
func headers() []shape {
	all := []shape{
		{literal: keyWords, find: of(PrivateKey, privateKey)},
		{literal: "://", find: of(Address, urlPassword)},
		{literal: `:\/\/`, find: of(Address, urlPassword)}, // JSON as PHP writes it
		{literal: "authorization", fold: true, find: of(Header, authorization)},
		{literal: "bearer", fold: true, find: of(Header, bearer)},
		{literal: "cookie", fold: true, find: cookie},
		{literal: "signature=", fold: true, find: signature}, // signed requests and links
	}
	for _, name := range []string{
		"x-auth-token", "x-subject-token", "x-security-token", "x-amz-security-token", "x-obs-security-token", // Huawei, AWS
		"x-api-key", "x-vault-token", "private-token", "job-token", "deploy-token", "x-gitlab-token", "x-jfrog-art-api", "x-nuget-apikey",
	} {
		all = append(all, shape{literal: name, fold: true, find: of(Header, header)})
	}
	return all
}

// authorization finds the credentials of the header, after the scheme.
func authorization(t *window, _, end int) (span, bool) {
	i, ok := assigned(t, end)
	if !ok {
		return span{}, false
	}
	j := t.valueEnd(i)
	word := t.bare(i, j)
	if looksRandom(word) {
		return span{i, j}, true
	}
	if len(word) > 40 {
		return span{}, false
	}
	from := j + t.blanks(j)
	to := t.valueEnd(from)
	value := t.bare(from, to)
	return span{from, to}, from > j && (isScheme(word) && len(value) >= 4 || looksRandom(value))
}

func isScheme(word []byte) bool {
	return slices.ContainsFunc([]string{"bearer", "basic", "token", "apikey", "negotiate"}, func(scheme string) bool {
		return strings.EqualFold(string(word), scheme)
	})
}

// bearer finds a token after the word, wherever it stands.
func bearer(t *window, _, end int) (span, bool) {
	from := end + t.blanks(end)
	to := t.valueEnd(from)
	return span{from, to}, from > end && looksRandom(t.bare(from, to))
}

// header finds the value of a header that holds nothing but a secret.
func header(t *window, _, end int) (span, bool) {
	from, ok := assigned(t, end)
	if !ok {
		return span{}, false
	}
	to := t.valueEnd(from)
	value := t.bare(from, to)
	if len(value) == 0 || isPlaceholder(value[:min(len(value), maxQuoted)]) {
		return span{}, false
	}
	return span{from, to}, len(value) >= 16 && !isWords(value[:min(len(value), 64)]) || len(value) >= MinSecret && bytes.ContainsAny(value, "0123456789")
}

// maxCookie is how many bytes of cookies a header may have, as browsers and servers
// take them.
const maxCookie = 4 << 10

// cookie finds what the headers Cookie and Set-Cookie hold: of a cookie that is set,
// its value; of those that are sent, all.
func cookie(t *window, at, end int) (span, bool) {
	i := end
	if q, _ := t.quoteAt(i); q != "" {
		i += len(q)
	}
	i = t.skipBlanks(i, min(len(t.text), i+4))
	if i >= len(t.text) || t.text[i] != ':' && !(t.text[i] == '=' && i == end) {
		return span{}, false
	}
	if i++; i < len(t.text) && t.text[i] == '=' { // cookie := x
		return span{}, false
	}
	i = t.skipBlanks(i, min(len(t.text), i+8))
	close := ""
	if open, c := t.quoteAt(i); open != "" {
		i, close = i+len(open), c
	} else if at > 0 {
		if _, c := t.quoteAt(headerQuote(t, at)); c != "" {
			close = c
		}
	}
	set := at >= 4 && hasPrefixFold(t.text[at-4:], "set-")
	limit := min(len(t.text), i+min(t.reach, maxCookie))
	to := i
	for to < limit && t.text[to] != '\n' && t.text[to] != '\r' && !(close != "" && bytes.HasPrefix(t.text[to:], []byte(close))) && !(set && t.text[to] == ';') {
		to++
	}
	if to == i+min(t.reach, maxCookie) {
		return span{}, false
	}
	from := i
	if eq := bytes.IndexByte(t.text[i:to], '='); eq < 0 {
		return span{}, false
	} else if set {
		from += eq + 1
	}
	value := t.bare(from, to)
	return span{from, to}, len(value) >= MinSecret && (bytes.ContainsAny(value, "0123456789") || !isWords(value)) && !isPlaceholder(value[:min(len(value), maxQuoted)])
}

// headerQuote returns where the quote stands that a header with its name at i is in.
func headerQuote(t *window, i int) int {
	i = t.runStart(i, 12, isNameByte)
	if i > 0 {
		return i - 1
	}
	return len(t.text)
}

func signature(t *window, _, end int) (span, bool) {
	to := t.valueEnd(end)
	return span{end, to}, looksRandom(t.bare(end, to))
}

// urlPassword finds PASSWORD in ://user:PASSWORD@ and a token that is the user.
func urlPassword(t *window, _, end int) (span, bool) {
	const mostUserInfo = 1024
	limit := min(len(t.text), end+min(mostUserInfo, t.reach))
	from, to, i := 0, 0, end
	for ; i < limit && !endsURL(t, i); i++ {
		switch {
		case t.text[i] == ':' && from == 0:
			from = i + 1
		case t.text[i] == '@':
			to = i
		}
	}
	if i == limit && limit < len(t.text) {
		return span{}, false
	}
	if to > end && (from == 0 || to < from) {
		user := t.bare(end, to)
		return span{end, to}, len(user) >= 16 && !isWords(user) && !isPlaceholder(user)
	}
	if from == 0 || to < from {
		return span{}, false
	}
	if user := t.bare(end, from-1); len(user) >= minKey && isSecret(user, maybeKey, true) {
		t.hide(end, from-1) // https://TOKEN:x-oauth-basic@host
	}
	secret := t.bare(from, to)
	if len(secret) > 1 && secret[0] == '$' && isPlaceholder(secret) {
		return span{}, false
	}
	return span{from, to}, len(bytes.Trim(secret, "*x")) > 0 // Go's net/url masks with xxxxx
}

// endsURL reports whether no user or password goes on at text[i]: blanks, quotes,
// slashes, and the punctuation that in Chinese follows without a blank.
func endsURL(t *window, i int) bool {
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

// assigned returns where the value begins that is assigned to the name before
// text[i]: after a colon, equals sign or comma, blanks, quotes and brackets.
func assigned(t *window, i int) (int, bool) {
	const most = 16
	gap := bytes.TrimLeft(t.text[i:min(i+most, len(t.text))], " \t:=,>\"'\\[({")
	from := min(i+most, len(t.text)) - len(gap)
	return from, bytes.ContainsAny(t.text[i:from], ":=,")
}

// looksRandom reports whether a value is more like a key than like a word.
func looksRandom(value []byte) bool {
	const least, enough = 20, 64
	head := value[:min(len(value), enough)]
	return len(value) >= least && slices.ContainsFunc(head, isDigit) && slices.ContainsFunc(head, isLetter)
}
