//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package boltfile

import (
	"os"
	"syscall"
)

// abandon closes a file that bbolt cannot close any more. Its memory map stays until
// the process ends, and would keep the lock.
func abandon(file *os.File) error {
	_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) // the error of Close matters
	return file.Close()
}
