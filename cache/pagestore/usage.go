package pagestore

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

// Usage is what a store contains.
type Usage struct {
	Pages  int64 // not expired
	Builds int64 // that have pages, and check runs
	Bytes  int64 // of their values
	Limit  int64 // of a File; 0 if the store has none

	Servers []ServerUsage // of a Redis, by address
}

// ServerUsage is what one Redis server reports. Its counts include everything in it,
// not only pages, since it was started.
type ServerUsage struct {
	Addr         string // host:port; of Sentinels, that of the master
	Used, Max    int64  // bytes of memory; Max is 0 without a limit
	Policy       string // maxmemory-policy
	Evicted      int64  // keys removed to free memory
	Hits, Misses int64  // reads that found their key, and those that did not
}

// tally counts pages.
type tally struct {
	used Usage
	tags map[string]struct{}
}

func newTally() *tally { return &tally{tags: map[string]struct{}{}} }

func (t *tally) add(key string, size int64) {
	t.used.Pages++
	t.used.Bytes += size
	tag, _, _ := strings.Cut(key, "}")
	t.tags[tag] = struct{}{}
	t.used.Builds = int64(len(t.tags))
}

// isPage reports whether key is that of a page, not of a lock.
func isPage(key string) bool {
	return strings.HasPrefix(key, KeyPrefix) && !strings.Contains(key, ":lock")
}

// Usage counts the pages. It scans the keyspace of every master, in small steps; only
// an operator's command uses it.
func (s *Redis) Usage(ctx context.Context) (Usage, error) {
	var mu sync.Mutex
	counted := newTally()
	seen := map[string]struct{}{} // SCAN may repeat a key
	err := s.eachKey(ctx, KeyPrefix+"*", func(ctx context.Context, node *redis.Client, keys []string) error {
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
			server, err := usageOf(ctx, node)
			mu.Lock()
			defer mu.Unlock()
			counted.used.Servers = append(counted.used.Servers, server)
			return err
		})
	}
	if err != nil {
		return Usage{}, fmt.Errorf("count pages in %s: %w", s.name, err)
	}
	slices.SortFunc(counted.used.Servers, func(a, b ServerUsage) int { return strings.Compare(a.Addr, b.Addr) })
	return counted.used, nil
}

func usageOf(ctx context.Context, node *redis.Client) (ServerUsage, error) {
	sections, err := node.InfoMap(ctx, "server", "memory", "stats").Result()
	if err != nil {
		return ServerUsage{}, err
	}
	count := func(section, name string) int64 {
		n, _ := strconv.ParseInt(sections[section][name], 10, 64)
		return n
	}
	addr := node.Options().Addr
	if addr == "FailoverClient" { // what the library calls a master of Sentinels
		addr = "master, port " + sections["Server"]["tcp_port"]
	}
	return ServerUsage{
		Addr:    addr,
		Used:    count("Memory", "used_memory"),
		Max:     count("Memory", "maxmemory"),
		Policy:  sections["Memory"]["maxmemory_policy"],
		Evicted: count("Stats", "evicted_keys"),
		Hits:    count("Stats", "keyspace_hits"),
		Misses:  count("Stats", "keyspace_misses"),
	}, nil
}

// Usage counts the pages.
func (s *File) Usage(context.Context) (Usage, error) {
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
		return Usage{}, fmt.Errorf("count pages: %w", err)
	}
	counted.used.Limit = s.limit
	return counted.used, nil
}
