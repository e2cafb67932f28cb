package state

import (
	"cmp"
	"context"
	"time"

	"logbot/cache/store"
)

const (
	// MaxRuns is the most processes whose end is awaited.
	MaxRuns = 256
	// AuditBeat is how often a process that records events shows that it does.
	AuditBeat = 30 * time.Second
	// auditDead is how long a process that shared the state must not have shown itself
	// to count as dead: clocks differ, and a Redis may be away for a while.
	auditDead = 4 * AuditBeat
)

// AuditRun is one process that records events. It is stored while the process runs, so
// that the next one finds those that ended before they had stored everything.
type AuditRun struct {
	Process string    `json:"process"`
	Began   time.Time `json:"began"`
	Seen    time.Time `json:"seen"`
	Issued  uint64    `json:"issued"` // numbers given to events by then
	Stored  uint64    `json:"stored"` // all up to this one were stored by then
}

func auditRunTable() store.Spec {
	return store.Spec{Name: "runs", Noun: "processes", Max: MaxRuns, Life: AuditAge, Evict: true}
}

// Show stores the state of a process that records events, now and at least every
// [AuditBeat].
func (a Audit) Show(ctx context.Context, r AuditRun) error {
	return during(a.runs.at(r.Seen).put(ctx, r.Process, r), "show that %s records events", r.Process)
}

// End removes a process that has stored every event.
func (a Audit) End(ctx context.Context, process string) error {
	_, err := a.runs.table.At(time.Now()).Delete(ctx, process)
	return during(err, "show that %s records no more events", process)
}

// Crashed returns the processes that ended without End, apart from the given one, and
// forgets them: each is returned to one caller only. Stored is the last event of theirs
// that is found. A process on another machine counts once it has not shown itself for
// four times AuditBeat.
func (a Audit) Crashed(ctx context.Context, now time.Time, self string) (dead []AuditRun, err error) {
	runs, err := a.runs.at(now).all(ctx, store.Range{})
	if err != nil {
		return nil, during(err, "look for processes that crashed")
	}
	for _, r := range runs {
		if r.Process == self || !a.alone && now.Sub(r.Seen) < auditDead {
			continue
		}
		// Events may have been stored after it showed itself last.
		err := a.Each(ctx, EventFilter{Since: r.Seen.Add(-AuditBeat)}, func(e Event) bool {
			if e.Process == r.Process {
				r.Stored = max(r.Stored, e.Number)
			}
			return true
		})
		taken, removal := a.runs.table.At(now).Delete(ctx, r.Process)
		if err = cmp.Or(err, removal); err != nil {
			return dead, during(err, "look for what %s recorded last", r.Process)
		}
		if taken {
			dead = append(dead, r)
		}
	}
	return dead, nil
}
