package logsapi

import (
	"context"
	"time"
)

// Hurry lets c wait for nothing but the network, and for that only so long
// without a byte.
func Hurry(c *Client, idle time.Duration) {
	c.sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	c.idle = idle
}
