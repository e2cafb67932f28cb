package watch

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"logbot/logsapi"
)

const (
	// checkAfter is how long a change that need not be a failure waits until the builds are
	// listed to make sure, if the rate has a request to spare; after checkWithin they are
	// listed in any case.
	checkAfter  = 2 * time.Minute
	checkWithin = 15 * time.Minute
	// hidesAfter is how long after the last look a build must have begun so that another
	// one may well have begun and ended in between.
	hidesAfter = 30 * time.Second
)

// row is how the list of a project shows a task: its newest build.
type row struct {
	state   logsapi.State
	built   int64 // when that build began, Unix ms
	running bool  // also if it is queued
}

func rowOfTask(t logsapi.Task) row { return row{t.State, t.LastBuilt.UnixMilli(), t.Running} }

// String is what a note keeps. It changes when a build begins or ends.
func (r row) String() string {
	if r.running {
		return fmt.Sprintf("%s/%d", logsapi.Running, r.built)
	}
	return fmt.Sprintf("%s/%d", r.state, r.built)
}

// wasRunning reports whether a kept row is of a running build.
func wasRunning(kept string) bool { return strings.HasPrefix(kept, string(logsapi.Running)+"/") }

// ofTheSameBuild reports whether two kept rows show the same build.
func ofTheSameBuild(a, b string) bool {
	_, builtA, _ := strings.Cut(a, "/")
	_, builtB, _ := strings.Cut(b, "/")
	return builtA == builtB
}

// doing is what a look does about a task.
type doing int

const (
	doNothing   doing = iota
	doRemember        // the change, and check it later
	doCheck           // list the builds if the rate has a request to spare
	doListFirst       // list the builds now
)

// times are when the list was read before and is read now, and when the builds of a task
// were listed last.
type times struct{ looked, now, listed time.Time }

// next is what to do when the list shows a task as r. failing says that a failure was told
// and no success since.
//
// The list shows the newest build alone. So builds are listed at once if that has failed,
// or has succeeded after a failure, or if the outcome of an earlier one was not seen. A
// task that was and is green, or is built, can hide a build that began and ended, or began
// beside the newest, between two looks. If these were far apart the builds are listed at
// once, too; else that is checked later, once for many changes.
func (n note) next(r row, failing bool, at times) doing {
	is := r.String()
	if is == n.Row {
		if n.mustList(r.running, at.listed) {
			return doListFirst
		}
		return doNothing
	}
	before := cmp.Or(n.Seen, n.Row)
	switch {
	case n.Row == "",
		!r.running && mayHaveFailed(r.state),
		!r.running && r.state == logsapi.Succeeded && (failing || len(n.Pending) > 0),
		len(n.Running) > 1 || len(n.Running) == 1 && !wasRunning(n.Row), // builds besides the newest
		wasRunning(before) && !ofTheSameBuild(before, is),
		!ofTheSameBuild(before, is) && time.UnixMilli(r.built).Sub(at.looked) >= hidesAfter:
		return doListFirst
	case n.Since == 0 || is != n.Seen:
		if n.Since != 0 && at.now.Sub(time.UnixMilli(n.Since)) >= checkWithin {
			return doListFirst
		}
		return doRemember
	}
	switch unlisted := at.now.Sub(time.UnixMilli(n.Since)); {
	case unlisted >= checkWithin:
		return doListFirst
	case unlisted >= checkAfter:
		return doCheck
	}
	return doNothing
}

// mayHaveFailed reports whether a task that is shown so may have failed: also in states
// that are unknown.
func mayHaveFailed(s logsapi.State) bool {
	return isFailure(s) || s == logsapi.Unknown || s == logsapi.Ended
}
