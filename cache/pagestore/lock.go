package pagestore

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// FailedLife is how long other processes find that a holder got no page. Each
	// then asks upstream, as if there were no locks: waiting in line for a service
	// that refuses helps nobody.
	FailedLife = time.Second
	// lockBudget is the longest that taking a lock takes: it saves one request,
	// which is not worth more.
	lockBudget = callBudget / 3
	// failed replaces the token of a holder that got no page.
	failed = "failed"
)

// LockState is the result of TryLock.
type LockState int

const (
	LockWon    LockState = iota // by the caller
	LockHeld                    // by another, who asks upstream
	LockFailed                  // another asked, and got nothing that could be kept
)

// Shared is a Store that several processes may share. The lock of a key is on the
// server that has the key.
type Shared interface {
	Store
	// TryLock takes lock for life unless another has it, and reads the value of key,
	// which may have been written meanwhile; nil is none.
	TryLock(ctx context.Context, key, lock, token string, life time.Duration) (value []byte, state LockState, err error)
	// Renew makes the lock last for life from now. It returns false if the lock has
	// expired or is another's.
	Renew(ctx context.Context, lock, token string, life time.Duration) (bool, error)
	// Unlock releases the lock if it is still token's. Without a value the others
	// find LockFailed for [FailedLife].
	Unlock(ctx context.Context, lock, token string, value bool) error
}

// TryLock implements Shared, in one round trip.
func (s *Redis) TryLock(ctx context.Context, key, lock, token string, life time.Duration) (value []byte, state LockState, err error) {
	value, err = s.do(ctx, s.writes, key, lockBudget, func(ctx context.Context) ([]byte, error) {
		var won *redis.BoolCmd
		var holder, read *redis.StringCmd
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			won = p.SetNX(ctx, lock, token, life)
			holder = p.Get(ctx, lock)
			read = s.read(ctx, p, key)
			return nil
		})
		switch {
		case won.Err() != nil:
			return nil, won.Err()
		case won.Val(), holder.Val() == token: // the latter if the client repeated the call
			state = LockWon
		case err != nil && holder.Err() == nil && holder.Val() == "":
			// Nothing was sent: if the client got no connection, only the pipeline has
			// an error, not its commands.
			return nil, err
		case holder.Val() == failed:
			state = LockFailed
		default:
			state = LockHeld
		}
		return got(read)
	})
	if errors.Is(err, ErrMiss) {
		err = nil
	}
	return value, state, during("lock", key, err)
}

// The scripts compare first: a lock that expired may be another's by now.
const (
	renewScript  = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`
	unlockScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('UNLINK', KEYS[1]) end return 0`
	failScript   = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0`
)

// Renew implements Shared.
func (s *Redis) Renew(ctx context.Context, lock, token string, life time.Duration) (ours bool, err error) {
	_, err = s.do(ctx, s.writes, lock, callBudget, func(ctx context.Context) ([]byte, error) {
		var err error
		ours, err = s.client.Eval(ctx, renewScript, []string{lock}, token, life.Milliseconds()).Bool()
		return nil, err
	})
	return ours, during("renew", lock, err)
}

// Unlock implements Shared.
func (s *Redis) Unlock(ctx context.Context, lock, token string, value bool) error {
	_, err := s.do(ctx, s.writes, lock, callBudget, func(ctx context.Context) ([]byte, error) {
		if value {
			return nil, s.client.Eval(ctx, unlockScript, []string{lock}, token).Err()
		}
		return nil, s.client.Eval(ctx, failScript, []string{lock}, token, failed, FailedLife.Milliseconds()).Err()
	})
	return during("unlock", lock, err)
}
