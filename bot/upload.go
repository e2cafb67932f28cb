package bot

import (
	"context"
	"errors"
	"fmt"
	"io"

	"logbot/bot/delivery"
	"logbot/commands"
)

// sendFile sends the reply's file to the channel, with the reply's texts as the
// words above it. Whatever goes wrong, the caller is told what to do.
func (b *Bot) sendFile(ctx context.Context, j job, reply commands.Reply) error {
	name := reply.File.Name
	_, err := b.courier.SendFile(ctx, j.to, delivery.File{
		Name: name,
		Open: func(ctx context.Context) (io.ReadCloser, func() int, error) {
			body, err := reply.File.Open(ctx)
			if err != nil {
				return nil, nil, err
			}
			return body, body.Hidden, nil
		},
		Words: func(hidden int) string {
			if hidden == 0 {
				return escape.Replace(reply.Heading)
			}
			return escape.Replace(fmt.Sprintf("%s · %d values hidden", reply.Heading, hidden))
		},
	})
	unread, isUnread := errors.AsType[*delivery.ReadError](err)
	switch {
	case err == nil:
		return nil
	case isUnread:
		return b.excuse(ctx, j, fmt.Sprintf("%s could not be read: %v", name, unread), err)
	case errors.Is(err, delivery.ErrEmpty):
		return b.whisper(ctx, j, commands.Reply{Body: name + " is empty, so there is nothing to send."})
	case delivery.Outside(err):
		return b.whisper(ctx, j, commands.Reply{
			Body: "Slack takes files only from members of the channel. Invite the bot, then ask again:",
			Try:  []commands.Example{{Line: "/invite @" + b.name}, {Line: j.again}},
		})
	}
	return b.excuse(ctx, j, name+" could not be uploaded. Please try again.", err)
}

// excuse tells the caller what did not work and returns the cause for our log.
func (b *Bot) excuse(ctx context.Context, j job, says string, cause error) error {
	return errors.Join(cause, b.whisper(ctx, j, commands.Reply{Body: says}))
}
