package wire

import (
	"context"
	"net/http"
)

// Answer is what a service sent for a Request.
type Answer struct {
	*http.Response
	op        string
	ctx       context.Context
	exchanger *exchanger
	refusals  *refusals
}

// Broken is the error of a body that could not be read to its end.
func (a *Answer) Broken(err error) *Error {
	return a.exchanger.unreachable(a.ctx, a.op, a.Request.URL.Hostname(), err)
}

// Ended is the error of a request whose context has ended; nil if it has not.
func (a *Answer) Ended() *Error {
	if a.ctx.Err() == nil {
		return nil
	}
	return ended(a.op, a.ctx.Err())
}

// Refusal is the failure that a body reports; nil if it reports none.
func (a *Answer) Refusal(body []byte) *Error {
	e, _, _ := decode[struct{}](body)
	if !e.failed() {
		return nil
	}
	return a.refusals.refused(a.op, a.Response, &e.failure)
}

// Wrong is the error of an answer that is not what was asked for. cause may be nil.
func (a *Answer) Wrong(kind error, summary, hint string, cause error) *Error {
	return &Error{Op: a.op, Kind: kind, Summary: summary, Hint: hint, Err: cause,
		Host: hostOf(a.Response), Status: a.StatusCode, RequestID: a.refusals.requestID(a.Response, nil)}
}

// Masked is a text of the service without our credential.
func (a *Answer) Masked(s string) string { return a.exchanger.mask.hide(s) }

// MaskedError is an error of the transport without our credential.
func (a *Answer) MaskedError(err error) error { return a.exchanger.mask.hideError(err) }
