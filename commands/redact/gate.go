package redact

import (
	"slices"
	"sync"
	"sync/atomic"
)

// Gate masks secrets. What it masks never changes. It is safe for concurrent use.
type Gate struct {
	masked      atomic.Int64
	own         []shape         // of the values that it was given
	anchors     func() *anchors // made when they are first needed
	expressions []expression
	exceptions  exceptions
	reach       int // Reach, less in tests
	fresh       int // how much text a stream takes in at a time, in bytes
}

// New returns a gate that knows the given values besides the shapes every gate
// knows. Blanks around a value are not part of it; values under MinSecret bytes
// are ignored.
func New(secrets ...string) *Gate { return newGate(Reach, fresh, secrets) }

func newGate(reach, fresh int, secrets []string) *Gate {
	g := &Gate{reach: reach, fresh: fresh}
	g.anchors = sync.OnceValue(func() *anchors {
		return newAnchors(slices.Concat(headers(), tokens(), names(), commandLines(), g.own))
	})
	g.know(secrets)
	return g
}

// know adds values and all their spellings, before the gate is used.
func (g *Gate) know(values []string) {
	for _, form := range forms(values) {
		g.own = append(g.own, partsOf(form)...)
	}
}

// Masked is how many values the gate and its readers and writers have masked.
func (g *Gate) Masked() int64 { return g.masked.Load() }

// String returns s with its secrets masked and how many values were. A key block
// counts as one.
func (g *Gate) String(s string) (masked string, hidden int) {
	text, hidden := g.Page([]byte(s))
	if hidden == 0 {
		return s, 0
	}
	return string(text), hidden
}

// Text is String without the count.
func (g *Gate) Text(s string) string {
	masked, _ := g.String(s)
	return masked
}

// Page masks one page of a log, which may start or end inside a key block, and
// returns how many values it hid. It never writes to text; it returns text itself
// where nothing was hidden.
func (g *Gate) Page(text []byte) ([]byte, int) {
	masked, hidden, _ := g.Inspect(text)
	return masked, hidden
}

// Inspect is Page, and tells which of what it hid is certainly a credential, in the order
// of the lines; of more than [maxFindings] the first.
func (g *Gate) Inspect(text []byte) (masked []byte, hidden int, findings []Finding) {
	for i := range passCount {
		masked, more, found := g.pass(text, i > 0)
		if more == 0 {
			break
		}
		text, hidden, findings = masked, hidden+more, merged(findings, found...)
	}
	return text, hidden, findings
}

// pass masks a whole text once.
func (g *Gate) pass(text []byte, again bool) (masked []byte, hidden int, findings []Finding) {
	s := g.stream(again)
	if seen(text) == len(text) {
		s.text = text
	} else {
		s.text = make([]byte, 0, len(text))
		s.take(text, true)
	}
	if s.find(len(s.text), len(s.text)); len(s.pending) == 0 && s.hidden == 0 {
		return text, 0, nil
	}
	masked = s.end(nil)
	return masked, s.hidden, s.findings
}

// Error returns an error whose message is masked; errors.Is and errors.As see
// through it to err, so what they find must pass the gate again before it is
// shown. An error with nothing to hide is returned as it is.
func (g *Gate) Error(err error) error {
	if err == nil {
		return nil
	}
	message, hidden := g.String(err.Error())
	if hidden == 0 {
		return err
	}
	return &maskedError{message: message, err: err}
}

type maskedError struct {
	message string
	err     error
}

func (e *maskedError) Error() string { return e.message }
func (e *maskedError) Unwrap() error { return e.err }
