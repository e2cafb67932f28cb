package logsapi

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"logbot/logsapi/lines"
	"logbot/logsapi/pace"
)

// call requests one envelope and returns its result.
func call[T any](ctx context.Context, c *Client, op string, s service, path string, query url.Values) (*T, error) {
	var result *T
	err := c.retry(ctx, op, func() error {
		a, err := c.open(ctx, op, s, path, query, nil)
		if err != nil {
			return err
		}
		defer a.Body.Close()
		body, err := io.ReadAll(io.LimitReader(a.Body, maxEnvelope+1))
		if err != nil {
			return c.unreachable(ctx, op, err)
		}
		if len(body) > maxEnvelope {
			return &Error{Op: op, Kind: ErrProtocol, Status: a.StatusCode,
				Summary: fmt.Sprintf("the answer is larger than %d MiB", maxEnvelope>>20), Hint: "ask for fewer lines"}
		}
		e, err := decode[T](body)
		if e.failed() {
			return c.refused(op, a, &e.failure)
		}
		if err == nil && e.Result == nil {
			err = errors.New("it has no result")
		}
		if err != nil {
			return &Error{Op: op, Kind: ErrProtocol, Status: a.StatusCode, RequestID: c.requestID(a, nil),
				Summary: "the answer of " + a.Request.URL.Host + " is not understood", Err: err}
		}
		result = e.Result
		return nil
	})
	return result, err
}

// retry tries until success, an error that will not go away, or the last try.
// It never waits past the context's deadline.
func (c *Client) retry(ctx context.Context, op string, try func() error) error {
	for n := 1; ; n++ {
		err := try()
		var e *Error
		if err == nil || !errors.As(err, &e) || !e.again || n == maxTries {
			return err
		}
		wait := max(e.RetryAfter, pace.Jitter(pace.Backoff(n, firstBackoff, longestWait)))
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait || wait > longestWait {
			return err
		}
		if c.sleep(ctx, wait) != nil {
			return ended(op, ctx.Err())
		}
	}
}

// open sends one GET, with further headers, and returns the answer when its
// status is 200, or 206 where that was asked for. Its body is watched: when
// nothing arrives for a while, reading it fails.
func (c *Client) open(ctx context.Context, op string, s service, path string, query url.Values, header http.Header) (*http.Response, error) {
	base := c.hosts[s]
	if base == nil {
		return nil, invalid(op, fmt.Errorf("no region and no URL of %s is configured", s))
	}
	if err := c.limiter.wait(ctx, isBulk(ctx)); err != nil {
		return nil, ended(op, err)
	}
	if err := c.shared.wait(ctx); err != nil {
		return nil, ended(op, err)
	}
	if err := c.gate.enter(ctx, op, c.now); err != nil {
		return nil, err
	}
	defer c.gate.leave()
	target := *base
	target.Path += path
	target.RawQuery = canonicalQuery(query)
	a, err := c.follow(ctx, op, base, &target, header)
	if err == nil && a.StatusCode == http.StatusUnauthorized && c.session.drop(a.Request.Header.Get("X-Auth-Token")) {
		a.Body.Close()
		a, err = c.follow(ctx, op, base, &target, header)
	}
	if err != nil {
		return nil, err
	}
	c.gate.answered(a.StatusCode)
	if a.StatusCode == http.StatusOK || a.StatusCode == http.StatusPartialContent && header.Get("Range") != "" {
		return a, nil
	}
	defer a.Body.Close()
	body, err := io.ReadAll(io.LimitReader(a.Body, maxRefusal))
	if err != nil && ctx.Err() != nil {
		return nil, c.unreachable(ctx, op, err)
	}
	e, _ := decode[struct{}](body)
	return nil, c.refused(op, a, &e.failure)
}

// follow sends a request and follows redirects. Only requests to base's own
// host carry the credential, signed anew for every address.
func (c *Client) follow(ctx context.Context, op string, base, target *url.URL, header http.Header) (*http.Response, error) {
	for range maxRedirects + 1 {
		a, err := c.send(ctx, op, base, target, header)
		if err != nil {
			return nil, err
		}
		switch a.StatusCode {
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
			http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return a, nil
		}
		io.CopyN(io.Discard, a.Body, maxRefusal)
		a.Body.Close()
		next, err := a.Location()
		switch {
		case err != nil:
			return nil, misled(op, target, "a redirect without an address")
		case next.Scheme != "https" && next.Scheme != "http" || next.Host == "":
			return nil, misled(op, target, "a redirect to something that is no web address")
		case target.Scheme == "https" && next.Scheme == "http":
			return nil, misled(op, target, "a redirect from https to http")
		}
		target = next
	}
	return nil, misled(op, target, fmt.Sprintf("more than %d redirects", maxRedirects))
}

func misled(op string, from *url.URL, what string) *Error {
	return &Error{Op: op, Kind: ErrProtocol, Summary: from.Host + " answered with " + what,
		Hint: "check the address of the service"}
}

// send makes one exchange, with the credential where target is at home.
func (c *Client) send(ctx context.Context, op string, base, target *url.URL, header http.Header) (*http.Response, error) {
	r, err := http.NewRequest(http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, misled(op, target, "an address that cannot be requested")
	}
	maps.Copy(r.Header, header)
	if target.Scheme == base.Scheme && target.Host == base.Host {
		if err := c.cred.authorize(ctx, c, op, r); err != nil {
			return nil, err
		}
	}
	return c.exchange(ctx, op, r)
}

// exchange sends a request and returns the answer. Its body cancels the request
// when it stalls and when it is closed.
func (c *Client) exchange(ctx context.Context, op string, r *http.Request) (*http.Response, error) {
	reqCtx, cancel := context.WithCancelCause(ctx)
	r = r.WithContext(reqCtx)
	r.Header.Set("User-Agent", c.userAgent)
	r.Header.Set("Accept", "*/*")
	watch := time.AfterFunc(c.idle, func() { cancel(errIdle) })
	a, err := c.transport.RoundTrip(r)
	watch.Stop()
	if err != nil {
		err = c.unreachable(reqCtx, op, err)
		cancel(nil)
		return nil, err
	}
	a.Request = r
	a.Body = &watchedBody{body: a.Body, ctx: reqCtx, cancel: cancel, watch: watch, idle: c.idle}
	return a, nil
}

var errIdle = errors.New("nothing arrived for too long")

// watchedBody ends a request whose body stops arriving. Only the time spent in
// Read counts: a slow reader is no fault of the service.
type watchedBody struct {
	body   io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	watch  *time.Timer
	idle   time.Duration
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.watch.Reset(b.idle)
	n, err := b.body.Read(p)
	b.watch.Stop()
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
func (c *Client) unreachable(ctx context.Context, op string, err error) *Error {
	cause := context.Cause(ctx)
	if cause != nil && cause != errIdle {
		return ended(op, ctx.Err())
	}
	if cause == errIdle {
		err = errIdle
	}
	e := &Error{Op: op, Kind: ErrUnavailable, Summary: "the service cannot be reached", again: true, Err: c.clean(err)}
	var dns *net.DNSError
	var unknownCA x509.UnknownAuthorityError
	var wrongHost x509.HostnameError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Summary = "the answer broke off"
	case errors.As(err, &dns) && dns.IsNotFound:
		e.Hint, e.again = "check the region and the address of the service", false
	case errors.As(err, &unknownCA), errors.As(err, &wrongHost):
		e.Hint, e.again = "the certificate is not trusted here; set SSL_CERT_FILE for a private authority", false
	}
	return e
}

// ended is the error of a call whose context was cancelled or ran out of time.
func ended(op string, err error) *Error {
	e := &Error{Op: op, Summary: "stopped", Err: err}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Summary = "it took too long"
	}
	return e
}

// refused is the error of an answer that reports a failure.
func (c *Client) refused(op string, a *http.Response, f *failure) *Error {
	return c.refusedAs(op, a, f, judge(a.StatusCode, f.code(), f.message()))
}

// refusedAs is refused for a verdict that is known.
func (c *Client) refusedAs(op string, a *http.Response, f *failure, v verdict) *Error {
	e := &Error{
		Op: op, Kind: v.kind, Summary: v.summary, Hint: v.hint, again: v.again,
		Status: a.StatusCode, Code: plain(c.scrub(f.code())), Message: lines.ShortenBytes(strings.TrimSpace(c.scrub(f.message())), maxMessage),
		RequestID: c.requestID(a, f), RetryAfter: retryAfter(a.Header.Get("Retry-After"), c.now()),
	}
	if v.kind == ErrThrottled {
		c.limiter.slow()
		c.shared.pause(e.RetryAfter)
	}
	switch {
	case errors.Is(e, ErrNotPublished):
		e.Summary = fmt.Sprintf("%s does not publish %s", a.Request.URL.Host, a.Request.URL.Path)
		e.Hint = c.whereElse(a.Request.URL)
	case errors.Is(e, ErrUnauthorized):
		c.rejected(e, a.Header.Get("Date"))
	case e.RetryAfter > 0:
		e.Hint = fmt.Sprintf("try again in %v", e.RetryAfter)
	}
	return e
}

// whereElse says what may be wrong with the address of a missing endpoint.
func (c *Client) whereElse(u *url.URL) string {
	for _, s := range []service{buildService, checkService} {
		if u.Scheme+"://"+u.Host != s.host(c.region) {
			continue
		}
		if !s.known(c.region) {
			return fmt.Sprintf("%s is not known to exist in region %s; check the region", s, c.region)
		}
		return fmt.Sprintf("region %s may not have this endpoint", c.region)
	}
	return "check the address of the service"
}

// rejected completes the error of a refused credential: by the clock, when that
// is the likely reason, and with the time until which keys are held back.
func (c *Client) rejected(e *Error, date string) {
	now := c.now()
	if server, err := http.ParseTime(date); err == nil && c.signs() {
		if skew := now.Sub(server); skew.Abs() > maxSkew {
			direction := "ahead of"
			if skew < 0 {
				direction = "behind"
			}
			e.Summary = fmt.Sprintf("the clock of this machine is %d minutes %s the service's", int(skew.Abs().Round(time.Minute).Minutes()), direction)
			e.Hint = "set the clock right; signatures are accepted within 15 minutes"
		}
	}
	if _, ready := c.cred.(Token); !ready {
		c.gate.shut(e, now)
	}
}

// signs reports whether requests are signed, so that our clock matters.
func (c *Client) signs() bool {
	_, ok := c.cred.(Keys)
	return ok
}

// retryAfter reads a Retry-After header: seconds or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(max(0, min(seconds, 86400))) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}

func (c *Client) requestID(a *http.Response, f *failure) string {
	id := a.Header.Get("X-Request-Id")
	if id == "" && f != nil {
		id = string(f.RequestID)
	}
	return plain(c.scrub(id))
}

// clean masks the credential should it stand in an error of the transport, and
// that of a proxy.
func (c *Client) clean(err error) error {
	said := err.Error()
	if s := userInfo.ReplaceAllString(c.scrub(said), "//****@"); s != said {
		return errors.New(s)
	}
	return err
}

// userInfo is what stands in front of the host of a URL.
var userInfo = regexp.MustCompile(`//[^/\s]*@`)

// scrub masks the credential in a text of the service.
func (c *Client) scrub(s string) string {
	for _, secret := range append(c.session.secrets(), c.cred.secrets()...) {
		if len(secret) >= 4 {
			s = strings.ReplaceAll(s, secret, "****")
		}
	}
	return signed.ReplaceAllString(s, "Signature=****")
}

// signed is what a signature looks like, which is good for a quarter of an hour.
var signed = regexp.MustCompile(`Signature=[0-9a-f]{8,}`)
