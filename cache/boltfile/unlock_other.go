//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package boltfile

import "os"

// abandon closes a file that bbolt cannot close any more. If its memory map keeps
// the lock, the file cannot be opened again until the process has ended.
func abandon(file *os.File) error { return file.Close() }
