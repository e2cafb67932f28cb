package redact

import (
	"bytes"
	"slices"
	"strings"
)

// A line of a key has 64 base64 digits (76 in PGP, 70 in OpenSSH), only the last
// one fewer. Where the END line is not in view, a line needs minKeyLine to be told
// from a word, and minKeyField where something follows it on its line.
const (
	minKeyLine  = 16
	minKeyField = 40
)

// keyWords stand in the BEGIN and the END line of a key.
const keyWords = "PRIVATE " + "KEY"

// privateKey finds the body of the key block whose BEGIN or END line has the words
// PRIVATE KEY at text[at:end]: what follows BEGIN or what precedes END.
func privateKey(t *window, at, end int) (span, bool) {
	before := t.keyWords // no key before END goes back beyond them
	t.keyWords = end
	const mostWords = 32 // " BEGIN SSH2 ENCRYPTED "
	first := at
	for first > 0 && at-first < mostWords && (isUpperOrDigit(t.text[first-1]) || t.text[first-1] == ' ') {
		first--
	}
	words := bytes.TrimLeft(t.text[first:at], " ")
	dashes := first
	for dashes > 0 && first-dashes < 5 && t.text[dashes-1] == '-' {
		dashes--
	}
	cut := first == 0 // the text begins inside the line
	if bytes.HasPrefix(words, []byte("END ")) && (dashes < first || cut) {
		return keyBefore(t, dashes, before)
	}
	after := t.text[end:min(end+16, len(t.text))]
	rest := bytes.TrimLeft(bytes.TrimPrefix(after, []byte(" BLOCK")), " ")
	body := bytes.TrimLeft(rest, "-")
	if len(rest)-len(body) < 4 || !cut && !(bytes.HasPrefix(words, []byte("BEGIN ")) && dashes < first) {
		return span{}, false
	}
	return keyAfter(t, dashes, end+len(after)-len(body))
}

// keyAfter finds the key from text[i:] on; its BEGIN line has its dashes at dashes.
func keyAfter(t *window, dashes, i int) (span, bool) {
	text := t.text[:min(dashes+t.reach, len(t.text))]
	found, next := keyBody(text, i, linePrefix(t, dashes), false)
	t.unfinished = next == len(t.text)
	return found, found.end > 0
}

// keyBefore finds the key that ends before the END line with its dashes at dashes
// and does not reach back to floor.
func keyBefore(t *window, dashes, floor int) (span, bool) {
	prefix := linePrefix(t, dashes)
	if _, next := keyBody(prefix, prefixEnd(prefix, nil), nil, true); next == len(prefix) {
		prefix = nil // the END line holds some of the key, or nothing particular
	}
	lower := max(dashes-t.reach, floor)
	var found span
	for end := dashes; end > lower; {
		start := lower + bytes.LastIndexByte(t.text[lower:end], '\n') + 1
		if start == lower && lower > 0 {
			break // the line may begin further back
		}
		line := t.text[start:end]
		body := prefixEnd(line, prefix)
		last := found.end == 0
		cut := start == 0 && body == 0 // the text begins inside the line
		part, next := keyBody(line, body, nil, last || cut)
		if next < len(line) {
			break
		}
		if part.end > 0 {
			found.start = start + part.start
			found.end = max(found.end, start+part.end)
		}
		end = start - 1
	}
	return found, found.end > 0
}

// linePrefix returns what stands before text[i] on its line, nil if that is much.
func linePrefix(t *window, i int) []byte {
	before := t.text[max(i-maxPrefix/2, 0):i]
	if start := bytes.LastIndexByte(before, '\n') + 1; start > 0 || len(before) == i {
		return before[start:]
	}
	return nil
}

// keyBody reads base64 and whatever may stand between its lines, from text[i:] on.
// It returns the base64, an empty span if there is none, and where it stopped.
// Short tells that the text may end in a short line though no longer one precedes.
func keyBody(text []byte, i int, prefix []byte, short bool) (found span, next int) {
	for {
		i = gapEnd(text, i, prefix)
		end := i
		for end < len(text) && isBase64(text[end]) {
			end++
		}
		switch {
		case end > i && (isKeyLine(text[i:end], text[end:]) || endsKey(text, end, prefix, short || found.end > 0)):
			if found.end == 0 {
				found.start = i
			}
			found.end = end
			i = end
		case found.end == 0 && isKeyHeader(text[i:]):
			i = headerEnd(text, i)
		default:
			return found, i
		}
	}
}

// isKeyLine reports whether base64 with this after it is a line of a key.
func isKeyLine(base64, after []byte) bool {
	switch {
	case len(after) == 0:
		return len(base64) >= minKeyLine
	case after[0] == ' ':
		return len(base64) >= minKeyField
	default:
		return len(base64) >= minKeyLine && strings.IndexByte("-\r\n\t\"'\\,;<", after[0]) >= 0
	}
}

// endsKey reports whether base64 that ends at i is the last line of a key, which
// may be short: the END line follows or, if that is enough, the text ends.
func endsKey(text []byte, i int, prefix []byte, textEnds bool) bool {
	i = gapEnd(text, i, prefix)
	return i == len(text) && textEnds || bytes.HasPrefix(text[i:], []byte("----"))
}

// isKeyHeader holds for the headers of PEM (RFC 1421) and PGP (RFC 9580) blocks.
func isKeyHeader(text []byte) bool {
	return slices.ContainsFunc([]string{"Proc-Type: ", "DEK-Info: ", "Version: ", "Comment: ", "Hash: ", "Charset: "}, func(name string) bool {
		return bytes.HasPrefix(text, []byte(name))
	})
}

// headerEnd returns the end of the header at i: of its line, or of the string it
// stands in.
func headerEnd(text []byte, i int) int {
	if n := bytes.IndexAny(text[i:], "\n\\\""); n >= 0 {
		return i + n
	}
	return len(text)
}

// gapEnd skips what stands between two lines of a key: line ends and what a log
// writes before a line, blanks, and the quotes and escapes of strings.
func gapEnd(text []byte, i int, prefix []byte) int {
	for i < len(text) {
		switch c := text[i]; {
		case c == '\n':
			i++
			i += prefixEnd(text[i:], prefix)
		case strings.IndexByte(" \t\r\"',;", c) >= 0:
			i++
		case c == '\\':
			i++
			if i < len(text) && (text[i] == 'n' || text[i] == 'r') {
				i++
			}
		case c == '+' && i+1 < len(text) && strings.IndexByte(" \r\n", text[i+1]) >= 0: // "…" + "…"
			i++
		default:
			return i
		}
	}
	return i
}

// prefixEnd returns the length of what a log wrote before the text of a line: the
// given prefix, or fields that are bracketed or have no letters but T and Z, such
// as "[2026/09/10 17:26:22.772 GMT+08:00] [INFO] [stage:name] : ".
func prefixEnd(line, prefix []byte) int {
	if len(prefix) > 0 && bytes.HasPrefix(line, prefix) {
		return len(prefix)
	}
	line = line[:min(len(line), maxPrefix)]
	end := 0
	for {
		end += len(line[end:]) - len(bytes.TrimLeft(line[end:], " \t"))
		field := line[end:]
		if len(field) > 0 && field[0] == '[' {
			field = field[1:]
			close := bytes.IndexAny(field, "]\n")
			if close < 0 || field[close] != ']' {
				return end
			}
			end += close + 2
			continue
		}
		blank := bytes.IndexAny(field, " \t\n")
		if blank <= 0 || field[blank] == '\n' || len(bytes.Trim(field[:blank], "0123456789-+:./,|>#*TZ")) > 0 {
			return end
		}
		end += blank
	}
}
