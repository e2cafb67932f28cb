package cache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"logbot/cache/flight"
	"logbot/cache/pagestore"
	"logbot/cache/redisclient"
	"logbot/logsapi"
)

const (
	// defaultMemory is the default of Options.Memory: some 3,000 to 12,000 pages.
	defaultMemory = 64 << 20
	// fetchTimeout ends a request, which is made for several callers and so not
	// ended by the context of one. It leaves the client time for its retries.
	fetchTimeout = time.Minute
	// writeTimeout ends one write to the store. Only Close waits for it.
	writeTimeout = 5 * time.Second
	// maxWrites bounds the writes to the store under way; more are dropped. They
	// take at most maxWrites*pagestore.MaxValue bytes.
	maxWrites = 32
	// maxMissing bounds the "no such build" answers that are kept.
	maxMissing = 1000
	// rereadTTL is how long a page from the store lives in memory, which does not
	// know its age.
	rereadTTL = 10 * time.Minute
)

var errClosed = errors.New("the page cache is closed")

// Logger takes warnings for the people who run the bot; a *logrus.Logger is one.
type Logger = redisclient.Logger

// Options are the settings of a Pages. The zero value is a cache in memory for
// one account.
type Options struct {
	// Scope is a short hash of what decides which logs can be read: the service's
	// address, the account, its credential. Every key contains it in clear. It must
	// differ if two processes with different rights share a store.
	Scope string
	// Memory is how many bytes of encoded pages the process keeps; 0 is 64 MiB.
	Memory int64
	// Store is used behind the memory; nil is none. It stays the caller's, to be
	// closed after the Pages.
	Store pagestore.Store
	// Log gets a line when upstream panics; nil is silence.
	Log Logger
}

// Pages is a logsapi.Pager that keeps what another one returned. It is safe for
// concurrent use.
//
// Equal requests at the same time are one: they share one look into the store and
// one request upstream. That has a context of its own: it goes on when a caller
// leaves, and the answer is kept even if all have left. If several processes share
// the store, the same is true for all of them (lock.go): one asks and the others
// read what it wrote.
//
// Errors are not kept, except that of a build that does not exist
// (logsapi.ErrNotFound), for 30 s and in memory: sharing it would save one request
// in each process and cost each a look at every page. A log that is not there yet
// (logsapi.ErrNotReady) is not that. After a refusal (401, 403)
// pages are not served any more, as refusal.go says.
type Pages struct {
	upstream logsapi.Pager
	scope    string
	codec    *codec
	memory   *pagestore.Memory
	missing  *otter.Cache[string, *error]
	store    pagestore.Store
	shared   pagestore.Shared // store, if processes can share it; else nil
	refused  *refusals
	flights  flight.Group
	writes   chan struct{}
	counters counters

	closing context.Context
	close   context.CancelFunc
	mu      sync.Mutex // guards the order of work.Add and work.Wait
	closed  bool
	work    sync.WaitGroup
}

// New returns a cache in front of upstream, to be ended with Close.
func New(upstream logsapi.Pager, o Options) *Pages {
	if o.Memory <= 0 {
		o.Memory = defaultMemory
	}
	closing, stop := context.WithCancel(context.Background())
	shared, _ := o.Store.(pagestore.Shared)
	return &Pages{
		upstream: upstream,
		scope:    o.Scope,
		codec:    newCodec(),
		memory:   pagestore.NewMemory(o.Memory),
		missing: otter.Must(&otter.Options[string, *error]{
			MaximumSize:      maxMissing,
			ExpiryCalculator: otter.ExpiryWriting[string, *error](notFoundTTL),
		}),
		store:   o.Store,
		shared:  shared,
		refused: newRefusals(),
		flights: flight.Group{Limit: fetchTimeout, Warnf: redisclient.OrSilence(o.Log).Warnf},
		writes:  make(chan struct{}, maxWrites),
		closing: closing,
		close:   stop,
	}
}

// Close ends the requests under way, waits for the writes to the store and stops
// the goroutines of the memory. The store stays open. Afterwards Page asks neither
// the store nor upstream.
func (p *Pages) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.close()
	p.work.Wait()
	p.memory.Close()
	p.missing.StopAllGoroutines()
	p.refused.logs.StopAllGoroutines()
}

// start begins work that Close waits for, to be ended with p.work.Done. It reports
// false if the Pages is closed.
func (p *Pages) start() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.work.Add(1)
	return true
}

// Page returns the page that r asks for, from memory, from the store or from
// upstream. A request that knows the build to be finished (r.Finished) gets no
// page that may have been fetched before the end.
//
// A panic upstream becomes a panic in every caller that waits for the page.
func (p *Pages) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	key, ok := pagestore.Key(p.scope, r)
	if !ok {
		return p.upstream.Page(ctx, r) // for its error
	}
	if page, err := p.remembered(key, r); !errors.Is(err, pagestore.ErrMiss) {
		p.counters.memoryHits.Add(1)
		return page, err
	}
	if err := ctx.Err(); err != nil {
		return logsapi.Page{}, fmt.Errorf("read page of %s: %w", r.Log, err)
	}
	return p.join(ctx, key, r)
}

// join waits for the answer to r, which it starts to look for unless another
// caller has.
func (p *Pages) join(ctx context.Context, key string, r logsapi.PageRequest) (logsapi.Page, error) {
	equal := key
	if r.Finished {
		equal += " finished" // not answered by a request that began before the end was known
	}
	if r.Whole {
		equal += " whole"
	}
	page, joined, err := flight.Do(ctx, &p.flights, equal, fmt.Sprintf("page of %s", r.Log), func(ctx context.Context) (logsapi.Page, error) {
		return p.find(ctx, key, r)
	})
	if joined {
		p.counters.coalesced.Add(1)
	}
	return page, err
}

// find looks for the page in the store and then asks for it, once for all callers.
func (p *Pages) find(ctx context.Context, key string, r logsapi.PageRequest) (page logsapi.Page, err error) {
	if !p.start() {
		return page, errClosed
	}
	defer p.work.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.closing, cancel)()

	// An equal request may have ended since the caller looked.
	if page, err := p.remembered(key, r); !errors.Is(err, pagestore.ErrMiss) {
		p.counters.memoryHits.Add(1)
		return page, err
	}
	page, found, missed := p.stored(ctx, key, r)
	var lock *takenLock // nil if it was not taken
	if missed && p.shared != nil {
		page, found, lock = p.lock(ctx, key, r)
	}
	if found {
		p.counters.storeHits.Add(1)
		return page, nil
	}
	p.counters.misses.Add(1)
	kept := false
	defer func() { p.unlockUnless(kept, lock) }() // also after a panic
	page, err = p.upstream.Page(ctx, r)
	p.heard(key, err)
	switch {
	case err == nil:
		kept = p.keep(key, r, page, lock)
	case errors.Is(err, logsapi.ErrNotFound) && !errors.Is(err, logsapi.ErrNotReady):
		absent := err
		p.missing.Set(key, &absent)
	}
	return page, err
}

// remembered returns what memory has for r: a page, the error of a build that
// does not exist, or else pagestore.ErrMiss.
func (p *Pages) remembered(key string, r logsapi.PageRequest) (logsapi.Page, error) {
	if p.refused.bar(key) {
		return logsapi.Page{}, pagestore.ErrMiss
	}
	if value, err := p.memory.Get(p.closing, key); err == nil {
		page, settled, err := p.codec.decode(key, value)
		if err == nil && (settled || !r.Finished) {
			return page, nil
		}
		return logsapi.Page{}, pagestore.ErrMiss
	}
	if err, ok := p.missing.GetIfPresent(key); ok && !r.Finished {
		return logsapi.Page{}, *err
	}
	return logsapi.Page{}, pagestore.ErrMiss
}

// stored returns what the store has for r. It removes a damaged value. Missed says
// that the store works and does not have the page: only then a lock is worth
// asking for.
func (p *Pages) stored(ctx context.Context, key string, r logsapi.PageRequest) (page logsapi.Page, found, missed bool) {
	if p.store == nil || p.refused.bar(key) {
		return page, false, false
	}
	value, err := p.store.Get(ctx, key)
	if err != nil {
		p.storeFailed(err)
		return page, false, errors.Is(err, pagestore.ErrMiss)
	}
	page, found = p.use(ctx, key, r, value)
	return page, found, !found
}

// use returns the page in a value of the store if it answers r; a nil value is
// none.
func (p *Pages) use(ctx context.Context, key string, r logsapi.PageRequest, value []byte) (logsapi.Page, bool) {
	if value == nil {
		return logsapi.Page{}, false
	}
	page, settled, err := p.codec.decode(key, value)
	if err != nil {
		p.counters.damaged.Add(1)
		p.storeFailed(p.store.Delete(ctx, key))
		return logsapi.Page{}, false
	}
	if r.Finished && !settled {
		return logsapi.Page{}, false
	}
	// Others are about to expire.
	if settled {
		p.storeFailed(p.memory.Set(ctx, key, value, rereadTTL))
	}
	return page, true
}

// keep writes a page to memory and the store, as lifetimeOf says. It reports
// whether the store gets it; the lock is then released after that.
func (p *Pages) keep(key string, r logsapi.PageRequest, page logsapi.Page, lock *takenLock) bool {
	life := lifetimeOf(r, page)
	if life.ttl == 0 || page.Cut || len(page.Text) > maxText {
		return false
	}
	value := p.codec.encode(key, page, life.settled)
	if len(value) > pagestore.MaxValue {
		return false
	}
	p.storeFailed(p.memory.Set(p.closing, key, value, life.ttl))
	if p.store == nil || !life.settled && p.shared == nil {
		return false
	}
	return p.write(key, value, life.ttl, lock)
}

// write writes value to the store in the background, and then releases the lock.
// It reports false if too many writes are under way.
func (p *Pages) write(key string, value []byte, ttl time.Duration, lock *takenLock) bool {
	select {
	case p.writes <- struct{}{}:
	default:
		p.counters.dropped.Add(1)
		return false
	}
	if !p.start() {
		<-p.writes
		return false
	}
	go func() {
		defer p.work.Done()
		defer func() { <-p.writes }()
		ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
		defer cancel()
		err := p.store.Set(ctx, key, value, ttl)
		p.storeFailed(err)
		if lock != nil {
			lock.release(ctx, err == nil)
		}
	}()
	return true
}

// unlockUnless releases the lock of a page that was not kept, which tells those
// who wait for it. Only Close waits for that.
func (p *Pages) unlockUnless(kept bool, lock *takenLock) {
	if kept || lock == nil {
		return
	}
	if !p.start() {
		lock.stop()
		return
	}
	go func() {
		defer p.work.Done()
		ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
		defer cancel()
		lock.release(ctx, false)
	}()
}

// storeFailed counts an error of the store; no caller gets it.
func (p *Pages) storeFailed(err error) {
	if err != nil && !errors.Is(err, pagestore.ErrMiss) {
		p.counters.storeErrors.Add(1)
	}
}
