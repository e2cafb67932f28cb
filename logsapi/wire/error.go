package wire

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"logbot/logsapi/lines"
)

// The kinds of errors, to be tested with errors.Is.
var (
	ErrInvalid      = errors.New("invalid request")        // one that cannot be right: an id of the wrong form, a host that is not configured; it was not sent
	ErrNotFound     = errors.New("not found")              // a task, build, step or run that does not exist or never ran, or whose log was deleted
	ErrNotReady     = errors.New("not ready")              // a log that is being stored or that the service cannot reach now; also that of a build that never ran
	ErrNotPublished = errors.New("endpoint not published") // the host does not have it
	ErrUnauthorized = errors.New("not authenticated")      // a credential that the service does not accept
	ErrForbidden    = errors.New("not allowed")            // a credential that may not do this
	ErrThrottled    = errors.New("too many requests")      // the service asks for fewer
	ErrUnavailable  = errors.New("service unavailable")    // it cannot be reached, is busy or broken
	ErrRefused      = errors.New("request refused")        // with a code that this package does not know
	ErrProtocol     = errors.New("answer not understood")  // it is not what the endpoint should return
)

// maxMessage bounds what is kept of a message of the service, in bytes.
const maxMessage = 500

// Error is every error of a request: what was being done, what the service said,
// and what can be done about it. It contains no credential.
type Error struct {
	Op         string        // what was being done: "read page of finished/48c6…/7"
	Kind       error         // one of the Err… values, or nil when the caller's context ended
	Summary    string        // what went wrong, in our words
	Hint       string        // what to do about it; often empty
	Service    string        // which one failed, as an Observer hears it; empty if none was asked
	Host       string        // that was asked, with its port if it is not the usual; empty if none was
	Status     int           // HTTP status, 0 without an answer
	Code       string        // the service's code: "DEVCB.00031006"
	Message    string        // the service's own words, often Chinese, at most 500 bytes
	RequestID  string        // for the service's support
	RetryAfter time.Duration // when another try makes sense; 0 is not known
	Err        error         // the cause; may be nil

	again      bool // the same request may succeed in a moment
	vague      bool // only the status says what is wrong
	unresolved bool // the host has no address
}

// Vague reports whether only the HTTP status says what is wrong, and none of the
// codes of the service.
func (e *Error) Vague() bool { return e.vague }

// Lasting is the error as one that another try in a moment does not cure.
func (e *Error) Lasting() *Error {
	lasting := *e
	lasting.again = false
	return &lasting
}

// Error is one line: the operation, what went wrong and what to do, and in
// brackets the service's own words.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op + ": " + e.Summary)
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	if said := e.said(); said != "" {
		b.WriteString(" (" + said + ")")
	}
	return b.String()
}

func (e *Error) said() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("HTTP %d %s", e.Status, e.Code)))
	}
	if e.Message != "" {
		parts = append(parts, fmt.Sprintf("%q", e.Message))
	}
	if e.RequestID != "" {
		parts = append(parts, "request "+e.RequestID)
	}
	return strings.Join(parts, ", ")
}

// Unwrap makes both the kind and the cause visible to errors.Is.
func (e *Error) Unwrap() []error {
	var errs []error
	if e.Kind != nil {
		errs = append(errs, e.Kind)
	}
	if e.Err != nil {
		errs = append(errs, e.Err)
	}
	return errs
}

// Invalid is the error of a request that is wrong and was not sent.
func Invalid(op string, err error) *Error {
	return &Error{Op: op, Kind: ErrInvalid, Summary: err.Error()}
}

// Senseless is the error of an answer that has the right form and yet does not
// say what was asked.
func Senseless(op string, err error) *Error {
	return &Error{Op: op, Kind: ErrProtocol, Summary: "the answer makes no sense", Err: err}
}

// ended is the error of a request whose context was cancelled or ran out of time.
func ended(op string, err error) *Error {
	e := &Error{Op: op, Summary: "stopped", Err: err}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Summary = "it took too long"
	}
	return e
}

// misled is the error of an answer that an API would not send, such as a redirect
// to nowhere.
func misled(op string, from *url.URL, what string) *Error {
	return &Error{Op: op, Kind: ErrProtocol, Host: from.Host, Summary: from.Host + " answered with " + what,
		Hint: "check the address of the service"}
}

// Plain keeps the characters that a code or an id consists of, at most 100 bytes.
func Plain(s string) string {
	return lines.ShortenBytes(strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r
		}
		return -1
	}, s), 100)
}
