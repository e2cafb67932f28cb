// Package work tracks the commands of this process between their acknowledgement and
// their answer: how many are admitted, which are in progress, the notes about their
// progress, and the buttons that stop them.
package work

import (
	"sync"
	"time"

	"logbot/logsapi/pace"
)

// Limits of an Admission. A channel accepts one message a second from an app, so
// more commands would only wait.
const (
	MaxCommands   = 1024
	MaxPerChannel = 128
)

// Place is where a command stands in the queue of its channel, as far as this process
// knows.
type Place struct {
	Ahead int           // commands of the channel that are not answered yet
	Wait  time.Duration // until Slack's limit of messages in a channel allows its answer
}

// Admission limits how many acknowledged commands may be unanswered at a time, in
// total and per channel, so that one busy channel cannot starve the others. It is
// safe for concurrent use.
type Admission struct {
	rate pace.Rate

	mu         sync.Mutex
	total      int
	perChannel map[string]int
	answers    pace.Buckets // by channel: each command is answered by one message
}

// NewAdmission returns an admission of MaxCommands and MaxPerChannel. rate is how often
// the bot posts in one channel; zero is without a limit.
func NewAdmission(rate pace.Rate) *Admission {
	return &Admission{rate: rate, perChannel: map[string]int{}, answers: pace.Buckets{Most: maxChannels}}
}

// maxChannels is how many channels are kept before those at rest are forgotten.
const maxChannels = 1024

// Admit reserves a slot for a command of channel and tells its place. It reports false
// if a limit is reached.
func (a *Admission) Admit(channel string) (p Place, admitted bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.total >= MaxCommands || a.perChannel[channel] >= MaxPerChannel {
		return Place{}, false
	}
	p.Ahead = a.perChannel[channel]
	a.total++
	a.perChannel[channel]++
	if a.rate.PerSecond > 0 {
		now := time.Now()
		b := a.answers.Get(now, channel)
		p.Wait = b.Wait(now, a.rate, 1)
		b.Claim(now, a.rate, 1)
	}
	return p, true
}

// Total is how many slots are reserved.
func (a *Admission) Total() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.total
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
