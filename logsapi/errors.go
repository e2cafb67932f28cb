package logsapi

import (
	"errors"

	"logbot/logsapi/wire"
)

// Error is every error of a Client: what was being done, what the service said,
// and what can be done about it. It contains no credential.
type Error = wire.Error

// The kinds of errors, to be tested with errors.Is. Those of package wire are
// explained there.
var (
	ErrInvalid      = wire.ErrInvalid
	ErrNotFound     = wire.ErrNotFound
	ErrNotReady     = wire.ErrNotReady
	ErrNotPublished = wire.ErrNotPublished
	ErrUnauthorized = wire.ErrUnauthorized
	ErrForbidden    = wire.ErrForbidden
	ErrThrottled    = wire.ErrThrottled
	ErrUnavailable  = wire.ErrUnavailable
	ErrRefused      = wire.ErrRefused
	ErrProtocol     = wire.ErrProtocol

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
