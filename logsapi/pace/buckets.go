package pace

import "time"

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
