package state

import (
	"context"
	"errors"
	"fmt"
	"time"

	"logbot/cache/store"
)

const (
	// PressAge is how long a press is kept that no process takes.
	PressAge = 30 * time.Second
	// MaxPresses is the most presses that wait.
	MaxPresses = 256
	// MaxPress bounds one press, in bytes.
	MaxPress = 4 << 10
)

func pressTable() store.Spec {
	return store.Spec{Name: "presses", Noun: "presses", Max: MaxPresses, Life: PressAge}
}

// Presses are presses of buttons on their way to the process that they concern:
// Slack sends a press to any replica. One replica leaves it, the others look, and
// the one that does the work takes it.
//
// A press may be lost if the connection to Redis breaks while it is taken; it is
// then as if it had not been made.
type Presses struct{ table store.Table }

// Leave stores a press under a name that no other has. It returns ErrFull if
// [MaxPresses] wait, ErrTooLarge for a name or a press beyond its bound.
func (p Presses) Leave(ctx context.Context, name string, press []byte) error {
	switch {
	case name == "":
		return errors.New("leave a press: it has no name")
	case len(name) > MaxID || len(press) > MaxPress:
		return fmt.Errorf("leave a press of %d bytes (at most %d) under a name of %d (at most %d): %w", len(press), MaxPress, len(name), MaxID, ErrTooLarge)
	}
	return during(p.table.At(time.Now()).Put(ctx, name, press), "leave press %s", name)
}

// Waiting returns the presses that were left and not taken, by name.
func (p Presses) Waiting(ctx context.Context) (map[string][]byte, error) {
	waiting := map[string][]byte{}
	err := p.table.At(time.Now()).Scan(ctx, store.Range{}, func(row store.Row) bool {
		waiting[row.Key] = row.Value
		return true
	})
	return waiting, during(err, "look for presses")
}

// Take removes a press. It is true for one caller only.
func (p Presses) Take(ctx context.Context, name string) (bool, error) {
	taken, err := p.table.At(time.Now()).Delete(ctx, name)
	return taken, during(err, "take press %s", name)
}
