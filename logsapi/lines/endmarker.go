package lines

import "bytes"

// Outcome is how a build ended in the words of Jenkins, on which the service
// runs.
type Outcome string

const (
	Success  Outcome = "SUCCESS"
	Failure  Outcome = "FAILURE"
	Unstable Outcome = "UNSTABLE"
	Aborted  Outcome = "ABORTED"
	NotBuilt Outcome = "NOT_BUILT"
)

// EndMarker returns the outcome that a line names as the last one of a log:
// a stamp, no level, "Finished: FAILURE". For every other line it returns "".
// Where records are glued together, the last one counts.
//
// The marker is a hint. A tool that prints the console of another build writes
// the same line, and the log of a step ends without one. Whether a build has
// ended, its record says.
func EndMarker(line []byte) Outcome {
	line = bytes.TrimRight(line, "\r\n ")
	for {
		_, rest := Cut(line)
		if len(rest) == 0 {
			break
		}
		line = rest
	}
	e := Parse(line)
	word, ok := bytes.CutPrefix(e.Text, finished)
	if !ok || len(e.Stamp) == 0 || e.Platform() {
		return ""
	}
	switch o := Outcome(word); o {
	case Success, Failure, Unstable, Aborted, NotBuilt:
		return o
	}
	return ""
}

var finished = []byte("Finished: ")
