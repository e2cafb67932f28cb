package cache

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/logsapi"
)

var (
	aPage    = logsapi.Page{Text: textLine, Next: logsapi.Cursor{Start: 1, End: 100}}
	aRequest = logsapi.PageRequest{Log: liveLog}
)

func TestAFinalPageIsAskedForOnce(t *testing.T) {
	s := serving(aPage, nil)
	p := open(t, s, Options{})
	for range 3 {
		assert.Equal(t, aPage, ask(t, p, aRequest))
	}
	assert.Equal(t, 1, s.count())
	stats := p.Stats()
	assert.Positive(t, stats.MemoryBytes)
	assert.Equal(t, Stats{MemoryHits: 2, Misses: 1, MemoryBytes: stats.MemoryBytes}, stats)
}

func TestPagesAreAskedForAgainWhenTheirTimeIsOver(t *testing.T) {
	last := logsapi.Page{Text: textLine, Next: logsapi.Cursor{Start: 1, End: 100}, Last: true}
	marked := last
	marked.Text += endMarker
	for _, c := range []struct {
		name  string
		r     logsapi.PageRequest
		page  logsapi.Page
		err   error
		keeps time.Duration // 0: asked for every time; finalTTL: kept for an hour at least
	}{
		{name: "a page with a successor", r: aRequest, page: aPage, keeps: finalTTL},
		{name: "the last page of a running build", r: aRequest, page: last, keeps: 2 * time.Second},
		{name: "the last page of a finished build", r: logsapi.PageRequest{Log: liveLog, Finished: true}, page: last, keeps: finalTTL},
		{name: "the last page with a marker, which may be a tool's", r: aRequest, page: marked, keeps: 2 * time.Second},
		{name: "the last page with the marker of a finished build", r: logsapi.PageRequest{Log: liveLog, Finished: true}, page: marked, keeps: finalTTL},
		{name: "nothing yet", r: aRequest, page: logsapi.Page{Last: true}, keeps: time.Second},
		{name: "nothing at all", r: logsapi.PageRequest{Log: liveLog, Finished: true}, page: logsapi.Page{Last: true}, keeps: 10 * time.Minute},
		{name: "no such build", r: aRequest, err: &logsapi.Error{Kind: logsapi.ErrNotFound}, keeps: 30 * time.Second},
		{name: "no log now", r: aRequest, err: &logsapi.Error{Kind: logsapi.ErrNotReady}},
		{name: "a log that is being archived", r: aRequest, err: &logsapi.Error{Kind: logsapi.ErrNotReady, Err: logsapi.ErrNotFound}},
		{name: "not allowed", r: aRequest, err: &logsapi.Error{Kind: logsapi.ErrForbidden}},
		{name: "not authenticated", r: aRequest, err: &logsapi.Error{Kind: logsapi.ErrUnauthorized}},
		{name: "too many requests", r: aRequest, err: &logsapi.Error{Kind: logsapi.ErrThrottled}},
		{name: "away", r: aRequest, err: errors.New("connection refused")},
		{name: "more promised from the same place", r: aRequest, page: logsapi.Page{Text: textLine}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serving(c.page, c.err)
				p := open(t, s, Options{})
				check := func(asked int) {
					t.Helper()
					page, err := p.Page(t.Context(), c.r)
					assert.Equal(t, c.err, err)
					assert.Equal(t, c.page, page)
					assert.Equal(t, asked, s.count())
				}
				check(1)
				if c.keeps == 0 {
					check(2)
					return
				}
				time.Sleep(min(c.keeps, time.Hour) - time.Millisecond)
				check(1)
				if c.keeps < time.Hour {
					time.Sleep(2 * time.Millisecond)
					check(2)
				}
			})
		})
	}
}

// A store that several processes share also holds pages that are not settled. None
// of them may outlive the two seconds on its way into another process.
func TestAMarkerDoesNotKeepAPageOfARunningBuildInAnyProcess(t *testing.T) {
	for _, r := range []logsapi.PageRequest{
		{Log: finishedLog, Order: logsapi.Descending}, {Log: liveLog, Order: logsapi.Descending},
		{Log: liveLog, Order: logsapi.Ascending}, {Log: checkLog, Order: logsapi.Ascending},
	} {
		t.Run(fmt.Sprintf("%s %v", r.Log, r.Order), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				text := textLine + stamp + " Finished: SUCCESS\n" // of another build
				s := &service{answer: func(context.Context, logsapi.PageRequest) (logsapi.Page, error) {
					return logsapi.Page{Text: text, Last: true, Next: logsapi.Cursor{End: int64(len(text))}}, nil
				}}
				all := replicas(t, 2, s, newSharedMemory(t))
				for _, p := range all {
					assert.Equal(t, text, ask(t, p, r).Text)
					synctest.Wait() // its way to the store
				}
				assert.Equal(t, 1, s.count())
				text += stamp + " make: *** [all] Error 2\n" + endMarker
				time.Sleep(growingTTL + time.Millisecond)
				for _, p := range all {
					assert.Equal(t, text, ask(t, p, r).Text)
				}
				r.Finished = true
				for range 3 {
					for _, p := range all {
						assert.Equal(t, text, ask(t, p, r).Text)
						synctest.Wait()
					}
				}
				assert.Equal(t, 3, s.count(), "once the build is known to be finished, its end is asked for once")
				time.Sleep(24 * time.Hour)
				ask(t, all[0], r)
				assert.Equal(t, 3, s.count())
			})
		})
	}
}

func TestWhoKnowsTheBuildFinishedGetsNoOlderPage(t *testing.T) {
	after := aRequest
	after.Finished = true
	for name, before := range map[string]logsapi.Page{
		"the end of a growing log": {Text: textLine, Last: true},
		"a marker that may be a tool's": {
			Text: textLine + endMarker, Last: true,
		},
		"nothing yet": {Last: true},
	} {
		t.Run(name, func(t *testing.T) {
			full := logsapi.Page{Text: textLine + endMarker + textLine, Last: true}
			s := &service{answer: func(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
				if r.Finished {
					return full, nil
				}
				return before, nil
			}}
			store := pagestore.NewMemory(1 << 20)
			defer store.Close()
			first := New(s, Options{Store: store})
			assert.Equal(t, before, ask(t, first, aRequest))
			first.Close()

			p := open(t, s, Options{Store: store}) // the store may have the page, memory has not
			assert.Equal(t, full, ask(t, p, after))
			assert.Equal(t, full, ask(t, p, aRequest), "what is settled is good for everybody")
			assert.Equal(t, full, ask(t, p, after))
			assert.Equal(t, 2, s.count())
		})
	}
	t.Run("a build that did not exist", func(t *testing.T) {
		s := &service{answer: func(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
			if r.Finished {
				return aPage, nil
			}
			return logsapi.Page{}, logsapi.ErrNotFound
		}}
		p := open(t, s, Options{})
		_, err := p.Page(t.Context(), aRequest)
		require.ErrorIs(t, err, logsapi.ErrNotFound)
		assert.Equal(t, aPage, ask(t, p, after))
		assert.Equal(t, aPage, ask(t, p, aRequest))
	})
	t.Run("a request that is under way", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &service{answer: func(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
				if !r.Finished {
					time.Sleep(time.Second)
					return logsapi.Page{Text: "early", Last: true}, nil
				}
				return logsapi.Page{Text: "late", Last: true}, nil
			}}
			p := open(t, s, Options{})
			var wg sync.WaitGroup
			wg.Go(func() { assert.Equal(t, "early", ask(t, p, aRequest).Text) })
			synctest.Wait()
			assert.Equal(t, "late", ask(t, p, after).Text)
			wg.Wait()
		})
	})
}

func TestEqualRequestsAtOnceAreOneUpstream(t *testing.T) {
	for name, answer := range map[string]struct {
		page logsapi.Page
		err  error
	}{
		"a page":   {page: aPage},
		"an error": {err: logsapi.ErrThrottled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{answer: func(context.Context, logsapi.PageRequest) (logsapi.Page, error) {
					time.Sleep(time.Second)
					return answer.page, answer.err
				}}
				p := open(t, s, Options{})
				var wg sync.WaitGroup
				for range 100 {
					wg.Go(func() {
						page, err := p.Page(t.Context(), aRequest)
						assert.Equal(t, answer.page, page)
						assert.ErrorIs(t, err, answer.err)
					})
				}
				wg.Wait()
				assert.Equal(t, 1, s.count())
				assert.EqualValues(t, 99, p.Stats().Coalesced)
			})
		})
	}
}

func TestACallerThatLeavesDoesNotEndTheRequestOfTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(ctx context.Context, _ logsapi.PageRequest) (logsapi.Page, error) {
			select {
			case <-time.After(time.Second):
				return aPage, nil
			case <-ctx.Done():
				return logsapi.Page{}, ctx.Err()
			}
		}}
		p := open(t, s, Options{})
		first, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := p.Page(first, aRequest)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorContains(t, err, aRequest.Log.String())
		})
		synctest.Wait()
		wg.Go(func() { assert.Equal(t, aPage, ask(t, p, aRequest)) })
		synctest.Wait()
		leave()
		wg.Wait()
		assert.Equal(t, 1, s.count())
	})
}

func TestTheAnswerIsKeptWhenEverybodyHasLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(context.Context, logsapi.PageRequest) (logsapi.Page, error) {
			time.Sleep(time.Second)
			return aPage, nil
		}}
		p := open(t, s, Options{})
		hurried, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := p.Page(hurried, aRequest)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(time.Second)
		assert.Equal(t, aPage, ask(t, p, aRequest))
		assert.Equal(t, 1, s.count())
	})
}

func TestACallerThatHasLeftStartsNothing(t *testing.T) {
	s := serving(aPage, nil)
	p := open(t, s, Options{})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Page(gone, aRequest)
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, s.count())
}

func TestASlowPageHoldsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s := &service{answer: func(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
			if r.Log == logsapi.Log(stepLog) {
				<-release
			}
			return aPage, nil
		}}
		p := open(t, s, Options{})
		var wg sync.WaitGroup
		wg.Go(func() { ask(t, p, logsapi.PageRequest{Log: stepLog}) })
		synctest.Wait()
		ask(t, p, aRequest)
		close(release)
		wg.Wait()
	})
}

func TestARequestThatNobodyEndsEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(ctx context.Context, _ logsapi.PageRequest) (logsapi.Page, error) {
			<-ctx.Done()
			return logsapi.Page{}, ctx.Err()
		}}
		p := open(t, s, Options{})
		_, err := p.Page(t.Context(), aRequest)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestAPanicUpstreamReachesEveryCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := true
		s := &service{answer: func(context.Context, logsapi.PageRequest) (logsapi.Page, error) {
			time.Sleep(time.Second)
			if broken {
				panic("index out of range")
			}
			return aPage, nil
		}}
		log := &testLog{}
		p := open(t, s, Options{Log: log})
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				defer func() {
					v := fmt.Sprint(recover())
					assert.Contains(t, v, "index out of range")
					assert.Contains(t, v, "pages_test.go", "the stack of the panic itself")
				}()
				p.Page(t.Context(), aRequest)
			})
		}
		wg.Wait()
		assert.Contains(t, log.text(), "index out of range", "the callers might have left")
		broken = false
		assert.Equal(t, aPage, ask(t, p, aRequest))
	})
}

func TestARequestWithoutAKeyGoesStraightUpstream(t *testing.T) {
	s := serving(logsapi.Page{}, logsapi.ErrInvalid)
	p := open(t, s, Options{})
	for range 2 {
		_, err := p.Page(t.Context(), logsapi.PageRequest{})
		require.ErrorIs(t, err, logsapi.ErrInvalid)
	}
	assert.Equal(t, 2, s.count())
}

func TestAPageIsNotPartOfTheCache(t *testing.T) {
	s := serving(logsapi.Page{Text: logText(1000), Next: aPage.Next}, nil)
	p := open(t, s, Options{})
	ask(t, p, aRequest)
	page := ask(t, p, aRequest)
	key, _ := pagestore.Key("", aRequest)
	value, err := p.memory.Get(t.Context(), key)
	require.NoError(t, err)
	clear(value)
	assert.Equal(t, logText(1000), page.Text)
	assert.Equal(t, logText(1000), ask(t, p, aRequest).Text, "damaged memory is a miss")
}

func TestMemoryIsBounded(t *testing.T) {
	const limit = 256 << 10
	s := &service{answer: func(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
		return logsapi.Page{Text: noise(10_000), Next: logsapi.Cursor{End: r.At.End + 1}}, nil
	}}
	p := open(t, s, Options{Memory: limit})
	for i := range 300 {
		ask(t, p, logsapi.PageRequest{Log: liveLog, At: logsapi.Cursor{End: int64(i)}})
	}
	held := p.Stats().MemoryBytes
	assert.LessOrEqual(t, held, int64(limit))
	assert.Greater(t, held, int64(limit/2))
}

func TestAPageTooLargeIsPassedOnAndNotKept(t *testing.T) {
	for name, text := range map[string]string{
		"encoded": noise(pagestore.MaxValue + 1),
		"as text": strings.Repeat("a", maxText+1),
	} {
		t.Run(name, func(t *testing.T) {
			store := pagestore.NewMemory(64 << 20)
			defer store.Close()
			s := serving(logsapi.Page{Text: text, Next: aPage.Next}, nil)
			p := open(t, s, Options{Store: store})
			for range 2 {
				assert.True(t, text == ask(t, p, aRequest).Text)
			}
			assert.Equal(t, 2, s.count())
			assert.Zero(t, p.Stats().StoreErrors)
		})
	}
}

func TestCloseEndsRequestsAndWaitsForWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{answer: func(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
			if r.Log == logsapi.Log(stepLog) {
				<-ctx.Done()
				return logsapi.Page{}, ctx.Err()
			}
			return aPage, nil
		}}
		store := pagestore.NewMemory(1 << 20)
		defer store.Close()
		p := New(s, Options{Store: slowStore{store, time.Second}})
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := p.Page(t.Context(), logsapi.PageRequest{Log: stepLog})
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		ask(t, p, aRequest)
		p.Close()
		wg.Wait()
		assert.Len(t, store.Keys(""), 1)
		_, err := p.Page(t.Context(), logsapi.PageRequest{Log: checkLog})
		assert.ErrorIs(t, err, errClosed)
	})
}

// slowStore takes its time to write.
type slowStore struct {
	pagestore.Store
	takes time.Duration
}

func (s slowStore) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	select {
	case <-time.After(s.takes):
		return s.Store.Set(ctx, key, value, ttl)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestNobodyWaitsForAWriteAndNotAllAreMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := pagestore.NewMemory(1 << 20)
		defer store.Close()
		p := New(serving(aPage, nil), Options{Store: slowStore{store, time.Hour}})
		began := time.Now()
		for i := range maxWrites + 5 {
			ask(t, p, logsapi.PageRequest{Log: liveLog, At: logsapi.Cursor{End: int64(i + 1000)}})
		}
		assert.Equal(t, began, time.Now())
		p.Close()
		assert.Equal(t, writeTimeout, time.Since(began), "a store that hangs does not hold Close longer")
		assert.EqualValues(t, 5, p.Stats().Dropped)
		assert.EqualValues(t, maxWrites, p.Stats().StoreErrors)
	})
}

func TestProvisionalPagesDoNotReachTheStore(t *testing.T) {
	store := pagestore.NewMemory(1 << 20)
	defer store.Close()
	p := New(serving(logsapi.Page{Text: textLine, Last: true}, nil), Options{Store: store})
	ask(t, p, aRequest)
	p.Close()
	assert.Empty(t, store.Keys(""))
}

// A log that grows while it is read through the cache, by walks that begin at
// any time in either order, must come out whole.
func TestWalksThroughTheCacheSeeTheWholeLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const lineCount, ends = 600, time.Minute
		var whole []string
		for i := range lineCount {
			whole = append(whole, fmt.Sprintf("%s 第 %d 行\n", stamp, i))
		}
		began := time.Now()
		written := func() int {
			return min(lineCount, int(lineCount*time.Since(began)/ends))
		}
		s := &service{answer: func(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
			n := written()
			time.Sleep(3 * time.Millisecond)
			// The offsets of this service count lines.
			if r.Order == logsapi.Descending {
				to := int(r.At.Start)
				if r.At == (logsapi.Cursor{}) {
					to = n
				}
				from := max(0, to-r.Size)
				return logsapi.Page{Text: strings.Join(whole[from:to], ""), Next: logsapi.Cursor{Start: int64(from), End: int64(to)}, Last: from == 0}, nil
			}
			from := int(r.At.End)
			to := min(n, from+r.Size)
			return logsapi.Page{Text: strings.Join(whole[from:to], ""), Next: logsapi.Cursor{Start: int64(from), End: int64(to)}, Last: to == n}, nil
		}}
		p := open(t, s, Options{})
		var wg sync.WaitGroup
		for walker := range 40 {
			for _, order := range []logsapi.Order{logsapi.Ascending, logsapi.Descending} {
				wg.Go(func() {
					time.Sleep(time.Duration(walker) * 1700 * time.Millisecond)
					before := written()
					r := logsapi.PageRequest{Log: liveLog, Order: order, Size: 50, Finished: before == lineCount}
					var got []string
					for page, err := range logsapi.Pages(t.Context(), p, r) {
						if !assert.NoError(t, err) {
							return
						}
						if order == logsapi.Descending {
							got = append([]string{page.Text}, got...)
						} else {
							got = append(got, page.Text)
						}
					}
					text := strings.Join(got, "")
					assert.True(t, strings.HasPrefix(strings.Join(whole, ""), text), "neither gap nor repetition")
					seen := strings.Count(text, "\n")
					fresh := before - lineCount*int(growingTTL)/int(ends) - 1
					if r.Finished {
						fresh = lineCount
					}
					assert.GreaterOrEqual(t, seen, fresh, "at most as old as a page is kept")
				})
			}
		}
		wg.Wait()
	})
}
