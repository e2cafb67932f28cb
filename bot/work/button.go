package work

import "sync"

// Button is one button of one message.
type Button struct{ Channel, TS, Action string }

// BusyButtons are the buttons whose press is being answered, so that a second press
// does not run the same command again. It is safe for concurrent use.
type BusyButtons struct {
	mu      sync.Mutex
	pressed map[Button]string // the action_ts of the press
}

// NewBusyButtons returns an empty BusyButtons.
func NewBusyButtons() *BusyButtons { return &BusyButtons{pressed: map[Button]string{}} }

// Start marks a button as busy with the press of that action_ts. It reports false if
// the button is busy already.
func (b *BusyButtons) Start(button Button, pressedAt string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, busy := b.pressed[button]; busy {
		return false
	}
	b.pressed[button] = pressedAt
	return true
}

// Finish lets a button be pressed again, unless it is busy with a later press. It may
// be called twice.
func (b *BusyButtons) Finish(button Button, pressedAt string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pressed[button] == pressedAt {
		delete(b.pressed, button)
	}
}
