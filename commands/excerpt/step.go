package excerpt

import "slices"

// Bounds of what is kept of the steps.
const (
	keptLines = 160 // lines of one step
	keptSteps = 10  // steps before the one being read
	keptAlike = 512 // kinds of lines that are counted in one step
)

// entry is one line of the log and what it is worth.
type entry struct {
	number   int
	text     []byte
	rule     *rule  // what it matched, if anything
	source   *rule  // what its value is from
	value    int    // in thousandths: its own and what flows to it from its neighbours
	mask     uint64 // hash without numbers; 0 where the line does not say why
	rank     int    // how many lines with text stand behind it in its step; set when the step ends
	blank    bool
	first    bool // opens a step
	platform bool // CodeArts speaks, not a tool
	noise    bool
	echo     bool // a command, not what it printed
	closing  bool // says that its step failed
	early    bool // among the first matches of the source of its value
	known    bool // the green log has it too
	frames   int  // lines of a trace that end right before it
}

// stepState is how a step ended.
type stepState uint8

const (
	stepOpen stepState = iota // it does not say
	stepPassed
	stepFailed
)

// step is one part of the log, from where a command begins to where it ends,
// and its most valued lines.
type step struct {
	place    string // the CodeArts step
	group    int    // steps with the same group ended together
	number   int    // of the step in the log
	state    stepState
	lines    int            // lines read
	told     int            // of them by CodeArts
	output   int            // of them by tools
	evidence int            // in thousandths
	fresh    int            // lines that no rule matched and the green log lacks
	last     int            // number of its last line
	hits     []uint32       // rule -> lines that matched it
	kept     []entry        // the most valued, unordered
	least    int            // in kept, when that is full: the one that goes next
	tail     []entry        // the last ones, from the end
	alike    map[uint64]int // hash without numbers -> lines that say why and have it
}

// keep takes an entry in, in place of the one with the lowest value when full.
// The text is copied.
func (s *step) keep(e *entry) {
	if len(s.kept) < cap(s.kept) {
		s.kept = s.kept[:len(s.kept)+1]
		s.kept[len(s.kept)-1].become(e)
		return
	}
	if e.value <= s.kept[s.least].value {
		return // of equals the first stays
	}
	s.kept[s.least].become(e)
	for i := range s.kept {
		if s.kept[i].value <= s.kept[s.least].value {
			s.least = i
		}
	}
}

// end takes in one of the last entries of the step, the last one first.
func (s *step) end(e *entry) {
	s.tail = s.tail[:len(s.tail)+1]
	s.tail[len(s.tail)-1].become(e)
}

func (e *entry) become(from *entry) {
	text := append(e.text[:0], from.text...)
	*e = *from
	e.text = text
}

// history holds the steps that were read, the most telling ones.
type history struct {
	steps  []*step
	opened int
	spare  *step
}

// open is a fresh step.
func (h *history) open(place string, group, rules int) *step {
	s := h.spare
	h.spare = nil
	h.opened++
	if s == nil {
		s = &step{kept: make([]entry, 0, keptLines), tail: make([]entry, 0, recentLen), hits: make([]uint32, rules), alike: map[uint64]int{}}
	}
	clear(s.hits)
	clear(s.alike)
	*s = step{number: h.opened, alike: s.alike, place: place, group: group, kept: s.kept[:0], tail: s.tail[:0], hits: s.hits}
	return s
}

// close files a step that ended. A full history gives up its least telling one.
func (h *history) close(s *step) {
	h.steps = append(h.steps, s)
	if len(h.steps) <= keptSteps {
		return
	}
	least := 0
	for i, other := range h.steps[:len(h.steps)-1] {
		if other.telling() < h.steps[least].telling() {
			least = i
		}
	}
	h.spare = h.steps[least]
	h.steps = slices.Delete(h.steps, least, least+1)
}

// telling orders steps by how likely they explain the failure.
func (s *step) telling() int {
	switch s.state {
	case stepFailed:
		return 100*unit + s.evidence
	case stepPassed:
		return s.evidence / 4
	}
	return s.evidence
}

// count counts a line that says why among those of its kind.
func (s *step) count(mask uint64) {
	if _, counted := s.alike[mask]; counted || len(s.alike) < keptAlike {
		s.alike[mask]++
	}
}

// entries yields the lines that were kept.
func (s *step) entries(yield func(*entry) bool) {
	for _, some := range [][]entry{s.kept, s.tail} {
		for i := range some {
			if !yield(&some[i]) {
				return
			}
		}
	}
}
