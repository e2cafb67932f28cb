package commands

import "errors"

// What a store of the following interfaces says besides errors of its own.
var (
	// ErrStoreAway says that nothing can be kept or read now.
	ErrStoreAway = errors.New("the state store is away")
	// ErrStoreFull says that one more would be too many.
	ErrStoreFull = errors.New("the state store takes no more of these")
)
