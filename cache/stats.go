package cache

import "sync/atomic"

// Stats counts what a Pages did since it was made.
type Stats struct {
	MemoryHits  int64 // requests answered from memory, with a page or "no such build"
	StoreHits   int64 // searches answered from the store
	Misses      int64 // requests made upstream
	Coalesced   int64 // requests answered by the search of an equal one
	Waited      int64 // searches that waited for the request of another process
	LostLocks   int64 // locks that ended while their holder still asked
	Damaged     int64 // values of the store that were not whole, and were removed
	StoreErrors int64 // calls the store did not serve, those of an open breaker included
	Dropped     int64 // writes to the store left out because too many were under way

	MemoryBytes int64 // what memory holds, in bytes, as of a moment ago
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
		MemoryBytes: int64(p.memory.values.WeightedSize()),
	}
}
