package cache

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/cache/redistest"
	"logbot/logsapi"
)

// sharedMemory is a store of several processes whose time is that of the test.
type sharedMemory struct {
	*pagestore.Memory
	mu    sync.Mutex
	locks map[string]*testLock
	away  error // what the locks answer; nil is that they work
	deaf  bool  // renewals do not arrive
}

type testLock struct {
	token  string
	failed bool // its holder got no page
	until  time.Time
}

func newSharedMemory(t *testing.T) *sharedMemory {
	m := pagestore.NewMemory(64 << 20)
	t.Cleanup(func() { m.Close() })
	return &sharedMemory{Memory: m, locks: map[string]*testLock{}}
}

func (s *sharedMemory) live(lock string) *testLock {
	if l, ok := s.locks[lock]; ok && time.Now().Before(l.until) {
		return l
	}
	delete(s.locks, lock)
	return nil
}

func (s *sharedMemory) TryLock(ctx context.Context, key, lock, token string, life time.Duration) ([]byte, pagestore.LockState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away != nil {
		return nil, pagestore.LockHeld, s.away
	}
	state := pagestore.LockHeld
	switch l := s.live(lock); {
	case l == nil:
		s.locks[lock] = &testLock{token: token, until: time.Now().Add(life)}
		state = pagestore.LockWon
	case l.failed:
		state = pagestore.LockFailed
	}
	value, _ := s.Get(ctx, key)
	return value, state, nil
}

func (s *sharedMemory) Renew(_ context.Context, lock, token string, life time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.deaf {
		return false, errors.New("no answer")
	}
	l := s.live(lock)
	if l == nil || l.token != token {
		return false, nil
	}
	l.until = time.Now().Add(life)
	return true, nil
}

func (s *sharedMemory) Unlock(_ context.Context, lock, token string, value bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.live(lock); l != nil && l.token == token {
		if value {
			delete(s.locks, lock)
		} else {
			*l = testLock{failed: true, until: time.Now().Add(pagestore.FailedLife)}
		}
	}
	return nil
}

// slowly is a service that takes its time for every request.
func slowly(takes time.Duration, page logsapi.Page, err error) *service {
	return &service{answer: func(ctx context.Context, _ logsapi.PageRequest) (logsapi.Page, error) {
		select {
		case <-time.After(takes):
			return page, err
		case <-ctx.Done():
			return logsapi.Page{}, ctx.Err()
		}
	}}
}

// replicas are Pages on one store, one for each process of a team.
func replicas(t *testing.T, n int, upstream logsapi.Pager, store pagestore.Store) []*Pages {
	var all []*Pages
	for range n {
		all = append(all, open(t, upstream, Options{Store: store}))
	}
	return all
}

// askAll lets n callers of each replica ask for r at once.
func askAll(t *testing.T, all []*Pages, n int, r logsapi.PageRequest, check func(logsapi.Page, error)) {
	var wg sync.WaitGroup
	for i := range n * len(all) {
		wg.Go(func() {
			page, err := all[i%len(all)].Page(t.Context(), r)
			check(page, err)
		})
	}
	wg.Wait()
}

func TestEqualRequestsOfReplicasAreOneUpstream(t *testing.T) {
	last := logsapi.Page{Text: textLine, Next: aPage.Next, Last: true}
	for name, c := range map[string]struct {
		takes time.Duration
		r     logsapi.PageRequest
		page  logsapi.Page
	}{
		"a page":                            {time.Second, aRequest, aPage},
		"a page that takes long":            {9 * time.Second, aRequest, aPage},
		"the end of a growing log":          {time.Second, aRequest, last},
		"nothing yet":                       {time.Second, aRequest, logsapi.Page{Last: true}},
		"the end of a log that has its end": {time.Second, logsapi.PageRequest{Log: liveLog, Finished: true}, last},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := slowly(c.takes, c.page, nil)
				all := replicas(t, 3, s, newSharedMemory(t))
				askAll(t, all, 100, c.r, func(page logsapi.Page, err error) {
					assert.NoError(t, err)
					assert.Equal(t, c.page, page)
				})
				assert.Equal(t, 1, s.count())
			})
		})
	}
}

func TestTheEndOfAGrowingLogIsNoOlderOverReplicasThanInOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := &service{answer: func(context.Context, logsapi.PageRequest) (logsapi.Page, error) {
			return logsapi.Page{Text: time.Since(began).String(), Last: true}, nil
		}}
		all := replicas(t, 3, s, newSharedMemory(t))
		for i := range 200 {
			time.Sleep(137 * time.Millisecond)
			page := ask(t, all[i%3], aRequest)
			of, err := time.ParseDuration(page.Text)
			require.NoError(t, err)
			assert.LessOrEqual(t, time.Since(began)-of, growingTTL)
			synctest.Wait() // its way to the store
		}
		assert.LessOrEqual(t, s.count(), 200*137/2000+1)
	})
}

func TestAHolderThatDiesCostsOneRequestAndTheLifeOfItsLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSharedMemory(t)
		s := slowly(time.Second, aPage, nil)
		// What the dead one leaves behind: a lock that nobody renews.
		key, _ := pagestore.Key("", aRequest)
		_, state, err := store.TryLock(t.Context(), key, pagestore.LockOf(key, false), "the dead one's", lockLife)
		require.NoError(t, err)
		require.Equal(t, pagestore.LockWon, state)
		began := time.Now()
		askAll(t, replicas(t, 3, s, store), 100, aRequest, func(page logsapi.Page, err error) {
			assert.NoError(t, err)
			assert.Equal(t, aPage, page)
		})
		assert.Equal(t, 1, s.count())
		assert.LessOrEqual(t, time.Since(began), lockLife+time.Second+2*lastLook)
	})
}

func TestALostLockCostsOneMoreRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSharedMemory(t)
		store.deaf = true
		s := slowly(lockLife+lockLife/2, aPage, nil) // the lock is lost once
		all := replicas(t, 3, s, store)
		askAll(t, all, 100, aRequest, func(page logsapi.Page, err error) {
			assert.NoError(t, err)
			assert.Equal(t, aPage, page)
		})
		assert.Equal(t, 2, s.count())
	})
}

func TestALockThatIsAnothersIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSharedMemory(t)
		s := slowly(3*time.Second, aPage, nil)
		p := open(t, s, Options{Store: store})
		var wg sync.WaitGroup
		wg.Go(func() { ask(t, p, aRequest) })
		synctest.Wait()
		key, _ := pagestore.Key("", aRequest)
		name := pagestore.LockOf(key, false)
		store.mu.Lock()
		store.locks[name] = &testLock{token: "another's", until: time.Now().Add(time.Hour)}
		store.mu.Unlock()
		wg.Wait()
		synctest.Wait()
		store.mu.Lock()
		defer store.mu.Unlock()
		assert.Equal(t, "another's", store.live(name).token)
		assert.EqualValues(t, 1, p.Stats().LostLocks)
	})
}

func TestAHolderThatHangsIsNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSharedMemory(t)
		hanging := open(t, slowly(time.Hour, aPage, nil), Options{Store: store})
		go hanging.Page(t.Context(), aRequest)
		synctest.Wait()
		s := slowly(time.Second, aPage, nil)
		p := open(t, s, Options{Store: store})
		began := time.Now()
		assert.Equal(t, aPage, ask(t, p, aRequest))
		assert.LessOrEqual(t, time.Since(began), waitLimit+lastLook+time.Second)
		assert.EqualValues(t, 1, p.Stats().Waited)
		hanging.Close()
	})
}

func TestWhenTheHolderGetsNothingTheOthersAskForThemselvesAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		page logsapi.Page
		err  error
	}{
		"an error":                {err: logsapi.ErrThrottled},
		"no such build":           {err: logsapi.ErrNotFound},
		"a page that is not kept": {page: logsapi.Page{Text: textLine}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := slowly(time.Second, c.page, c.err)
				began := time.Now()
				askAll(t, replicas(t, 10, s, newSharedMemory(t)), 10, aRequest, func(page logsapi.Page, err error) {
					assert.Equal(t, c.page, page)
					assert.ErrorIs(t, err, c.err)
				})
				assert.Equal(t, 10, s.count(), "one for each replica, as without locks")
				assert.LessOrEqual(t, time.Since(began), 2*time.Second+lastLook, "not one after the other")
			})
		})
	}
}

func TestAPanicGivesTheLockBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSharedMemory(t)
		p := open(t, &service{answer: func(context.Context, logsapi.PageRequest) (logsapi.Page, error) { panic("out of range") }}, Options{Store: store})
		assert.Panics(t, func() { p.Page(t.Context(), aRequest) })
		synctest.Wait()
		began := time.Now()
		ask(t, open(t, serving(aPage, nil), Options{Store: store}), aRequest)
		assert.Equal(t, began, time.Now())
	})
}

func TestWhereNoLockIsToBeHadEachReplicaAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newSharedMemory(t)
		store.away = errors.New("connection refused")
		s := slowly(time.Second, aPage, nil)
		askAll(t, replicas(t, 3, s, store), 100, aRequest, func(page logsapi.Page, err error) {
			assert.NoError(t, err)
		})
		assert.Equal(t, 3, s.count())
	})
}

func TestACallerThatLeavesItsReplicaLeavesTheOthersTheirPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := slowly(time.Second, aPage, nil)
		all := replicas(t, 2, s, newSharedMemory(t))
		hurried, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := all[0].Page(hurried, aRequest)
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		wg.Go(func() { assert.Equal(t, aPage, ask(t, all[1], aRequest)) })
		synctest.Wait()
		leave()
		wg.Wait()
		assert.Equal(t, 1, s.count())
	})
}

// replicaURLs is set for a replica that is a process of its own.
const replicaURLs = "CACHE_TEST_REPLICA"

// httpPager is an upstream behind HTTP, which counts for several processes.
type httpPager string

func (u httpPager) Page(ctx context.Context, r logsapi.PageRequest) (page logsapi.Page, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s?end=%d", string(u), r.At.End), nil)
	if err != nil {
		return page, err
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return page, err
	}
	defer reply.Body.Close()
	return page, json.NewDecoder(reply.Body).Decode(&page)
}

// askAsReplica is a process of its own: told to, it asks for the same pages as
// others at the same time, a hundred times each, and says how it went.
func askAsReplica(urls string) {
	redisURL, upstream, _ := strings.Cut(urls, " ")
	store, err := pagestore.OpenRedis(context.Background(), redisURL, nil)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	p := New(httpPager(upstream), Options{Store: store})
	store.Get(context.Background(), "key") // so that there is a connection
	fmt.Println("ready")
	bufio.NewScanner(os.Stdin).Scan()
	var wg sync.WaitGroup
	var failed atomic.Pointer[string]
	for i := range 100 * replicaPages {
		wg.Go(func() {
			page, err := p.Page(context.Background(), logsapi.PageRequest{Log: liveLog, At: logsapi.Cursor{End: int64(i % replicaPages)}})
			if err != nil || page != aPage {
				said := fmt.Sprint(err, page)
				failed.Store(&said)
			}
		})
	}
	wg.Wait()
	if said := failed.Load(); said != nil {
		fmt.Println(*said)
		os.Exit(1)
	}
	// Where this process was too slow for the store's deadlines, it asked by itself.
	stats := p.Stats()
	fmt.Printf("done, lost %d\n", stats.LostLocks+stats.StoreErrors)
	p.Close()
	store.Close()
	os.Exit(0)
}

const replicaPages = 5

func TestThreeProcessesAskOnceForEachPage(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{
		"single":  redistest.Start(t).URL(),
		"Cluster": redistest.StartCluster(t).URL(),
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				time.Sleep(200 * time.Millisecond) // what a service takes
				json.NewEncoder(w).Encode(aPage)
			}))
			defer upstream.Close()
			self, err := os.Executable()
			require.NoError(t, err)
			var start []func() error
			var end []func()
			lost := 0
			for range 3 {
				c := exec.CommandContext(t.Context(), self)
				c.Env = append(os.Environ(), replicaURLs+"="+address+" "+upstream.URL)
				in, err := c.StdinPipe()
				require.NoError(t, err)
				ready, err := c.StdoutPipe()
				require.NoError(t, err)
				require.NoError(t, c.Start())
				lines := bufio.NewScanner(ready)
				require.True(t, lines.Scan())
				require.Equal(t, "ready", lines.Text())
				start = append(start, in.Close)
				end = append(end, func() {
					assert.True(t, lines.Scan())
					n := 0
					_, err := fmt.Sscanf(lines.Text(), "done, lost %d", &n)
					assert.NoError(t, err, lines.Text())
					lost += n
					assert.NoError(t, c.Wait())
				})
			}
			for _, s := range start {
				require.NoError(t, s())
			}
			for _, e := range end {
				e()
			}
			assert.GreaterOrEqual(t, asked.Load(), int64(replicaPages))
			assert.LessOrEqual(t, asked.Load(), int64(replicaPages+lost))
		})
	}
}
