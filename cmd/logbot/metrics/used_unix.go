//go:build unix

package metrics

import (
	"syscall"
	"time"
)

// used is the CPU time of this process, and how many files it may open.
func used() (cpu time.Duration, files uint64, ok bool) {
	var usage syscall.Rusage
	var limit syscall.Rlimit
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil || syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0, 0, false
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), uint64(limit.Cur), true
}
