package commands

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
	"logbot/logsapi/lines"
)

const (
	// auditSince is how far back is looked unless it is said.
	auditSince = 7 * 24 * time.Hour
	// maxAuditDays is how long events are kept; see state.AuditAge.
	maxAuditDays = 90
	// auditLines is how many events are shown, and maxAuditLines at most: as many as a
	// message has room for.
	auditLines, maxAuditLines = 20, 60
	// maxAuditSkip bounds how many events are passed over.
	maxAuditSkip = 10_000
)

// AuditLog reads the audit log. It may be used concurrently and returns ErrStoreAway.
type AuditLog interface {
	// Events returns events that the filter chooses, newest first.
	Events(ctx context.Context, f AuditFilter) ([]AuditEvent, error)
	// Dropped is how many events were dropped because of their age or number.
	Dropped(ctx context.Context) (int64, error)
}

// AuditFilter chooses events; a zero field chooses all.
type AuditFilter struct {
	User       string
	Task, Name string // either of them
	Since      time.Time
	Skip       int
	Limit      int
}

func auditVerb(log AuditLog, policy *access.Policy, names *find.Names) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:  "audit",
			Usage: "[TASK | @USER]",
			Does:  texts.AuditDoes,
			More:  texts.AuditMore,
			Examples: []typed.Suggestion{
				{Line: "audit", Does: texts.AuditExample.With()},
				{Line: "audit web --since 30d", Does: texts.AuditExampleTask.With()},
			},
			Flags: []typed.Flag{
				{Name: "since", Value: "SPAN", Does: texts.FlagSince.With()},
				{Name: "lines", Value: "N", Does: texts.FlagAuditLines.With(maxAuditLines)},
				{Name: "skip", Value: "N", Does: texts.FlagAuditSkip.With()},
			},
			Max: 1, Admins: true,
		},
		refuse: func(in *command) error {
			switch {
			case log == nil || in.Channel == "":
				return typed.Wrong(texts.AuditNowhere.With(), typed.Help)
			case !policy.Admin(in.User):
				in.audited.Result, in.audited.Reason = Refused, notAdmin
				return typed.Wrong(texts.AuditAdminsOnly.With(), typed.Help)
			}
			return nil
		},
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			return answerAudit(ctx, log, names, in)
		},
	}
}

func answerAudit(ctx context.Context, log AuditLog, names *find.Names, in *command) (reply.Reply, error) {
	span, err := in.span()
	if err != nil {
		return reply.Reply{}, err
	}
	want, err := in.Number("lines", auditLines, 1, maxAuditLines)
	if err != nil {
		return reply.Reply{}, err
	}
	skip, err := in.Number("skip", 0, 0, maxAuditSkip)
	if err != nil {
		return reply.Reply{}, err
	}
	f := AuditFilter{Since: time.Now().Add(-span), Skip: skip, Limit: want + 1}
	r := reply.Reply{Private: true, Heading: in.say(texts.AuditAll)}
	if len(in.Words) > 0 {
		if err := in.chooseEvents(ctx, names, &f, &r); err != nil {
			return reply.Reply{}, err
		}
	}
	events, err := log.Events(ctx, f)
	if err != nil {
		return reply.Reply{}, notStored(in, err, texts.AuditAway, texts.AuditAway, "audit")
	}
	last := texts.AuditDays.Count(max(1, int(span.Hours()/24)))
	if span < 24*time.Hour {
		last = texts.Duration(span)
	}
	if len(events) == 0 {
		r.Body = in.say(texts.AuditNone, last)
		return r, nil
	}
	more := len(events) > want
	events = events[:min(want, len(events))]
	r.Lines = auditTable(in, names, events)
	parts := []any{texts.AuditSource.With(last), texts.AuditTimes}
	if n, err := log.Dropped(ctx); err == nil && n > 0 && !more { // else the source is silent about it
		parts = append(parts, texts.AuditDropped.With(texts.Thousands(int(n))))
	}
	r.Source = texts.Join(texts.Dot, parts...).In(in.request.Lang)
	if more {
		r.Try = []reply.Example{{Line: in.Again("skip", strconv.Itoa(skip+len(events))), Does: in.say(texts.AuditOlder), Button: in.say(texts.Older), Place: reply.InPlace}}
	}
	return r, nil
}

var (
	spanWord = lazyregexp.New(`^([0-9]{1,5})([dhm])$`)
	memberID = lazyregexp.New(`^[UW][A-Z0-9]{6,}$`)
)

// span is how far back the command looks.
func (in *command) span() (time.Duration, error) {
	text, ok := in.Flags["since"]
	if !ok {
		return auditSince, nil
	}
	if m := spanWord.FindStringSubmatch(strings.ToLower(typed.Narrow(text))); m != nil {
		n, _ := strconv.Atoi(m[1]) // digits
		span := time.Duration(n) * map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour, "m": time.Minute}[m[2]]
		if span > 0 && span <= maxAuditDays*24*time.Hour {
			return span, nil
		}
	}
	return 0, typed.Wrong(texts.AuditNoSpan.With(texts.Quote(text), maxAuditDays), in.Again("since", "7d"))
}

// chooseEvents reads the word as a person, or as a task. Who was refused a task, or
// guessed its name, is found by what they typed.
func (in *command) chooseEvents(ctx context.Context, names *find.Names, f *AuditFilter, r *reply.Reply) error {
	word := in.Words[0]
	if name, ok := strings.CutPrefix(word, "@"); ok || memberID.MatchString(word) {
		if f.User = strings.ToUpper(name); !memberID.MatchString(f.User) {
			return typed.Wrong(texts.AuditNoID.With(texts.Quote(word)), typed.Line(in.Verb.Name, "@U012A3CDE"))
		}
		r.Heading = in.say(texts.AuditBy, "@"+f.User)
		return nil
	}
	f.Name, f.Task = word, word
	label := word
	if id, known := names.ID(ctx, in.Caller, word); known {
		f.Task, label = id, names.Label(id, word).Name
	} else if logsapi.IsTaskID(word) {
		label = names.Label(word, "").Name
	}
	r.Heading = in.say(texts.AuditOf, label)
	return nil
}

// auditTable has a row for each event, in columns that a phone can show.
func auditTable(in *command, names *find.Names, events []AuditEvent) []lines.Line {
	results := map[Result]texts.Text{
		Answered: texts.AuditAnswered, Sent: texts.AuditSent, Refused: texts.AuditRefused, NotFound: texts.AuditNotFound, Failed: texts.AuditFailed, "lost": texts.AuditLost,
	}
	rows := make([][]string, len(events))
	for i, e := range events {
		what := e.Name
		if e.Task != "" {
			what = names.Label(e.Task, "").Name
		}
		if e.Build != 0 {
			what += " #" + itoa(e.Build)
		}
		result := string(e.Result)
		if says, ok := results[e.Result]; ok {
			result = in.say(says)
		}
		if e.Result == Refused || e.Result == Failed {
			result += " (" + lines.HeadBy(e.Reason, 24, lines.Width) + ")"
		}
		hidden := ""
		if e.Hidden > 0 {
			hidden = in.say(texts.AuditHidden, e.Hidden)
		}
		rows[i] = []string{
			day(e.At), "@" + cmp.Or(e.User, "?"), strings.TrimSpace(e.Verb + " " + via(e)), lines.HeadBy(what, 24, lines.Width), result, size(e.Bytes), hidden,
		}
	}
	return table(rows)
}

func via(e AuditEvent) string {
	if e.Via == "" || e.Via == e.Verb {
		return ""
	}
	return "(" + e.Via + ")"
}

// size is a number of bytes in as few characters as tell it.
func size(n int64) string {
	switch {
	case n == 0:
		return ""
	case n < 1000:
		return fmt.Sprintf("%dB", n)
	case n < 1_000_000:
		return fmt.Sprintf("%dkB", (n+500)/1000)
	}
	return fmt.Sprintf("%.1fMB", float64(n)/1e6)
}
