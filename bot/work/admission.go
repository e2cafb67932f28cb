// Package work tracks the commands of this process between their acknowledgement and
// their answer: how many are admitted, which are in progress, the notes about their
// progress, and the buttons that stop them.
package work

import "sync"

// Limits of an Admission. A channel accepts one message a second from an app, so
// more commands would only wait.
const (
	MaxCommands   = 1024
	MaxPerChannel = 128
)

// Admission limits how many acknowledged commands may be unanswered at a time, in
// total and per channel, so that one busy channel cannot starve the others. It is
// safe for concurrent use.
type Admission struct {
	mu         sync.Mutex
	total      int
	perChannel map[string]int
}

// NewAdmission returns an admission of MaxCommands and MaxPerChannel.
func NewAdmission() *Admission { return &Admission{perChannel: map[string]int{}} }

// Admit reserves a slot for a command of channel. It reports false if a limit is
// reached.
func (a *Admission) Admit(channel string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.total >= MaxCommands || a.perChannel[channel] >= MaxPerChannel {
		return false
	}
	a.total++
	a.perChannel[channel]++
	return true
}

// Release returns a slot reserved by Admit.
func (a *Admission) Release(channel string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total--
	if a.perChannel[channel]--; a.perChannel[channel] == 0 {
		delete(a.perChannel, channel)
	}
}

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
