package app

import (
	"context"

	"logbot/bot/jobs/storeerr"
	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands"
)

// auditLog is the audit log as the command for admins reads it.
type auditLog struct{ store state.Audit }

// Events implements commands.AuditLog.
func (a auditLog) Events(ctx context.Context, f commands.AuditFilter) ([]commands.AuditEvent, error) {
	found, err := a.store.Events(patience.Without(ctx), state.EventFilter{
		User: f.User, Task: f.Task, Name: f.Name, Since: f.Since, Skip: f.Skip, Limit: f.Limit,
	})
	if err != nil {
		return nil, storeerr.ForCommands(err)
	}
	events := make([]commands.AuditEvent, len(found))
	for i, e := range found {
		events[i] = commands.AuditEvent{
			At: e.At, User: e.User, Channel: e.Channel, Verb: e.Verb, Via: e.Via, Task: e.Task, Build: e.Build, Name: e.Name,
			Result: commands.Result(e.Result), Reason: e.Reason, Bytes: e.Bytes, Hidden: e.Hidden,
		}
	}
	return events, nil
}

// Dropped implements commands.AuditLog.
func (a auditLog) Dropped(ctx context.Context) (int64, error) {
	cut, err := a.store.Cut(patience.Without(ctx))
	return cut.Old + cut.Excess, storeerr.ForCommands(err)
}
