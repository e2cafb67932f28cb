//go:build unix

package checkup

import (
	"fmt"
	"syscall"
)

// freeBytes is how much an ordinary user may still write where path is.
func freeBytes(path string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, fmt.Errorf("look at the disk of %s: %w", path, err)
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}
