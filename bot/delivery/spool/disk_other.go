//go:build !linux && !darwin

package spool

// freeOn does not know. The quota of a Store still holds.
func freeOn(string) (bytes int64, known bool) { return 0, false }
