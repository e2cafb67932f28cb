package state

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// PressAge is how long a press that nobody takes is kept, at least; at most
	// twice as long.
	PressAge = 30 * time.Second
	// MaxPresses is how many presses wait at most.
	MaxPresses = 256
	// MaxPress bounds one press, in bytes.
	MaxPress = 4 << 10
)

// Presses are presses of buttons on their way to the process that they concern:
// Slack hands a press to any replica. One replica leaves it, the others look, and
// the one whose work it is about takes it.
//
// A press may be lost where the connection to Redis breaks while it is taken; it
// is as if it had not been made.
type Presses interface {
	// Leave keeps a press under a name that no other has. It returns ErrFull where
	// MaxPresses wait, ErrTooLarge for a name or a press beyond its bound.
	Leave(ctx context.Context, name string, press []byte) error
	// Waiting returns the presses that were left and not taken, by name.
	Waiting(ctx context.Context) (map[string][]byte, error)
	// Take takes a press out. It is true for one caller alone.
	Take(ctx context.Context, name string) (bool, error)
}

// checkPress refuses a press beyond the bounds.
func checkPress(name string, press []byte) error {
	switch {
	case name == "":
		return errors.New("leave a press: it has no name")
	case len(name) > MaxID || len(press) > MaxPress:
		return fmt.Errorf("leave a press of %d bytes (at most %d) under a name of %d (at most %d): %w", len(press), MaxPress, len(name), MaxID, ErrTooLarge)
	}
	return nil
}

// fullOfPresses is the error of a press for which there is no room.
func fullOfPresses() error { return fmt.Errorf("%w: %d presses wait", ErrFull, MaxPresses) }
