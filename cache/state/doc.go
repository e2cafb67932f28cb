// Package state keeps what must outlive a process: work that must happen,
// aliases, watches, the history of builds, the audit log, and what all replicas
// share: rates, and presses of buttons on their way to the replica they concern.
//
// A [Store] uses one of two backends, a file of one machine ([OpenFile]) or a
// Redis, also a Cluster ([NewRedis]). Both pass the same tests. Aliases, watches,
// history, audit log and presses are tables of package store, which says how to
// add one; intents and rates have code of their own for each backend.
//
// Unlike the pages of package cache, intents, aliases and watches cannot be
// fetched again: if there is no room for one more, it is refused ([ErrFull]). What
// is dropped by age or number is listed in keys.go.
//
// # Trouble
//
// No call waits longer than a second for one answer of the backend, and the one
// before an acknowledgement ([Intents.PutClaimed]) no longer than 250 ms. All calls
// for one command together wait for Redis no longer than package patience allows.
// A backend that cannot be used is [ErrAway]; see package store. A caller goes on
// without the store if it can.
//
// # Time
//
// The caller passes the time, so that tests can set the clock. The replicas of one
// Redis need not agree on it: a call sends times as spans from its now, and the
// scripts count them from the clock of the Redis server. What a replica's clock
// shows does not matter then, only how fast it runs. After a failover the clock of
// the new master counts: by as much as the two differ, work may fall due and leases
// may end early or late, so Redis servers need NTP. (A lease that ends early costs
// a repetition, and its holder gets [ErrLeaseLost]; there are never two holders.) A
// file compares with the clock of its one process: if that is set back, leases last
// longer by as much.
package state
