package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"logbot/commands/find"
	"logbot/commands/green"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// Errors of announcements.
var (
	// ErrNoRight says that the owner of a watch may not read the task any more, or not post
	// it in the channel.
	ErrNoRight = errors.New("no right to read the task and to post it in this channel")
	// ErrShared says that other organisations read the channel by now, so that not even
	// the end of a watch or follow may be told there.
	ErrShared = errors.New("other organisations read this channel")
)

// Announcer finds the words for what a watch tells. It is safe for concurrent use.
type Announcer struct {
	names   *find.Names
	callers Callers
	ask     func(ctx context.Context, r Request, about *find.Task) (reply.Reply, error)
	finish  func(reply.Reply, texts.Lang) reply.Reply
	green   *green.Finder // may be nil
	past    *memory
	record  func(ctx context.Context, r Request, e AuditEvent)
}

// Announcement is what a watch has to tell.
type Announcement struct {
	Channel string
	Rights  string // the channel whose access rules count, if that is not Channel
	Owner   string // whose rights count
	Task    string // id
	Name    string
	Build   int64
	State   logsapi.State
	// Failures counts the failures since the last success: with this one, or before
	// this success.
	Failures int
	Lang     texts.Lang
}

// Broke tells that a watched build failed, with its excerpt. If its log cannot be
// read it says why. The error is ErrNoRight, or that ctx ended.
func (n *Announcer) Broke(ctx context.Context, a Announcement) (reply.Reply, error) {
	in, err := n.authorize(ctx, a)
	if err != nil {
		return reply.Reply{}, err
	}
	ask := in.request
	ask.Text = typed.Line(typed.Fail, in.task.Word, itoa(a.Build))
	r, err := n.ask(ctx, ask, &in.task)
	if ctx.Err() != nil {
		return reply.Reply{}, ctx.Err()
	}
	if err != nil {
		b := buildFacts{in: in}
		r = b.stands(a.State)
		r.Failure = failureOf(err)
		r.Body = in.say(texts.WatchNoLog, typed.ProblemOf(err).Says)
		r.Try = []reply.Example{{Line: b.line(typed.Fail)}}
	}
	if a.Failures > 1 {
		count := in.say(texts.WatchCount, a.Failures)
		if r.Source != "" {
			count = r.Source + " · " + count
		}
		r.Source = count
	}
	return n.finish(r, a.Lang), nil
}

// Works tells that a watched task works again. Its errors are those of Broke.
func (n *Announcer) Works(ctx context.Context, a Announcement) (reply.Reply, error) {
	in, err := n.authorize(ctx, a)
	if err != nil {
		return reply.Reply{}, err
	}
	n.green.Succeeded(in.task.ID(), a.Build)
	n.past.works(in.task.ID(), a.Build)
	says := in.say(texts.WatchWorks, in.task.Name, a.Build)
	if a.Failures > 1 {
		says = in.say(texts.WatchWorksTook, in.task.Name, a.Build, a.Failures)
	}
	return n.finish(reply.Reply{Sign: textsOf(logsapi.Succeeded).sign, Heading: says, About: buildFacts{in: in}.about()}, a.Lang), nil
}

// Learn reads the last failed builds of a watched task that were not read, so that its next
// failure can be told from them, and waits for that. Nobody is shown what it reads. An error
// says that it is worth another try: CodeArts or the store is away, or other tasks are being
// read. Without a store it does nothing.
func (n *Announcer) Learn(ctx context.Context, a Announcement) error {
	in, err := n.authorize(ctx, a)
	if err == nil {
		err = n.past.learnLast(ctx, in.task)
	}
	if errors.Is(err, ErrNoRight) || errors.Is(err, logsapi.ErrNotFound) || logsapi.OutOfReach(err) {
		return nil // another try would not help
	}
	return err
}

// Authorize reports whether the owner of a watch may still read the task in the channel.
// Its errors are those of Broke.
func (n *Announcer) Authorize(ctx context.Context, a Announcement) error {
	_, err := n.authorize(ctx, a)
	return err
}

// authorize makes a command of the watch's owner.
func (n *Announcer) authorize(ctx context.Context, a Announcement) (*command, error) {
	r, err := now(ctx, n.callers, Request{Channel: cmp.Or(a.Rights, a.Channel), User: a.Owner, Lang: a.Lang, Via: ViaWatch, as: "watch"})
	r.Direct = r.Direct || a.Rights != "" // nobody else sees it
	if err != nil {
		return nil, err
	}
	in := newCommand(&typed.Command{}, r)
	task, err := n.names.Resolved(ctx, in.Query, a.Task, n.names.Label(a.Task, a.Name))
	if err != nil || !in.mayPost() {
		n.record(ctx, r, AuditEvent{Verb: "watch", Task: in.audited.Task, Build: a.Build, Result: Refused, Reason: noRule})
		why := ErrNoRight
		if r.Shared {
			why = errors.Join(ErrNoRight, ErrShared)
		}
		return nil, fmt.Errorf("watch of %s in %s by %s: %w", a.Task, a.Channel, a.Owner, why)
	}
	in.task, in.build = task, a.Build
	return in, nil
}

// Untold tells the owner of a watch that Slack did not take the message about a build.
func (n *Announcer) Untold(a Announcement) reply.Reply {
	t := n.names.Label(a.Task, a.Name)
	says := texts.WatchUntold.With(t.Name, a.Build).In(a.Lang)
	return n.finish(reply.Reply{Channel: a.Channel, Body: says, Try: []reply.Example{{Line: typed.Line(typed.Fail, t.Word, itoa(a.Build))}}}, a.Lang)
}

// WatchEnd is why a watch ended without an unwatch.
type WatchEnd int

// The ends of a watch. WatchClosed and WatchShared are told to its owner, the others to
// the channel.
const (
	WatchOwnerLeft WatchEnd = iota // the workspace
	WatchNoRight                   // its owner may not read the task there any more
	WatchClosed                    // the bot can no longer post in the channel
	WatchShared                    // other organisations read the channel by now
)

// WatchEnded tells that a watch has ended without an unwatch, and what to type to
// begin anew.
func (n *Announcer) WatchEnded(a Announcement, why WatchEnd) reply.Reply {
	t := n.names.Label(a.Task, a.Name)
	r := reply.Reply{Try: []reply.Example{{Line: typed.Line("watch", t.Word)}}}
	switch why {
	case WatchOwnerLeft:
		r.Body = texts.WatchOwnerLeft.With(t.Name).In(a.Lang)
	case WatchNoRight:
		r.Body = texts.WatchNoRight.With(t.Name).In(a.Lang)
	case WatchClosed:
		r.Channel, r.Body = a.Channel, texts.WatchClosed.With(t.Name).In(a.Lang)
	case WatchShared:
		r.Channel, r.Body, r.Try = a.Channel, texts.WatchShared.With(t.Name).In(a.Lang), nil
	}
	return n.finish(r, a.Lang)
}
