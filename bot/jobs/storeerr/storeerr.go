// Package storeerr translates errors of the state for package commands, which knows
// no store.
package storeerr

import (
	"errors"
	"fmt"

	"logbot/cache/state"
	"logbot/commands"
)

// ForCommands wraps commands.ErrStoreAway or ErrStoreFull around an error of package
// state that means the same. Other errors, and nil, stay as they are.
func ForCommands(err error) error {
	switch {
	case errors.Is(err, state.ErrAway):
		return fmt.Errorf("%w: %w", commands.ErrStoreAway, err)
	case errors.Is(err, state.ErrFull):
		return fmt.Errorf("%w: %w", commands.ErrStoreFull, err)
	}
	return err
}
