package state

import (
	"context"
	"fmt"
	"slices"
	"time"

	"logbot/cache/store"
)

const (
	// ClaimAge is how long a claim lasts after the failure was seen last, or was claimed.
	ClaimAge = 30 * 24 * time.Hour
	// maxClaimPlaces bounds the places that one claim covers; more do not hold it up.
	maxClaimPlaces = 30
)

var (
	// ErrGreenSince says that a failure cannot be claimed: its task has succeeded since.
	ErrGreenSince = store.Verdict("a later build has succeeded")
	// ErrNotSeen says that a failure cannot be claimed: the build is not one of its.
	ErrNotSeen = store.Verdict("the build did not fail in this way")
)

// FailureClaim says who is on a failure. It covers places: the one at which it was
// claimed, and those in which builds that started later fail in the same way. It ends when
// each of them had a green build after its last failure, when it is released, or when the
// failure was not seen for [ClaimAge].
type FailureClaim struct {
	User string    `json:"user"`
	Name string    `json:"name,omitempty"`
	At   time.Time `json:"at"`
	Task string    `json:"task,omitempty"` // at which it was claimed; empty: by an older version
	// From is when the build started at which the failure was claimed.
	From time.Time `json:"from"`
	// Open are the places that were not green since.
	Open []ClaimPlace `json:"open"`
}

// ClaimPlace is a task and a branch, and the last build there that failed.
type ClaimPlace struct {
	Task   string `json:"task"`
	Branch string `json:"branch,omitempty"`
	Build  int64  `json:"build"`
}

// NewClaim asks for the claim of a failure.
type NewClaim struct {
	Key   string
	Task  string // of the build at which it is claimed
	Build int64
	User  string
	Name  string // of the user, as the workspace shows it
	At    time.Time
	Take  bool // also from somebody else
}

// expire drops what is too old: builds of the list, and a claim whose time is over.
func (f *Failure) expire(now time.Time) {
	f.Builds = slices.DeleteFunc(f.Builds, func(b Sighting) bool { return now.Sub(b.At) >= FailureAge })
	if f.Claim == nil {
		return
	}
	last := f.Last
	if f.Claim.At.After(last) {
		last = f.Claim.At
	}
	if now.Sub(last) >= ClaimAge {
		f.Claim = nil
	}
}

// Claim records who is on a failure, and returns whose the claim is now. It returns
// ErrNotSeen and ErrGreenSince.
func (f Failures) Claim(ctx context.Context, now time.Time, c NewClaim) (FailureClaim, error) {
	if c.User == "" || len(c.User) > MaxID || c.At.IsZero() || c.Key == "" || len(c.Key) > maxFailureKey {
		return FailureClaim{}, fmt.Errorf("claim failure %.60q: it needs a key, a user and a time", c.Key)
	}
	c.Name = firstBytes(c.Name, maxFailureText)
	c.At = c.At.UTC().Truncate(time.Millisecond)
	var got FailureClaim
	err := f.tables.At(now).Change(ctx, func(step *store.Step) (err error) {
		is, err := failureStep{step, now}.claim(c)
		if err == nil {
			got = is
		}
		return err
	})
	if err != nil {
		return FailureClaim{}, during(err, "claim failure %.60s", c.Key)
	}
	return got, nil
}

func (s failureStep) claim(c NewClaim) (FailureClaim, error) {
	at, had, err := row[Sighting](s, sightingsTable, Sighting{Task: c.Task, Build: c.Build}.key())
	if err != nil {
		return FailureClaim{}, err
	}
	f, err := s.failure(c.Key)
	switch {
	case err != nil:
		return FailureClaim{}, err
	case !had || at.Key != c.Key || f.Count == 0:
		return FailureClaim{}, ErrNotSeen
	case f.Claim != nil && (f.Claim.User == c.User || !c.Take):
		return *f.Claim, nil
	case f.Claim != nil:
		f.Claim.User, f.Claim.Name, f.Claim.At, f.Claim.Task = c.User, c.Name, c.At, c.Task
		return *f.Claim, s.setFailure(f)
	}
	f.Claim = &FailureClaim{User: c.User, Name: c.Name, At: c.At, Task: c.Task, From: at.At}
	// The newest come first, and with them the last build of each place.
	for _, b := range append(slices.Clone(f.Builds), at) {
		if err := s.cover(&f, b); err != nil {
			return FailureClaim{}, err
		}
	}
	if len(f.Claim.Open) == 0 {
		return FailureClaim{}, ErrGreenSince
	}
	return *f.Claim, s.setFailure(f)
}

// cover makes the claim of a failure, if there is one, cover the place of a build, unless
// the build started earlier or the place was green since.
func (s failureStep) cover(f *Failure, b Sighting) error {
	if f.Claim == nil || b.At.Before(f.Claim.From) {
		return nil
	}
	g, err := s.greens(b.Task)
	if err != nil || covers(g.Greens, b.Branch, b.Build) {
		return err
	}
	open := f.Claim.Open
	i := slices.IndexFunc(open, func(p ClaimPlace) bool { return p.Task == b.Task && p.Branch == b.Branch })
	switch {
	case i >= 0:
		open[i].Build = max(open[i].Build, b.Build)
	case len(open) < maxClaimPlaces:
		f.Claim.Open = append(open, ClaimPlace{b.Task, b.Branch, b.Build})
	}
	if slices.Contains(g.Claims, f.Key) || len(g.Claims) >= maxTaskClaims {
		return nil
	}
	g.Claims = append(g.Claims, f.Key)
	return s.setGreens(g)
}

// endClaims closes the places of a task that are green, and the claims that have no other.
func (s failureStep) endClaims(g *taskGreens) error {
	var wait []string
	for _, key := range g.Claims {
		f, err := s.failure(key)
		if err != nil {
			return err
		}
		if f.Claim == nil {
			continue
		}
		before := len(f.Claim.Open)
		f.Claim.Open = slices.DeleteFunc(f.Claim.Open, func(p ClaimPlace) bool {
			return p.Task == g.Task && covers(g.Greens, p.Branch, p.Build)
		})
		if slices.ContainsFunc(f.Claim.Open, func(p ClaimPlace) bool { return p.Task == g.Task }) {
			wait = append(wait, key)
		}
		if len(f.Claim.Open) == before {
			continue
		}
		if len(f.Claim.Open) == 0 {
			f.Claim = nil
		}
		if err := s.setFailure(f); err != nil {
			return err
		}
	}
	g.Claims = wait
	return nil
}

// Release ends the claim of a user; with an empty user that of anybody. It returns whose
// claim it ended, or whose it is and stays; nil if there is none.
func (f Failures) Release(ctx context.Context, now time.Time, key, user string) (was *FailureClaim, ended bool, err error) {
	var got *FailureClaim
	var done bool
	err = f.tables.At(now).Change(ctx, func(step *store.Step) error {
		s := failureStep{step, now}
		f, err := s.failure(key)
		got, done = f.Claim, false
		if err != nil || f.Claim == nil || user != "" && user != f.Claim.User {
			return err
		}
		done, f.Claim = true, nil
		return s.setFailure(f)
	})
	if err != nil {
		return nil, false, during(err, "release failure %.60s", key)
	}
	return got, done, nil
}
