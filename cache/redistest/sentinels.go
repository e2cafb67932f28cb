package redistest

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// MasterName is the name of the master among the Sentinels.
const MasterName = "mymaster"

// Sentinels is a master with one replica, watched by three Sentinels. They declare
// the master dead after a second and replace it about a second later.
type Sentinels struct {
	Master, Replica *Server
	Watchers        []*Server
}

// StartSentinels runs the set and waits until the Sentinels know each other and
// the replica.
func StartSentinels(tb testing.TB) *Sentinels {
	tb.Helper()
	s := &Sentinels{Master: Start(tb, "--repl-diskless-sync-delay", "0")}
	host, port, _ := net.SplitHostPort(s.Master.Addr)
	s.Replica = Start(tb, "--repl-diskless-sync-delay", "0", "--replicaof", host+" "+port)
	for range 3 {
		dir := tb.TempDir()
		s.Watchers = append(s.Watchers, start(tb, readySentinel, func(own string) []string {
			// A Sentinel writes to its file.
			file := filepath.Join(dir, "sentinel.conf")
			conf := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor %[3]s %[4]s %[5]s 2\n"+
				"sentinel down-after-milliseconds %[3]s 1000\nsentinel failover-timeout %[3]s 5000\n",
				own, dir, MasterName, host, port)
			if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
				tb.Fatal(err)
			}
			return []string{file, "--sentinel"}
		}))
	}
	until(tb, "the replica to follow", func() bool { return s.Replica.says("master_link_status:up", "info", "replication") })
	for _, w := range s.Watchers {
		until(tb, "the Sentinels to know each other", func() bool {
			return w.says("num-other-sentinels 2", "sentinel", "master", MasterName) &&
				w.says("num-slaves 1", "sentinel", "master", MasterName)
		})
	}
	return s
}

// URL is the address of the set.
func (s *Sentinels) URL() string {
	var hosts []string
	for _, w := range s.Watchers {
		hosts = append(hosts, w.Addr)
	}
	return "redis+sentinel://" + strings.Join(hosts, ",") + "/" + MasterName
}

// Replaced reports whether the Sentinels have made the replica the master.
func (s *Sentinels) Replaced() bool {
	_, port, _ := net.SplitHostPort(s.Replica.Addr)
	for _, w := range s.Watchers {
		if !w.says(port, "sentinel", "get-master-addr-by-name", MasterName) {
			return false
		}
	}
	return s.Replica.says("role:master", "info", "replication")
}
