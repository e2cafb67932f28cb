// Package follow keeps messages that follow a build up to date until the build ends.
//
// Each message is one intent. It is run for a moment every few seconds and has all it
// needs in its payload, so that any replica can go on with it.
package follow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery/send"
	"logbot/bot/jobs"
	"logbot/bot/jobs/post"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// kind is the kind of the intents of this package.
const kind = "follow"

const (
	// giveUpAfter is how long a message that cannot be shown is tried: longer than any
	// build is followed. giveUpEvery is the pause after each series of failed runs.
	giveUpAfter = 4 * time.Hour
	giveUpEvery = time.Minute
	// closeWithin bounds the last update of a message whose follow another replica has.
	closeWithin = 5 * time.Second
)

// Follower renders a followed build; a *commands.Follower is one.
type Follower interface {
	Follow(ctx context.Context, s reply.FollowState) (r reply.Reply, next reply.FollowState, done bool, err error)
	Stopped(s reply.FollowState, by string) reply.Reply
	FollowBroke(s reply.FollowState) reply.Reply
	FollowClosed(s reply.FollowState) reply.Reply
	FollowShared(s reply.FollowState) reply.Reply
	Hidden(s reply.FollowState) reply.Reply
	Followed(s reply.FollowState) reply.Reply
	Unfollowed(r reply.Reply, err error) reply.Reply
}

// Slack posts messages, and tells the caller of one that it does not come; a *bot.Bot
// is one. caller is from reply.FollowState.
type Slack interface {
	post.Poster
	// Refused says why Slack does not take the message.
	Refused(ctx context.Context, caller []byte, why error) error
	// Apologise says that it could not be done.
	Apologise(ctx context.Context, caller []byte) error
}

// Options are the parts of an Updater. All but Notify and Failed are required.
type Options struct {
	Jobs     *jobs.Jobs
	Commands Follower
	Slack    Slack
	Log      logrus.FieldLogger

	// Notify tells the caller of a follow that the log shows a credential; may be nil.
	Notify func(ctx context.Context, user string, lang texts.Lang, n *reply.Notice)
	// Failed is told of what a message says went wrong; may be nil.
	Failed func(ctx context.Context, err error)
}

// Updater starts messages and updates them. It is a jobs.Handler.
type Updater struct{ Options }

// New returns an Updater that handles the intents of o.Jobs.
func New(o Options) *Updater {
	if o.Notify == nil {
		o.Notify = func(context.Context, string, texts.Lang, *reply.Notice) {}
	}
	if o.Failed == nil {
		o.Failed = func(context.Context, error) {}
	}
	u := &Updater{o}
	o.Jobs.Handle(kind, u)
	return u
}

// Run implements jobs.Handler: one update.
func (u *Updater) Run(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
	m, err := messageOf(w.Intent)
	if err != nil {
		return jobs.Next{}, err
	}
	if m.Stopped {
		return u.showLast(ctx, m, u.Commands.Stopped(m.State, m.By))
	}
	r, next, done, err := u.Commands.Follow(ctx, m.State)
	if errors.Is(err, commands.ErrShared) {
		return u.endShared(ctx, w, m)
	}
	if err != nil {
		return jobs.Next{}, err
	}
	m.State = next
	if r.Failure != nil {
		u.Failed(ctx, r.Failure)
	}
	if done {
		return u.showOutcome(ctx, w, m, r)
	}
	isNew := m.TS == ""
	if err := u.show(ctx, w, &m, r); err != nil {
		leaseLost := errors.Is(err, state.ErrLeaseLost)
		if leaseLost && isNew && m.TS != "" {
			u.closeStray(ctx, m)
		}
		if post.IsPermanent(err) || m.TS == "" && post.NeedsFix(err) {
			level := logrus.InfoLevel // somebody deleted the message, or closed the channel
			if m.TS == "" {
				level = logrus.ErrorLevel
			}
			u.Log.WithField("intent", w.ID).Logf(level, "a follow ends: %s", send.Details(err))
			return u.endRefused(ctx, w, m, err)
		}
		if m.TS == "" || leaseLost {
			return jobs.Next{}, err
		}
		u.Log.WithField("intent", w.ID).Warnf("update a follow: %v", err) // the next update shows it
	} else {
		u.Notify(ctx, m.State.User, m.State.Lang, r.Notice)
	}
	i, err := m.intent()
	if err != nil {
		return jobs.Next{}, err
	}
	return jobs.Again(time.Now().Add(next.Wait()), i.Payload), nil
}

// show posts the message, or updates it if its look changes.
func (u *Updater) show(ctx context.Context, w *jobs.Work, m *message, r reply.Reply) (err error) {
	if m.Repeat {
		r = r.MaybeRepeat(m.State.Lang)
	}
	look := fingerprint(r)
	switch {
	case m.TS == "":
		m.TS, m.Repeat, err = post.Once(ctx, w, u.Slack, post.Message{Channel: m.Channel, Thread: m.Thread, Reply: r, Lang: m.State.Lang})
	case m.Shown == look:
		return nil
	default:
		err = u.Slack.Update(ctx, m.Channel, m.TS, r)
	}
	if err == nil {
		m.Shown, m.State.Caller = look, nil
	}
	return err
}

// showOutcome shows how the build ended. After an error it is tried again.
func (u *Updater) showOutcome(ctx context.Context, w *jobs.Work, m message, r reply.Reply) (jobs.Next, error) {
	err := u.show(ctx, w, &m, r)
	switch {
	case post.IsPermanent(err), m.TS == "" && post.NeedsFix(err):
		return u.endRefused(ctx, w, m, err)
	case err != nil:
		return jobs.Next{}, err
	}
	if r.Settle != nil {
		if err := r.Settle(ctx); err != nil {
			return jobs.Next{}, fmt.Errorf("store what a followed build has counted: %w", err)
		}
	}
	u.Notify(ctx, m.State.User, m.State.Lang, r.Notice)
	return jobs.Forget(), nil
}

// showLast shows the last text of a message whose follow ended before the build did.
func (u *Updater) showLast(ctx context.Context, m message, r reply.Reply) (jobs.Next, error) {
	if m.TS == "" {
		return jobs.Forget(), nil // it was stopped before it was posted
	}
	if err := u.Slack.Update(ctx, m.Channel, m.TS, r); err != nil && !post.IsPermanent(err) {
		return jobs.Next{}, err
	}
	return jobs.Forget(), nil
}

// closeStray ends a message that was posted after the lease was lost: the follow was
// stopped in that moment, or another replica posts its own message.
func (u *Updater) closeStray(ctx context.Context, m message) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	if _, err := u.showLast(ctx, m, u.Commands.Stopped(m.State, "")); err != nil {
		u.Log.Warnf("end the message of a follow that another replica has: %v", err)
	}
}

// endRefused ends a follow whose message can be written no more. Its caller is told if
// it was never posted, or if the channel takes nothing from the bot.
func (u *Updater) endRefused(ctx context.Context, w *jobs.Work, m message, why error) (jobs.Next, error) {
	if m.TS == "" {
		u.tellCaller(ctx, w, m, func(ctx context.Context, caller []byte) error { return u.Slack.Refused(ctx, caller, why) })
		return jobs.Forget(), nil
	}
	if !send.IsChannelClosed(why) {
		return jobs.Forget(), nil
	}
	return u.tellUser(ctx, w, m, u.Commands.FollowClosed(m.State))
}

// endShared ends a follow whose channel other organisations read by now. What its message
// showed is taken away, and its caller alone is told which build it was.
func (u *Updater) endShared(ctx context.Context, w *jobs.Work, m message) (jobs.Next, error) {
	u.Log.WithField("intent", w.ID).Warn("a follow ends: other organisations read its channel, and no rule allows that")
	if m.TS != "" {
		if err := u.Slack.Update(ctx, m.Channel, m.TS, u.Commands.Hidden(m.State)); err != nil && !post.IsPermanent(err) {
			return jobs.Next{}, err
		}
	}
	return u.tellUser(ctx, w, m, u.Commands.FollowShared(m.State))
}

// tellUser tells the caller of a follow why it has ended, in a direct message.
func (u *Updater) tellUser(ctx context.Context, w *jobs.Work, m message, says reply.Reply) (jobs.Next, error) {
	if m.State.User == "" {
		return jobs.Forget(), nil
	}
	_, _, err := post.Once(ctx, w, u.Slack, post.Message{Channel: m.State.User, Reply: says, Lang: m.State.Lang})
	if err != nil && !post.IsPermanent(err) {
		return jobs.Next{}, err
	}
	return jobs.Forget(), nil
}

// tellCaller tells the caller what became of a message that was never posted.
func (u *Updater) tellCaller(ctx context.Context, w *jobs.Work, m message, tell func(context.Context, []byte) error) {
	if m.TS != "" || len(m.State.Caller) == 0 {
		return
	}
	if err := tell(ctx, m.State.Caller); err != nil {
		u.Log.WithField("intent", w.ID).Warnf("tell the caller of a follow that it does not come: %v", err)
	}
}

// GiveUp implements jobs.Handler.
func (u *Updater) GiveUp(ctx context.Context, w *jobs.Work) (jobs.Next, error) {
	m, err := messageOf(w.Intent)
	if err != nil {
		return jobs.Done(), err
	}
	u.tellCaller(ctx, w, m, u.Slack.Apologise)
	next, err := u.showLast(ctx, m, u.Commands.FollowBroke(m.State))
	if err != nil && time.Since(w.Created) < giveUpAfter {
		u.Log.WithField("intent", w.ID).Warnf("end a follow: %v", err)
		return jobs.Again(time.Now().Add(giveUpEvery), w.Payload), nil // then the follow goes on
	}
	return next, err
}
