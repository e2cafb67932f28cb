package app

import (
	"context"
	"time"

	"logbot/bot"
	"logbot/bot/delivery/send"
	"logbot/cache/state"
	"logbot/cmd/logbot/config"
	"logbot/logsapi"
	"logbot/logsapi/pace"
)

// codeArtsRate is the rate limit towards CodeArts that replicas share, because they
// share the credential.
type codeArtsRate struct{ limits state.Limits }

const codeArtsBucket = "codearts"

// Take implements logsapi.Shared.
func (r codeArtsRate) Take(ctx context.Context, rate float64, burst int) (time.Duration, error) {
	return r.limits.Take(ctx, codeArtsBucket, rate, burst, 1)
}

// Pause implements logsapi.Shared.
func (r codeArtsRate) Pause(ctx context.Context, length time.Duration) error {
	return r.limits.Pause(ctx, codeArtsBucket, length)
}

// slackRates are the rate limits towards Slack that replicas share: state.Limits.
type slackRates struct {
	limits interface {
		Take(ctx context.Context, name string, rate float64, burst, cost int) (time.Duration, error)
		Pause(ctx context.Context, name string, length time.Duration) error
	}
}

// Take implements send.Limiter. It waits for a token, so the wait it returns is 0.
func (r slackRates) Take(ctx context.Context, name string, perSecond float64, burst int) (time.Duration, error) {
	for {
		wait, err := r.limits.Take(ctx, "slack/"+name, perSecond, burst, 1)
		if err != nil || wait <= 0 {
			return 0, err
		}
		if err := pace.Sleep(ctx, wait); err != nil {
			return 0, err
		}
	}
}

// Pause implements send.Limiter.
func (r slackRates) Pause(ctx context.Context, name string, until time.Time) error {
	return r.limits.Pause(ctx, "slack/"+name, time.Until(until))
}

// slackLimiter returns the rate limits towards Slack. Nil keeps Slack's limits within
// this process; with Redis all replicas keep them together.
func slackLimiter(c *config.Config, limits state.Limits) send.Limiter {
	switch {
	case c.Unpaced:
		return send.Unlimited{}
	case c.RedisURL != "":
		return slackRates{limits}
	}
	return nil
}

// personRate limits the commands of one person, over all replicas if there is Redis.
type personRate struct{ limits state.Limits }

// A person may send personBurst commands at once, and then one every three seconds. More
// than a person types, and less than a script sends.
const (
	personBurst     = 20
	personPerSecond = 1.0 / 3
)

// Take implements bot.Quota.
func (r personRate) Take(ctx context.Context, who string) (time.Duration, error) {
	return r.limits.Take(ctx, "person/"+who, personPerSecond, personBurst, 1)
}

// personQuota returns the limit for one person; none for measurements.
func personQuota(c *config.Config, limits state.Limits) bot.Quota {
	if c.Unpaced {
		return nil
	}
	return personRate{limits}
}

// codeArtsShared returns the rate limit that replicas share; nil without Redis.
func codeArtsShared(c *config.Config, limits state.Limits) logsapi.Shared {
	if c.RedisURL == "" {
		return nil
	}
	return codeArtsRate{limits}
}
