package commands_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"logbot/commands"
	"logbot/commands/failure/known"
)

// buildID names one build.
type buildID struct {
	task  string
	build int64
}

// memoryFailures is a commands.FailureStore in memory, without bounds.
type memoryFailures struct {
	mu      sync.Mutex
	refuses error // what every call returns
	seen    map[buildID]known.Sighting
	greens  map[buildID]known.Green
	claims  map[string]*memoryClaim // by key
}

type memoryClaim struct {
	known.Claim
	from time.Time          // when the build started at which it was made
	open map[[2]string]bool // task and branch
}

func newMemoryFailures() *memoryFailures {
	return &memoryFailures{seen: map[buildID]known.Sighting{}, greens: map[buildID]known.Green{}, claims: map[string]*memoryClaim{}}
}

func (s *memoryFailures) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuses = err
}

// forget removes a failed build.
func (s *memoryFailures) forget(task string, build int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.seen, buildID{task, build})
}

func (s *memoryFailures) Saw(_ context.Context, b known.Sighting) (known.Failure, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return known.Failure{}, s.refuses
	}
	s.seen[buildID{b.Task, b.Build}] = b
	if c := s.claims[b.Key]; c != nil && !b.At.Before(c.from) && !s.greenAfter(b) {
		c.open[[2]string{b.Task, b.Branch}] = true
	}
	return s.failure(b.Key), nil
}

func (s *memoryFailures) SawGreen(_ context.Context, greens []known.Green) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return s.refuses
	}
	for _, g := range greens {
		s.greens[buildID{g.Task, g.Build}] = g
	}
	for key, c := range s.claims {
		maps.DeleteFunc(c.open, func(place [2]string, _ bool) bool {
			last := known.Sighting{Task: place[0], Branch: place[1]}
			for _, b := range s.seen {
				if b.Key == key && b.Task == place[0] && b.Branch == place[1] {
					last.Build = max(last.Build, b.Build)
				}
			}
			return s.greenAfter(last)
		})
		if len(c.open) == 0 {
			delete(s.claims, key)
		}
	}
	return nil
}

// greenAfter reports whether a later build of the task and branch has succeeded.
func (s *memoryFailures) greenAfter(b known.Sighting) bool {
	for _, g := range s.greens {
		if g.Task == b.Task && g.Build > b.Build && (g.Branch == b.Branch || g.Branch == "" || b.Branch == "") {
			return true
		}
	}
	return false
}

// failure collects what is known of one.
func (s *memoryFailures) failure(key string) known.Failure {
	if key == "" {
		return known.Failure{}
	}
	f := known.Failure{Key: key}
	oldest := map[string]int64{}
	for _, b := range s.seen {
		if b.Key == key {
			f.Builds = append(f.Builds, b)
			if first := oldest[b.Task]; first == 0 || b.Build < first {
				oldest[b.Task] = b.Build
			}
		}
	}
	if len(f.Builds) == 0 {
		return known.Failure{}
	}
	slices.SortFunc(f.Builds, func(a, b known.Sighting) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Task, b.Task), cmp.Compare(b.Build, a.Build))
	})
	last := len(f.Builds) - 1
	f.Text, f.Kind, f.Count = f.Builds[0].Text, f.Builds[0].Kind, len(f.Builds)
	f.First, f.Last = f.Builds[last].At, f.Builds[0].At
	names := map[string]string{}
	for _, b := range slices.Backward(f.Builds) {
		names[b.Task] = b.Name
	}
	for _, t := range counted(f.Builds, func(b known.Sighting) string { return b.Task }) {
		f.Tasks = append(f.Tasks, known.Task{ID: t.Name, Name: names[t.Name], Count: t.Count})
	}
	f.Branches = counted(f.Builds, func(b known.Sighting) string { return b.Branch })
	f.People = counted(f.Builds, func(b known.Sighting) string { return b.Who })
	for _, g := range s.greens {
		if first := oldest[g.Task]; first > 0 && g.Build > first {
			f.Greens = append(f.Greens, g)
		}
	}
	slices.SortFunc(f.Greens, func(a, b known.Green) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Task, b.Task), cmp.Compare(b.Build, a.Build))
	})
	if c := s.claims[key]; c != nil {
		claim := c.Claim
		f.Claim = &claim
	}
	return f
}

func counted(builds []known.Sighting, of func(known.Sighting) string) (all []known.Counted) {
	counts := map[string]int{}
	for _, b := range builds {
		if name := of(b); name != "" {
			counts[name]++
		}
	}
	for name, n := range counts {
		all = append(all, known.Counted{Name: name, Count: n})
	}
	slices.SortFunc(all, func(a, b known.Counted) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Name, b.Name)) })
	return all
}

func (s *memoryFailures) Failure(_ context.Context, key string) (known.Failure, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.failure(key)
	return f, f.Count > 0, s.refuses
}

func (s *memoryFailures) OfTask(_ context.Context, task string, n int) ([]known.Sighting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []known.Sighting
	for _, b := range s.seen {
		if b.Task == task {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b known.Sighting) int { return cmp.Compare(b.Build, a.Build) })
	return all[:min(n, len(all))], s.refuses
}

func (s *memoryFailures) OfBuild(_ context.Context, task string, build int64) (known.Sighting, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, found := s.seen[buildID{task, build}]
	return b, found, s.refuses
}

func (s *memoryFailures) Claim(_ context.Context, c known.NewClaim) (known.Claim, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return known.Claim{}, s.refuses
	}
	b, found := s.seen[buildID{c.Task, c.Build}]
	is := s.claims[c.Key]
	switch {
	case !found || b.Key != c.Key:
		return known.Claim{}, commands.ErrNotSeen
	case is != nil && (is.User == c.User || !c.Take):
		return is.Claim, nil
	case is == nil && s.greenAfter(b):
		return known.Claim{}, commands.ErrGreenSince
	}
	if is == nil {
		is = &memoryClaim{from: b.At, open: map[[2]string]bool{}}
		s.claims[c.Key] = is
	}
	is.Claim, is.open[[2]string{b.Task, b.Branch}] = known.Claim{User: c.User, Name: c.Name, At: c.At, Task: c.Task}, true
	return is.Claim, nil
}

func (s *memoryFailures) Release(_ context.Context, key, user string) (*known.Claim, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.claims[key]
	if s.refuses != nil || c == nil {
		return nil, false, s.refuses
	}
	was := c.Claim
	if user != "" && user != was.User {
		return &was, false, nil
	}
	delete(s.claims, key)
	return &was, true, nil
}

var _ commands.FailureStore = (*memoryFailures)(nil)
