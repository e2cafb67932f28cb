package commands

import (
	"context"

	"logbot/commands/access"
	"logbot/commands/excerpt"
	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
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

	// Console is the address of a build's page with {project}, {task} and {build}
	// in the place of its ids; empty for no links. See CheckConsole.
	Console string

	// Audit, if it is set, is called for every read, allowed or refused, before its
	// answer leaves. It is called from many goroutines.
	Audit func(ctx context.Context, r Read)
}

// Builds is what the service tells of tasks and builds besides their logs. It is
// never a precondition: a region may not publish it and an account may not use it,
// which the errors logsapi.ErrNotPublished and logsapi.ErrForbidden say.
type Builds interface {
	find.Lists
	buildSource
}

// dependencies are what verbs, Follower and Announcer are made of.
type dependencies struct {
	Options
	names   *find.Names
	reader  read.Reader
	service service

	// ask answers a line about a task that was resolved before; finish makes a reply
	// ready to leave.
	ask    func(ctx context.Context, r Request, t find.Task) (reply.Reply, error)
	finish func(reply.Reply, texts.Lang) reply.Reply
}
