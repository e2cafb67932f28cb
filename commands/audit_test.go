package commands_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// oneAudit is an audit log that remembers what it was asked.
type oneAudit struct {
	events  []commands.AuditEvent
	dropped int64
	err     error
	asked   commands.AuditFilter
}

func (a *oneAudit) Events(_ context.Context, f commands.AuditFilter) ([]commands.AuditEvent, error) {
	a.asked = f
	rest := a.events[min(f.Skip, len(a.events)):]
	return rest[:min(f.Limit, len(rest))], a.err
}

func (a *oneAudit) Dropped(context.Context) (int64, error) { return a.dropped, nil }

func auditCommands(t *testing.T, log commands.AuditLog) (*commands.Commands, *[]commands.AuditEvent) {
	t.Helper()
	policy, err := access.Open().WithAdmins(admin)
	require.NoError(t, err)
	var recorded []commands.AuditEvent
	return commands.New(commands.Options{
		Logs: logs{}, Builds: noBuilds{}, Gate: redact.New(), Access: policy, AuditLog: log,
		Aliases: find.Aliases{Tasks: map[string]string{"web": webID}},
		Audit:   func(_ context.Context, e commands.AuditEvent) { recorded = append(recorded, e) },
	}), &recorded
}

func TestAdminsReadTheAuditLog(t *testing.T) {
	at := time.Date(2026, 11, 29, 16, 30, 0, 0, time.UTC)
	log := &oneAudit{dropped: 1234, events: []commands.AuditEvent{
		{At: at, User: ann, Verb: "fail", Task: webID, Build: 128, Result: commands.Answered, Bytes: 4321, Hidden: 2},
		{At: at, User: ann, Verb: "full", Task: webID, Build: 128, Result: commands.Sent, Bytes: 2_500_000},
		{At: at, User: "U0EVE00001", Verb: "show", Task: nobodys, Result: commands.Refused, Reason: "no-rule"},
		{At: at, User: "U0EVE00001", Verb: "fail", Name: "payments", Result: commands.NotFound},
		{At: at, User: ann, Verb: "fail", Via: commands.ViaWatch, Task: webID, Build: 129, Result: commands.Answered},
	}}
	c, _ := auditCommands(t, log)
	ask := func(text string, l texts.Lang) reply.Reply {
		return c.Run(t.Context(), commands.Request{Text: text, Channel: here, User: admin, Lang: l})
	}
	r := ask("audit", texts.English)
	assert.True(t, r.Private, "for the admin alone")
	assert.Equal(t, `Who asked for what

  11-30 00:30 @U0ANN00001 fail         web #128 ok                4kB   2 hidden
  11-30 00:30 @U0ANN00001 full         web #128 file sent         2.5MB
  11-30 00:30 @U0EVE00001 show         01234567 refused (no-rule)
  11-30 00:30 @U0EVE00001 fail         payments not found
  11-30 00:30 @U0ANN00001 fail (watch) web #129 ok

newest first, last 7 days · times in UTC+8 · 1,234 older ones were dropped`, shown(r))
	assert.InDelta(t, 7*24*time.Hour, time.Since(log.asked.Since), float64(time.Minute))
	assert.Contains(t, shown(ask("audit", texts.Chinese)), "未找到")

	r = ask("audit --lines 2", texts.English)
	require.Len(t, r.Try, 1, "more is said to be there")
	assert.Equal(t, "/logs audit --lines 2 --skip 2", r.Try[0].Line)
	assert.NotContains(t, r.Source, "dropped")
	r = ask("audit --lines 2 --skip 4", texts.English)
	assert.Len(t, r.Lines, 1)
	assert.Empty(t, r.Try)

	for typed, want := range map[string]commands.AuditFilter{
		"audit web":                 {Task: webID, Name: "web", Limit: 21},
		"audit payments":            {Task: "payments", Name: "payments", Limit: 21},
		"audit " + nobodys:          {Task: nobodys, Name: nobodys, Limit: 21},
		"audit @U0EVE00001":         {User: "U0EVE00001", Limit: 21},
		"audit @u0eve00001":         {User: "U0EVE00001", Limit: 21},
		"audit U0EVE00001 --skip 3": {User: "U0EVE00001", Limit: 21, Skip: 3},
	} {
		ask(typed, texts.English)
		log.asked.Since = time.Time{}
		assert.Equal(t, want, log.asked, typed)
	}
	ask("audit --since 12h", texts.English)
	assert.InDelta(t, 12*time.Hour, time.Since(log.asked.Since), float64(time.Minute))
	for typed, says := range map[string]string{
		"audit --since yesterday": `"yesterday" isn't a time span`,
		"audit --since 400d":      "up to 90 days",
		"audit @ann":              "Type the member ID",
		"audit --lines 5000":      "5000",
	} {
		r := ask(typed, texts.English)
		assert.True(t, r.Refused, typed)
		assert.Contains(t, shown(r), says, typed)
	}
	log.events = nil
	assert.Contains(t, shown(ask("audit --since 90m", texts.English)), "in the last 1 h 30 min")
	log.err = fmt.Errorf("read: %w", commands.ErrStoreAway)
	assert.Contains(t, shown(ask("audit", texts.English)), "Couldn't read the audit log")
}

func TestNobodyElseReadsTheAuditLog(t *testing.T) {
	log := &oneAudit{events: []commands.AuditEvent{{User: "U0EVE00001", Verb: "fail", Task: webID}}}
	c, recorded := auditCommands(t, log)
	r := c.Run(t.Context(), commands.Request{Text: "audit web", Channel: here, User: ann})
	assert.True(t, r.Refused && r.Private)
	assert.NotContains(t, shown(r), "U0EVE00001")
	require.Len(t, *recorded, 1, "that they tried is in it")
	e := (*recorded)[0]
	assert.Equal(t, commands.AuditEvent{At: e.At, User: ann, Channel: here, Verb: "audit", Result: commands.Refused, Reason: "not-admin"}, e)
	for _, r := range []commands.Request{{Text: "audit"}, {Text: "audit", Channel: here}} {
		assert.NotContains(t, shown(c.Run(t.Context(), r)), "U0EVE00001", "in a terminal there is no admin")
	}
	none, _ := auditCommands(t, nil)
	assert.Contains(t, shown(none.Run(t.Context(), commands.Request{Text: "audit", Channel: here, User: admin})), "logbot audit")
}
