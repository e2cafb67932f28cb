package read

import (
	"bytes"
	"slices"

	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// Exposed is a credential that a log shows, and where. It never holds any of the value.
type Exposed struct {
	Kind   redact.Kind
	Step   string // name of the step whose entry it stands in or behind; empty if unknown
	Line   int    // from 1; negative from the end of the log; 0 if unknown
	OfStep bool   // Line counts in the log of the step, not of the build
}

// maxExposed is how many credentials a meter remembers.
const maxExposed = 16

// Expose notes what a log shows, each place once, up to [maxExposed].
func (m *Meter) Expose(all ...Exposed) {
	for _, e := range all {
		if len(m.Exposed) < maxExposed && !slices.Contains(m.Exposed, e) {
			m.Exposed = append(m.Exposed, e)
		}
	}
}

// exposed are the findings in a masked text of log, whose first line has a number.
func exposed(masked []byte, found []redact.Finding, first int, log logsapi.Log) []Exposed {
	if len(found) == 0 {
		return nil
	}
	var all []Exposed
	text := slices.Collect(bytes.Lines(masked))
	for _, f := range found {
		e := Exposed{Kind: f.Kind, Line: first + f.Line - 1, OfStep: IsStep(log)}
		for i := min(f.Line, len(text)) - 1; i >= 0 && e.Step == ""; i-- {
			e.Step = StepName(string(lines.Parse(bytes.TrimRight(text[i], "\r\n")).Step))
		}
		all = append(all, e)
	}
	return all
}

// fromStart numbers from the start what was numbered from the end of a log of so many
// lines, if that is known to be all of it.
func fromStart(all []Exposed, whole bool, total int) []Exposed {
	for i := range all {
		if whole && all[i].Line < 0 {
			all[i].Line += total + 1
		}
	}
	return all
}

// countLines is how many lines text has, with one that does not end.
func countLines(text []byte) int {
	n := bytes.Count(text, []byte{'\n'})
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}

// Found are the findings in a file of a log, or in one of a step's log.
func Found(findings []redact.Finding, ofStep bool) []Exposed {
	var all []Exposed
	for _, f := range findings {
		all = append(all, Exposed{Kind: f.Kind, Line: f.Line, OfStep: ofStep})
	}
	return all
}
