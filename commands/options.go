package commands

import (
	"context"
	"time"

	"logbot/commands/access"
	"logbot/commands/excerpt"
	"logbot/commands/find"
	"logbot/commands/green"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/logsapi"
)

// Options are the parts of Commands. All but Name and Aliases are required.
type Options struct {
	Logs    read.Logs
	Builds  Builds
	Gate    *redact.Gate   // every reply and file passes it
	Access  *access.Policy // who may read what
	Aliases find.Aliases   // of tasks and check runs, from the configuration
	Name    string         // what people type before the words, default "/logs"
	Rules   *excerpt.Rules // what a failure looks like; nil is the embedded set

	// What outlives a request; nil if there is no store for it.
	AliasStore AliasStore
	Watches    WatchStore
	Follows    Follows
	Failures   FailureStore

	// GreenLines keeps the lines of builds that succeeded, with which failures are
	// compared; nil compares with none. With it, end the Commands with Close.
	GreenLines green.Store
	GreenWait  time.Duration // how long an answer waits for them; 0 is green.Patience

	// People are the Slack users by the names under which they start builds in CodeArts:
	// for watch --mine, and to show them by their names in Slack.
	People map[string]string

	// Console is the address of a build's page with {project}, {task} and {build}
	// in the place of its ids; empty for no links. See CheckConsole.
	Console string
	// Hosts are those of pages of CodeArts outside the public cloud, in lower case.
	Hosts []string
	// Region is that of Builds; the address of a page in another one is refused. Empty if
	// the addresses of the services are configured.
	Region string

	// Callers, if it is set, says what the caller of work that goes on later is by then.
	Callers Callers

	// PersonName, if it is set, is the name by which the workspace shows a user, or the id
	// if that is not known.
	PersonName func(ctx context.Context, user string) string

	// Audit, if it is set, is called for every use of the bot, allowed or refused: for a
	// command before its answer leaves, for a file when it was read. It is called from
	// many goroutines and must return at once.
	Audit func(ctx context.Context, e AuditEvent)
	// AuditLog is read by the command for admins; nil if there is none.
	AuditLog AuditLog
}

// Callers says what a caller is to the workspace now, and whether other organisations
// read the channel. It is asked again before each message that comes later than its
// request, such as that of a watch. It may be called concurrently.
type Callers func(ctx context.Context, c access.Caller) (access.Caller, error)

// Builds is what the service tells of tasks and builds besides their logs. It is
// never a precondition: a region may not publish it and an account may not use it,
// which the errors logsapi.ErrNotPublished and logsapi.ErrForbidden say.
type Builds interface {
	find.Lists
	NewestBuilds(ctx context.Context, taskID string, n int) ([]logsapi.Build, error) // as logsapi.Client has it
	Record(ctx context.Context, taskID string, build int64) (logsapi.Record, error)
	Analysis(ctx context.Context, taskID string, build int64) (logsapi.Analysis, error)
	Task(ctx context.Context, taskID string) (logsapi.Task, error)
}
