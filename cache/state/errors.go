package state

import (
	"fmt"

	"logbot/cache/store"
)

const (
	// ErrFull says that a bound of the store is reached; the message says which.
	ErrFull = store.ErrFull
	// ErrTooLarge says that one value is larger than the store takes.
	ErrTooLarge = store.ErrTooLarge
	// ErrNotFound says that the store does not have what was asked for.
	ErrNotFound = store.ErrNotFound
	// ErrChanged says that another caller changed a watch first.
	ErrChanged = store.ErrChanged
	// ErrLeaseLost says that a claim is no longer its holder's: the lease ended
	// and another process claimed the intent, or it was done, rescheduled or
	// cancelled. Its holder stops, and posts nothing more.
	ErrLeaseLost = store.Verdict("the lease was lost")
)

var (
	// ErrAway says that the backend cannot be used now. A caller goes on without,
	// if it can.
	ErrAway = store.ErrAway
	// ErrLocked says that another process has the file open.
	ErrLocked = store.ErrLocked
	// ErrNewer says that a newer version of the program wrote the state, in a format
	// that this one does not know. Nothing was changed.
	ErrNewer = store.ErrNewer
)

// Options are the settings of both backends. The zero value works.
type Options = store.Options

// during says what was being done when err came.
func during(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
