package redistest

import (
	"fmt"
	"net"
	"strings"
	"testing"
)

const (
	shards = 3
	slots  = 16384
)

// Cluster is a Redis Cluster of three masters, each with one replica. It declares a
// node dead after two seconds.
type Cluster struct {
	Masters  []*Server // those of the start; the slots are spread evenly in their order
	Replicas []*Server // Replicas[i] is that of Masters[i]

	tb    testing.TB
	buses map[*Server]string // the ports on which nodes talk
}

// StartCluster runs the Cluster and waits until each node sees it complete.
func StartCluster(tb testing.TB) *Cluster {
	tb.Helper()
	c := &Cluster{tb: tb, buses: map[*Server]string{}}
	for range shards {
		c.Masters = append(c.Masters, c.startNode())
	}
	for range shards {
		c.Replicas = append(c.Replicas, c.startNode())
	}
	first, port, _ := net.SplitHostPort(c.Masters[0].Addr)
	for i, m := range c.Masters {
		m.Do("cluster", "set-config-epoch", i+1)
		m.Do("cluster", "addslotsrange", i*slots/shards, (i+1)*slots/shards-1)
	}
	for i, n := range c.nodes() {
		if i >= shards {
			n.Do("cluster", "set-config-epoch", i+1)
		}
		if i > 0 {
			n.Do("cluster", "meet", first, port, c.buses[c.Masters[0]])
		}
	}
	for _, n := range c.nodes() {
		until(tb, "the nodes to know each other", func() bool {
			return n.says(fmt.Sprintf("cluster_known_nodes:%d", 2*shards), "cluster", "info")
		})
	}
	for i, r := range c.Replicas {
		id := c.Masters[i].id()
		// It takes a moment until it is known to be a master.
		until(tb, "a replica to find its master", func() bool { return r.says("OK", "cluster", "replicate", id) })
	}
	for i, r := range c.Replicas {
		until(tb, "the replicas to follow", func() bool { return r.says("master_link_status:up", "info", "replication") })
		id := c.Masters[i].id()
		for _, n := range c.nodes() {
			until(tb, "the Cluster to be whole", func() bool {
				return n.says("cluster_state:ok", "cluster", "info") && n.says("slave "+id, "cluster", "nodes")
			})
		}
	}
	return c
}

func (c *Cluster) startNode() *Server {
	c.tb.Helper()
	dir, bus := c.tb.TempDir(), ""
	s := start(c.tb, readyServer, func(port string) []string {
		bus = freePort(c.tb) // another one at each try: this one may be taken, too
		return arguments(port, dir, "--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "2000",
			"--repl-diskless-sync-delay", "0")
	})
	c.buses[s] = bus
	return s
}

func (s *Server) id() string { return fmt.Sprint(s.Do("cluster", "myid")) }

func (c *Cluster) nodes() []*Server {
	return append(append([]*Server{}, c.Masters...), c.Replicas...)
}

// URL is the address of the Cluster: those that were its masters at the start.
func (c *Cluster) URL() string {
	var hosts []string
	for _, m := range c.Masters {
		hosts = append(hosts, m.Addr)
	}
	return "redis://" + strings.Join(hosts, ",")
}

// MasterOf is the index in Masters of the one that had key's slot at the start.
func (c *Cluster) MasterOf(key string) int {
	c.tb.Helper()
	slot, ok := c.Masters[0].Do("cluster", "keyslot", key).(int64)
	if !ok {
		c.tb.Fatalf("no slot of %q", key)
	}
	return int((slot*shards + shards - 1) / slots)
}

// Move moves the slot of key with all its keys to a master, as resharding does, and
// calls during, which may be nil, while the slot is being moved.
func (c *Cluster) Move(key string, to int, during func()) {
	c.tb.Helper()
	slot := c.Masters[0].Do("cluster", "keyslot", key)
	source, target := c.Masters[c.MasterOf(key)], c.Masters[to]
	target.Do("cluster", "setslot", slot, "importing", source.id())
	source.Do("cluster", "setslot", slot, "migrating", target.id())
	if during != nil {
		during()
	}
	host, port, _ := net.SplitHostPort(target.Addr)
	for {
		keys, ok := source.Do("cluster", "getkeysinslot", slot, 100).([]any)
		if !ok || len(keys) == 0 {
			break
		}
		source.Do(append([]any{"migrate", host, port, "", 0, 5000, "keys"}, keys...)...)
	}
	for _, n := range c.Masters {
		n.Do("cluster", "setslot", slot, "node", target.id())
	}
}

// Replaced reports whether the replica of the i-th master has taken its place.
func (c *Cluster) Replaced(i int) bool {
	return c.Replicas[i].says("role:master", "info", "replication") &&
		c.Replicas[i].says("cluster_state:ok", "cluster", "info")
}
