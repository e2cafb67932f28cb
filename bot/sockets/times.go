package sockets

import (
	"math/rand/v2"
	"time"
)

// times are how long to wait for what.
type times struct {
	open    time.Duration // for each of: an address, the handshake, hello
	stagger time.Duration // between the starts of two sockets, at most

	ping   time.Duration // between two pings of ours
	silent time.Duration // without a byte from Slack until a socket counts as dead

	// linger is how long a socket is read after a warning; Slack ends it after 10 s.
	linger time.Duration
	// turn is how long a warned socket waits for the renewal of another one, and how
	// old a socket must be before a warning makes it be replaced.
	turn time.Duration

	again    time.Duration // before a second try; doubles
	mostly   time.Duration // and stops doubling here
	settled  time.Duration // a socket that lived so long was no failure
	disabled time.Duration // between tries while Socket Mode is switched off; doubles
	tooMany  time.Duration // between tries of a socket too many; doubles
	longest  time.Duration // of these two
}

// usualTimes: Slack's clients take a socket for dead after 30 s without a ping of
// Slack's; with pings of our own we know after 15 s.
func usualTimes() times {
	return times{
		open: 15 * time.Second, stagger: time.Second,
		ping: 5 * time.Second, silent: 15 * time.Second,
		linger: 15 * time.Second, turn: 5 * time.Second,
		again: 100 * time.Millisecond, mostly: 30 * time.Second, settled: time.Second,
		disabled: 30 * time.Second, tooMany: time.Minute, longest: 10 * time.Minute,
	}
}

// doubled is d, doubled n times up to most, and part of that by chance, so that
// many sockets do not come back at once.
func doubled(d time.Duration, n int, most time.Duration) time.Duration {
	d = min(d<<min(n, 16), most)
	return d/2 + rand.N(d/2+1)
}
