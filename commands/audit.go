package commands

import (
	"context"
	"time"
)

// Read is one record for the audit log: who asked for which log, and whether
// they may read it.
type Read struct {
	At      time.Time
	User    string
	Channel string
	Verb    string // "fail"
	Task    string // id of the task, the check run or the record
	Build   int64  // 0 where the request ended before it was known, and for check runs
	Allowed bool
}

// noted keeps which log a command is about, and whether it may be read.
func (in *call) noted(id string, allowed bool) { in.audited.Task, in.audited.Allowed = id, allowed }

// audit tells of the read that a command was, where it was one: a word that
// names no task reads nothing.
func (c *Commands) audit(ctx context.Context, in *call) {
	if c.audited == nil || in.audited.Task == "" {
		return
	}
	r := in.audited
	r.At, r.User, r.Channel, r.Verb = time.Now(), in.request.User, in.request.Channel, in.verb.name
	c.audited(ctx, r)
}
