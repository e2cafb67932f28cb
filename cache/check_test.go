package cache

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/cache/redistest"
)

// The rights that Check asks for are enough for everything the package does, in
// a server as in a Cluster.
func TestTheRightsThatTheCheckNamesAreEnough(t *testing.T) {
	t.Parallel()
	server, cluster := redistest.Start(t), redistest.StartCluster(t)
	for name, c := range map[string]struct {
		nodes   []*redistest.Server
		address string
	}{
		"single":  {[]*redistest.Server{server}, server.URL()},
		"Cluster": {append(cluster.Masters, cluster.Replicas...), cluster.URL()},
	} {
		t.Run(name, func(t *testing.T) {
			everywhere := func(args ...any) {
				for _, n := range c.nodes {
					n.Do(args...)
				}
			}
			everywhere("config", "set", "maxmemory", "100mb")
			everywhere("config", "set", "maxmemory-policy", "volatile-lru")
			everywhere("acl", "setuser", "pages", "on", ">s3cret", "+@connection")
			address := strings.Replace(c.address, "redis://", "redis://pages:s3cret@", 1)
			for range 6 {
				for _, line := range openRedis(t, address).Check(t.Context()) {
					_, typed, found := strings.Cut(line, "type on every node: ")
					require.True(t, found, line)
					var args []any
					for _, word := range strings.Fields(typed) {
						args = append(args, word)
					}
					everywhere(args...)
				}
			}
			require.Empty(t, openRedis(t, address).Check(t.Context()))

			s := serving(aPage, nil)
			require.Eventually(t, func() bool { // a busy machine may be late at first
				return run(t, s, Options{Store: openRedis(t, address)}, threeRequests...).StoreErrors == 0
			}, longest, time.Millisecond, "no call is refused")
			require.Eventually(t, func() bool {
				asked := s.count()
				run(t, s, Options{Store: openRedis(t, address)}, threeRequests...)
				return s.count() == asked
			}, longest, time.Millisecond, "all is kept")
			store := openRedis(t, address)
			for _, value := range []bool{true, false} {
				key := pagestore.KeyPrefix + "{x}"
				lock := pagestore.LockOf(key, false)
				_, state, err := store.TryLock(t.Context(), key, lock, "mine", time.Minute)
				require.NoError(t, err)
				require.Equal(t, pagestore.LockWon, state)
				ours, err := store.Renew(t.Context(), lock, "mine", time.Minute)
				require.NoError(t, err)
				require.True(t, ours)
				require.NoError(t, store.Unlock(t.Context(), lock, "mine", value))
			}
			require.NoError(t, store.Delete(t.Context(), pagestore.KeyPrefix+"{check}"))
		})
	}
}
