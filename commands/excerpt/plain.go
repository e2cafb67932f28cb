package excerpt

import (
	"bytes"
	"strings"

	"logbot/logsapi/lines"
)

// Plain is a whole line of a log, with or without its line feed, in the form that
// an excerpt shows it in: without stamps and step, records that were glued
// together set apart by a blank. It is not cut.
func Plain(line []byte) string {
	var parts []string
	for rest := bytes.TrimRight(line, "\r\n"); ; {
		line, rest = lines.Cut(rest)
		text := unstamp(lines.Plain(nil, lines.Parse(line).Text))
		parts = append(parts, strings.TrimRight(string(text), " \t"))
		if len(rest) == 0 {
			return strings.Join(parts, " ")
		}
	}
}
