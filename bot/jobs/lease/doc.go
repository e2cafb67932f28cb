// Package lease is the right of this process to do work that is in the store, so that
// another process does the work if this one dies.
//
// # Two kinds
//
// Begin returns the lease of a command that this process takes from Slack. While the
// store is away it is kept, even after it has ended: somebody must answer.
//
// Hold keeps the lease of work that was claimed because it was due. It is lost if it
// ends before it was renewed, because another process may do the work then.
//
// # States
//
//	unsure     held; the store may not know, because a call got no answer
//	active     held; the store knows until when
//	lost       another process has the work; nothing more may be posted for it
//	finished   the work is done; the store may not know
//	confirmed  the work is done; the store knows, and is told once more
//	closed     the Holder has forgotten the lease
//
// # Transitions
//
//	Begin             -> active     the store has written the command
//	Begin             -> unsure     the store did not answer
//	Hold              -> active
//	active            -> unsure     the store did not answer a renewal
//	unsure            -> active     a renewal succeeded
//	active, unsure    -> lost       the store refused a renewal, or the lease of claimed work ended
//	lost, unsure      -> active     this process claimed its own command again (Adopt)
//	active, unsure,   -> finished   Finish
//	  lost
//	finished          -> confirmed  the store knows
//	confirmed         -> finished   this process claimed its own command again (Adopt)
//	finished          -> closed     the store knows and is durable, or it refused
//	confirmed         -> closed     the store was told once more
//	active, unsure,   -> closed     Abandon; Release of a command; the end of a run of claimed work
//	  lost
//
// # Timings
//
//	 15 s    Duration, from the last renewal to the end of a lease
//	  5 s    renewEvery, so that two more renewals can fail before the end
//	250 ms   retryEvery, in unsure and finished, until the store answers
//	  5 s    repeatAfter, in confirmed, until the store is told once more
//
// # Lost writes
//
// A Redis whose master fails may lose what it confirmed but had not replicated. Three
// rules prevent a second answer, or none:
//
//   - The end of work is told twice, 5 s apart. If the first was lost, no other process
//     claims the work before the second: the lease was renewed at most 5 s before the
//     first, so it lasts for 10 s after it.
//   - A holder asks the store before it posts (Confirm) if its lease may have ended:
//     another process may have claimed the work while this one could not renew.
//   - A command that this process claims a second time is not begun a second time
//     (Adopt). If it is finished, the store is told so again.
package lease

import "time"

const (
	// Duration is how long a lease lasts after its last renewal. It is part of the 30 s
	// within which another process answers for one that died.
	Duration = 15 * time.Second

	renewEvery  = 5 * time.Second
	retryEvery  = 250 * time.Millisecond
	repeatAfter = renewEvery
)

// status is a state of a lease.
type status uint8

const (
	active status = iota
	unsure
	lost
	finished
	confirmed
	closed
)
