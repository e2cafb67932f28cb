package codeartsim

import (
	"cmp"
	"iter"
	"maps"
	"net/url"
	"slices"

	"logbot/logsapi/codeartsim/folder"
	"logbot/logsapi/codeartsim/logtext"
)

// Switch describes one Fault.
type Switch struct {
	Fault   Fault
	Every   int    // hits the first of this many requests by default; 0 if it hits all
	Takes   string // what can follow "="; may be empty
	Default string // the default; empty if a value is required
	Does    string

	hooks // nil if the endpoints ask for the fault by name
}

// hooks are what a Switch does at the stages of an exchange, each nil for nothing.
// They run in the order of Faults, if the fault applies to the endpoint. That of a
// Switch with Every, which must be its only one, runs for the requests that it hits.
type hooks struct {
	// answer answers or refuses in place of the endpoint.
	answer func(c *exchange, s *setting, e endpoint) (answered bool, err error)
	// build changes a build before anything is told of it or read from it. It runs
	// several times for one request, so it must not belong to a Switch with Every.
	build func(c *exchange, s *setting, b *folder.Snapshot)
	// paging changes or refuses the parameters of a page. An error is the sentence
	// of the refusal.
	paging func(s *setting, q url.Values, ascending string) error
	// cut changes what is asked for before a page is cut from t.
	cut func(s *setting, t *logtext.Text, k *pageRequest)
	// page changes a page that was cut from t.
	page func(s *setting, t *logtext.Text, k pageRequest, p *page)
	// reply changes what is about to become JSON: an envelope, or a map.
	reply func(s *setting, body any) any
	// body changes the bytes of a JSON answer.
	body func(s *setting, text []byte) []byte
}

// hooked yields the settings of those faults that have a hook and hit this request, in
// the order of Faults.
func (f faults) hooked(is func(hooks) bool) iter.Seq[*setting] {
	return func(yield func(*setting) bool) {
		for _, name := range slices.SortedFunc(maps.Keys(f), func(a, b Fault) int { return cmp.Compare(f[a][0].place, f[b][0].place) }) {
			for _, s := range f[name] {
				if is(s.hooks) && s.hit() && !yield(s) {
					return
				}
			}
		}
	}
}

// Faults returns every Fault. One that has hooks is a row in a function of its group
// and needs nothing elsewhere.
func Faults() []Switch {
	return slices.Concat(plainFaults(), dialectFaults(), stateFaults(), readFaults(), checkFaults())
}

// What a Switch takes.
const (
	takesCount    = "COUNT"
	takesDuration = "DURATION"
	takesBytes    = "BYTES"
	takesEndpoint = "ENDPOINT"
	takesCode     = "CODE"
	takesWord     = "WORD" // any text
)

// further endpoints, all of them: a value that takesEndpoint.
const allFurther = "further"
