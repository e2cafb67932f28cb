package redisclient

import (
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Deadlines of every client. With the library's defaults one call could wait for
// seconds; our calls take well under a millisecond on a healthy network.
const (
	dialTimeout = 300 * time.Millisecond
	ioTimeout   = 250 * time.Millisecond
	// poolTimeout is how long a call waits for a free connection.
	poolTimeout = 300 * time.Millisecond

	// retries allows one more try, for a connection that the server closed while it
	// was idle. By default the library dials five times, 100 ms apart: a refused port
	// would take 0.4 s for each call.
	retries = 1
	dials   = 1

	// reloadInterval is how long the client uses what it knows of a Cluster. With the
	// library's 60 s a dead master costs errors for about as long.
	reloadInterval = time.Second
	// redirects allows one for a slot that moved and one for a node that died. The
	// context ends a call before more are needed.
	redirects = 2
)

// bound sets our deadlines in o, in place of those of the address.
func bound(o *redis.Options) {
	o.MaxRetries = retries
	o.DialerRetries = dials
	o.DialTimeout = dialTimeout
	o.ReadTimeout = ioTimeout
	o.WriteTimeout = ioTimeout
	o.PoolTimeout = poolTimeout
	o.ContextTimeoutEnabled = true
	if o.PipelinePoolSize == 0 {
		// No second pool for pipelines: ours have three commands, and would wait for one
		// more connection while the server is in trouble.
		o.PipelinePoolSize = -1
	}
	// Not worth a round trip on every new connection.
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// single returns the settings of a client of one server.
func (a Address) single() *redis.Options {
	o := *a.options
	bound(&o)
	return &o
}

// universal returns the settings of a client of several servers: the fields that
// redis.Options has, too, with the same values.
func (a Address) universal() *redis.UniversalOptions {
	o := a.single()
	return &redis.UniversalOptions{
		Addrs:            a.hosts,
		MasterName:       a.master,
		SentinelUsername: a.sentinelUser,
		SentinelPassword: a.sentinelPassword,

		ClientName: o.ClientName,
		Protocol:   o.Protocol,
		Username:   o.Username,
		Password:   o.Password,
		DB:         o.DB,
		TLSConfig:  o.TLSConfig,

		MaxRedirects:    redirects,
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

		DisableIdentity:          o.DisableIdentity,
		MaintNotificationsConfig: o.MaintNotificationsConfig,
	}
}

// cluster returns the settings of a client of a Cluster.
func (a Address) cluster() *redis.ClusterOptions {
	o := a.universal().Cluster()
	o.MaxRetries = 0 // the client of a node does not retry; that of the Cluster does, on another node
	o.ClusterStateReloadInterval = reloadInterval
	return o
}
