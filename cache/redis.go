package cache

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Deadlines of the client. Its defaults would let one call wait for seconds; a
// page is 5 to 20 KiB and takes well under a millisecond on a healthy network.
const (
	dialTimeout = 300 * time.Millisecond
	ioTimeout   = 250 * time.Millisecond
)

// Redis is a PageStore on one Redis (4.0 or newer) or Valkey server.
//
// Every call takes at most 300 ms. After three failures in a row, or one that
// used up its time, the calls of its kind (reading, writing) are refused at no
// cost, and one is let through every 2 s to see whether the server is back. The
// two kinds are apart so that a server which is full or read-only still serves
// what it has.
type Redis struct {
	client        *redis.Client
	reads, writes *breaker
}

// OpenRedis returns the store of a URL in the usual form,
// redis://[[USER]:PASSWORD@]HOST[:PORT][/DB] or rediss:// for TLS. It does not
// connect yet: a server that is away is no error here, nor later. Errors do not
// show the URL, which may hold a password.
//
// Log hears when calls are paused and when the server is back; nil is silence.
// The client library has one log for the whole process, on standard error:
// OpenRedis directs it to log, too.
func OpenRedis(rawURL string, log Logger) (*Redis, error) {
	options, err := redisOptions(rawURL)
	if err != nil {
		return nil, fmt.Errorf("open the page store: %w", err)
	}
	if log == nil {
		logging.Disable()
	} else {
		redis.SetLogger(clientLog{log})
	}
	return newRedis(options, orSilence(log)), nil
}

func newRedis(options *redis.Options, log Logger) *Redis {
	return &Redis{
		client: redis.NewClient(options),
		reads:  newBreaker("read pages from Redis at "+options.Addr, log),
		writes: newBreaker("write pages to Redis at "+options.Addr, log),
	}
}

func redisOptions(rawURL string) (*redis.Options, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("the Redis URL is not of the form redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]")
	}
	if u.Scheme != "redis" && u.Scheme != "rediss" {
		return nil, fmt.Errorf("the Redis URL begins with %q, not with redis:// or rediss://", u.Scheme+":")
	}
	if u.Host == "" || strings.Contains(u.Host, ",") {
		return nil, errors.New("the Redis URL must name one host")
	}
	options, err := redis.ParseURL(rawURL)
	if err != nil {
		return nil, err // names the database or the parameter that is wrong
	}
	options.MaxRetries = 1
	options.DialerRetries = 1
	options.DialTimeout = dialTimeout
	options.ReadTimeout = ioTimeout
	options.WriteTimeout = ioTimeout
	options.PoolTimeout = callBudget
	options.ContextTimeoutEnabled = true
	// Neither is worth a round trip on every new connection.
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return options, nil
}

// Get implements PageStore.
func (s *Redis) Get(ctx context.Context, key string) ([]byte, error) {
	value, err := s.reads.do(ctx, func(ctx context.Context) ([]byte, error) {
		// Not GET: whatever somebody else put there, no more than this is read.
		value, err := s.client.GetRange(ctx, key, 0, MaxValue-1).Bytes()
		if err == nil && len(value) == 0 {
			return nil, ErrMiss
		}
		return value, err
	})
	return value, during("read", key, err)
}

// Set implements PageStore.
func (s *Redis) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if len(value) > MaxValue {
		return ErrTooLarge
	}
	if len(value) == 0 || ttl < time.Millisecond {
		return s.Delete(ctx, key)
	}
	_, err := s.writes.do(ctx, func(ctx context.Context) ([]byte, error) {
		return nil, s.client.Set(ctx, key, value, ttl).Err()
	})
	return during("write", key, err)
}

// Delete implements PageStore.
func (s *Redis) Delete(ctx context.Context, key string) error {
	_, err := s.writes.do(ctx, func(ctx context.Context) ([]byte, error) {
		return nil, s.client.Unlink(ctx, key).Err()
	})
	return during("delete", key, err)
}

// Close implements PageStore.
func (s *Redis) Close() error { return s.client.Close() }

// during says what was being done to which key when err came.
func during(doing, key string, err error) error {
	if err == nil || errors.Is(err, ErrMiss) {
		return err
	}
	return fmt.Errorf("%s %s in Redis: %w", doing, key, err)
}

// clientLog is what the client library wants for a log.
type clientLog struct{ log Logger }

func (c clientLog) Printf(_ context.Context, format string, args ...any) {
	c.log.Warnf("Redis client: "+format, args...)
}
