package kind

import (
	"bytes"
	"slices"
	"time"

	"logbot/logsapi/lazyregexp"
	"logbot/logsapi/lines"
)

// maxHangLines is how many lines before the end of a log are looked at for what ran last.
const maxHangLines = 1000

// Hang is what the log of a build that was stopped tells of what it waited for. Its lines
// are given from the last one towards the first, see [Hang.Back]. The zero Hang is ready
// for use, by one goroutine.
//
// What runs after the stop, to clear up, is not taken for what hung: if no line says that
// the build was stopped, nothing is known unless the log ends in what the command wrote.
type Hang struct {
	seen    int
	told    bool      // a line says that the build was stopped; the rest is of what is before it
	stopped time.Time // by its stamp
	last    time.Time // stamp of the last line before
	after   bool      // the service spoke after the command: it had ended
	command string
	wrote   bool   // a line before the stop was taken
	output  string // the last line of what ran then
}

// Back takes the line before those it has taken, with stamp and step, as the log has it.
// It reports whether more lines are wanted.
func (h *Hang) Back(line []byte) (more bool) {
	var records [][]byte
	for rest := bytes.TrimRight(line, "\r\n"); len(rest) > 0; {
		line, rest = lines.Cut(rest)
		records = append(records, line)
	}
	for _, r := range slices.Backward(records) {
		h.record(r)
	}
	h.seen++
	return h.seen < maxHangLines && !(h.told && (h.after || h.command != ""))
}

func (h *Hang) record(record []byte) {
	e := lines.Parse(record)
	text := string(lines.Plain(nil, e.Text))
	at := stampOf(e.Stamp)
	k := embedded().of(text, true)
	switch {
	case lines.EndMarker(record) != "":
	case k == Timeout, k == Aborted:
		*h = Hang{seen: h.seen, told: true, stopped: at}
	default:
		if h.last.IsZero() {
			h.last = at
		}
		if e.Platform() {
			h.after = h.after || h.command == ""
			break
		}
		command := commandIn(text)
		if !h.wrote && !h.after && text != "" {
			h.wrote = true
			if command == "" {
				h.output = text
			}
		}
		if h.command == "" && !h.after {
			h.command = command
		}
	}
}

// Command is the command that ran when the build was stopped; empty if it is not known.
func (h *Hang) Command() string { return h.command }

// Output is the last line that the command wrote; empty if it wrote none, or if the command
// is not known.
func (h *Hang) Output() string {
	if h.command == "" {
		return ""
	}
	return h.output
}

// Silent is for how long the log said nothing before the build was stopped; 0 if it is
// not known. ended is when what the log is of ended, for a log that does not say it
// itself; zero if that is not known.
func (h *Hang) Silent(ended time.Time) time.Duration {
	if h.told {
		ended = h.stopped
	} else if h.after {
		return 0
	}
	if ended.IsZero() || h.last.IsZero() {
		return 0
	}
	return max(0, ended.Sub(h.last))
}

// stampOf is the time of a stamp; zero for none.
func stampOf(stamp []byte) time.Time {
	at, err := time.Parse("[2006/01/02 15:04:05.000 GMT-07:00]", string(stamp))
	if err != nil {
		return time.Time{}
	}
	return at
}

// commandLine is a command as shells, runners and plugins write it before they run it.
var commandLine = lazyregexp.New(`^(?:\$ |\++ | > |##\[group\]Run |\[command\])(\S.*)$`)

// jenkinsTimeout is what the git plugin adds.
var jenkinsTimeout = lazyregexp.New(` # timeout=\d+$`)

// commandIn is the command that a line shows; empty if it shows none.
func commandIn(line string) string {
	m := commandLine.FindStringSubmatch(line)
	if m == nil {
		return ""
	}
	return jenkinsTimeout.ReplaceAllString(m[1], "")
}
