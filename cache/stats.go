package cache

import "sync/atomic"

// Stats are counts of what a Pages did.
type Stats struct {
	MemoryHits  int64 // requests answered from memory, with a page or "no such build"
	StoreHits   int64 // searches answered from the store
	Misses      int64 // requests made upstream
	Coalesced   int64 // requests answered by the search of an equal one
	Waited      int64 // searches that waited for the request of another process
	LostLocks   int64 // locks that expired while their holder still asked
	Damaged     int64 // damaged values of the store, which were removed
	StoreErrors int64 // failed calls of the store, those of an open breaker included
	Dropped     int64 // writes to the store dropped because too many were under way

	MemoryBytes int64 // what memory takes
}

type counters struct {
	memoryHits, storeHits, misses, coalesced, waited, lostLocks, damaged, storeErrors, dropped atomic.Int64
}

// Stats returns the counts. They are read one by one, so a request under way
// may show in one and not yet in another.
func (p *Pages) Stats() Stats {
	c := &p.counters
	return Stats{
		MemoryHits:  c.memoryHits.Load(),
		StoreHits:   c.storeHits.Load(),
		Misses:      c.misses.Load(),
		Coalesced:   c.coalesced.Load(),
		Waited:      c.waited.Load(),
		LostLocks:   c.lostLocks.Load(),
		Damaged:     c.damaged.Load(),
		StoreErrors: c.storeErrors.Load(),
		Dropped:     c.dropped.Load(),
		MemoryBytes: p.memory.Size(),
	}
}
