package read

import (
	"bytes"
	"strings"

	"logbot/logsapi/lines"
)

// plainLine is a line of a log as people read it: without stamps, a platform
// entry led by its step, records that were glued together set apart by a blank.
func plainLine(line []byte) string {
	first, rest := lines.Cut(bytes.TrimRight(line, "\n"))
	plain := plainEntry(first)
	for len(rest) > 0 {
		first, rest = lines.Cut(rest)
		plain += " " + plainEntry(first)
	}
	return plain
}

func plainEntry(record []byte) string {
	e := lines.Parse(record)
	text := string(lines.Plain(nil, e.Text))
	if len(e.Step) > 0 {
		return "[" + StepName(string(e.Step)) + "] " + text
	}
	return text
}

// StepName is the part of a step's name that people chose: "Maven test" of
// "Maven test:maven".
func StepName(step string) string {
	name, _, _ := strings.Cut(step, ":")
	return name
}
