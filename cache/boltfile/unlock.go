//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package boltfile

import (
	"os"
	"syscall"
)

// giveUp closes a file that bbolt cannot close any more. Its memory map stays
// until the process ends, and would hold the lock until then.
func giveUp(file *os.File) error {
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) // Close says what matters
	return file.Close()
}
