package wire

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"logbot/logsapi/lines"
)

// maxSkew is how far our clock may be from the gateway's.
const maxSkew = 15 * time.Minute

// refusals makes errors of answers that refuse something, and lets the rate and
// the key heed them.
type refusals struct {
	at      *addresses
	cred    Credential
	mask    *mask
	now     func() time.Time
	limiter *limiter
	shared  *shared // may be nil
	guard   *keyGuard
}

// refused is the error of an answer that reports a failure.
func (x *refusals) refused(op string, a *http.Response, f *failure) *Error {
	return x.refusedAs(op, a, f, judge(a.StatusCode, f.code(), f.message()))
}

// refusedAs is refused for a verdict that is known.
func (x *refusals) refusedAs(op string, a *http.Response, f *failure, v verdict) *Error {
	e := &Error{
		Op: op, Kind: v.kind, Summary: v.summary, Hint: v.hint, again: v.again, vague: v.vague,
		Host: hostOf(a), Status: a.StatusCode, Code: Plain(x.mask.hide(f.code())),
		Message:   lines.ShortenBytes(strings.TrimSpace(x.mask.hide(f.message())), maxMessage),
		RequestID: x.requestID(a, f), RetryAfter: retryAfter(a.Header.Get("Retry-After"), x.now()),
	}
	if v.kind == ErrThrottled {
		x.limiter.slow()
		x.shared.pause(e.RetryAfter)
	}
	switch {
	case errors.Is(e, ErrNotPublished):
		e.Summary = fmt.Sprintf("%s does not publish %s", a.Request.URL.Host, a.Request.URL.Path)
		e.Hint = x.at.elsewhere(a.Request.URL)
	case errors.Is(e, ErrUnauthorized):
		x.unauthorized(e, a.Header.Get("Date"))
	case e.RetryAfter > 0:
		e.Hint = fmt.Sprintf("try again in %v", e.RetryAfter)
	}
	return e
}

// unauthorized completes the error of a refused credential: by the clock, if that
// is the likely reason, and with the time until which keys are held back.
func (x *refusals) unauthorized(e *Error, date string) {
	now := x.now()
	server, err := http.ParseTime(date)
	if _, signs := x.cred.(Keys); signs && err == nil { // only a signature depends on our clock
		if skew := now.Sub(server); skew.Abs() > maxSkew {
			direction := "ahead of"
			if skew < 0 {
				direction = "behind"
			}
			e.Summary = fmt.Sprintf("the clock of this machine is %d minutes %s the service's", int(skew.Abs().Round(time.Minute).Minutes()), direction)
			e.Hint = "set the clock right; signatures are accepted within 15 minutes"
		}
	}
	if _, ready := x.cred.(Token); !ready {
		x.guard.shut(e, now)
	}
}

// requestID is how the service's support finds the request; f may be nil.
func (x *refusals) requestID(a *http.Response, f *failure) string {
	id := a.Header.Get("X-Request-Id")
	if id == "" && f != nil {
		id = string(f.RequestID)
	}
	return Plain(x.mask.hide(id))
}

// hostOf is the host that sent an answer.
func hostOf(a *http.Response) string {
	if a.Request == nil || a.Request.URL == nil {
		return ""
	}
	return a.Request.URL.Host
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
