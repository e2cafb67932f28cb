package app

import (
	"context"
	"errors"
	"fmt"

	"logbot/bot"
	"logbot/bot/delivery/send"
	"logbot/bot/jobs"
	"logbot/commands/reply"
)

// poster adapts a bot to the errors that jobs know.
type poster struct{ *bot.Bot }

// Post implements jobs.Poster.
func (p poster) Post(ctx context.Context, channel, thread string, r reply.Reply) (string, error) {
	ts, err := p.Bot.Post(ctx, channel, thread, r)
	return ts, jobsError(err)
}

// Update implements jobs.Poster.
func (p poster) Update(ctx context.Context, channel, ts string, r reply.Reply) error {
	return jobsError(p.Bot.Update(ctx, channel, ts, r))
}

// jobsError translates delivery's errors after which a retry is useless or could
// post twice.
func jobsError(err error) error {
	switch {
	case errors.Is(err, send.ErrOutcomeUnknown):
		return fmt.Errorf("%w: %w", jobs.ErrUnsure, err)
	case err != nil && send.IsChannelClosed(err):
		return fmt.Errorf("%w: %w", jobs.ErrClosed, err)
	case err != nil && send.IsUneditable(err):
		return fmt.Errorf("%w: %w", jobs.ErrGone, err)
	}
	return err
}
