package sockets

import "time"

// times are how long to wait for what.
type times struct {
	open    time.Duration // for each of: an address, the handshake, hello
	stagger time.Duration // between the starts of two sockets, at most

	ping   time.Duration // between two pings of ours
	silent time.Duration // without a byte from Slack until a socket counts as dead

	// linger is how long a socket is read after a warning; Slack ends it after 10 s.
	linger time.Duration
	// renewal is how long a warned socket waits for the renewal of another one, and
	// how old a socket must be before a warning makes it be replaced.
	renewal time.Duration

	retry    time.Duration // before the second attempt; doubles
	maxRetry time.Duration
	settled  time.Duration // a socket that lives so long ends a row of failures

	disabled   time.Duration // between attempts while Socket Mode is switched off; doubles
	tooMany    time.Duration // between attempts of a socket too many; doubles
	maxRefused time.Duration // of these two
}

// usualTimes: Slack's clients take a socket for dead after 30 s without a ping of
// Slack's; with pings of our own we know after 15 s.
func usualTimes() times {
	return times{
		open: 15 * time.Second, stagger: time.Second,
		ping: 5 * time.Second, silent: 15 * time.Second,
		linger: 15 * time.Second, renewal: 5 * time.Second,
		retry: 100 * time.Millisecond, maxRetry: 30 * time.Second, settled: time.Second,
		disabled: 30 * time.Second, tooMany: time.Minute, maxRefused: 10 * time.Minute,
	}
}
