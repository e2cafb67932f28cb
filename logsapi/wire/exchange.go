package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	dialTimeout   = 10 * time.Second
	headerTimeout = 30 * time.Second
	idleTimeout   = 30 * time.Second // without a byte; there is no limit for the whole

	// An answer that brings less than minSpeed bytes a second over slowAfter ends, so
	// that a service that sends a byte now and then does not hold commands for ever.
	// Only the time spent waiting for it counts.
	minSpeed  = 1 << 10
	slowAfter = time.Minute
)

// exchanger sends single requests.
type exchanger struct {
	transport http.RoundTripper
	idle      time.Duration // without a byte
	mask      *mask
}

// newTransport limits the wait for connections and headers; a body may take as
// long as it goes on arriving.
func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, ControlContext: checkDial}).DialContext
	t.TLSHandshakeTimeout = dialTimeout
	t.ResponseHeaderTimeout = headerTimeout
	t.MaxIdleConnsPerHost = 8
	return t
}

// exchange sends a request and returns the answer. Its body cancels the request
// when it stalls and when it is closed.
func (x *exchanger) exchange(ctx context.Context, op string, r *http.Request) (*http.Response, error) {
	reqCtx, cancel := context.WithCancelCause(ctx)
	r = r.WithContext(reqCtx)
	r.Header.Set("User-Agent", "logbot")
	r.Header.Set("Accept", "*/*")
	watch := time.AfterFunc(x.idle, func() { cancel(errIdle) })
	a, err := x.transport.RoundTrip(r)
	watch.Stop()
	if err != nil {
		err = x.unreachable(reqCtx, op, r.URL.Hostname(), err)
		cancel(nil)
		return nil, err
	}
	a.Request = r
	a.Body = &watchedBody{body: a.Body, ctx: reqCtx, cancel: cancel, watch: watch, idle: x.idle}
	return a, nil
}

var (
	errIdle = errors.New("nothing arrived for too long")
	errSlow = errors.New("it arrives too slowly")
)

// watchedBody ends a request whose body stops arriving. Only the time spent in
// Read counts, so that a slow reader does not end it.
type watchedBody struct {
	body   io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	watch  *time.Timer
	idle   time.Duration

	waited time.Duration // for bytes bytes
	bytes  int64
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.watch.Reset(b.idle)
	began := time.Now()
	n, err := b.body.Read(p)
	b.watch.Stop()
	b.waited, b.bytes = b.waited+time.Since(began), b.bytes+int64(n)
	if b.waited >= slowAfter {
		if err == nil && b.bytes < int64(b.waited.Seconds())*minSpeed {
			b.cancel(errSlow)
			return n, fmt.Errorf("%w (%d bytes in %v)", errSlow, b.bytes, b.waited.Round(time.Second))
		}
		b.waited, b.bytes = 0, 0
	}
	if err != nil && err != io.EOF && context.Cause(b.ctx) == errIdle {
		err = fmt.Errorf("%w (%v)", errIdle, b.idle)
	}
	return n, err
}

func (b *watchedBody) Close() error {
	b.watch.Stop()
	err := b.body.Close()
	b.cancel(nil)
	return err
}

// unreachable is the error of an exchange that gave no whole answer.
func (x *exchanger) unreachable(ctx context.Context, op, host string, err error) *Error {
	cause := context.Cause(ctx)
	if cause != nil && cause != errIdle {
		return ended(op, ctx.Err())
	}
	if cause == errIdle {
		err = errIdle
	}
	e := &Error{Op: op, Kind: ErrUnavailable, Host: host, Summary: "the service cannot be reached", again: true, Err: x.mask.hideError(err)}
	var away errInternal
	if errors.As(err, &away) {
		return &Error{Op: op, Kind: ErrProtocol, Host: host, Summary: away.Error(), Hint: "if that is meant, name the host in LOGBOT_REDIRECT_HOSTS"}
	}
	e.explainCause(host, err)
	return e
}
