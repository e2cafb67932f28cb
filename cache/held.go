package cache

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	bolt "go.etcd.io/bbolt"

	"logbot/cache/redisclient"
)

// Held is what a store holds.
type Held struct {
	Pages  int64 // that have not expired
	Builds int64 // and check runs, that they are of
	Bytes  int64 // their values
	Limit  int64 // of a File; 0 where the store has none of its own

	Servers []HeldServer // of a Redis, by address
}

// HeldServer is what one Redis server says of itself. Its counts concern
// everything in it since it was started, not pages alone.
type HeldServer struct {
	Addr         string // host:port; of Sentinels, that of the master
	Used, Max    int64  // bytes of memory; Max is 0 where it is not bounded
	Policy       string // maxmemory-policy
	Evicted      int64  // keys removed for want of memory
	Hits, Misses int64  // reads that found their key, or did not
}

// tally counts pages as they are met.
type tally struct {
	held Held
	tags map[string]struct{}
}

func newTally() *tally { return &tally{tags: map[string]struct{}{}} }

func (t *tally) add(key string, size int64) {
	t.held.Pages++
	t.held.Bytes += size
	tag, _, _ := strings.Cut(key, "}")
	t.tags[tag] = struct{}{}
	t.held.Builds = int64(len(t.tags))
}

// isPage tells pages from the locks beside them.
func isPage(key string) bool {
	return strings.HasPrefix(key, keyPrefix) && !strings.Contains(key, ":lock")
}

// Held counts the pages. It goes through the whole keyspace of every master, in
// small steps; that is for an operator's command.
func (s *Redis) Held(ctx context.Context) (Held, error) {
	var mu sync.Mutex
	counted := newTally()
	seen := map[string]struct{}{} // SCAN may repeat a key
	err := s.eachKey(ctx, keyPrefix+"*", func(ctx context.Context, node *redis.Client, keys []string) error {
		keys = slices.DeleteFunc(keys, func(key string) bool { return !isPage(key) })
		sizes := make([]*redis.IntCmd, len(keys))
		_, err := node.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, key := range keys {
				sizes[i] = p.StrLen(ctx, key)
			}
			return nil
		})
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for i, key := range keys {
			if _, again := seen[key]; !again && sizes[i].Val() > 0 {
				seen[key] = struct{}{}
				counted.add(key, sizes[i].Val())
			}
		}
		return nil
	})
	if err == nil {
		err = redisclient.EachMaster(ctx, s.client, func(ctx context.Context, node *redis.Client) error {
			server, err := heldBy(ctx, node)
			mu.Lock()
			defer mu.Unlock()
			counted.held.Servers = append(counted.held.Servers, server)
			return err
		})
	}
	if err != nil {
		return Held{}, fmt.Errorf("count pages in %s: %w", s.name, err)
	}
	slices.SortFunc(counted.held.Servers, func(a, b HeldServer) int { return strings.Compare(a.Addr, b.Addr) })
	return counted.held, nil
}

func heldBy(ctx context.Context, node *redis.Client) (HeldServer, error) {
	sections, err := node.InfoMap(ctx, "server", "memory", "stats").Result()
	if err != nil {
		return HeldServer{}, err
	}
	count := func(section, name string) int64 {
		n, _ := strconv.ParseInt(sections[section][name], 10, 64)
		return n
	}
	addr := node.Options().Addr
	if addr == "FailoverClient" { // what the library calls a master of Sentinels
		addr = "master, port " + sections["Server"]["tcp_port"]
	}
	return HeldServer{
		Addr:    addr,
		Used:    count("Memory", "used_memory"),
		Max:     count("Memory", "maxmemory"),
		Policy:  sections["Memory"]["maxmemory_policy"],
		Evicted: count("Stats", "evicted_keys"),
		Hits:    count("Stats", "keyspace_hits"),
		Misses:  count("Stats", "keyspace_misses"),
	}, nil
}

// Held counts the pages.
func (s *File) Held(context.Context) (Held, error) {
	counted := newTally()
	now := time.Now()
	err := s.db.View(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(pagesBucket)).ForEach(func(key, stamped []byte) error {
			if isPage(string(key)) && len(stamped) > stampLen && now.Before(stampOf(stamped)) {
				counted.add(string(key), int64(len(stamped)-stampLen))
			}
			return nil
		})
	})
	if err != nil {
		return Held{}, fmt.Errorf("count pages: %w", err)
	}
	counted.held.Limit = s.limit
	return counted.held, nil
}
