// Package verdict says what is known of a failure besides its log: that it is new, which
// builds failed in the same way, whether one passed in between, and where else it is seen.
// It computes only. What is not sure is not said: a wrong "same" or "new" is worse than
// silence.
package verdict

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"logbot/commands/failure/kind"
	"logbot/commands/failure/known"
	"logbot/logsapi"
)

const (
	// window is how old a build may be that is named: as long as the memory keeps one.
	window = 90 * 24 * time.Hour
	// LookBack is how many of the failed builds before one must have been read at least
	// before it is called new; fail reads as many in the background.
	LookBack = 2
	// nearby is how far apart builds of different tasks may be that are told together.
	nearby = 24 * time.Hour
	// leastCommit is the length from which on a commit names one.
	leastCommit = 7
)

// Case is one failed build, and all that may be taken into account.
type Case struct {
	Now time.Time
	// This is the build. Without a key it is known as the same as no other, and its
	// verdict says at most which build succeeded last.
	This known.Sighting
	// Known is what is kept of the failure, with or without This. The zero value is a
	// failure that is not known, or a store that is away: see Covered.
	Known known.Failure
	// Read are the newest builds of the task that were read, whatever their keys.
	Read []known.Sighting
	// Covered says that the store answered, so that what is not in Known and Read was not
	// recorded.
	Covered bool
	// Builds are the newest builds of the task, without a gap, in any order; empty if the
	// service does not tell them.
	Builds []logsapi.Build
	// Deep says that Builds are all of about a month, or logsapi.MaxBuilds of them.
	Deep bool
	// May reports whether those who see the verdict may learn of another task; nil for of
	// none.
	May func(taskID string) bool
}

// Verdict is what may be said. Builds without a task are of the task of the case. The
// zero Verdict says nothing.
type Verdict struct {
	Build int64
	// New says that no build of the task before this one is known to have failed so, and
	// that all that failed since the last success did so in other ways; of the failures
	// before it at least the last LookBack, or all of a month if they are fewer.
	New bool
	// Same are builds before this one that failed in the same way on the same branch, or
	// of which the branch is not known; newest first.
	Same []int64
	// Older says that the memory counts more of them than it lists.
	Older bool
	// Span is from the oldest of Same to this build; 0 if either time is not known.
	Span time.Duration
	// First is the commit of the oldest of Same; empty if that is not known or not the first
	// that the memory counts, and if the cause lies outside of commits.
	First string
	// Between is the newest build of the branch that succeeded between the oldest of Same
	// and this build; 0 if none did.
	Between int64
	// Unlike is the failure before this one, with no success between them, if it is known
	// to be another one; else 0.
	Unlike int64
	// Later are the builds after this one that failed in the same way on the branch, newest
	// first.
	Later []int64
	// Flaky is the proof that the failure comes and goes with the same commit; nil if there
	// is none.
	Flaky *Flaky
	// Branches are where else in the task the failure is known, the main branch first.
	Branches []Branch
	// Elsewhere are builds of other tasks that failed in the same way within a day of this
	// one; nil if none did.
	Elsewhere *Elsewhere
	LastGreen int64 // the newest build of the branch before this one that succeeded; 0 if not known
}

// Flaky are two builds of one commit: one failed, one succeeded.
type Flaky struct {
	Failed, Passed int64
	Commit         string
}

// Branch is another branch of the task on which the failure is known.
type Branch struct {
	Name  string
	Since int64 // the first of its builds that failed so, with no success after it if Still
	Still bool  // the newest build of the branch that ended failed so
}

// Elsewhere are builds of other tasks. All of them may be named to the reader.
type Elsewhere struct {
	Task  string // id of the task of the first one
	Name  string // of that task
	Build int64
	Since time.Time // when the first one started
	More  int       // builds besides it
	Over  bool      // there may be more of them
}

// Of is the verdict on a case.
func Of(c Case) Verdict {
	v := Verdict{Build: c.This.Build}
	if c.This.Build == 0 {
		return v
	}
	c.Known = Visible(c.Known, c.This.Task, c.May)
	v.LastGreen = c.lastGreen()
	v.Unlike = c.unlike()
	if c.This.Key == "" || c.Known.Key != "" && c.Known.Key != c.This.Key {
		return v
	}
	own := c.own()
	v.same(c, own)
	v.New = c.isNew(own)
	v.Flaky = c.flaky(own)
	v.Branches = c.branches(own)
	v.Elsewhere = c.elsewhere()
	return v
}

// own are the sightings of the failure in the task, with this build, highest number
// first. What is too old is left out.
func (c Case) own() []known.Sighting {
	own := []known.Sighting{c.This}
	add := func(all []known.Sighting) {
		for _, s := range all {
			told := slices.ContainsFunc(own, func(o known.Sighting) bool { return o.Build == s.Build })
			if s.Key == c.This.Key && s.Task == c.This.Task && !told && !c.old(s.At) {
				own = append(own, s)
			}
		}
	}
	add(c.Known.Builds)
	add(c.Read)
	slices.SortFunc(own, func(a, b known.Sighting) int { return cmp.Compare(b.Build, a.Build) })
	return own
}

func (c Case) old(at time.Time) bool { return !at.IsZero() && c.Now.Sub(at) > window }

// onBranch reports whether something of that branch may be told of this build's without
// naming its branch.
func (c Case) onBranch(branch string) bool {
	return branch == "" || c.This.Branch == "" || branch == c.This.Branch
}

// same fills in the builds that failed in the same way.
func (v *Verdict) same(c Case, own []known.Sighting) {
	var oldest known.Sighting
	for _, s := range own {
		switch {
		case !c.onBranch(s.Branch):
		case s.Build > v.Build:
			v.Later = append(v.Later, s.Build)
		case s.Build < v.Build:
			v.Same, oldest = append(v.Same, s.Build), s
		}
	}
	if oldest.Build == 0 {
		return
	}
	if !c.This.At.IsZero() && !oldest.At.IsZero() {
		v.Span = max(0, c.This.At.Sub(oldest.At))
	}
	for _, t := range c.Known.Tasks {
		v.Older = v.Older || t.ID == c.This.Task && t.Count > len(own)
	}
	if !v.Older && !c.outside() && len(oldest.Commit) >= leastCommit {
		v.First = oldest.Commit
	}
	for _, g := range c.greens() {
		if g.Build > oldest.Build && g.Build < v.Build && g.Branch == c.This.Branch {
			v.Between = max(v.Between, g.Build)
		}
	}
}

// Greens are the builds of a task's list that succeeded, in the order of the list.
func Greens(task string, builds []logsapi.Build) (greens []known.Green) {
	for _, b := range builds {
		if b.State == logsapi.Succeeded {
			greens = append(greens, known.Green{Task: task, Build: b.Number, Branch: b.Branch, Commit: b.Commit, At: b.Started})
		}
	}
	return greens
}

// greens are the builds of the task that are known to have succeeded, highest number
// first.
func (c Case) greens() []known.Green {
	greens := Greens(c.This.Task, c.Builds)
	for _, g := range c.Known.Greens {
		listed := slices.ContainsFunc(c.Builds, func(b logsapi.Build) bool { return b.Number == g.Build }) // which knows better
		if g.Task == c.This.Task && !listed {
			greens = append(greens, g)
		}
	}
	slices.SortFunc(greens, func(a, b known.Green) int { return cmp.Compare(b.Build, a.Build) })
	return greens
}

func (c Case) lastGreen() int64 {
	for _, g := range c.greens() {
		if g.Build < c.This.Build && g.Branch == c.This.Branch && !c.old(g.At) {
			return g.Build
		}
	}
	return 0
}

// before are the builds of the list before this one, highest number first; without those
// that say nothing of the task: somebody stopped them, or they never ran.
func (c Case) before() []logsapi.Build {
	builds := slices.DeleteFunc(slices.Clone(c.Builds), func(b logsapi.Build) bool {
		return b.Number >= c.This.Build || b.State == logsapi.Aborted || b.State == logsapi.Unscheduled
	})
	slices.SortFunc(builds, func(a, b logsapi.Build) int { return cmp.Compare(b.Number, a.Number) })
	return builds
}

// keyOf is the key of a build of the task that was read; empty if it was not, or if what
// failed in it is not sure.
func (c Case) keyOf(build int64) string {
	for _, all := range [][]known.Sighting{c.Read, c.Known.Builds} {
		for _, s := range all {
			if s.Task == c.This.Task && s.Build == build {
				return s.Key
			}
		}
	}
	return ""
}

// isNew reports whether the failure may be called new; see Verdict.New.
func (c Case) isNew(own []known.Sighting) bool {
	before := c.before()
	first := own[len(own)-1].Build == c.This.Build
	if !c.Covered || !first || len(before) == 0 {
		return false
	}
	for _, s := range append(slices.Clone(c.Known.Builds), c.Read...) { // also those that are too old to be named
		if s.Key == c.This.Key && s.Task == c.This.Task && s.Build < c.This.Build {
			return false
		}
	}
	for _, t := range c.Known.Tasks {
		if t.ID == c.This.Task && t.Count > len(own) {
			return false
		}
	}
	green, read := false, 0
	whole := c.Deep || before[len(before)-1].Number == 1
	for _, b := range before {
		if b.State == logsapi.Succeeded {
			green = green || b.Branch == c.This.Branch
			continue
		}
		if green && read >= LookBack {
			return true
		}
		if key := c.keyOf(b.Number); key == "" || key == c.This.Key {
			return false // not read, running, or of another outcome
		}
		read++
	}
	return green && (whole || read >= LookBack)
}

// unlike is the last failure before this build on its branch, with no success between
// them, if it is known to be another one.
func (c Case) unlike() int64 {
	if c.This.Key == "" {
		return 0
	}
	for _, b := range c.before() {
		switch {
		case b.Branch != c.This.Branch:
		case b.State == logsapi.Failed, b.State == logsapi.TimedOut:
			if key := c.keyOf(b.Number); key != "" && key != c.This.Key {
				return b.Number
			}
			return 0
		default:
			return 0
		}
	}
	return 0
}

// outside reports whether the cause lies outside of the commit.
func (c Case) outside() bool {
	switch kind.Kind(cmp.Or(c.This.Kind, c.Known.Kind)) {
	case kind.Infrastructure, kind.Dependency, kind.Aborted:
		return true
	}
	return false
}

// flaky finds two builds of one commit of which one failed in this way and one succeeded:
// of this build's commit if there are such, else of the newest. A service or a network
// that was away says nothing of the commit.
func (c Case) flaky(own []known.Sighting) *Flaky {
	if c.outside() {
		return nil
	}
	greens := c.greens()
	at := slices.IndexFunc(own, func(s known.Sighting) bool { return s.Build == c.This.Build })
	order := append([]known.Sighting{own[at]}, slices.Delete(slices.Clone(own), at, at+1)...)
	for _, s := range order {
		for _, g := range greens {
			if len(s.Commit) >= leastCommit && strings.EqualFold(s.Commit, g.Commit) && g.Build != s.Build && !c.old(g.At) {
				return &Flaky{Failed: s.Build, Passed: g.Build, Commit: s.Commit}
			}
		}
	}
	return nil
}

// mainBranches are the usual names of the branch that others are made from.
var mainBranches = []string{"main", "master", "trunk", "develop"}

// branches are the other branches of the task on which the failure is known.
func (c Case) branches(own []known.Sighting) []Branch {
	var all []Branch
	for _, s := range own {
		if c.onBranch(s.Branch) || slices.ContainsFunc(all, func(b Branch) bool { return b.Name == s.Branch }) {
			continue
		}
		all = append(all, c.branch(s.Branch, own))
	}
	rank := func(b Branch) int {
		if i := slices.Index(mainBranches, b.Name); i >= 0 {
			return i
		}
		return len(mainBranches)
	}
	slices.SortStableFunc(all, func(a, b Branch) int { return cmp.Compare(rank(a), rank(b)) })
	return all
}

// branch is what is known of the failure on another branch. It still fails there if the
// list tells that its newest build that ended is one of own.
func (c Case) branch(name string, own []known.Sighting) Branch {
	failed := map[int64]bool{}
	b := Branch{Name: name}
	for _, s := range own { // highest first
		if s.Branch == name {
			failed[s.Build] = true
			b.Since = cmp.Or(b.Since, s.Build)
		}
	}
	newest, green := int64(0), int64(0)
	for _, l := range c.Builds {
		if l.Branch != name || !l.State.Finished() || l.State == logsapi.Aborted || l.State == logsapi.Unscheduled {
			continue
		}
		newest = max(newest, l.Number)
		if l.State == logsapi.Succeeded {
			green = max(green, l.Number)
		}
	}
	for _, g := range c.Known.Greens {
		if g.Task == c.This.Task && g.Branch == name {
			green = max(green, g.Build)
		}
	}
	b.Still = newest > 0 && failed[newest] && green < newest
	for _, s := range own {
		if b.Still && s.Branch == name && s.Build > green {
			b.Since = min(b.Since, s.Build)
		}
	}
	return b
}

// elsewhere are the builds of other tasks, which Visible has left.
func (c Case) elsewhere() *Elsewhere {
	var e *Elsewhere
	var before time.Time // the oldest that is listed
	listed := map[string]int{}
	for _, s := range c.Known.Builds {
		listed[s.Task]++
		if before.IsZero() || s.At.Before(before) {
			before = s.At
		}
		if s.Task == c.This.Task || s.At.IsZero() || c.This.At.IsZero() || s.At.Sub(c.This.At).Abs() > nearby {
			continue
		}
		if e == nil {
			e = &Elsewhere{}
		} else {
			e.More++
		}
		if e.Since.IsZero() || !s.At.After(e.Since) {
			e.Task, e.Name, e.Build, e.Since = s.Task, s.Name, s.Build, s.At
		}
	}
	if e == nil {
		return nil
	}
	for _, t := range c.Known.Tasks {
		unlisted := t.ID != c.This.Task && t.Count > listed[t.ID]
		e.Over = e.Over || unlisted && c.This.At.Add(-nearby).Before(before)
	}
	return e
}
