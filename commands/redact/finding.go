package redact

import (
	"bytes"
	"slices"
	"strings"
)

// A Kind says what sort of credential a text shows: one of the constants, or the name
// of a token's form, such as "github-token".
type Kind string

// The kinds besides the forms of tokens. PrivateKey is most certain, Named least.
const (
	PrivateKey  Kind = "private-key"
	Known       Kind = "known-value" // a value that was given to New, or in Extra.Values
	Address     Kind = "address"     // a password, or a token for one, in scheme://user:password@host
	Header      Kind = "header"      // of HTTP: Authorization, X-Auth-Token and their kind
	CommandLine Kind = "command-line"
	Named       Kind = "named-value" // password=…, token: "…"
)

// IsToken reports whether k is the form of a token.
func (k Kind) IsToken() bool {
	return k != "" && k.rank() == tokenRank
}

const tokenRank = 2

// rank orders kinds that were found in one place: the lower one says more.
func (k Kind) rank() int {
	switch k {
	case PrivateKey:
		return 0
	case Known:
		return 1
	case Address:
		return 3
	case Header:
		return 4
	case CommandLine:
		return 5
	case Named:
		return 6
	}
	return tokenRank
}

// A Finding is a credential that a text certainly shows, and where. It never holds any
// of the value.
type Finding struct {
	Kind Kind
	Line int // of the text, from 1; of a private key the first line after BEGIN
}

// maxFindings is how many findings of a text are kept.
const maxFindings = 16

// hit is a span to hide. Its kind is empty unless it is certainly a credential.
type hit struct {
	span
	kind Kind
}

// of is find, whose values are of a kind. An inner finder may take it back.
func of(kind Kind, find finder) finder {
	return func(t *window, at, end int) (span, bool) {
		t.kind = kind
		return find(t, at, end)
	}
}

// isID holds for formats that name an account and open nothing alone.
func isID(format string) bool { return strings.HasSuffix(format, "-id") }

// kindOf is the kind of a token's form; empty if its prefix is so short that other text
// may have it, or if it is no secret by itself.
func (f *format) kindOf() Kind {
	const telling, long = 4, 40
	if isID(f.kind) || len(f.prefix) < telling && f.least < long {
		return ""
	}
	return Kind(f.kind)
}

// samples are parts of passwords that stand in documentation, tests and throw-away
// databases.
var samples = []string{
	"password", "passw0rd", "secret", "token", "example", "sample", "test", "demo", "fake", "mock", "foo", "bar", "changeit", "letmein", "qwerty",
	"admin", "root", "1234", "abcd", "default", "postgres", "mysql", "guest", "xxxx", "0000",
}

// certain reports whether a value that is hidden as one of a kind is a credential that
// somebody should rotate, not one that stands for it in a test or an example. What it
// refuses is hidden all the same.
func certain(kind Kind, value []byte) bool {
	value = value[:min(len(value), maxQuoted)]
	switch kind {
	case "":
		return false
	case Known:
		return true
	case PrivateKey:
		return len(value) >= minKeyField && distinct(value) >= 16
	}
	const variety = 6 // of bytes
	if isPlaceholder(value) || distinct(value) < variety || len(value) < minToken {
		return false
	}
	if kind.IsToken() {
		return distinct(value) >= minToken
	}
	c := count(value)
	return c.digits > 0 && c.letters > 0 && c.blanks == 0 && !slices.ContainsFunc(samples, func(s string) bool { return hasFold(value, s) })
}

// note records the finding of a hit, once for hits that overlap.
func (s *stream) note(h hit) {
	if h.kind == "" || len(s.findings) >= maxFindings {
		return
	}
	if last := len(s.findings) - 1; last >= 0 && h.start < s.noted {
		if h.kind.rank() < s.findings[last].Kind.rank() {
			s.findings[last].Kind = h.kind
		}
		s.noted = max(s.noted, h.end)
		return
	}
	s.countLines(h.start)
	s.findings = append(s.findings, Finding{h.kind, s.line + 1})
	s.noted = h.end
}

// countLines counts the lines that end before text[to:].
func (s *stream) countLines(to int) {
	if to > s.counted {
		s.line += bytes.Count(s.text[s.counted:to], []byte{'\n'})
		s.counted = to
	}
}

// merged are the findings of several passes over a text, by line.
func merged(all []Finding, more ...Finding) []Finding {
	if len(more) == 0 {
		return all
	}
	all = append(all, more...)
	slices.SortStableFunc(all, func(a, b Finding) int { return a.Line - b.Line })
	return all[:min(len(all), maxFindings)]
}
