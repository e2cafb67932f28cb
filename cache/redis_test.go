package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sony/gobreaker/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/cache/redisclient"
	"logbot/cache/redistest"
	"logbot/logsapi"
)

func TestASecondRunAsksForNothing(t *testing.T) {
	server := redistest.Start(t)
	upstream := serving(aPage, nil)
	for range 3 {
		store, err := pagestore.OpenRedis(t.Context(), server.URL(), nil)
		require.NoError(t, err)
		run(t, upstream, Options{Scope: "eu1", Store: store}, threeRequests...)
		require.NoError(t, store.Close())
	}
	assert.Equal(t, len(threeRequests), upstream.count())

	stats := run(t, upstream, Options{Scope: "eu2", Store: openRedis(t, server.URL())}, threeRequests...)
	assert.EqualValues(t, 3, stats.Misses, "another account shares nothing")
}

func TestEveryKeyInRedisHasALifetimeAndTheDocumentedPrefix(t *testing.T) {
	server := redistest.Start(t)
	run(t, serving(aPage, nil), Options{Store: openRedis(t, server.URL())}, threeRequests...)
	client := bare(t, server.URL())
	keys, err := client.Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	require.Len(t, keys, len(threeRequests))
	for _, key := range keys {
		assert.True(t, strings.HasPrefix(key, pagestore.KeyPrefix), key)
		left, err := client.PTTL(t.Context(), key).Result()
		require.NoError(t, err)
		assert.InDelta(t, finalTTL, left, float64(time.Minute))
	}
}

func TestADamagedValueIsAMissAndIsReplaced(t *testing.T) {
	server := redistest.Start(t)
	client := bare(t, server.URL())
	key, _ := pagestore.Key("", aRequest)
	whole := newCodec().encode(key, aPage, true)
	other := newCodec().encode("another key", aPage, true)
	for name, put := range map[string]func(context.Context) error{
		"cut":                     func(ctx context.Context) error { return client.Set(ctx, key, whole[:len(whole)-1], 0).Err() },
		"one bit":                 func(ctx context.Context) error { return client.SetBit(ctx, key, 8*20, 1).Err() },
		"not ours":                func(ctx context.Context) error { return client.Set(ctx, key, "hello", 0).Err() },
		"of another key":          func(ctx context.Context) error { return client.Set(ctx, key, other, 0).Err() },
		"far too large":           func(ctx context.Context) error { return client.Set(ctx, key, noise(32<<20), 0).Err() },
		"ours with a large train": func(ctx context.Context) error { return client.Append(ctx, key, noise(2<<20)).Err() },
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, client.Set(t.Context(), key, whole, 0).Err())
			require.NoError(t, put(t.Context()))
			store := openRedis(t, server.URL())
			upstream := serving(aPage, nil)
			stats := run(t, upstream, Options{Store: store}, aRequest)
			assert.EqualValues(t, 1, stats.Damaged)
			assert.Zero(t, stats.StoreErrors)
			run(t, upstream, Options{Store: store}, aRequest)
			assert.Equal(t, 1, upstream.count(), "whole again")
		})
	}
	t.Run("removed where the page is not kept again", func(t *testing.T) {
		require.NoError(t, client.Set(t.Context(), key, "hello", 0).Err())
		p := New(serving(logsapi.Page{Text: textLine}, nil), Options{Store: openRedis(t, server.URL())})
		ask(t, p, aRequest)
		p.Close()
		assert.Zero(t, client.Exists(t.Context(), key).Val())
	})
	t.Run("of another type", func(t *testing.T) {
		require.NoError(t, client.Del(t.Context(), key).Err())
		require.NoError(t, client.RPush(t.Context(), key, "x").Err())
		store, upstream := openRedis(t, server.URL()), serving(aPage, nil)
		assert.EqualValues(t, 1, run(t, upstream, Options{Store: store}, aRequest).StoreErrors)
		run(t, upstream, Options{Store: store}, aRequest)
		assert.Equal(t, 1, upstream.count(), "whole again")
	})
}

func TestRedisMayEndAndComeBack(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	store := openRedis(t, server.URL())
	upstream := serving(aPage, nil)
	run(t, upstream, Options{Store: store}, threeRequests...)

	server.Kill()
	for range 3 {
		run(t, upstream, Options{Store: store}, threeRequests...)
	}
	assert.Equal(t, 4*len(threeRequests), upstream.count())
	_, err := store.Get(t.Context(), "key")
	assert.ErrorIs(t, err, gobreaker.ErrOpenState)

	server.Restart()
	require.Eventually(t, func() bool {
		return store.Set(t.Context(), "key", []byte("value"), time.Hour) == nil
	}, longest, 50*time.Millisecond)
	require.Eventually(t, func() bool {
		_, err := store.Get(t.Context(), "key")
		return err == nil
	}, longest, 50*time.Millisecond)
}

func TestAFullRedisStillServesWhatItHas(t *testing.T) {
	server := redistest.Start(t)
	store := openRedis(t, server.URL())
	upstream := serving(aPage, nil)
	run(t, upstream, Options{Store: store}, aRequest)

	client := bare(t, server.URL())
	require.NoError(t, client.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err())
	require.NoError(t, client.ConfigSet(t.Context(), "maxmemory", "1").Err())
	stillServes(t, store, upstream, "OOM")
}

func TestAReadOnlyRedisStillServesWhatItHas(t *testing.T) {
	server := redistest.Start(t)
	store := openRedis(t, server.URL())
	upstream := serving(aPage, nil)
	run(t, upstream, Options{Store: store}, aRequest)

	// A replica whose master is away, as a failover leaves one behind.
	require.NoError(t, bare(t, server.URL()).ReplicaOf(t.Context(), "127.0.0.1", "1").Err())
	stillServes(t, store, upstream, "READONLY")
}

// stillServes expects that store answers reads, refuses writes with the error,
// and stops trying to write. It holds aRequest's page already.
func stillServes(t *testing.T, store *pagestore.Redis, upstream *service, refusal string) {
	t.Helper()
	err := store.Set(t.Context(), "key", []byte("value"), time.Hour)
	assert.ErrorContains(t, err, refusal)
	tries := 1
	for ; !errors.Is(err, gobreaker.ErrOpenState); tries++ {
		err = store.Set(t.Context(), "key", []byte("value"), time.Hour)
		require.Error(t, err)
	}
	assert.LessOrEqual(t, tries, redisclient.TripAfter+1)
	require.Eventually(t, func() bool { // a busy machine may be too slow at first
		upstream.asked = 0
		stats := run(t, upstream, Options{Store: store}, threeRequests...)
		return stats.StoreHits == 1 && upstream.count() == len(threeRequests)-1
	}, longest, 10*time.Millisecond)
}

func TestAWrongPasswordCostsTheCacheOnly(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "right")
	url := func(password string) string { return "redis://:" + password + "@" + server.Addr }
	upstream := serving(aPage, nil)
	for _, u := range []string{url("wrong"), server.URL()} {
		store := openRedis(t, u)
		_, err := store.Get(t.Context(), "key")
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "wrong@")
		_, _, err = store.TryLock(t.Context(), "key", "key:lock", "token", time.Minute)
		require.Error(t, err)
		run(t, upstream, Options{Store: store}, threeRequests...)
		_, err = store.Get(t.Context(), "key")
		assert.ErrorIs(t, err, gobreaker.ErrOpenState)
	}
	upstream.asked = 0
	for range 2 {
		run(t, upstream, Options{Store: openRedis(t, url("right"))}, threeRequests...)
	}
	assert.Equal(t, len(threeRequests), upstream.count())
}

// stub is a listener in the place of a Redis.
type stub struct {
	addr     string
	accepted atomic.Int64
}

// listen serves every connection with serve until the test ends.
func listen(t testing.TB, serve func(net.Conn)) *stub {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &stub{addr: l.Addr().String()}
	var mu sync.Mutex
	var open []net.Conn
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.accepted.Add(1)
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			wg.Go(func() { serve(c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return s
}

func TestARedisThatNeverAnswersIsLeftAlone(t *testing.T) {
	silent := listen(t, func(net.Conn) {})
	store := openRedis(t, "redis://"+silent.addr)
	upstream := serving(aPage, nil)
	p := open(t, upstream, Options{Store: store})
	for i := range 50 {
		r := aRequest
		r.At.End = int64(i + 1000)
		assert.Equal(t, aPage, ask(t, p, r))
	}
	p.Close()
	assert.Equal(t, 50, upstream.count())
	assert.EqualValues(t, 0, p.Stats().StoreHits)
	for _, err := range []error{
		second(store.Get(t.Context(), "key")),
		store.Set(t.Context(), "key", []byte("value"), time.Hour),
	} {
		assert.ErrorIs(t, err, gobreaker.ErrOpenState)
	}
	// One read and the few writes begun before the first had failed, each with
	// one retry; not 100 calls.
	assert.LessOrEqual(t, silent.accepted.Load(), int64(2*(1+maxWrites)))
}

func second[T any](_ T, err error) error { return err }

func TestAReplyCutInTheMiddleIsAMiss(t *testing.T) {
	cutting := listen(t, func(c net.Conn) {
		request := make([]byte, 4096)
		for {
			n, err := c.Read(request)
			if err != nil {
				return
			}
			if bytes.Contains(bytes.ToLower(request[:n]), []byte("getrange")) {
				fmt.Fprintf(c, "$20000\r\n%s", noise(1000))
				c.Close()
				return
			}
			c.Write([]byte("-ERR unknown command\r\n"))
		}
	})
	store := openRedis(t, "redis://"+cutting.addr)
	_, err := store.Get(t.Context(), "key")
	require.ErrorContains(t, err, "EOF")
	run(t, serving(aPage, nil), Options{Store: store}, threeRequests...)
}

func TestTheClientLogsWhereItIsTold(t *testing.T) {
	server := redistest.Start(t)
	log := &testLog{}
	store, err := pagestore.OpenRedis(t.Context(), server.URL(), log)
	require.NoError(t, err)
	t.Cleanup(func() { store.Close() })
	server.Kill()
	for range redisclient.TripAfter + 1 {
		store.Get(t.Context(), "key")
	}
	assert.Contains(t, log.text(), "read pages from Redis at "+server.Addr+": paused")
}

func TestADeadMasterCostsThePagesThatLieOnIt(t *testing.T) {
	t.Parallel()
	c := redistest.StartCluster(t)
	log := &testLog{}
	store, err := pagestore.OpenRedis(t.Context(), c.URL(), log)
	require.NoError(t, err)
	t.Cleanup(func() { store.Close() })
	var keys [3]string // one on each master
	for i := 0; slices.Contains(keys[:], ""); i++ {
		key := fmt.Sprintf("{%d}", i)
		keys[c.MasterOf(key)] = key
	}
	for _, key := range keys {
		require.Eventually(t, func() bool {
			return store.Set(t.Context(), key, []byte("value"), time.Hour) == nil
		}, longest, 10*time.Millisecond)
	}
	c.Masters[0].Freeze()
	require.Eventually(t, func() bool {
		_, err := store.Get(t.Context(), keys[0])
		return errors.Is(err, gobreaker.ErrOpenState)
	}, longest, time.Millisecond)
	assert.Contains(t, log.text(), "master "+c.Masters[0].Addr+": paused")
	for _, key := range keys[1:] {
		require.Eventually(t, func() bool {
			_, err := store.Get(t.Context(), key)
			return err == nil
		}, longest, 10*time.Millisecond, "another master serves")
	}
	// An election that fails, as on a busy machine, is tried again after four times the
	// timeout of a node: 8 s.
	require.Eventually(t, func() bool {
		_, err := store.Get(t.Context(), keys[0])
		return err == nil
	}, 3*longest, 10*time.Millisecond, "its replica takes over")
}
