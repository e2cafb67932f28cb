package logsapi

import (
	"errors"

	"logbot/logsapi/wire"
)

// Error is every error of a Client: what was being done, what the service said,
// and what can be done about it. It contains no credential.
type Error = wire.Error

// The kinds of errors, to be tested with errors.Is.
var (
	ErrInvalid      = wire.ErrInvalid      // a request that cannot be right; it was not sent
	ErrNotFound     = wire.ErrNotFound     // a task, build, step or run that does not exist or has no log
	ErrNotPublished = wire.ErrNotPublished // an endpoint that the host does not have
	ErrUnauthorized = wire.ErrUnauthorized // a credential the service does not accept
	ErrForbidden    = wire.ErrForbidden    // a credential that may not do this
	ErrThrottled    = wire.ErrThrottled    // a service that asks for fewer requests
	ErrUnavailable  = wire.ErrUnavailable  // a service that cannot be reached, is busy or broken
	ErrRefused      = wire.ErrRefused      // a refusal whose code is unknown
	ErrProtocol     = wire.ErrProtocol     // an answer that is not what the endpoint should return

	// ErrStalled is a log that promises more and does not move: offsets that
	// stay or run backwards, or pages that stay empty.
	ErrStalled = errors.New("log does not move on")
	// ErrNothingNew is an ErrStalled of a log that has nothing after what was
	// read, although more is promised. The log of a running build may grow; the
	// same cursor continues it.
	ErrNothingNew = errors.New("nothing new")
	// ErrTruncated is a log that became shorter while it was read, so that a
	// part of it is lost.
	ErrTruncated = errors.New("log truncated")
	// ErrIncomplete is a file that ended before its end or stopped arriving.
	ErrIncomplete = errors.New("file incomplete")
)

// OutOfReach reports whether err says that this account cannot have what it
// asked for at this host, now or in a moment: the endpoint is not published
// (ErrNotPublished), or the account may not use it (ErrForbidden).
//
// Only the five log endpoints are documented for every region. A caller of one of
// the others (Record, Task, Tasks, Build…, Steps…, Analysis, Check…) goes on
// without its answer if the error is out of reach.
func OutOfReach(err error) bool {
	return errors.Is(err, ErrNotPublished) || errors.Is(err, ErrForbidden)
}
