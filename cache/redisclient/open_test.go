package redisclient

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
)

func TestEveryKindIsOpenedAndServes(t *testing.T) {
	cluster := redistest.StartCluster(t)
	for name, c := range map[string]struct {
		address func(t *testing.T) string
		cluster bool
	}{
		"single": {func(t *testing.T) string { return redistest.Start(t).URL() + "/3" }, false},
		"with a password": {func(t *testing.T) string {
			return "redis://:p%40ss%2F@" + redistest.Start(t, "--requirepass", "p@ss/").Addr
		}, false},
		"TLS with ACL": {func(t *testing.T) string {
			return redistest.StartTLS(t, "--user", "logbot", "on", ">s3cret", "~*", "+@all", "--user", "default", "off", "--tls-auth-clients", "no").URL("logbot", "s3cret", false)
		}, false},
		"TLS with a client's certificate": {func(t *testing.T) string { return redistest.StartTLS(t).URL("", "", true) }, false},
		"Sentinels":                       {func(t *testing.T) string { return redistest.StartSentinels(t).URL() }, false},
		"Sentinels, as go-redis writes it": {func(t *testing.T) string {
			s := redistest.StartSentinels(t)
			return fmt.Sprintf("redis://%s,%s?master_name=%s", s.Watchers[0].Addr, s.Watchers[1].Addr, redistest.MasterName)
		}, false},
		"Cluster":               {func(t *testing.T) string { return cluster.URL() }, true},
		"one node of a Cluster": {func(t *testing.T) string { return cluster.Masters[1].URL() }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := openClient(t, c.address(t))
			_, isCluster := client.(*redis.ClusterClient)
			assert.Equal(t, c.cluster, isCluster)
			for i := range 20 { // on every shard
				key := fmt.Sprintf("{键%d} %s", i, name)
				require.NoError(t, client.Set(t.Context(), key, i, time.Minute).Err())
				got, err := client.Get(t.Context(), key).Int()
				require.NoError(t, err)
				assert.Equal(t, i, got)
			}
			var mu sync.Mutex
			held := 0
			require.NoError(t, EachMaster(t.Context(), client, func(ctx context.Context, c *redis.Client) error {
				n, err := c.DBSize(ctx).Result()
				mu.Lock()
				defer mu.Unlock()
				held += int(n)
				return err
			}))
			assert.GreaterOrEqual(t, held, 20)
		})
	}
	t.Run("a Cluster that was away when it was opened explains itself", func(t *testing.T) {
		t.Parallel()
		explains(t, cluster.Masters[0])
	})
}

func TestWhatCannotBeOpenedSaysWhatToWrite(t *testing.T) {
	t.Parallel()
	sentinels := redistest.StartSentinels(t)
	a, err := Parse("redis://:s3cret@" + sentinels.Watchers[0].Addr)
	require.NoError(t, err)
	_, err = Open(t.Context(), a, nil)
	require.ErrorContains(t, err, "expected redis+sentinel://"+sentinels.Watchers[0].Addr+"/MASTER")
	assert.NotContains(t, err.Error(), "s3cret")

	node := redistest.Start(t, "--cluster-enabled", "yes")
	a, err = Parse(node.URL() + "/2")
	require.NoError(t, err)
	_, err = Open(t.Context(), a, nil)
	require.ErrorContains(t, err, "only 0")

	_, err = Open(t.Context(), Address{}, nil)
	require.ErrorContains(t, err, "not parsed")
}

// explains expects that a client which took a node for a single server says what
// its address should be.
func explains(t *testing.T, node *redistest.Server) {
	proxy := redistest.StartProxy(t, node.Addr)
	proxy.Refuse()
	client := openClient(t, proxy.URL())
	proxy.Accept()
	for i := range 20 {
		err := client.Set(t.Context(), fmt.Sprint(i), "x", time.Minute).Err()
		if err != nil && strings.Contains(err.Error(), "MOVED") {
			assert.ErrorContains(t, err, "redis://HOST,HOST,HOST")
			return
		}
	}
	t.Error("20 keys on one of three masters")
}

func TestAServerThatIsAwayIsNoErrorAndCostsHalfASecondAtMost(t *testing.T) {
	server := redistest.Start(t)
	server.Freeze()
	defer server.Thaw()
	began := time.Now()
	client := openClient(t, server.URL())
	assert.Less(t, time.Since(began), 5*time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	require.Error(t, client.Get(ctx, "key").Err())
	server.Thaw()
	require.Eventually(t, func() bool { return client.Set(t.Context(), "key", "x", time.Minute).Err() == nil }, 20*time.Second, 10*time.Millisecond)
}

func TestTheLibraryLogsWhereItIsTold(t *testing.T) {
	log := &testLog{}
	clientLog{log}.Printf(t.Context(), "pool of %d", 7)
	assert.Equal(t, []string{"Redis client: pool of 7"}, log.lines)
}
