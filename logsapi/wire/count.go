package wire

import (
	"context"
	"sync/atomic"
)

type countKey struct{}

// Counting returns a context under which the requests to the services are counted, those
// that are tried again or follow a redirect included. Requests for tokens are not.
func Counting(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, countKey{}, n), n
}

// count counts a request for the caller who asked for it.
func count(ctx context.Context) {
	if n, ok := ctx.Value(countKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
}
