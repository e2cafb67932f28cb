package dialect

import (
	"slices"
	"strings"

	"logbot/logsapi/lines"
)

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
	// strongLead is the lead of some 40 lines in order. Where the log of one
	// parallel step ends and that of the next begins, at most 36 votes are wrong.
	strongLead = 256
	// maxBalance bounds what pages have shown, so that a service that changes its
	// order is believed after some pages.
	maxBalance = 16 * strongLead
	// maxDistance is over how many lines stamps are compared.
	maxDistance = 8
)

// orderOf tells the order of a page's lines, whether it is proven or only likely,
// and by how many votes.
//
// The stamps vote, each against the next eight: the output of parallel processes
// alternates line by line, which neighbours cannot see through; and the logs of
// parallel steps stand one after the other, which lines far apart cannot. Where
// stamps show nothing, the end marker at the top or the bottom makes an order
// likely. It proves none: a tool may print it anywhere.
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
		if lines.HasStamp(line) {
			stamps = append(stamps, line[:lines.StampLen])
		}
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
	switch top, bottom := endsLog(first), endsLog(last); {
	case top && !bottom:
		return newestFirst, false, 0
	case bottom && !top:
		return oldestFirst, false, 0
	}
	return unknownOrder, false, 0
}

func endsLog(line string) bool { return lines.EndMarker([]byte(line)) != "" }

// proof is what a host's pages have shown of their order so far. It is not safe for
// concurrent use.
type proof struct {
	balance int // votes for oldestFirst, less those for newestFirst
}

// settle is the order of a page's lines: what its own stamps prove, unless
// earlier pages showed more. A page of few lines can lie, so it is overruled; a
// page with a strong lead never is, so no page can turn the others around.
func (p *proof) settle(text string) lineOrder {
	order, proven, lead := orderOf(text)
	lead = min(lead, strongLead)
	known, weight := oldestFirst, p.balance
	if p.balance < 0 {
		known, weight = newestFirst, -p.balance
	}
	if proven {
		if order == newestFirst {
			p.balance = max(-maxBalance, p.balance-lead)
		} else {
			p.balance = min(p.balance+lead, maxBalance)
		}
	}
	if weight > 0 && (!proven || lead < min(weight, strongLead)) {
		return known
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
