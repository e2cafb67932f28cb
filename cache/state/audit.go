package state

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"logbot/cache/store"
)

const (
	// MaxReads is the most reads that the audit log keeps; the oldest are dropped
	// first.
	MaxReads = 100_000
	// AuditAge is how long it keeps them.
	AuditAge = 90 * 24 * time.Hour
	// maxDetail bounds each text of a read, in bytes; what is longer is cut.
	maxDetail = 500
)

// Read is one record of the audit log: who asked for what.
type Read struct {
	At      time.Time `json:"at"`
	User    string    `json:"user"`
	Channel string    `json:"channel,omitempty"`
	Verb    string    `json:"verb"`
	Task    string    `json:"task,omitempty"`
	Build   int64     `json:"build,omitempty"`
	Allowed bool      `json:"allowed"`
	// Detail is why it was refused, or a remark: at most 500 bytes.
	Detail string `json:"detail,omitempty"`
}

// ReadFilter chooses records; a zero field chooses all.
type ReadFilter struct {
	User, Channel, Task, Verb string
	Refused                   bool      // only those that were refused
	Since, Until              time.Time // At is not before Since, and before Until
	Limit                     int       // at most so many; 0 is 100
}

// cut shortens texts that are too long.
func (r Read) cut() Read {
	for _, text := range []*string{&r.User, &r.Channel, &r.Verb, &r.Task, &r.Detail} {
		*text = firstBytes(*text, maxDetail)
	}
	return r
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

// key is the key of the nth read that this process records: the ms of its time,
// the ns within it, n and a random number. Keys are unique and in the order of
// time, and of one process in the order of recording.
func (r Read) key(n uint32) string {
	const nsBits, countBits, randomBits = 20, 24, 20
	within := uint64(r.At.Nanosecond()) % uint64(time.Millisecond)
	tail := within<<(64-nsBits) | uint64(n)<<(64-countBits)>>nsBits | rand.Uint64()>>(64-randomBits)
	return string(binary.BigEndian.AppendUint64(store.AppendStamp(nil, r.At.UnixMilli()), tail))
}

// timeKey is the lowest key of reads at t or later.
func timeKey(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return string(store.AppendStamp(nil, t.UnixMilli()))
}

func auditTable() store.Spec {
	at := func(value []byte) (time.Time, bool) {
		var r Read
		err := json.Unmarshal(value, &r)
		return r.At, err == nil
	}
	return store.Spec{
		Name: "reads", Noun: "reads", Max: MaxReads, Life: AuditAge, Evict: true,
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

// Audit is the log of every read. Nothing in it is ever changed.
type Audit struct {
	reads    values[Read]
	recorded *atomic.Uint32
	old      *oldAudit // nil for a file
}

// Append adds a record.
func (a Audit) Append(ctx context.Context, r Read) error {
	r = r.cut()
	err := a.reads.at(r.At).put(ctx, r.key(a.recorded.Add(1)), r)
	if err == nil && a.old != nil {
		a.old.expire(ctx)
	}
	return during(err, "record a read by %s", r.User)
}

// Reads returns the records that the filter chooses, newest first.
func (a Audit) Reads(ctx context.Context, f ReadFilter) (reads []Read, err error) {
	within := store.Range{From: timeKey(f.Since), Reverse: true}
	if !f.Until.IsZero() {
		within.To = timeKey(f.Until.Add(time.Millisecond)) // the filter is exact
	}
	err = a.reads.each(ctx, within, func(r Read) bool {
		if f.chooses(r) {
			reads = append(reads, r)
		}
		return len(reads) < f.limit()
	})
	if err != nil {
		return nil, during(err, "read the audit log")
	}
	return reads, nil
}

// limit is the most records that the filter chooses.
func (f ReadFilter) limit() int {
	if f.Limit <= 0 {
		return 100
	}
	return f.Limit
}

// chooses reports whether the filter chooses r.
func (f ReadFilter) chooses(r Read) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return is(f.User, r.User) && is(f.Channel, r.Channel) && is(f.Task, r.Task) && is(f.Verb, r.Verb) &&
		!(f.Refused && r.Allowed) &&
		!(!f.Since.IsZero() && r.At.Before(f.Since)) &&
		!(!f.Until.IsZero() && !r.At.Before(f.Until))
}
