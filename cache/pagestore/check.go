package pagestore

import (
	"context"

	"logbot/cache/redisclient"
)

// checkKey is never written.
const checkKey = KeyPrefix + "{check}"

// pagesRole is what this package does with a Redis. README and the lines of Check
// tell administrators.
func pagesRole() redisclient.Role {
	return redisclient.Role{
		Stores:  "pages",
		Version: "4.0",
		Because: "for UNLINK",
		Keys:    KeyPrefix + "*",
		Uses: [][]any{
			{"getrange", checkKey, 0, 0},
			{"get", checkKey},
			{"set", checkKey, "x", "px", 1},
			{"pexpire", checkKey, 1},
			{"unlink", checkKey},
			{"eval", "return 0", 1, checkKey},
		},
	}
}

// Check looks for faults in the settings of the server: a line each, with what to
// type against it. It never takes longer than ctx allows, and nothing it finds
// keeps the store from being used.
func (s *Redis) Check(ctx context.Context) []string {
	return redisclient.Check(ctx, s.client, s.user, pagesRole())
}
