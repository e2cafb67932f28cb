package redisclient

import (
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Deadlines of every client. The library's defaults would let one call wait for
// seconds; what is asked here takes well under a millisecond on a healthy
// network.
const (
	DialTimeout = 300 * time.Millisecond
	IOTimeout   = 250 * time.Millisecond
	// PoolTimeout is how long a call waits for a free connection.
	PoolTimeout = 300 * time.Millisecond

	// retries and dials: one more try, for a connection that the server closed
	// while it was idle. The library dials five times, 100 ms apart: a refused
	// port then takes 0.4 s a call.
	retries = 1
	dials   = 1

	// reloadInterval is how old the client's picture of a Cluster becomes. At the
	// library's 60 s a dead master costs errors for about as long.
	reloadInterval = time.Second
	// redirects: one for a slot that moved, one for a node that died. The context
	// ends a call before more could.
	redirects = 2
)

// bound puts our deadlines into o, whatever the address said.
func bound(o *redis.Options) {
	o.MaxRetries = retries
	o.DialerRetries = dials
	o.DialTimeout = DialTimeout
	o.ReadTimeout = IOTimeout
	o.WriteTimeout = IOTimeout
	o.PoolTimeout = PoolTimeout
	o.ContextTimeoutEnabled = true
	if o.PipelinePoolSize == 0 {
		// No second pool for pipelines, with large buffers of its own: ours are three
		// commands, and would wait for one more connection at the worst of times.
		o.PipelinePoolSize = -1
	}
	// Neither is worth a round trip on every new connection.
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// single is the settings of a client of one server.
func (a Address) single() *redis.Options {
	o := *a.options
	bound(&o)
	return &o
}

func (a Address) sentinel() *redis.FailoverOptions {
	o := a.single()
	return &redis.FailoverOptions{
		MasterName:       a.Master,
		SentinelAddrs:    a.Hosts,
		SentinelUsername: a.sentinelUser,
		SentinelPassword: a.sentinelPassword,

		ClientName: o.ClientName,
		Protocol:   o.Protocol,
		Username:   o.Username,
		Password:   o.Password,
		DB:         o.DB,
		TLSConfig:  o.TLSConfig,

		MaxRetries:      o.MaxRetries,
		MinRetryBackoff: o.MinRetryBackoff,
		MaxRetryBackoff: o.MaxRetryBackoff,
		DialTimeout:     o.DialTimeout,
		DialerRetries:   o.DialerRetries,
		ReadTimeout:     o.ReadTimeout,
		WriteTimeout:    o.WriteTimeout,

		ContextTimeoutEnabled: o.ContextTimeoutEnabled,

		PoolFIFO:              o.PoolFIFO,
		PoolSize:              o.PoolSize,
		PipelinePoolSize:      o.PipelinePoolSize,
		MaxConcurrentDials:    o.MaxConcurrentDials,
		PoolTimeout:           o.PoolTimeout,
		MinIdleConns:          o.MinIdleConns,
		MaxIdleConns:          o.MaxIdleConns,
		MaxActiveConns:        o.MaxActiveConns,
		ConnMaxIdleTime:       o.ConnMaxIdleTime,
		ConnMaxLifetime:       o.ConnMaxLifetime,
		ConnMaxLifetimeJitter: o.ConnMaxLifetimeJitter,

		DisableIdentity: o.DisableIdentity,
	}
}

// cluster has no field in redis.UniversalOptions for the interval, which is why
// the kinds are told apart here.
func (a Address) cluster() *redis.ClusterOptions {
	o := a.single()
	return &redis.ClusterOptions{
		Addrs: a.Hosts,

		ClientName: o.ClientName,
		Protocol:   o.Protocol,
		Username:   o.Username,
		Password:   o.Password,
		TLSConfig:  o.TLSConfig,

		// A node's client does not repeat; the Cluster's does, elsewhere.
		MaxRedirects:    redirects,
		MinRetryBackoff: o.MinRetryBackoff,
		MaxRetryBackoff: o.MaxRetryBackoff,
		DialTimeout:     o.DialTimeout,
		DialerRetries:   o.DialerRetries,
		ReadTimeout:     o.ReadTimeout,
		WriteTimeout:    o.WriteTimeout,

		ContextTimeoutEnabled: o.ContextTimeoutEnabled,

		PoolFIFO:              o.PoolFIFO,
		PoolSize:              o.PoolSize,
		PipelinePoolSize:      o.PipelinePoolSize,
		MaxConcurrentDials:    o.MaxConcurrentDials,
		PoolTimeout:           o.PoolTimeout,
		MinIdleConns:          o.MinIdleConns,
		MaxIdleConns:          o.MaxIdleConns,
		MaxActiveConns:        o.MaxActiveConns,
		ConnMaxIdleTime:       o.ConnMaxIdleTime,
		ConnMaxLifetime:       o.ConnMaxLifetime,
		ConnMaxLifetimeJitter: o.ConnMaxLifetimeJitter,

		DisableIdentity:            o.DisableIdentity,
		MaintNotificationsConfig:   o.MaintNotificationsConfig,
		ClusterStateReloadInterval: reloadInterval,
	}
}
