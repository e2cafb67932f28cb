//go:build linux || darwin

package spool

import "syscall"

// freeOn returns how many bytes an unprivileged process can still write in a folder.
func freeOn(dir string) (bytes int64, known bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, false
	}
	return int64(s.Bavail) * int64(s.Bsize), true
}
