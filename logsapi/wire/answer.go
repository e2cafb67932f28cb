package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxEnvelope bounds an answer that is read whole, in bytes; a page of 1000 lines
// is about 114 KB.
const maxEnvelope = 16 << 20

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
		body, err := io.ReadAll(io.LimitReader(a.Body, maxEnvelope+1))
		if err != nil {
			return a.Broken(err)
		}
		if len(body) > maxEnvelope {
			return &Error{Op: q.Op, Kind: ErrProtocol, Status: a.StatusCode,
				Summary: fmt.Sprintf("the answer is larger than %d MiB", maxEnvelope>>20), Hint: "ask for fewer lines"}
		}
		e, err := decode[T](body)
		if e.failed() {
			return a.refusals.refused(q.Op, a.Response, &e.failure)
		}
		if err == nil && e.Result == nil {
			err = errors.New("it has no result")
		}
		if err != nil {
			return a.Wrong(ErrProtocol, "the answer of "+a.Request.URL.Host+" is not understood", "", err)
		}
		result = e.Result
		return nil
	})
	return result, err
}

// Answer is what a service sent for a Request.
type Answer struct {
	*http.Response
	op        string
	ctx       context.Context
	exchanger *exchanger
	refusals  *refusals
}

// Broken is the error of a body that could not be read to its end.
func (a *Answer) Broken(err error) *Error { return a.exchanger.unreachable(a.ctx, a.op, err) }

// Ended is the error of a request whose context has ended; nil if it has not.
func (a *Answer) Ended() *Error {
	if a.ctx.Err() == nil {
		return nil
	}
	return ended(a.op, a.ctx.Err())
}

// Refusal is the failure that a body reports; nil if it reports none.
func (a *Answer) Refusal(body []byte) *Error {
	e, _ := decode[struct{}](body)
	if !e.failed() {
		return nil
	}
	return a.refusals.refused(a.op, a.Response, &e.failure)
}

// Wrong is the error of an answer that is not what was asked for. cause may be nil.
func (a *Answer) Wrong(kind error, summary, hint string, cause error) *Error {
	return &Error{Op: a.op, Kind: kind, Summary: summary, Hint: hint, Err: cause,
		Status: a.StatusCode, RequestID: a.refusals.requestID(a.Response, nil)}
}

// Masked is a text of the service without our credential.
func (a *Answer) Masked(s string) string { return a.exchanger.mask.hide(s) }

// MaskedError is an error of the transport without our credential.
func (a *Answer) MaskedError(err error) error { return a.exchanger.mask.hideError(err) }
