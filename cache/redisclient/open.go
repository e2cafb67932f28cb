package redisclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// askTimeout is how long Open waits for a server to tell its kind.
const askTimeout = 500 * time.Millisecond

// Logger takes warnings for the people who run the bot; a *logrus.Logger is one.
type Logger interface {
	Warnf(format string, args ...any)
}

// Open returns a client of the Redis at a, to be closed. It is safe for concurrent
// use.
//
// A single host is asked for its kind, for half a second at most: a node of a
// Cluster gets a client for the Cluster; for a Sentinel the error says what to
// write. A server that is away is not an error; it is treated as what the address
// says.
//
// Every call needs a context with a deadline: the settings bound one try on one
// connection, not the sum of all tries.
//
// The client library has one log for the whole process, on standard error: Open
// redirects it to log, or disables it if log is nil.
func Open(ctx context.Context, a Address, log Logger) (redis.UniversalClient, error) {
	if len(a.hosts) == 0 || a.options == nil {
		return nil, errors.New("open Redis: the address was not parsed")
	}
	if log == nil {
		logging.Disable()
	} else {
		redis.SetLogger(clientLog{log})
	}
	switch a.kind {
	case kindSentinel:
		return redis.NewFailoverClient(a.universal().Failover()), nil
	case kindCluster:
		return newCluster(a), nil
	}
	switch askMode(ctx, a) {
	case "cluster":
		if a.options.DB != 0 {
			return nil, fmt.Errorf("open %s: the address names database %d, but the server is part of a Cluster, which has only 0", a, a.options.DB)
		}
		a.kind = kindCluster
		return newCluster(a), nil
	case "sentinel":
		return nil, fmt.Errorf("open %s: it is a Sentinel; expected redis+sentinel://%s/MASTER", a, a.hosts[0])
	}
	client := redis.NewClient(a.single())
	client.AddHook(movedHook{a.hosts[0]})
	return client, nil
}

// askMode is the mode of the server at a: standalone, sentinel or cluster; "" if it
// does not tell. HELLO tells it since Redis 6 and needs no right.
func askMode(ctx context.Context, a Address) string {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	o := a.single()
	o.DB, o.MinIdleConns = 0, 0 // a Cluster's node would refuse to select one
	client := redis.NewClient(o)
	defer client.Close()
	reply, err := client.Do(ctx, "hello").Result()
	if err == nil {
		return modeOf(reply)
	}
	info, err := client.InfoMap(ctx, "server").Result()
	if err != nil {
		return ""
	}
	return info["Server"]["redis_mode"]
}

// modeOf finds the mode in the answer to HELLO, a map in RESP3 and a list of
// names and values in RESP2.
func modeOf(reply any) string {
	switch r := reply.(type) {
	case map[any]any:
		mode, _ := r["mode"].(string)
		return mode
	case []any:
		for i := 0; i+1 < len(r); i += 2 {
			if r[i] == "mode" {
				mode, _ := r[i+1].(string)
				return mode
			}
		}
	}
	return ""
}

func newCluster(a Address) *redis.ClusterClient {
	client := redis.NewClusterClient(a.cluster())
	client.OnNewNode(func(node *redis.Client) { node.AddHook(reloadHook{client}) })
	return client
}

// reloadHook reloads the nodes of the Cluster when one cannot be reached; the
// library does so only after an answer of a node. Reloads run in the background, one
// at a time, so that many errors are harmless.
type reloadHook struct{ cluster *redis.ClusterClient }

func (h reloadHook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := next(ctx, network, addr)
		if err != nil {
			h.cluster.ReloadState(ctx)
		}
		return c, err
	}
}

func (h reloadHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		h.reloadOn(ctx, err)
		return err
	}
}

func (h reloadHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		h.reloadOn(ctx, err)
		return err
	}
}

func (h reloadHook) reloadOn(ctx context.Context, err error) {
	var answered redis.Error // also redis.Nil
	if err == nil || errors.As(err, &answered) || errors.Is(err, context.Canceled) {
		return
	}
	h.cluster.ReloadState(ctx)
}

// movedHook explains the error of a node of a Cluster to a client that treats it as
// a single server because it was away when the client was opened.
type movedHook struct{ host string }

func (h movedHook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h movedHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return h.explained(next(ctx, cmd)) }
}

func (h movedHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { return h.explained(next(ctx, cmds)) }
}

func (h movedHook) explained(err error) error {
	if err == nil || !strings.HasPrefix(err.Error(), "MOVED ") {
		return err
	}
	return fmt.Errorf("%s is part of a Cluster; expected its hosts, redis://HOST,HOST,HOST, or ?cluster=true: %w", h.host, err)
}

// EachMaster calls do with all masters of a Cluster, concurrently, or with the
// single server. It returns the first error.
func EachMaster(ctx context.Context, client redis.UniversalClient, do func(context.Context, *redis.Client) error) error {
	switch c := client.(type) {
	case *redis.ClusterClient:
		return c.ForEachMaster(ctx, do)
	case *redis.Client:
		return do(ctx, c)
	}
	return fmt.Errorf("ask every Redis server: unknown client %T", client)
}

// clientLog adapts a Logger to the client library.
type clientLog struct{ log Logger }

func (c clientLog) Printf(_ context.Context, format string, args ...any) {
	c.log.Warnf("Redis client: "+format, args...)
}
