package checkup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"logbot/cache/redisclient"
	"logbot/cache/state"
	"logbot/cmd/logbot/checks"
)

// slowRedis is a latency at which commands are noticeably slower: each waits for the
// state some times.
const slowRedis = 50 * time.Millisecond

// redisStore is a store in a Redis, for the state or for pages.
type redisStore interface {
	Reach(context.Context) (redisclient.Server, error)
	Check(context.Context) []string
	Close() error
}

// opened hands a store to a function; an error is one of opening it.
type opened func(ctx context.Context, use func(redisStore) checks.Result) (checks.Result, error)

// Keep is the store that somebody else has opened and closes.
func Keep(s redisStore) opened {
	return func(_ context.Context, use func(redisStore) checks.Result) (checks.Result, error) { return use(s), nil }
}

// opening opens a store at an address and closes it after its use.
func opening(address string, open func(context.Context) (redisStore, error)) opened {
	return func(ctx context.Context, use func(redisStore) checks.Result) (checks.Result, error) {
		if _, err := redisclient.Parse(address); err != nil {
			return checks.Skip("see the settings"), nil
		}
		s, err := open(ctx)
		if err != nil {
			return checks.Result{}, err
		}
		defer s.Close()
		return use(s), nil
	}
}

// Redis adds the check of the Redis of a setting. what is stored there; durable says
// that it must survive a restart of the server.
func Redis(to *checks.Registry, what, setting string, durable bool, with opened) {
	to.Add(checks.Check{Part: "Redis", Name: fmt.Sprintf("Redis for %s (%s)", what, setting), Run: func(ctx context.Context) checks.Result {
		r, err := with(ctx, func(s redisStore) checks.Result { return lookAtRedis(ctx, s, durable) })
		switch {
		case errors.Is(err, state.ErrNewer):
			return checks.Wrong(checks.Red, err.Error(), NewerState)
		case err != nil:
			return checks.Wrong(checks.Red, err.Error(), "check "+setting)
		}
		return r
	}})
}

func lookAtRedis(ctx context.Context, s redisStore, durable bool) checks.Result {
	server, err := s.Reach(ctx)
	if err != nil {
		return checks.Wrong(checks.Red, err.Error(), "")
	}
	r := checks.Found(checks.Yellow, s.Check(ctx)...)
	if durable && server.Keeps == "nothing" {
		r.Problems = append(r.Problems, checks.Problem{Level: checks.Yellow, Says: "Redis loses aliases and watches when it restarts (appendonly no, and no snapshots)",
			Fix: "type: CONFIG SET appendonly yes, and write it into redis.conf"})
	}
	if server.Latency > slowRedis {
		r.Problems = append(r.Problems, checks.Problem{Level: checks.Yellow, Says: fmt.Sprintf("Redis answers in %d ms, and each command waits for it some times", server.Latency.Milliseconds()),
			Fix: "bring Redis and logbot nearer to each other"})
	}
	r.Says = server.String()
	return r
}

// reachEvery is the time between two attempts to reach a Redis.
const reachEvery = 200 * time.Millisecond

// ReachRedis waits until the Redis at an address answers, be it with a refusal, for so
// long at most. The error says what to do. It logs nothing.
func ReachRedis(ctx context.Context, address string, within time.Duration) error {
	a, err := redisclient.Parse(address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	client, err := redisclient.Open(ctx, a, nil)
	if err != nil {
		return err
	}
	defer client.Close()
	for {
		_, err := redisclient.Reach(ctx, client, a)
		if err == nil || errors.Is(err, redisclient.ErrRefused) {
			return nil
		}
		wait := time.NewTimer(reachEvery)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return err
		}
	}
}
