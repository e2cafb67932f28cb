// Package pace decides when something may be done next: token buckets, growing
// pauses between tries, and sleeping that a context can end.
package pace

import (
	"math"
	"time"
)

// Rate is how often something may be done: PerSecond times a second on average,
// and Burst times at once after a rest.
type Rate struct {
	PerSecond float64 // above 0
	Burst     int     // at least 1
}

// span is how long n tokens take to come. It is at most some 70 years.
func (r Rate) span(n int) time.Duration {
	return time.Duration(min(float64(n)/r.PerSecond*float64(time.Second), math.MaxInt64/4))
}

// Bucket holds Burst tokens and gains PerSecond a second. The zero Bucket is
// full. It is not safe for concurrent use.
//
// It follows the generic cell rate algorithm: the only thing to remember is when
// the bucket will be full again. Times passed to it must not run backwards.
// A caller passes the same Rate each time, or calls Adjust in between.
type Bucket struct {
	full   time.Time
	paused time.Time     // no tokens until then
	spare  time.Duration // from one token to a full bucket, at the rate of the last claim
}

// Wait returns how long it takes until n tokens are there, 0 if they are there
// now. It takes none. More tokens than Burst are never there at once; for them it
// is the time after which Burst tokens and those missing would have come.
func (b *Bucket) Wait(now time.Time, r Rate, n int) time.Duration {
	return max(0, b.fullAt(now, r).Add(r.span(n)-r.span(r.Burst)).Sub(now))
}

// Take takes n tokens and returns 0. If they are not there it takes none and
// returns how long they will be missing.
func (b *Bucket) Take(now time.Time, r Rate, n int) time.Duration {
	wait := b.Wait(now, r, n)
	if wait == 0 {
		b.Claim(now, r, n)
	}
	return wait
}

// Claim takes n tokens, also those that have yet to come: the caller uses them
// after what Wait said before. Later callers wait behind.
func (b *Bucket) Claim(now time.Time, r Rate, n int) {
	b.full = b.fullAt(now, r).Add(r.span(n))
	b.spare = r.span(r.Burst - 1)
}

// Return gives back n tokens that were taken and not used.
func (b *Bucket) Return(r Rate, n int) {
	b.full = b.full.Add(-r.span(n))
}

// Empty takes all tokens: the next one comes after a pause, and so on.
func (b *Bucket) Empty(now time.Time, r Rate) {
	b.full = later(b.full, now.Add(r.span(r.Burst)))
}

// Adjust keeps the number of tokens when the rate changes from old to r. The
// burst must stay the same.
func (b *Bucket) Adjust(now time.Time, old, r Rate) {
	missing := b.full.Sub(now)
	if missing > 0 {
		b.full = now.Add(time.Duration(float64(missing) * old.PerSecond / r.PerSecond))
	}
}

// Pause withholds all tokens until a time. Then a single one is there, so that no
// burst follows. A pause is never shortened.
func (b *Bucket) Pause(until time.Time) {
	b.paused = later(b.paused, until)
}

// Paused returns how long a pause still lasts.
func (b *Bucket) Paused(now time.Time) time.Duration {
	return max(0, b.paused.Sub(now))
}

// fullAt is when the bucket will be full if nothing is taken from it.
func (b *Bucket) fullAt(now time.Time, r Rate) time.Time {
	full := b.full
	if !b.paused.IsZero() {
		full = later(full, b.paused.Add(r.span(r.Burst-1)))
	}
	return later(full, now)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Buckets are buckets by name. It forgets those at rest as soon as there are
// more than Most; others are kept, so Most is not a hard limit. The zero Buckets
// keeps none at rest. It is not safe for concurrent use.
type Buckets struct {
	Most   int
	byName map[string]*Bucket
}

// Get returns the bucket of a name, a full one for a new name. It must not be
// kept: a later Get may forget it.
func (s *Buckets) Get(now time.Time, name string) *Bucket {
	if b := s.byName[name]; b != nil {
		return b
	}
	if len(s.byName) >= s.Most {
		for n, b := range s.byName {
			if b.atRest(now) {
				delete(s.byName, n)
			}
		}
	}
	if s.byName == nil {
		s.byName = map[string]*Bucket{}
	}
	b := &Bucket{}
	s.byName[name] = b
	return b
}

// atRest reports whether the bucket is as good as a new one.
func (b *Bucket) atRest(now time.Time) bool {
	return !b.full.After(now) && !b.paused.Add(b.spare).After(now)
}
