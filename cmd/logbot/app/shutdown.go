package app

import "time"

// The shutdown budget. After SIGTERM a bot works through these steps, one after the
// other; each ends early if nothing is left to do. Kubernetes kills a process after
// 30 s (terminationGracePeriodSeconds), so together they must take less.
//
// During the first two steps jobs.Jobs lets its handlers go on for 5 s, and keeps the
// leases of the commands that the bot still answers.
const (
	killedAfter = 30 * time.Second

	drainWithin   = 20 * time.Second // the bot answers what it has acknowledged
	partingWithin = 5 * time.Second  // it tells the callers of the rest
	releaseWithin = 2 * time.Second  // commands without an answer are returned to the store
	recordsWithin = 2 * time.Second  // audit records and votes are stored
)

// This does not compile if the steps take too long.
const _ = uint64(killedAfter - drainWithin - partingWithin - releaseWithin - recordsWithin - 1)
