package redact

import (
	"bytes"
	"slices"
	"strings"
)

const (
	maxName   = 64 // bytes of a name before its last word
	maxEnding = 24 // and after it
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
		find := func(t *window, at, end int) (span, bool) { return named(t, at, end, w.endings, w.strength) }
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
			return assignedValue(t, end, name.strength, false)
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
func named(t *window, at, end int, endings []string, judge func(string) strength) (span, bool) {
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
	if !slices.Contains(endings, string(ending)) && !hasEnding(ending, endings) {
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
	return assignedValue(t, last, s, flag || setBy(t, first))
}

// settings are words that a name and its value follow, with only a blank between.
var settings = []string{"env", "arg", "set", "setx", "setenv", "export", "config", "param", "put", "add", "auth"}

// setBy reports whether the name at i follows such a word.
func setBy(t *window, i int) bool {
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

func hasEnding(ending []byte, endings []string) bool {
	for _, e := range endings {
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

// isAfterName holds for the bytes that may follow a name of which the value follows.
var isAfterName = [256]bool{
	' ': true, '\t': true, '=': true, ':': true, '"': true, '\'': true, '`': true, '\\': true, '>': true, '&': true, '%': true, ']': true, ')': true, ',': true,
	'\n': true, '\r': true, '?': true, '|': true, '+': true, '(': true,
	0xe2: true, 0xe3: true, 0xef: true, 0xe4: true, 0xe6: true, // quotes, full-width punctuation, 为, 是
}

// assignedValue finds the value of a name that ends before text[end:].
func assignedValue(t *window, end int, s strength, flag bool) (span, bool) {
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
	sure := by == '=' || v.quoted || flag
	t.kind = ""
	if s != maybeKey && (sure || looksRandom(value)) {
		t.kind = Named
	}
	return v.span, isSecret(value, s, sure)
}
