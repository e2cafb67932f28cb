// Package wire carries requests to CodeArts and judges the answers.
//
// A Requester signs each request or gets a token for it, keeps to a rate, follows
// redirects, tries again what may succeed in a moment, and makes one kind of Error
// of everything that goes wrong. It sends nothing for a while after its credential
// was refused, so that neither a busy channel gets the account throttled nor a
// wrong key gets locked. What requests are for is logsapi's to know.
package wire

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"logbot/logsapi/dialect"
	"maps"
	"net/http"
	"net/url"
	"time"
)

const (
	maxRedirects = 3        // per request
	maxRefusal   = 64 << 10 // bytes of an error body
)

// Request is one GET to a service.
type Request struct {
	Op      string // what is being done, for errors: "read page of finished/48c6…/7"
	Service Service
	Path    string
	Query   url.Values
	Header  http.Header // in addition to those of every request

	// Bulk is one of many requests, such as for a page behind the first of a log
	// that is read from its beginning. Requests that somebody waits for go first.
	Bulk bool

	// An answer of more than 16 MiB is an error, unless either is set. Cut leaves out
	// the ends of long lines in its strings and tells the result, if that is
	// Shortened. Whole takes up to 64 MiB.
	Cut, Whole bool
}

// Requester sends requests. It is safe for concurrent use, and meant to be shared:
// the rate is that of one Requester.
type Requester struct {
	at        *addresses
	cred      Credential
	auth      authorizer
	exchanger exchanger
	refusals  refusals
	redirects redirects
	retrier   // Retry and Pause
	limiter   *limiter
	shared    *shared // may be nil
	guard     *keyGuard
	now       func() time.Time
	observer  Observer
	hosts     [serviceCount]*dialect.Host
}

// Open sends a request once and returns the answer if its status is 200, or 206
// if the request has a Range. The caller closes its body. Reading it fails if
// nothing arrives for a while. If a service has several addresses, the next one is
// asked when one cannot be resolved or does not publish what is asked for.
func (r *Requester) Open(ctx context.Context, q Request) (*Answer, error) {
	hosts := r.at.services[q.Service]
	if hosts == nil {
		return nil, Invalid(q.Op, fmt.Errorf("no region and no URL of %s is configured", q.Service))
	}
	var first error
	for _, i := range hosts.order() {
		answer, err := r.open(ctx, q, hosts.all[i])
		var e *Error
		if err == nil || !errors.As(err, &e) || !e.unresolved && !errors.Is(err, ErrNotPublished) {
			hosts.last.Store(int32(i))
			return answer, r.failed(q, err)
		}
		// Of several refusals one that came from the service is worth more.
		if was := (*Error)(nil); first == nil || errors.As(first, &was) && was.unresolved && !e.unresolved {
			first = err
		}
	}
	return nil, r.failed(q, first)
}

// open is Open at one address.
func (r *Requester) open(ctx context.Context, q Request, base *url.URL) (*Answer, error) {
	if err := r.limiter.wait(ctx, q.Bulk); err != nil {
		return nil, ended(q.Op, err)
	}
	if err := r.shared.wait(ctx); err != nil {
		return nil, ended(q.Op, err)
	}
	if err := r.guard.enter(ctx, q.Op, r.now); err != nil {
		return nil, err
	}
	defer r.guard.leave()
	target := *base
	target.Path += q.Path
	target.RawQuery = canonicalQuery(q.Query)
	a, err := r.follow(ctx, q, base, &target)
	if err == nil && a.StatusCode == http.StatusUnauthorized && r.auth.renew(a.Request) {
		a.Body.Close()
		a, err = r.follow(ctx, q, base, &target)
	}
	if err != nil {
		return nil, err
	}
	r.guard.answered(a.StatusCode)
	answer := &Answer{a, q.Op, ctx, &r.exchanger, &r.refusals}
	if a.StatusCode == http.StatusOK || a.StatusCode == http.StatusPartialContent && q.Header.Get("Range") != "" {
		return answer, nil
	}
	defer a.Body.Close()
	body, err := io.ReadAll(io.LimitReader(a.Body, maxRefusal))
	if err != nil && ctx.Err() != nil {
		return nil, answer.Broken(err)
	}
	e, _, _ := decode[struct{}](body)
	return nil, r.refusals.refused(q.Op, a, &e.failure)
}

// Get sends a request, again if need be, and returns the result in the answer's
// envelope. An answer without a result is an error.
func Get[T any](ctx context.Context, r *Requester, q Request) (*T, error) {
	var result *T
	err := r.Retry(ctx, q.Op, func() error {
		a, err := r.Open(ctx, q)
		if err != nil {
			return err
		}
		defer a.Body.Close()
		body, cut, err := q.body(a.Body)
		if large, ok := errors.AsType[*Error](err); ok {
			large.Status = a.StatusCode
			return r.failed(q, large)
		}
		if err != nil {
			return r.failed(q, a.Broken(err))
		}
		e, form, err := decode[T](body)
		if form != (dialect.Form{}) {
			r.hosts[q.Service].Saw(form)
		}
		if e.failed() {
			return r.failed(q, a.refusals.refused(q.Op, a.Response, &e.failure))
		}
		if err == nil && e.Result == nil {
			err = errors.New("it has no result")
		}
		if err != nil && isPage(body) {
			return r.failed(q, a.Wrong(ErrProtocol, a.Request.URL.Host+" sent a web page in place of an answer",
				"check the address of the service; this may be a sign-on page", nil))
		}
		if err != nil {
			return r.failed(q, a.Wrong(ErrProtocol, "the answer of "+a.Request.URL.Host+" is not understood", "", err))
		}
		result = e.Result
		if shortened, ok := any(result).(Shortened); ok && cut {
			shortened.Shortened()
		}
		return nil
	})
	return result, err
}

// follow sends a request and follows redirects. Only requests to base's own
// host carry the credential, signed anew for every address.
func (r *Requester) follow(ctx context.Context, q Request, base, target *url.URL) (*http.Response, error) {
	for range maxRedirects + 1 {
		a, err := r.send(ctx, q, base, target)
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
			return nil, misled(q.Op, target, "a redirect without an address")
		case next.Scheme != "https" && next.Scheme != "http" || next.Host == "":
			return nil, misled(q.Op, target, "a redirect to something that is not a web address")
		case target.Scheme == "https" && next.Scheme == "http":
			return nil, misled(q.Op, target, "a redirect from https to http")
		}
		target = next
	}
	return nil, misled(q.Op, target, fmt.Sprintf("more than %d redirects", maxRedirects))
}

// send makes one exchange, with the credential if target is on base's host.
func (r *Requester) send(ctx context.Context, q Request, base, target *url.URL) (*http.Response, error) {
	request, err := http.NewRequest(http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, misled(q.Op, target, "an address that cannot be requested")
	}
	maps.Copy(request.Header, q.Header)
	if target.Scheme == base.Scheme && target.Host == base.Host {
		if err := r.auth.authorize(ctx, q.Op, request, r.now()); err != nil {
			return nil, err
		}
	}
	began := time.Now()
	if target.Host != base.Host {
		if ctx, err = r.redirects.follow(ctx, base, request); err != nil {
			return nil, r.exchanger.unreachable(ctx, q.Op, target.Hostname(), err)
		}
	}
	count(ctx)
	a, err := r.exchanger.exchange(ctx, q.Op, request)
	r.observer.Exchanged(services[q.Service].short, statusOf(a), time.Since(began))
	if e := (*Error)(nil); errors.As(err, &e) && e.unresolved {
		e.Hint = r.at.unresolved(target.Host)
	}
	return a, err
}

// statusOf is the status of an answer, 0 without one.
func statusOf(a *http.Response) int {
	if a == nil {
		return 0
	}
	return a.StatusCode
}

// Hosts are the hosts of all services, with their ports.
func (r *Requester) Hosts() []string { return r.at.names() }

// Now is the time by the Requester's clock.
func (r *Requester) Now() time.Time { return r.now() }

// String names the services without the credential.
func (r *Requester) String() string { return r.at.String() }

// GoString is String, so that no way of printing shows a secret.
func (r *Requester) GoString() string { return r.String() }

// Scope tells what one credential reads at one place from everything else, as
// part of a cache key. It reveals no secret. A new token is a new scope.
func (r *Requester) Scope() string {
	h := sha256.New()
	for _, s := range []Service{BuildService, CheckService} { // those that have logs
		var u *url.URL
		if hosts := r.at.services[s]; hosts != nil {
			u = hosts.all[0]
		}
		fmt.Fprintf(h, "%v\n", u)
	}
	fmt.Fprintf(h, "%q\n", r.cred.identity())
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// CloseIdleConnections closes connections that are kept for further requests.
func (r *Requester) CloseIdleConnections() {
	if t, ok := r.exchanger.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
