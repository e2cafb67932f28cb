package redact

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
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
		all = append(all, url.QueryEscape(value), url.PathEscape(value))
		all = append(all, percentEncoded(value, "%%%02X"), percentEncoded(value, "%%%02x"))
		all = append(all, quoted(value)...)
		// Without padding: the padded form begins with it.
		all = append(all, base64.RawStdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)))
	}
	all = slices.DeleteFunc(all, func(form string) bool {
		// A form that is not UTF-8 could begin inside a character of the text.
		return len(form) < MinSecret || !utf8.ValidString(form)
	})
	slices.Sort(all)
	return slices.Compact(all)
}

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

// quoted returns the value as it stands between the quotes of a JSON or Go string.
func quoted(value string) []string {
	escaped, _ := json.Marshal(value) // strings have no errors
	html := string(escaped[1 : len(escaped)-1])
	plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(html)
	slashed := strings.ReplaceAll(plain, "/", `\/`)
	golang := strconv.Quote(value)
	return []string{html, plain, slashed, golang[1 : len(golang)-1]}
}
