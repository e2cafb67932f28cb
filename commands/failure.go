package commands

import (
	"context"
	"errors"

	"logbot/commands/typed"
	"logbot/logsapi"
)

// failureOf returns err if CodeArts, a store or the configuration is to blame for it, and
// nil if it is about what was typed: a mistake, a missing right, a build that does not
// exist or has no log yet.
func failureOf(err error) error {
	var refused *logsapi.Error
	var mistake *typed.Problem
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrStoreAway), errors.Is(err, ErrStoreFull):
		return err
	case errors.As(err, &refused):
		for _, usual := range []error{logsapi.ErrInvalid, logsapi.ErrNotFound, logsapi.ErrNotReady, context.Canceled} {
			if errors.Is(refused, usual) {
				return nil
			}
		}
		return err
	case errors.As(err, &mistake), errors.Is(err, context.Canceled):
		return nil
	}
	return err
}
