package app

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/state"
	"logbot/commands"
	"logbot/logsapi/pace"
	"logbot/logsapi/requestid"
)

const (
	// maxEvents bounds the events that wait to be stored, such as while the state is
	// away. More are only logged.
	maxEvents = 4096
	// auditLinger is how long the first event waits for others, to be stored with them.
	// With the time that storing takes it is what a crash may lose.
	auditLinger = 200 * time.Millisecond
	// auditRetry is the pause after the state took no events.
	auditRetry = time.Second
)

// auditor stores the events of the audit log, in groups and after the answers they are
// about. Each is also logged at once, so that the process's log has what is not stored.
type auditor struct {
	store   auditStore
	copy    *auditCopy // nil for none
	log     logrus.FieldLogger
	process string // of this run
	began   time.Time
	stats   auditCounters

	mu      sync.Mutex
	waiting []state.Event
	copied  int    // so many of those waiting are in the copy
	issued  uint64 // numbers given out
	stored  uint64 // the last number that is stored
	lost    int    // events since the last note about such
	stopped bool   // nothing is stored any more
	arrived chan struct{}
}

// auditStore keeps events; a state.Audit does.
type auditStore interface {
	Append(ctx context.Context, events ...state.Event) error
	Show(ctx context.Context, r state.AuditRun) error
	End(ctx context.Context, process string) error
	Crashed(ctx context.Context, now time.Time, self string) ([]state.AuditRun, error)
}

type auditCounters struct{ recorded, stored, lost, uncopied, hidden, crashes atomic.Int64 }

// AuditStats counts what this process did for the audit log since it began.
type AuditStats struct {
	Recorded, Stored int64
	Lost             int64 // events that are in the process's log alone
	Uncopied         int64 // events that LOGBOT_AUDIT has not
	Hidden           int64 // values that were masked in what left
	Crashes          int64 // processes found that ended before they had stored everything
}

func newAuditor(store auditStore, to *auditCopy, log logrus.FieldLogger) *auditor {
	return &auditor{store: store, copy: to, log: log, process: rand.Text()[:12], began: time.Now(), arrived: make(chan struct{}, 1)}
}

// record takes an event and returns at once. It may be called concurrently.
func (a *auditor) record(ctx context.Context, e commands.AuditEvent) {
	a.add(state.Event{
		Request: requestid.Of(ctx), At: e.At, User: e.User, Channel: e.Channel, Verb: e.Verb, Via: e.Via, Task: e.Task, Build: e.Build, Name: e.Name,
		Result: string(e.Result), Reason: e.Reason, Bytes: e.Bytes, Hidden: e.Hidden, Process: a.process,
	})
}

func (a *auditor) add(e state.Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.issued++
	e.Number = a.issued
	a.stats.recorded.Add(1)
	a.stats.hidden.Add(int64(e.Hidden))
	fields := eventFields(e)
	a.log.WithFields(fields).Info("audit")
	if a.stopped || len(a.waiting) >= maxEvents {
		a.lose(e)
		return
	}
	a.waiting = append(a.waiting, e)
	select {
	case a.arrived <- struct{}{}:
	default:
	}
}

// lose counts and logs an event that is not stored.
func (a *auditor) lose(e state.Event) {
	a.lost++
	a.stats.lost.Add(1)
	a.log.WithFields(eventFields(e)).Warn("audit event not stored (only logged)")
}

// eventFields are the fields of an event in the process's log.
func eventFields(e state.Event) logrus.Fields {
	f := logrus.Fields{"user": e.User, "channel": e.Channel, "verb": e.Verb, "result": e.Result}
	for name, value := range map[string]string{"via": e.Via, "task": e.Task, "name": e.Name, "reason": e.Reason, "request": e.Request} {
		if value != "" {
			f[name] = value
		}
	}
	if e.Build != 0 {
		f["build"] = e.Build
	}
	if e.Bytes != 0 {
		f["bytes"], f["hidden"] = e.Bytes, e.Hidden
	}
	return f
}

// run stores events until ctx ends, then for recordsWithin at most those that are left.
// End ctx when nothing makes events any more.
func (a *auditor) run(ctx context.Context) {
	storing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	context.AfterFunc(ctx, func() { time.AfterFunc(recordsWithin, cancel) })
	defer a.copy.close()
	beat := time.NewTicker(state.AuditBeat)
	defer beat.Stop()
	a.beat(storing)
	for ctx.Err() == nil {
		select {
		case <-a.arrived:
			_ = pace.Sleep(ctx, auditLinger) // its error is that ctx ended
			for ctx.Err() == nil && a.flush(storing) != nil {
				_ = pace.Sleep(ctx, auditRetry)
			}
		case <-beat.C:
			a.beat(storing)
		case <-ctx.Done():
		}
	}
	a.drain(storing)
}

// drain stores what is left.
func (a *auditor) drain(ctx context.Context) {
	for a.flush(ctx) != nil && pace.Sleep(ctx, auditRetry/10) == nil {
	}
	a.mu.Lock()
	a.stopped = true
	for _, e := range a.waiting {
		a.lose(e)
	}
	left := len(a.waiting)
	a.waiting = nil
	a.mu.Unlock()
	if left > 0 {
		return // the next process says so, too
	}
	if err := a.within(ctx, func(ctx context.Context) error { return a.store.End(ctx, a.process) }); err != nil {
		a.log.Warnf("close the audit log: %v", err)
	}
}

// flush stores what waits. Events that it could not store stay.
func (a *auditor) flush(ctx context.Context) error {
	some := false
	for {
		events := a.next()
		if len(events) == 0 {
			break
		}
		some = true
		if err := a.within(ctx, func(ctx context.Context) error { return a.store.Append(ctx, events...) }); err != nil {
			return err
		}
		a.mu.Lock()
		a.waiting = a.waiting[len(events):]
		a.copied -= len(events)
		a.stored = events[len(events)-1].Number
		lost := a.lost
		a.lost = 0
		a.mu.Unlock()
		a.stats.stored.Add(int64(len(events)))
		if lost > 0 {
			a.note(fmt.Sprintf("%d events of this process were not stored", lost))
		}
	}
	if !some {
		return nil
	}
	return a.show(ctx)
}

// next are the events to store next. All that wait are in the copy then.
func (a *auditor) next() []state.Event {
	a.mu.Lock()
	fresh := a.waiting[a.copied:]
	a.copied = len(a.waiting)
	events := a.waiting[:min(len(a.waiting), state.MaxAppend)]
	a.mu.Unlock()
	if err := a.copy.write(fresh); err != nil {
		a.stats.uncopied.Add(int64(len(fresh)))
		a.log.Errorf("LOGBOT_AUDIT: %d events are not in the copy: %v", len(fresh), err)
	}
	return events
}

// note adds an event about the audit log itself.
func (a *auditor) note(says string) {
	a.add(state.Event{At: time.Now(), Verb: "audit", Result: "lost", Reason: says, Process: a.process})
}

// show stores how far this process is.
func (a *auditor) show(ctx context.Context) error {
	a.mu.Lock()
	r := state.AuditRun{Process: a.process, Began: a.began, Seen: time.Now(), Issued: a.issued, Stored: a.stored}
	a.mu.Unlock()
	return a.within(ctx, func(ctx context.Context) error { return a.store.Show(ctx, r) })
}

// beat shows that this process runs, and looks for others that crashed.
func (a *auditor) beat(ctx context.Context) {
	var crashed []state.AuditRun
	err := a.show(ctx)
	if err == nil {
		err = a.within(ctx, func(ctx context.Context) (err error) {
			crashed, err = a.store.Crashed(ctx, time.Now(), a.process)
			return err
		})
	}
	if err != nil {
		a.log.Debugf("look after the audit log: %v", err) // the state logs that it is away
	}
	for _, r := range crashed {
		a.stats.crashes.Add(1)
		says := fmt.Sprintf("process %s ended before it closed the audit log: what it recorded after its event %d is lost", r.Process, r.Stored)
		if r.Issued > r.Stored {
			says += fmt.Sprintf(", at least %d events", r.Issued-r.Stored)
		} else {
			says += ", if it recorded any"
		}
		a.log.WithField("seen", r.Seen).Warn(says)
		a.note(says)
	}
}

func (a *auditor) within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	return do(ctx)
}

// Stats counts what was done so far.
func (a *auditor) Stats() AuditStats {
	s := &a.stats
	return AuditStats{
		Recorded: s.recorded.Load(), Stored: s.stored.Load(), Lost: s.lost.Load(), Uncopied: s.uncopied.Load(), Hidden: s.hidden.Load(), Crashes: s.crashes.Load(),
	}
}

// encodeEvents are events as JSON lines, the form of "logbot audit".
func encodeEvents(events []state.Event) (encoded []byte, err error) {
	for _, e := range events {
		line, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		encoded = append(append(encoded, line...), '\n')
	}
	return encoded, nil
}
