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

// poster is a bot as jobs post through it.
type poster struct{ *bot.Bot }

// Post implements jobs.Poster.
func (p poster) Post(ctx context.Context, channel, thread string, r reply.Reply) (string, error) {
	ts, err := p.Bot.Post(ctx, channel, thread, r)
	return ts, final(err)
}

// Update implements jobs.Poster.
func (p poster) Update(ctx context.Context, channel, ts string, r reply.Reply) error {
	return final(p.Bot.Update(ctx, channel, ts, r))
}

// final says it in the jobs' words where trying again is in vain, or may repeat
// what stands there.
func final(err error) error {
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
