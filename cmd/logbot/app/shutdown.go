package app

import "time"

// The shutdown budget. After SIGTERM a bot works through these steps, one after the
// other; each ends early if nothing is left to do. Kubernetes kills a process after
// 30 s (terminationGracePeriodSeconds), so together they must take less.
//
// Beside the first two, jobs.Jobs lets its handlers go on for 5 s and keeps the leases
// of the commands that the bot still answers.
const (
	killedAfter = 30 * time.Second

	drainWithin    = 20 * time.Second // the bot answers what it has acknowledged
	partingWithin  = 5 * time.Second  // it tells the callers of the rest
	giveBackWithin = 2 * time.Second  // its leases are given back to other replicas
	recordsWithin  = 2 * time.Second  // audit records and votes are stored
)

// It does not compile if the steps take too long.
const _ = uint64(killedAfter - drainWithin - partingWithin - giveBackWithin - recordsWithin - 1)
