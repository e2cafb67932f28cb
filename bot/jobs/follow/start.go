package follow

import (
	"context"
	"errors"

	"logbot/bot/jobs/storeerr"
	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands/reply"
)

// Start starts the message that a reply asks for, in a channel or in a thread of it.
// If it was posted, or will be once Slack takes it, posted is true. Otherwise instead is
// to be posted.
func (u *Updater) Start(ctx context.Context, channel, thread string, r reply.Reply) (instead reply.Reply, posted bool) {
	ctx = patience.Without(ctx) // without its intent the message would not be updated
	s := *r.Follow
	s.Channel = channel
	i, err := message{Channel: channel, Thread: thread, State: s}.intent()
	if err != nil {
		return u.Commands.Unfollowed(r, err), false
	}
	added, err := u.add(ctx, i)
	switch {
	case err != nil:
		u.Log.WithField("intent", i.ID).Warnf("follow: %v", err)
		return u.Commands.Unfollowed(r, storeerr.ForCommands(err)), false
	case !added:
		return u.Commands.Followed(s), false
	}
	return reply.Reply{}, true
}

// add adds an intent and runs it once. added is false if the build is followed already.
func (u *Updater) add(ctx context.Context, i state.Intent) (added bool, err error) {
	added, err = u.Jobs.RunNow(ctx, i)
	if err != nil || added {
		return added, err
	}
	if _, err := u.Jobs.Get(ctx, i.ID); !errors.Is(err, state.ErrNotFound) {
		return false, err
	}
	// The store remembers the id of a follow that has ended.
	if _, err := u.Jobs.Cancel(ctx, i.ID); err != nil {
		return false, err
	}
	return u.Jobs.RunNow(ctx, i)
}
