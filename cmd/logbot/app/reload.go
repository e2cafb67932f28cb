package app

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/sirupsen/logrus"

	"logbot/cmd/logbot/config"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/reply"
)

// ruled is what the bot asks of the commands, under the rules that are valid now: Reload
// replaces them. What was begun under earlier rules ends under these. It is safe for
// concurrent use.
type ruled struct{ now atomic.Pointer[generation] }

// generation are the commands and the rules that they were made with.
type generation struct {
	*commands.Commands
	policy *access.Policy
	config *config.Config
}

// Run implements bot.Runner.
func (r *ruled) Run(ctx context.Context, in commands.Request) reply.Reply {
	return r.now.Load().Run(ctx, in)
}

// FindBuild implements bot.Finder.
func (r *ruled) FindBuild(ctx context.Context, in commands.Request) (string, reply.Reply, bool) {
	return r.now.Load().FindBuild(ctx, in)
}

// Admit implements bot.Admission.
func (r *ruled) Admit(ctx context.Context, in commands.Request) (reply.Reply, bool) {
	return r.now.Load().Admit(ctx, in)
}

// Groups implements bot.Admission.
func (r *ruled) Groups() []string { return r.now.Load().Groups() }

// admin reports whether the rules name a user as an admin.
func (r *ruled) admin(user string) bool { return r.now.Load().policy.Admin(user) }

// announcer is the announcer of the rules that are valid now.
type announcer struct{ *ruled }

func (a announcer) Authorize(ctx context.Context, of commands.Announcement) error {
	return a.now.Load().Announcer().Authorize(ctx, of)
}

func (a announcer) Broke(ctx context.Context, of commands.Announcement) (reply.Reply, error) {
	return a.now.Load().Announcer().Broke(ctx, of)
}

func (a announcer) Works(ctx context.Context, of commands.Announcement) (reply.Reply, error) {
	return a.now.Load().Announcer().Works(ctx, of)
}

func (a announcer) Learn(ctx context.Context, of commands.Announcement) error {
	return a.now.Load().Announcer().Learn(ctx, of)
}

func (a announcer) Untold(of commands.Announcement) reply.Reply {
	return a.now.Load().Announcer().Untold(of)
}

func (a announcer) WatchEnded(of commands.Announcement, why commands.WatchEnd) reply.Reply {
	return a.now.Load().Announcer().WatchEnded(of, why)
}

func (a announcer) Unreadable(tasks []commands.Announcement, status int) reply.Reply {
	return a.now.Load().Announcer().Unreadable(tasks, status)
}

func (a announcer) Readable(tasks []commands.Announcement) reply.Reply {
	return a.now.Load().Announcer().Readable(tasks)
}

// follower is the follower of the rules that are valid now.
type follower struct{ *ruled }

func (f follower) Follow(ctx context.Context, s reply.FollowState) (reply.Reply, reply.FollowState, bool, error) {
	return f.now.Load().Follower().Follow(ctx, s)
}

func (f follower) Stopped(s reply.FollowState, by string) reply.Reply {
	return f.now.Load().Follower().Stopped(s, by)
}

func (f follower) FollowBroke(s reply.FollowState) reply.Reply {
	return f.now.Load().Follower().FollowBroke(s)
}

func (f follower) FollowClosed(s reply.FollowState) reply.Reply {
	return f.now.Load().Follower().FollowClosed(s)
}

func (f follower) FollowShared(s reply.FollowState) reply.Reply {
	return f.now.Load().Follower().FollowShared(s)
}

func (f follower) Hidden(s reply.FollowState) reply.Reply { return f.now.Load().Follower().Hidden(s) }

func (f follower) Followed(s reply.FollowState) reply.Reply {
	return f.now.Load().Follower().Followed(s)
}

func (f follower) Unfollowed(r reply.Reply, err error) reply.Reply {
	return f.now.Load().Follower().Unfollowed(r, err)
}

// Reload takes over access rules, admins, aliases, masking and rules for excerpts from c,
// which was read anew. If anything in c is wrong, err says all of it, and everything stays
// as it is. The other settings of c are ignored: they are valid from the next start on.
func (b *Bot) Reload(ctx context.Context, c *config.Config, err error) error {
	var policy *access.Policy
	if err == nil {
		policy, err = c.Policy()
	}
	if err != nil {
		b.metrics.Reloaded(false)
		b.metrics.Trouble("config")
		b.log.WithField("kind", "config").Errorf("the configuration was not reloaded, the previous one stays in force: %s", oneLine(err))
		return fmt.Errorf("reload the configuration: %w", err)
	}
	b.use(c, policy)
	b.metrics.Reloaded(true)
	b.log.WithFields(logrus.Fields(c.Rulings())).Info("the configuration was reloaded")
	b.checkWatches(ctx)
	b.logUnknownIDs(ctx)
	return nil
}

// use makes commands with the rules of c, which are used from now on.
func (b *Bot) use(c *config.Config, policy *access.Policy) {
	b.masked.Add(b.ruled.maskedNow())
	before := b.ruled.now.Swap(&generation{commands.New(b.commandOptions(c, policy)), policy, c})
	if before != nil {
		before.Close() // what it still answers is compared with no green build
	}
}

// people are the users of Slack by the names under which they start builds.
func (r *ruled) people() map[string]string { return r.now.Load().config.People }

// maskedNow is how many values the gate of the present rules has masked.
func (r *ruled) maskedNow() int64 {
	if g := r.now.Load(); g != nil {
		return g.config.Gate().Masked()
	}
	return 0
}

// checkWatches logs the watches that the present rules do not allow. Each ends, and says
// so, when it would tell something.
func (b *Bot) checkWatches(ctx context.Context) {
	byProject, err := b.store.Watches.WatchesByProject(ctx)
	if err != nil {
		b.log.Warnf("the watches were not checked against the new rules: %v", err)
		return
	}
	checked, refused := 0, 0
	for _, watches := range byProject {
		for _, w := range watches {
			checked++
			err := announcer{b.ruled}.Authorize(ctx, commands.Announcement{Channel: w.Channel, Owner: w.Owner, Task: w.Task, Name: w.TaskName, Lang: b.config.Lang})
			if !errors.Is(err, commands.ErrNoRight) {
				continue
			}
			refused++
			b.log.WithFields(logrus.Fields{"channel": w.Channel, "user": w.Owner, "task": w.Task}).Warn("a watch is not allowed by the new rules; it ends when it would tell something next")
		}
	}
	b.log.WithFields(logrus.Fields{"watches": checked, "not_allowed": refused}).Info("the watches were checked against the new rules")
}
