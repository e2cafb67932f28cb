package lease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"logbot/cache/state"
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
	until    time.Time   // when the lease ends; later if the answer to a renewal was lost
	answered bool        // set by Posted: Release must not let it be answered again
	toldAt   time.Time   // when it became confirmed
	onLost   func(error) // may be nil
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

// currentClaim returns the claim that the store knows.
func (l *Lease) currentClaim() state.Claim {
	l.holder.mu.Lock()
	defer l.holder.mu.Unlock()
	return l.claim
}

// OnLost sets the function that is called when the lease is lost, at once if it is lost
// already. Another process does the work then, and nothing more may be posted here.
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

// Confirm returns state.ErrLeaseLost if another process has the work. It asks the store
// only if the lease may have ended. If the store does not answer, it is nil for a command.
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

// posted is the progress of a command that was answered. It is stored as JSON.
type posted struct {
	Channel string `json:"channel,omitempty"`
	TS      string `json:"ts,omitempty"` // empty: Slack did not tell
	// Unsettled says that what the command had to count may not be stored.
	Unsettled bool `json:"unsettled,omitempty"`
}

// IsUnsettled reads the progress of a command: whether it was answered, and what it had to
// count may not be stored.
func IsUnsettled(progress []byte) bool {
	var p posted
	return json.Unmarshal(progress, &p) == nil && p.Unsettled
}

// Posted records that the answer is in the channel, so that nobody posts it again.
// unsettled says that what the command had to count may not be stored yet.
func (l *Lease) Posted(ctx context.Context, channel, ts string, unsettled bool) error {
	if l == nil {
		return nil
	}
	note, err := json.Marshal(posted{channel, ts, unsettled})
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

// Finish tells the store that the work is done. If the store does not answer, it is told
// again while Holder.Run runs. After another error the work may be done again.
func (l *Lease) Finish(ctx context.Context) error {
	if l == nil {
		return nil
	}
	l.holder.mu.Lock()
	if l.status == closed || l.status == confirmed {
		l.holder.mu.Unlock()
		return nil
	}
	l.setStatus(finished)
	l.holder.mu.Unlock()
	return l.tellDone(ctx)
}

// tellDone tells the store that finished work is done, or tells it once more.
func (l *Lease) tellDone(ctx context.Context) error {
	l.holder.mu.Lock()
	isRepeat, claim := l.status == confirmed, l.claim
	l.holder.mu.Unlock()

	err := l.holder.store.Done(ctx, time.Now(), claim)

	l.holder.mu.Lock()
	defer l.holder.mu.Unlock()
	switch {
	case NoAnswer(err), l.claim.Token != claim.Token: // away, or adopted meanwhile: it is told again
		if len(l.holder.leases) > maxLeases {
			l.setStatus(closed)
		}
	case err == nil && !isRepeat && !l.holder.durable:
		if l.status == finished { // another call may have come first
			l.setStatus(confirmed)
		}
	default:
		l.setStatus(closed)
	}
	return err
}

// Abandon stops the work before it is done. When the lease ends in the store, the work is
// claimed again.
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

// Reschedule returns the work to the store, to be due at a time with another payload and
// without progress or attempts. The caller then abandons the lease.
func (l *Lease) Reschedule(ctx context.Context, due time.Time, payload []byte) error {
	return l.holder.store.Again(ctx, time.Now(), l.currentClaim(), due, payload)
}

// Forget deletes the work; its id may be added again at once. The caller then abandons
// the lease.
func (l *Lease) Forget(ctx context.Context) error {
	_, err := l.holder.store.Cancel(ctx, time.Now(), l.currentClaim().ID)
	return err
}

// NoAnswer reports whether err is that of a call that may have taken effect: the store is
// away, or was slower than the caller waited.
func NoAnswer(err error) bool {
	return errors.Is(err, state.ErrAway) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
