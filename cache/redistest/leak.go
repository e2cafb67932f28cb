package redistest

import "go.uber.org/goleak"

// NoLeakOfRedis is for goleak.VerifyTestMain where clients of servers that are away
// are closed: go-redis looks only once a second whether the pool for which it
// tries to connect was closed.
var NoLeakOfRedis = goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial")
