//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package boltfile

import "os"

// giveUp closes a file that bbolt cannot close any more. Where its memory map
// holds the lock, the file cannot be opened again before the process has ended.
func giveUp(file *os.File) error { return file.Close() }
