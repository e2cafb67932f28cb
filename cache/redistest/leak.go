package redistest

import "go.uber.org/goleak"

// NoLeakOfRedis is for goleak.VerifyTestMain in tests that close clients of servers
// that are away: go-redis notices only once a second that the pool it connects for
// was closed.
var NoLeakOfRedis = goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial")
