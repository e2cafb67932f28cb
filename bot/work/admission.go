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
