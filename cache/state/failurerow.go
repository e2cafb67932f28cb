package state

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"logbot/cache/store"
)

// Failure is everything that is known of one failure. But for Greens it is stored as JSON.
type Failure struct {
	Key   string    `json:"key"`
	Text  string    `json:"text,omitempty"` // of its newest build, as Kind
	Kind  string    `json:"kind,omitempty"`
	First time.Time `json:"first"` // when the first of its builds started, and the last
	Last  time.Time `json:"last"`
	Count int       `json:"count"` // builds, each once
	// Builds are the newest, newest first, without their keys and texts.
	Builds []Sighting `json:"builds,omitempty"`
	// Tasks, Branches and People count its builds. A list that is full takes no new name,
	// so that its counts stay true.
	Tasks    []Tally       `json:"tasks,omitempty"`
	Branches []Tally       `json:"branches,omitempty"`
	People   []Tally       `json:"people,omitempty"`
	Claim    *FailureClaim `json:"claim,omitempty"`
	// Greens are builds of the same tasks that succeeded, newest first: later ones than the
	// oldest of Builds of their task.
	Greens []Green `json:"-"`
}

// Tally counts builds of one name.
type Tally struct {
	Name  string `json:"name"`            // of a task its id
	Label string `json:"label,omitempty"` // of a task its name
	Count int    `json:"count"`
}

func (f Failure) check() error {
	if f.Key == "" || len(f.Key) > maxFailureKey || f.Count < 1 || f.Last.IsZero() {
		return errors.New("a failure needs a key, builds and times")
	}
	return nil
}

// add counts a build that is not counted yet.
func (f *Failure) add(s Sighting) {
	if f.Count == 0 || s.At.Before(f.First) {
		f.First = s.At
	}
	if f.Count == 0 || !s.At.Before(f.Last) {
		f.Last, f.Text = s.At, s.Text
		f.Kind = cmp.Or(s.Kind, f.Kind)
	}
	f.Count++
	f.Tasks = counted(f.Tasks, s.Task, 1)
	for i := range f.Tasks {
		if f.Tasks[i].Name == s.Task {
			f.Tasks[i].Label = cmp.Or(s.Name, f.Tasks[i].Label)
		}
	}
	f.Branches, f.People = counted(f.Branches, s.Branch, 1), counted(f.People, s.Who, 1)
	s.Key, s.Text = "", ""
	f.Builds = append(f.Builds, s)
	slices.SortStableFunc(f.Builds, func(a, b Sighting) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Task, b.Task), cmp.Compare(b.Build, a.Build))
	})
	f.Builds = f.Builds[:min(len(f.Builds), maxFailureBuilds)]
}

// counts reports whether a build that was recorded with this failure is counted in it. It
// is not if the failure was damaged or dropped since.
func (f *Failure) counts(s Sighting) bool {
	return len(f.Builds) < f.Count || slices.ContainsFunc(f.Builds, func(b Sighting) bool { return b.Task == s.Task && b.Build == s.Build })
}

// remove takes back a build that is counted.
func (f *Failure) remove(s Sighting) {
	f.Count--
	f.Builds = slices.DeleteFunc(f.Builds, func(b Sighting) bool { return b.Task == s.Task && b.Build == s.Build })
	f.Tasks, f.Branches, f.People = counted(f.Tasks, s.Task, -1), counted(f.Branches, s.Branch, -1), counted(f.People, s.Who, -1)
	if len(f.Builds) == 0 {
		return
	}
	if s.At.Equal(f.First) { // what the list leaves out is not known: rather too late
		f.First = f.Builds[len(f.Builds)-1].At
	}
	if s.At.Equal(f.Last) {
		f.Last = f.Builds[0].At
	}
}

// counted adds n to the count of a name. A name that is not in a full list is left out.
func counted(all []Tally, name string, n int) []Tally {
	i := slices.IndexFunc(all, func(t Tally) bool { return t.Name == name })
	switch {
	case name == "":
	case i >= 0:
		all[i].Count += n
		if all[i].Count <= 0 {
			all = slices.Delete(all, i, i+1)
		}
	case n > 0 && len(all) < maxTallies:
		all = append(all, Tally{Name: name, Count: n})
	}
	slices.SortStableFunc(all, func(a, b Tally) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Name, b.Name)) })
	return all
}

// addGreens adds the green builds of a task behind one of its builds.
func (f *Failure) addGreens(of taskGreens, after int64) {
	for _, g := range of.Greens {
		if g.Build > after {
			g.Task = of.Task
			f.Greens = append(f.Greens, g)
		}
	}
	slices.SortFunc(f.Greens, func(a, b Green) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Task, b.Task), cmp.Compare(b.Build, a.Build))
	})
}

// taskGreens are the green builds of a task, highest number first, and the keys of the
// failures whose claim waits for one. It is stored as JSON.
type taskGreens struct {
	Task   string   `json:"task"`
	Greens []Green  `json:"greens,omitempty"`
	Claims []string `json:"claims,omitempty"`
}

// add adds builds, as far as they are new, and reports whether it did.
func (g *taskGreens) add(builds []Green, now time.Time) (added bool) {
	before := slices.Clone(g.Greens)
	for _, b := range builds {
		b.Task = ""
		if !slices.ContainsFunc(g.Greens, func(is Green) bool { return is.Build == b.Build }) {
			g.Greens = append(g.Greens, b)
		}
	}
	slices.SortFunc(g.Greens, func(a, b Green) int { return cmp.Compare(b.Build, a.Build) })
	g.Greens = g.Greens[:min(len(g.Greens), maxTaskGreens)]
	g.Greens = slices.DeleteFunc(g.Greens, func(b Green) bool { return now.Sub(b.At) >= FailureAge })
	return !slices.Equal(before, g.Greens)
}

// covers reports whether a later build of a task and branch is among greens. Where a
// branch is not known, any is it.
func covers(greens []Green, branch string, build int64) bool {
	return slices.ContainsFunc(greens, func(g Green) bool {
		return g.Build > build && (g.Branch == branch || g.Branch == "" || branch == "")
	})
}

// failureStep is one change of the tables of failures.
type failureStep struct {
	*store.Step
	now time.Time
}

// row reads a row; ok is false if there is none, or a damaged one.
func row[T any](s failureStep, table, key string) (value T, ok bool, err error) {
	encoded, err := s.Get(table, key)
	if err != nil || encoded == nil {
		return value, false, err
	}
	value, err = fromJSON[T](encoded)
	if err != nil {
		var none T
		return none, false, nil
	}
	return value, true, nil
}

// set writes a row whose life began at a time.
func (s failureStep) set(table, key string, value any, began time.Time) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return err
	}
	s.Put(table, key, encoded, s.now.Sub(began))
	return nil
}

// setFailure writes a failure, or deletes one that has no builds left.
func (s failureStep) setFailure(f Failure) error {
	if f.Count <= 0 {
		s.Delete(failuresTable, f.Key)
		return nil
	}
	return s.set(failuresTable, f.Key, f, f.Last)
}

// failure reads a failure; it is without builds if there is none.
func (s failureStep) failure(key string) (Failure, error) {
	f, ok, err := row[Failure](s, failuresTable, key)
	if !ok || f.Key != key || f.Count < 1 {
		f = Failure{Key: key}
	}
	f.expire(s.now)
	return f, err
}

func (s failureStep) greens(task string) (taskGreens, error) {
	g, _, err := row[taskGreens](s, greensTable, task)
	g.Task = task
	return g, err
}

// setGreens writes the green builds of a task. Their row lives as long as the newest of
// them, and while there is a claim.
func (s failureStep) setGreens(g taskGreens) error {
	began := s.now
	if len(g.Claims) == 0 && len(g.Greens) > 0 {
		began = g.Greens[0].At
	}
	return s.set(greensTable, g.Task, g, began)
}

// saw records a sighting; see Failures.Saw.
func (s failureStep) saw(b Sighting) error {
	old, had, err := row[Sighting](s, sightingsTable, b.key())
	if err != nil {
		return err
	}
	if had = had && old.key() == b.key(); had {
		b = b.merged(old)
	}
	stored := b
	if b.Key != "" {
		stored.Text = "" // that of the failure
	}
	moved := had && old.Key != b.Key
	if moved {
		if err := s.uncount(old); err != nil {
			return err
		}
	}
	if b.Key != "" {
		f, err := s.failure(b.Key)
		switch counts := had && !moved && f.counts(b); {
		case err != nil:
			return err
		case counts && old == stored:
			return nil
		case counts:
			f.remove(old)
		}
		f.add(b)
		if err := s.cover(&f, b); err != nil {
			return err
		}
		if err := s.setFailure(f); err != nil {
			return err
		}
	}
	if had && old == stored {
		return nil
	}
	return s.set(sightingsTable, b.key(), stored, b.At)
}

// uncount takes a sighting back from its failure.
func (s failureStep) uncount(b Sighting) error {
	if b.Key == "" {
		return nil
	}
	f, err := s.failure(b.Key)
	if err != nil || f.Count == 0 || !f.counts(b) {
		return err
	}
	f.remove(b)
	return s.setFailure(f)
}

// sawGreen records green builds of one task; see Failures.SawGreen.
func (s failureStep) sawGreen(task string, builds []Green) error {
	g, err := s.greens(task)
	if err != nil || !g.add(builds, s.now) {
		return err
	}
	if err := s.endClaims(&g); err != nil {
		return err
	}
	return s.setGreens(g)
}
