// Package state keeps what must outlive a process: work that must happen,
// aliases, watches, what was answered, who read what, and what all replicas share:
// rates, and presses of buttons on their way to the one that they concern.
//
// A [Store] is a set of small interfaces over one of two backends: a file of one
// machine ([OpenFile]) or a Redis, also a Cluster ([NewRedis]). Both pass the
// same tests. Unlike the pages of package cache none of it can be fetched again,
// so nothing here expires because room is short: what is full refuses
// ([ErrFull]), and what is dropped by age is named in keys.go.
//
// # Trouble
//
// No call waits longer than a second for one answer of the backend, and the one
// that stands before an acknowledgement ([Intents.PutClaimed]) takes no longer
// than 250 ms; all that are made for one command together wait for Redis no longer
// than package patience says. A backend that cannot be used (away, failing over, full, read-only, damaged, disk full) is
// [ErrAway]. While a server does not answer the calls fail at once, and one is
// let through every two seconds. A caller goes on without. A write that ends in ErrAway, or
// because its context ended, may have happened all the same.
//
// # Time
//
// Who calls says what time it is, so that tests can turn the clock. The replicas
// of one Redis need not agree on it: a call's times are sent as spans from its
// now, and counted from the clock of the Redis server, in whose scripts they are
// compared. What a replica's clock shows does not matter then, only how fast it
// runs. After a failover the clock of the new master counts: by as much as the
// two differ, work may fall due and leases may end early or late, so Redis
// servers need NTP. (A lease that ends early costs a repeat, which its holder is
// told by [ErrLeaseLost]; never two holders.) The file compares with the now of
// its one process: a clock set back makes leases last longer by as much.
package state
