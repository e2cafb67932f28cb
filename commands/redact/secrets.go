package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// forms returns every spelling under which the values are masked.
func forms(values []string) []string {
	var all []string
	for _, value := range values {
		value = strings.TrimSpace(value)
		if len(value) < MinSecret || strings.Contains(value, Mask) {
			continue
		}
		for line := range strings.Lines(value) {
			all = append(all, strings.TrimSpace(line))
		}
		all = append(all, url.QueryEscape(value), url.PathEscape(value), url.QueryEscape(url.QueryEscape(value)))
		all = append(all, percentEncoded(value, "%%%02X"), percentEncoded(value, "%%%02x"))
		for _, format := range []string{"%%%02X", "%%%02x", `\x%02X`, `\x%02x`} {
			all = append(all, escaped([]byte(value), format))
		}
		for _, format := range []string{`\u%04X`, `\u%04x`} {
			all = append(all, escaped(utf16.Encode([]rune(value)), format))
		}
		all = append(all, quoted(value)...)
		for _, q := range quoted(value) {
			all = append(all, quoted(q)...) // JSON in JSON
		}
		all = append(all, shellQuoted(value)...)
		all = append(all, html.EscapeString(value), strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(value))
		all = append(all, hex.EncodeToString([]byte(value)), strings.ToUpper(hex.EncodeToString([]byte(value))))
		all = append(all, inBase64(value)...)
	}
	all = slices.DeleteFunc(all, func(form string) bool {
		// A form that is not UTF-8 could begin inside a character of the text.
		return len(form) < MinSecret || !utf8.ValidString(form)
	})
	for i := 0; i < len(all); i++ {
		if len(all[i]) > maxForm { // the pieces overlap, to be one value
			all = append(all, all[i][maxForm-minPart:])
			all[i] = all[i][:maxForm]
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// maxForm is the most bytes of a form that are compared at once. Of a longer one the
// pieces are found, and their halves.
const maxForm = 512

// percentEncoded escapes every byte but the unreserved ones of RFC 3986, as
// request signatures do; format makes the two hex digits upper or lower case.
func percentEncoded(value, format string) string {
	var b strings.Builder
	for i := range len(value) {
		if c := value[i]; isAlnum(c) || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, format, c)
		}
	}
	return b.String()
}

// escaped returns all bytes of a value, or all its UTF-16 code units, as escapes.
func escaped[T byte | uint16](units []T, format string) string {
	var b strings.Builder
	for _, unit := range units {
		fmt.Fprintf(&b, format, unit)
	}
	return b.String()
}

// quoted returns the value as it stands between the quotes of a JSON or Go string.
func quoted(value string) []string {
	escaped, _ := json.Marshal(value) // strings have no errors
	html := string(escaped[1 : len(escaped)-1])
	plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(html)
	slashed := strings.ReplaceAll(plain, "/", `\/`)
	golang := strconv.Quote(value)
	return []string{html, plain, slashed, golang[1 : len(golang)-1]}
}

// shellQuoted returns the value as shells print it: inside '…' and "…", and with
// backslashes as printf %q does.
func shellQuoted(value string) []string {
	var backslashes strings.Builder
	for _, r := range value {
		if r < utf8.RuneSelf && !isAlnum(byte(r)) && !strings.ContainsRune("_-./:,@%+=\n", r) {
			backslashes.WriteByte('\\')
		}
		backslashes.WriteRune(r)
	}
	return []string{
		strings.ReplaceAll(value, "'", `'\''`),
		strings.ReplaceAll(value, "'", `'"'"'`),
		strings.ReplaceAll(value, "'", `''`), // PowerShell, YAML
		strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(value),
		backslashes.String(),
	}
}

// inBase64 returns what the base64 of any text that ends in the value has in common:
// the value may begin at each of the three offsets. If the text goes on, the last
// digit is another one, and what is before it is a part.
func inBase64(value string) []string {
	var all []string
	for offset, skip := range []int{0, 2, 3} {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", offset) + value))
			if len(encoded) > skip {
				all = append(all, encoded[skip:])
			}
		}
	}
	return all
}

// minPart is how many bytes of a form are looked up. A part that is up to twice as
// long and consists of words is not masked without the rest.
const minPart = 8

// partsOf returns shapes that find the form and any half of it. Each literal is a piece
// of the form; every half holds one of them whole.
func partsOf(form string) []shape {
	half := max((len(form)+1)/2, MinSecret)
	size := min(half, minPart)
	var all []shape
	for at := 0; at+size <= len(form); at += half - size + 1 {
		all = append(all, shape{literal: form[at : at+size], find: func(t *window, found, _ int) (span, bool) {
			return ownPart(t, form, at, found, half)
		}})
	}
	return all
}

// ownPart finds the part of the form around text[found:], where a piece of it begins
// that is at form[at:]. The part goes on over the ends of wrapped lines.
func ownPart(t *window, form string, at, found, half int) (span, bool) {
	start, k := found, at
	for k > 0 {
		if start > 0 && t.text[start-1] == form[k-1] {
			start--
			k--
			continue
		}
		if back := wrappedBefore(t, start); back > 0 && t.text[back-1] == form[k-1] && at-k < len(form) {
			start = back
			continue
		}
		break
	}
	end, j := found, at
	for j < len(form) {
		if end < len(t.text) && t.text[end] == form[j] {
			end++
			j++
			continue
		}
		if next := wrappedAfter(t, end); next > end && next < len(t.text) && t.text[next] == form[j] {
			end = next
			continue
		}
		break
	}
	for start < end && !utf8.RuneStart(t.text[start]) {
		start++
	}
	for end > start && end < len(t.text) && !utf8.RuneStart(t.text[end]) {
		end--
	}
	part := j - k
	if part < len(form) && (part < half || part < 2*minPart && isWords(t.text[start:end])) {
		return span{}, false
	}
	t.known, t.kind = true, Known
	t.hide(start, end)
	t.known = false
	return span{}, false
}

// wrappedAfter returns where the text goes on after a line end at i, else i.
func wrappedAfter(t *window, i int) int {
	n := i
	if n < len(t.text) && (t.text[n] == '\\' || t.text[n] == '=') {
		n++
	}
	if n < len(t.text) && t.text[n] == '\r' {
		n++
	}
	if n == len(t.text) || t.text[n] != '\n' {
		return i
	}
	return t.nextLine(n)
}

// wrappedBefore returns the end of the line before, if the text of a line starts at
// i, else 0.
func wrappedBefore(t *window, i int) int {
	from := max(0, i-maxPrefix)
	nl := bytes.LastIndexByte(t.text[from:i], '\n')
	if nl < 0 || t.nextLine(from+nl) != i {
		return 0
	}
	end := from + nl
	if end > 0 && t.text[end-1] == '\r' {
		end--
	}
	return end
}
