package state

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"logbot/cache/store"
)

const (
	// MaxEvents is the most events that the audit log keeps; the oldest are dropped
	// first. An event takes some 300 bytes, and 2 KiB at most.
	MaxEvents = 100_000
	// MaxEventBytes is the most bytes that they take, with their keys.
	MaxEventBytes = 64 << 20
	// AuditAge is how long it keeps them.
	AuditAge = 90 * 24 * time.Hour
	// MaxAppend is the most events that one Append takes.
	MaxAppend = 64
	// maxEventText bounds each text of an event, in bytes; what is longer is cut.
	maxEventText = 200
)

// Event is one event of the audit log: who asked for what, and what came of it. It
// holds nothing of a log.
type Event struct {
	At      time.Time `json:"at"`
	Request string    `json:"request,omitempty"` // id by which the process's log has it, too
	User    string    `json:"user"`
	Channel string    `json:"channel,omitempty"`
	Verb    string    `json:"verb"`
	Via     string    `json:"via,omitempty"` // what asked in the name of the user, such as a watch
	Task    string    `json:"task,omitempty"`
	Build   int64     `json:"build,omitempty"`
	Name    string    `json:"name,omitempty"`   // as typed: of a task that was not found, of an alias
	Result  string    `json:"result,omitempty"` // see commands.Result
	Reason  string    `json:"reason,omitempty"`
	Bytes   int64     `json:"bytes,omitempty"`  // of a log that left
	Hidden  int       `json:"hidden,omitempty"` // values masked in them

	// Process recorded the event as its Number-th, from 1. A number that is missing was
	// not stored.
	Process string `json:"process,omitempty"`
	Number  uint64 `json:"number,omitempty"`
}

// UnmarshalJSON implements json.Unmarshaler. It reads events of older versions, too.
func (e *Event) UnmarshalJSON(encoded []byte) error {
	type plain Event
	old := struct {
		*plain
		Allowed *bool  `json:"allowed"`
		Detail  string `json:"detail"`
	}{plain: (*plain)(e)}
	if err := json.Unmarshal(encoded, &old); err != nil {
		return err
	}
	if e.Result == "" && old.Allowed != nil {
		e.Result = "refused"
		if *old.Allowed {
			e.Result = "answered"
		}
	}
	e.Reason = cmp.Or(e.Reason, old.Detail)
	return nil
}

// EventFilter chooses events; a zero field chooses all.
type EventFilter struct {
	User, Channel, Verb string
	Task, Name          string // either of them, regardless of case
	Result              string
	Since, Until        time.Time // At is not before Since, and before Until
	Skip                int       // so many of the newest are left out
	Limit               int       // at most so many; 0 is 100
}

// texts are the texts of an event that somebody else may have made long.
func (e *Event) texts() []*string {
	return []*string{&e.Request, &e.User, &e.Channel, &e.Verb, &e.Via, &e.Task, &e.Name, &e.Result, &e.Reason, &e.Process}
}

// cut shortens texts that are too long.
func (e Event) cut() Event {
	for _, text := range e.texts() {
		*text = firstBytes(*text, maxEventText)
	}
	return e
}

// firstBytes is the beginning of s: at most n bytes of whole characters.
func firstBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	end := 0
	for i := range s {
		if i > n {
			break
		}
		end = i
	}
	return s[:end]
}

// key is the key of an event: the ms of its time, the ns within it, its number and a
// hash of its process. Keys are unique and in the order of time, and of one process in
// the order of recording. An event that is appended again has the same.
func (e Event) key() string {
	const nsBits, countBits, processBits = 20, 24, 20
	within := uint64(e.At.Nanosecond()) % uint64(time.Millisecond)
	process := fnv.New64a()
	process.Write([]byte(e.Process))
	tail := within<<(64-nsBits) | e.Number<<(64-countBits)>>nsBits | process.Sum64()>>(64-processBits)
	return string(binary.BigEndian.AppendUint64(store.AppendStamp(nil, e.At.UnixMilli()), tail))
}

// timeKey is the lowest key of events at t or later.
func timeKey(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return string(store.AppendStamp(nil, t.UnixMilli()))
}

func auditTable() store.Spec {
	at := func(value []byte) (time.Time, bool) {
		var e Event
		err := json.Unmarshal(value, &e)
		return e.At, err == nil
	}
	return store.Spec{
		Name: "reads", Noun: "events", Max: MaxEvents, MaxBytes: MaxEventBytes, Life: AuditAge, Evict: true, CountCut: true,
		Valid: func(key string, value []byte) bool {
			t, ok := at(value)
			return ok && len(key) == 2*store.StampLen && store.StampOf([]byte(key)) == max(t.UnixMilli(), 0)
		},
		OldBucket: "audit",
		Born: func(value []byte) time.Time {
			t, _ := at(value)
			return t
		},
	}
}

// Audit is the audit log. Nothing in it is ever changed; what is older than AuditAge,
// or too much, is dropped and counted.
type Audit struct {
	events values[Event]
	runs   values[AuditRun]
	old    *oldAudit // nil for a file
	alone  bool      // no other process uses this state at the same time
}

// Append adds events, all or none, [MaxAppend] at most. They may be appended again
// after an error: that adds nothing twice.
func (a Audit) Append(ctx context.Context, events ...Event) error {
	if len(events) > MaxAppend {
		return fmt.Errorf("record %d events at once (at most %d): %w", len(events), MaxAppend, ErrTooLarge)
	}
	rows := make([]store.Row, len(events))
	newest := time.Time{}
	for i, e := range events {
		e = e.cut()
		encoded, err := a.events.encode(e)
		if err != nil {
			return during(err, "record an event by %s", e.User)
		}
		rows[i] = store.Row{Key: e.key(), Value: encoded}
		if e.At.After(newest) {
			newest = e.At
		}
	}
	err := a.events.table.At(newest).PutAll(ctx, rows)
	if err == nil && a.old != nil {
		a.old.expire(ctx)
	}
	return during(err, "record %d events", len(events))
}

// Events returns the events that the filter chooses, newest first.
func (a Audit) Events(ctx context.Context, f EventFilter) (events []Event, err error) {
	skip := f.Skip
	err = a.each(ctx, f, true, func(e Event) bool {
		if skip > 0 {
			skip--
			return true
		}
		events = append(events, e)
		return len(events) < f.limit()
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// Each calls do with the events that the filter chooses, oldest first and regardless
// of its Skip and Limit, until do returns false. An event that is recorded meanwhile
// may be among them.
func (a Audit) Each(ctx context.Context, f EventFilter, do func(Event) bool) error {
	return a.each(ctx, f, false, do)
}

func (a Audit) each(ctx context.Context, f EventFilter, newestFirst bool, do func(Event) bool) error {
	within := store.Range{From: timeKey(f.Since), Reverse: newestFirst}
	if !f.Until.IsZero() {
		within.To = timeKey(f.Until.Add(time.Millisecond)) // the filter is exact
	}
	return during(a.events.each(ctx, within, func(e Event) bool { return !f.Chooses(e) || do(e) }), "read the audit log")
}

// Cut returns how many events were dropped so far because of their age, or of their
// number and size.
func (a Audit) Cut(ctx context.Context) (store.Cut, error) {
	c, err := a.events.table.Cut(ctx)
	return c, during(err, "read the counters of the audit log")
}

// limit is the most events that the filter chooses.
func (f EventFilter) limit() int {
	if f.Limit <= 0 {
		return 100
	}
	return f.Limit
}

// Chooses reports whether the filter chooses e.
func (f EventFilter) Chooses(e Event) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	names := slices.DeleteFunc([]string{f.Task, f.Name}, func(s string) bool { return s == "" })
	named := len(names) == 0 || slices.ContainsFunc(names, func(want string) bool {
		return strings.EqualFold(want, e.Task) || strings.EqualFold(want, e.Name)
	})
	return is(f.User, e.User) && is(f.Channel, e.Channel) && is(f.Verb, e.Verb) && is(f.Result, e.Result) && named &&
		!(!f.Since.IsZero() && e.At.Before(f.Since)) &&
		!(!f.Until.IsZero() && !e.At.Before(f.Until))
}
