package logsapi

import (
	"slices"
	"strings"
	"sync"

	"logbot/logsapi/lines"
)

// stampLen is the length of "[2026/09/10 17:26:22.772 GMT+08:00]".
const stampLen = 35

// lineOrder is the order of the lines inside a page that was asked for
// descending. The documentation does not say which it is.
type lineOrder int32

const (
	unknownOrder lineOrder = iota
	oldestFirst
	newestFirst
)

const (
	// clearVotes is how far one side must lead for a page's stamps to be proof:
	// stamps are locally out of order, so a page of two or three lines can lie.
	clearVotes = 4
	// endLead is the lead of a page that shows the end of the log.
	endLead = 1 << 20
	// maxDistance is over how many lines stamps are compared.
	maxDistance = 8
)

// orderOf tells the order of a page's lines, whether it is proven or only likely,
// and by how many votes.
//
// A line "Finished: …" ends every log, so at the top it proves that the newest
// line comes first. Else the stamps vote, each against the next eight: the output
// of parallel processes alternates line by line, which neighbours cannot see
// through; and the logs of parallel steps stand one after the other, which lines
// far apart cannot.
func orderOf(text string) (order lineOrder, proven bool, lead int) {
	var stamps []string
	var first, last string
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" {
			continue
		}
		if first == "" {
			first = line
		}
		last = line
		if len(line) >= stampLen && lines.HasStamp([]byte(line[:stampLen])) {
			stamps = append(stamps, line[:stampLen])
		}
	}
	switch {
	case finished(first) && !finished(last):
		return newestFirst, true, endLead
	case finished(last) && !finished(first):
		return oldestFirst, true, endLead
	}
	up, down := votes(stamps)
	lead = max(up, down) - min(up, down)
	proven = lead >= max(clearVotes, (up+down)/4)
	switch {
	case up > down:
		return oldestFirst, proven, lead
	case down > up:
		return newestFirst, proven, lead
	}
	return unknownOrder, false, 0
}

// proof is the clearest that a service's pages have shown of their order.
type proof struct {
	mu    sync.Mutex
	order lineOrder
	lead  int
}

// settle is the order of a page's lines: what the page itself shows, unless an
// earlier one showed more. A page of few lines can lie.
func (p *proof) settle(text string) lineOrder {
	order, proven, lead := orderOf(text)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.order != unknownOrder && (!proven || lead < p.lead) {
		return p.order
	}
	if proven {
		p.order, p.lead = order, lead
	}
	return order
}

// votes counts how often a stamp is later, and how often earlier, than one of
// those shortly before it.
func votes(stamps []string) (up, down int) {
	for i, stamp := range stamps {
		for _, before := range stamps[max(0, i-maxDistance):i] {
			switch strings.Compare(stamp, before) {
			case 1:
				up++
			case -1:
				down++
			}
		}
	}
	return up, down
}

// finished reports whether line is the one that ends a log. The words are those
// of Jenkins, on which the service runs; tools that print "Finished: 3 files"
// are not taken for it.
func finished(line string) bool {
	outcome, ok := strings.CutPrefix(string(lines.Parse([]byte(line)).Text), "Finished: ")
	switch strings.TrimSpace(outcome) {
	case "SUCCESS", "FAILURE", "UNSTABLE", "ABORTED", "NOT_BUILT":
		return ok
	}
	return false
}

// reversed turns the lines of a page around. A text that ends with a line feed
// still does; one that begins with a line feed instead was turned around at its
// line feeds, the empty rest behind the last one included.
func reversed(text string) string {
	body, ended := strings.CutSuffix(text, "\n")
	split := strings.Split(body, "\n")
	slices.Reverse(split)
	text = strings.Join(split, "\n")
	if ended {
		text += "\n"
	}
	return text
}
