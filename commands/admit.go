package commands

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"logbot/commands/access"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
)

// Admission decides whether somebody may use the bot at all: before a word of their
// command is read, so that a refusal tells nothing of any task. It is safe for
// concurrent use.
type Admission struct {
	Access *access.Policy
	Audit  func(ctx context.Context, e AuditEvent) // may be nil
}

// Admit decides about the caller of a request, and records a refusal. The reply says
// why, to the caller alone; it is empty for apps, which would answer it.
func (a Admission) Admit(ctx context.Context, r Request) (why reply.Reply, ok bool) {
	verdict := a.Access.Admit(r.caller())
	if verdict == access.Admitted {
		return reply.Reply{}, true
	}
	if a.Audit != nil {
		a.Audit(ctx, AuditEvent{
			At: time.Now(), User: cmp.Or(r.User, r.Bot), Channel: r.Channel, Verb: cmp.Or(r.Verb, verbOf(r.Text)), Result: Refused, Reason: verdict.String(),
		})
	}
	why = reply.Reply{Private: true, Refused: true, Lang: r.Lang}
	switch says := texts.Admission; verdict {
	case access.NoGuests:
		why.Body = says.NoGuests.In(r.Lang)
	case access.NoStrangers:
		why.Body = says.NoStrangers.In(r.Lang)
	case access.NotShared:
		why.Body = says.NotShared.In(r.Lang)
	case access.NoApps:
		return reply.Reply{}, false
	}
	return why, false
}

// Groups are the ids of the user groups that the rules name.
func (a Admission) Groups() []string { return a.Access.Groups() }

// verbOf is the verb of a text, of which nothing else is read.
func verbOf(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	if first = strings.ToLower(first); slices.Contains(VerbNames(), first) {
		return first
	}
	return typed.Fail
}

// now is a request whose caller is what Slack says now; for work that goes on after the
// request was made. The error is that this cannot be known.
func now(ctx context.Context, callers Callers, r Request) (Request, error) {
	if callers == nil {
		return r, nil
	}
	c, err := callers(ctx, r.caller())
	return r.by(c), err
}
