// Package lease is the right of this process to do work that a store keeps, so
// that another process does the work if this one dies.
//
// # Two kinds
//
// Begin returns the lease of a command that this process took from Slack. It is
// kept while the store is away, also beyond its end: somebody has to answer, and
// without the store nobody can take over unnoticed for long.
//
// Hold takes the lease of work that was claimed because it was due. It is lost when
// it ends without having been renewed, as another process may do the work then.
//
// # States
//
//	unsure     held; the store may not know: a call has had no answer
//	active     held; the store knows until when
//	lost       another process has the work; nothing more may be posted for it
//	finished   the work is done; the store may not know
//	confirmed  the work is done; the store knows, and is told once more
//	closed     nothing is left to do, and the Holder has forgotten the lease
//
// # Transitions
//
//	Begin             -> active     the store has written the work
//	Begin             -> unsure     the store gave no answer
//	Hold              -> active
//	active            -> unsure     a renewal had no answer
//	unsure            -> active     a renewal succeeded
//	active, unsure    -> lost       the store refused a renewal, or the lease of claimed work ended
//	lost              -> active     this process claimed its own command again (Adopt)
//	any but closed    -> finished   Finish
//	finished          -> confirmed  the store knows
//	confirmed         -> finished   this process claimed its own command again (Adopt)
//	finished          -> closed     the store knows and is durable, or it refused
//	confirmed         -> closed     the store was told once more
//	any but finished  -> closed     Abandon, Reschedule, Forget, GiveBack
//	and confirmed
//
// # Timings
//
//	 15 s    Duration, from the last renewal to the end of a lease
//	  5 s    renewEvery: two more renewals can fail before the end
//	250 ms   retryEvery: in unsure and finished, until the store answers
//	  5 s    repeatAfter: in confirmed, until the store is told once more
//
// # Lost writes
//
// A Redis whose master fails loses what it had confirmed but not replicated. Three
// rules keep that from becoming a second answer or none:
//
//   - The end of work is told twice, 5 s apart. If the first was lost, the lease in
//     the store, which was renewed at most 5 s before it, lasts until the second.
//   - A holder asks before it posts (Confirm) if its lease may have ended: another
//     process may have claimed the work while this one could not renew.
//   - A command that this process claims a second time is not begun a second time
//     (Adopt). If it is finished already, the store is told so once more.
package lease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"logbot/cache/state"
)

const (
	// Duration is how long a lease lasts from its last renewal. It is part of the
	// 30 s within which another process answers for one that died.
	Duration = 15 * time.Second

	renewEvery  = 5 * time.Second
	retryEvery  = 250 * time.Millisecond
	repeatAfter = renewEvery
)

type status uint8

// See the package comment.
const (
	active status = iota
	unsure
	lost
	finished
	confirmed
	closed
)

// Lease is the right of this process to do one piece of work. The methods of a nil
// Lease do nothing: the work is done, but no other process would take it over. A
// Lease is safe for concurrent use.
type Lease struct {
	holder    *Holder
	isCommand bool // from Begin

	// The following are guarded by holder.mu.
	status   status
	claim    state.Claim // by which the store knows the holder; Adopt replaces it
	until    time.Time   // when the lease ends, unless a renewal succeeded unnoticed
	answered bool        // set by Posted: GiveBack must not have it answered again
	toldAt   time.Time   // when it became confirmed
	onLost   func(error) // nil: nobody asked
}

// held reports whether the work is this process's to do. holder.mu is locked.
func (l *Lease) held() bool { return l.status == active || l.status == unsure }

// behind reports whether the store must be told something now. holder.mu is locked.
func (l *Lease) behind() bool {
	switch l.status {
	case unsure, finished:
		return true
	case confirmed:
		return time.Since(l.toldAt) >= repeatAfter
	}
	return false
}

// setStatus is the only place where the status changes. holder.mu is locked.
func (l *Lease) setStatus(to status) {
	l.status = to
	switch to {
	case confirmed:
		l.toldAt = time.Now()
	case closed:
		l.holder.remove(l)
	}
	l.holder.signalIdle()
}

// lose makes the lease lost and returns what to call when holder.mu is unlocked.
func (l *Lease) lose(why error) (tell func()) {
	l.setStatus(lost)
	if !l.isCommand { // it cannot be adopted
		l.holder.remove(l)
	}
	if f := l.onLost; f != nil {
		return func() { f(why) }
	}
	return func() {}
}

// currentClaim is by what the store knows the holder now.
func (l *Lease) currentClaim() state.Claim {
	l.holder.mu.Lock()
	defer l.holder.mu.Unlock()
	return l.claim
}

// OnLost has f called once if the lease is lost, at once if it is already. Another
// process does the work then, and nothing more may be posted for it here.
func (l *Lease) OnLost(f func(why error)) {
	if l == nil {
		return
	}
	l.holder.mu.Lock()
	isLost := l.status == lost
	l.onLost = f
	l.holder.mu.Unlock()
	if isLost {
		f(state.ErrLeaseLost)
	}
}

// Confirm returns state.ErrLeaseLost if another process has the work. It asks the
// store only if the lease may have ended. For a command it is nil if the store does
// not answer: somebody has to.
func (l *Lease) Confirm(ctx context.Context) error {
	if l == nil {
		return nil
	}
	l.holder.mu.Lock()
	isLost, ended := l.status == lost, !time.Now().Before(l.until)
	l.holder.mu.Unlock()
	if isLost {
		return state.ErrLeaseLost
	}
	if !ended {
		return nil
	}
	if err := l.renew(ctx); errors.Is(err, state.ErrLeaseLost) {
		return err
	}
	return nil
}

// renew asks the store for another Duration. The error wraps state.ErrLeaseLost if
// the lease is lost now.
func (l *Lease) renew(ctx context.Context) error {
	now, claim := time.Now(), l.currentClaim()
	err := l.holder.store.Renew(ctx, now, claim, Duration)
	tell, err := l.renewed(ctx, claim.Token, now, err)
	tell()
	return err
}

// renewed applies the answer to a renewal that was asked for at a time.
func (l *Lease) renewed(ctx context.Context, token string, asked time.Time, err error) (tell func(), _ error) {
	nothing := func() {}
	l.holder.mu.Lock()
	defer l.holder.mu.Unlock()
	switch {
	case l.claim.Token != token, !l.held():
		return nothing, nil // adopted, lost or finished meanwhile
	case err == nil:
		l.until = asked.Add(Duration)
		l.setStatus(active)
		return nothing, nil
	case ctx.Err() != nil:
		return nothing, nil // the caller gave up, not the store
	case errors.Is(err, state.ErrLeaseLost):
	case !l.isCommand && !time.Now().Before(l.until):
		err = fmt.Errorf("%w: it could not be renewed: %w", state.ErrLeaseLost, err)
	default:
		if NoAnswer(err) {
			l.setStatus(unsure)
		}
		return nothing, err
	}
	if l.isCommand {
		l.holder.log.WithField("intent", l.claim.ID).Warnf("another replica has the command now: %v", err)
	}
	return l.lose(err), err
}

// posted is the progress of a command that was answered. It is stored as JSON.
type posted struct {
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"` // empty: Slack did not tell
}

// Posted records that the answer is in the channel, so that nobody posts it again.
func (l *Lease) Posted(ctx context.Context, channel, ts string) error {
	if l == nil {
		return nil
	}
	note, err := json.Marshal(posted{channel, ts})
	if err != nil {
		return fmt.Errorf("record that an answer was posted: %w", err)
	}
	l.holder.mu.Lock()
	l.answered = true
	l.holder.mu.Unlock()
	return l.Note(ctx, note)
}

// Note stores progress with the work, for the next holder.
func (l *Lease) Note(ctx context.Context, progress []byte) error {
	if l == nil {
		return nil
	}
	return l.holder.store.Note(ctx, time.Now(), l.currentClaim(), progress)
}

// Finish says that the work is done. If the store gives no answer it is told again
// while this process lives. After another error the lease ends, and the work may be
// done again.
func (l *Lease) Finish(ctx context.Context) error {
	if l == nil {
		return nil
	}
	l.holder.mu.Lock()
	if l.status == closed {
		l.holder.mu.Unlock()
		return nil
	}
	if l.status != confirmed {
		l.setStatus(finished)
	}
	token, claim := l.claim.Token, l.claim
	l.holder.mu.Unlock()

	err := l.holder.store.Done(ctx, time.Now(), claim)

	l.holder.mu.Lock()
	defer l.holder.mu.Unlock()
	switch {
	case l.status == closed:
	case len(l.holder.leases) > maxLeases:
		l.setStatus(closed)
	case NoAnswer(err), l.claim.Token != token: // away, or adopted meanwhile: it is told again
	case err == nil && l.status == finished && !l.holder.durable:
		l.setStatus(confirmed)
	default:
		l.setStatus(closed)
	}
	return err
}

// Abandon gives the work up without an answer. The lease ends, and whoever claims
// the work then tries again.
func (l *Lease) Abandon() {
	if l == nil {
		return
	}
	l.holder.mu.Lock()
	defer l.holder.mu.Unlock()
	if l.status != finished && l.status != confirmed {
		l.setStatus(closed)
	}
}

// Reschedule gives the work back, to fall due at a time with another payload. Its
// progress and its attempts begin anew.
func (l *Lease) Reschedule(ctx context.Context, due time.Time, payload []byte) error {
	return l.holder.store.Again(ctx, time.Now(), l.currentClaim(), due, payload)
}

// Forget takes the work out, and work of the same id may be added at once.
func (l *Lease) Forget(ctx context.Context) error {
	_, err := l.holder.store.Cancel(ctx, time.Now(), l.currentClaim().ID)
	return err
}

// NoAnswer reports whether err leaves it open what the store has made of a call: it
// is away, or was slower than the caller could wait.
func NoAnswer(err error) bool {
	return errors.Is(err, state.ErrAway) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
