package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"logbot/commands"
)

// upload sends the reply's file to the channel, with the reply's texts as the
// words above it. Whatever goes wrong, the caller is told what to do.
func (b *Bot) upload(ctx context.Context, j job, reply commands.Reply) error {
	s, hidden, err := b.collect(ctx, reply.File)
	if err != nil {
		return b.excuse(ctx, j, fmt.Sprintf("%s could not be read: %v", reply.File.Name, err), err)
	}
	defer s.close()
	if s.size == 0 {
		return b.whisper(ctx, j, commands.Reply{Body: reply.File.Name + " is empty, so there is nothing to send."})
	}
	words := reply.Heading
	if hidden > 0 {
		words += fmt.Sprintf(" · %d values hidden", hidden)
	}
	err = patiently(ctx, func() error { return b.send(ctx, j, reply.File.Name, words, s) })
	switch {
	case outside(err):
		return b.whisper(ctx, j, commands.Reply{
			Body: "Slack takes files only from members of the channel. Invite the bot, then ask again:",
			Try:  []commands.Example{{Line: "/invite @" + b.name}, {Line: j.again}},
		})
	case err != nil:
		return b.excuse(ctx, j, fmt.Sprintf("%s could not be uploaded. Please try again.", reply.File.Name), err)
	}
	return nil
}

// excuse tells the caller what did not work and returns the cause for our log.
func (b *Bot) excuse(ctx context.Context, j job, says string, cause error) error {
	return errors.Join(cause, b.whisper(ctx, j, commands.Reply{Body: says}))
}

// collect spools a file, masked, and counts what was masked.
func (b *Bot) collect(ctx context.Context, f *commands.File) (s *spool, hidden int, err error) {
	body, err := f.Open(ctx)
	if err != nil {
		return nil, 0, err
	}
	s, err = fill(ctx, b.spool, body)
	if err = errors.Join(err, body.Close()); err != nil && s != nil {
		err = errors.Join(err, s.close())
	}
	return s, body.Hidden(), err
}

// send makes the three steps of an upload. The second cannot be repeated, so a
// repeat begins with the first.
func (b *Bot) send(ctx context.Context, j job, name, words string, s *spool) error {
	content, err := s.open()
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = b.api.UploadFileContext(ctx, slack.UploadFileParameters{
		Reader:          content,
		FileSize:        int(s.size),
		Filename:        name,
		Title:           name,
		InitialComment:  escape.Replace(words),
		Channel:         j.channel,
		ThreadTimestamp: j.thread,
	})
	return err
}
