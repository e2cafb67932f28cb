package cache

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"

	"logbot/logsapi"
)

const (
	// defaultMemory is Options.Memory where none is given: some 3000 to 12000
	// pages.
	defaultMemory = 64 << 20
	// fetchTimeout ends a request that no caller's context ends, because it is
	// made for all of them. It leaves the client time for its retries.
	fetchTimeout = time.Minute
	// writeTimeout ends one write to the store. Nobody waits for it but Close.
	writeTimeout = 5 * time.Second
	// maxWrites bounds the writes to the store under way; what comes on top is
	// dropped. They hold at most maxWrites*MaxValue bytes.
	maxWrites = 32
	// maxMissing bounds how many "no such build" answers are remembered.
	maxMissing = 1000
	// rereadTTL is how long a page from the store lives in memory, which does not
	// know its age.
	rereadTTL = 10 * time.Minute
)

var errClosed = errors.New("the page cache is closed")

// Options are the settings of a Pages. The zero value is a cache in memory for
// one account.
type Options struct {
	// Scope is a short hash of what decides which logs can be read: the service's
	// address, the account, its credential. It stands in every key in clear. It
	// must differ where two processes of different rights share a store.
	Scope string
	// Memory is how many bytes of encoded pages the process keeps; 0 is 64 MiB.
	Memory int64
	// Store stands behind the memory; nil is none. It stays the caller's, to be
	// closed after the Pages.
	Store PageStore
	// Log hears of an upstream that panicked; nil is silence.
	Log Logger
}

// Pages is a logsapi.Pager that keeps what another one returned. It is safe for
// concurrent use.
//
// Equal requests at the same time are one: they share one look into the store
// and one request upstream, made under a context of its own. A caller whose
// context ends leaves alone and does not end it for the others; the answer is
// kept even if nobody is left to take it.
//
// Where the store is one that several processes share, that holds over all of
// them (lock.go): one asks and the others take what it wrote.
//
// Errors are not kept, except that of a build that does not exist
// (logsapi.ErrNotFound), for 30 s and in memory: to share it would save a request
// a process and cost each of them a look at every page. A refusal (401, 403)
// ends the service of what is kept, as refusal.go says.
type Pages struct {
	upstream logsapi.Pager
	scope    string
	codec    *codec
	memory   *memory
	missing  *otter.Cache[string, error]
	store    PageStore
	shared   sharedStore // store, where it is shared; else nil
	refused  *refusals
	log      Logger
	flights  singleflight.Group
	writes   chan struct{}
	counters counters

	closing context.Context
	close   context.CancelFunc
	mu      sync.Mutex // guards the order of work.Add and work.Wait
	closed  bool
	work    sync.WaitGroup
}

// New puts a cache in front of upstream. Close ends it.
func New(upstream logsapi.Pager, o Options) *Pages {
	if o.Memory <= 0 {
		o.Memory = defaultMemory
	}
	closing, stop := context.WithCancel(context.Background())
	shared, _ := o.Store.(sharedStore)
	return &Pages{
		upstream: upstream,
		scope:    o.Scope,
		codec:    newCodec(),
		memory:   newMemory(o.Memory),
		missing: otter.Must(&otter.Options[string, error]{
			MaximumSize:      maxMissing,
			ExpiryCalculator: otter.ExpiryWriting[string, error](notFoundTTL),
		}),
		store:   o.Store,
		shared:  shared,
		refused: newRefusals(),
		log:     orSilence(o.Log),
		writes:  make(chan struct{}, maxWrites),
		closing: closing,
		close:   stop,
	}
}

// Close ends the requests under way, waits for the writes to the store and
// stops the clean-up of the memory. The store stays open. Page asks neither the
// store nor upstream afterwards.
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

// start reports whether work may begin that Close waits for; p.work.Done ends it.
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
	key, ok := keyOf(p.scope, r)
	if !ok {
		return p.upstream.Page(ctx, r) // which knows what to say of such a request
	}
	if page, err := p.remembered(key, r); !errors.Is(err, ErrMiss) {
		p.counters.memoryHits.Add(1)
		return page, err
	}
	if err := ctx.Err(); err != nil {
		return logsapi.Page{}, fmt.Errorf("read page of %s: %w", r.Log, err)
	}
	return p.join(ctx, key, r)
}

// join waits for the answer to r, which it starts to look for unless somebody
// else has.
func (p *Pages) join(ctx context.Context, key string, r logsapi.PageRequest) (logsapi.Page, error) {
	flight := key
	if r.Finished {
		flight += " finished" // not answered by a request that began before the end was known
	}
	led := false
	answer := p.flights.DoChan(flight, func() (any, error) {
		led = true
		return p.find(ctx, key, r)
	})
	select {
	case <-ctx.Done():
		return logsapi.Page{}, fmt.Errorf("wait for page of %s: %w", r.Log, ctx.Err())
	case a := <-answer:
		if !led {
			p.counters.coalesced.Add(1)
		}
		rethrow(a.Err)
		page, _ := a.Val.(logsapi.Page)
		return page, a.Err
	}
}

// upstreamPanic carries a panic from the goroutine of a request to its callers.
type upstreamPanic struct {
	value any
	stack []byte
}

func (u *upstreamPanic) Error() string {
	return fmt.Sprintf("panic while asking upstream: %v\n\n%s", u.value, u.stack)
}

// caught is deferred where a request is made for all its callers, who wait in
// other goroutines: it makes a panic an error for them.
func caught(log Logger, err *error) {
	if v := recover(); v != nil {
		crash := &upstreamPanic{v, debug.Stack()}
		log.Warnf("%v", crash) // every caller may have left
		*err = crash
	}
}

// rethrow makes such an error a panic again, in a caller.
func rethrow(err error) {
	if crash, ok := errors.AsType[*upstreamPanic](err); ok {
		panic(crash)
	}
}

// find looks for the page in the store and then asks for it. It is run once for
// all callers and outlives the one whose ctx it is given.
func (p *Pages) find(ctx context.Context, key string, r logsapi.PageRequest) (page logsapi.Page, err error) {
	if !p.start() {
		return page, errClosed
	}
	defer p.work.Done()
	defer caught(p.log, &err)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
	defer cancel()
	defer context.AfterFunc(p.closing, cancel)()

	// An equal request may have ended since the caller looked.
	if page, err := p.remembered(key, r); !errors.Is(err, ErrMiss) {
		p.counters.memoryHits.Add(1)
		return page, err
	}
	page, found, asks := p.stored(ctx, key, r)
	var lock *heldLock
	if asks {
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
	case errors.Is(err, logsapi.ErrNotFound):
		p.missing.Set(key, err)
	}
	return page, err
}

// remembered returns what memory has for r: a page, the error of a build that
// does not exist, or else ErrMiss.
func (p *Pages) remembered(key string, r logsapi.PageRequest) (logsapi.Page, error) {
	if p.refused.bar(key) {
		return logsapi.Page{}, ErrMiss
	}
	if value, err := p.memory.Get(p.closing, key); err == nil {
		page, settled, err := p.codec.decode(key, value)
		if err == nil && (settled || !r.Finished) {
			return page, nil
		}
		return logsapi.Page{}, ErrMiss
	}
	if err, ok := p.missing.GetIfPresent(key); ok && !r.Finished {
		return logsapi.Page{}, err
	}
	return logsapi.Page{}, ErrMiss
}

// stored returns what the store has for r. A damaged value is removed; a store
// that fails has nothing, and asks is false: it is not to be asked for a lock
// either.
func (p *Pages) stored(ctx context.Context, key string, r logsapi.PageRequest) (page logsapi.Page, found, asks bool) {
	if p.store == nil || p.refused.bar(key) {
		return page, false, false
	}
	value, err := p.store.Get(ctx, key)
	if err != nil {
		p.storeFailed(err)
		return page, false, errors.Is(err, ErrMiss)
	}
	page, found = p.use(ctx, key, r, value)
	return page, found, !found
}

// use is the page in a value of the store, nil being none, if it will do for r.
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
	// The others are as old as they may become.
	if settled {
		p.storeFailed(p.memory.Set(ctx, key, value, rereadTTL))
	}
	return page, true
}

// keep puts a page where lifetimeOf says. It reports whether the store gets it,
// and the lock back after that.
func (p *Pages) keep(key string, r logsapi.PageRequest, page logsapi.Page, lock *heldLock) bool {
	life := lifetimeOf(r, page)
	if life.ttl == 0 || len(page.Text) > maxText {
		return false
	}
	value := p.codec.encode(key, page, life.settled)
	if len(value) > MaxValue {
		return false
	}
	p.storeFailed(p.memory.Set(p.closing, key, value, life.ttl))
	if p.store == nil || !life.settled && p.shared == nil {
		return false
	}
	return p.write(key, value, life.ttl, lock)
}

// write hands value to the store without waiting for it, and then gives the lock
// back. It reports whether it does.
func (p *Pages) write(key string, value []byte, ttl time.Duration, lock *heldLock) bool {
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
		lock.release(ctx, err == nil)
	}()
	return true
}

// unlockUnless gives a lock back, with word of the failure, that nobody else
// does. Nobody waits for it but Close.
func (p *Pages) unlockUnless(kept bool, lock *heldLock) {
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

// storeFailed counts an error of the store, of which no caller hears.
func (p *Pages) storeFailed(err error) {
	if err != nil && !errors.Is(err, ErrMiss) {
		p.counters.storeErrors.Add(1)
	}
}
