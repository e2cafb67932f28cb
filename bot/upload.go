package bot

import (
	"context"
	"errors"
	"io"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// sendFile sends the reply's file to the channel, with the reply's texts above
// it. Whatever goes wrong, the caller is told what to do. Where only the file
// cannot be had, what the reply says beside it still arrives.
func (b *Bot) sendFile(ctx context.Context, j job, answer reply.Reply, w *work.Task) error {
	sending, done := context.WithTimeout(ctx, answerWithin)
	defer done()
	sent, err := b.courier.SendFile(sending, j.To, delivery.File{
		Name: answer.File.Name,
		Open: func(ctx context.Context) (io.ReadCloser, func() int, error) {
			body, err := answer.File.Open(ctx)
			if err != nil {
				return nil, nil, err
			}
			return body, body.Hidden, nil
		},
		Progress: func(read int64) { w.FileProgress(read) },
		// The file's own message knows it before anybody sees it.
		Message: func(s delivery.Sent) delivery.Message { return render.FileMessage(answer, s, j.To.User, w.Lang()) },
	})
	if err == nil {
		b.posted(ctx, j, "")
		b.markUsed(ctx, j, render.Edit{Files: []string{sent.ID}})
		return nil
	}
	if ctx.Err() != nil {
		return err // stopped; that is said elsewhere
	}
	return b.withoutFile(ctx, j, answer, w, err)
}

// withoutFile says what became of a file that could not be sent.
func (b *Bot) withoutFile(ctx context.Context, j job, answer reply.Reply, w *work.Task, cause error) error {
	name, t, lang := answer.File.Name, texts.Bot, w.Lang()
	if len(answer.Lines) > 0 {
		// There is more to the reply than its file.
		rest := answer
		rest.File = nil
		if err := b.deliver(ctx, j, rest, w); err != nil {
			cause = errors.Join(cause, err)
		}
	}
	b.finishPress(j) // before its reader can press it again
	says := reply.Reply{Private: true, Refused: true}
	unread, isUnread := errors.AsType[*delivery.ReadError](cause)
	switch {
	case isUnread:
		says.Body, says.Try = t.Unreadable.With(name, unread).In(lang), w.Retry()
	case errors.Is(cause, delivery.ErrEmpty):
		says.Body = t.EmptyFile.With(name).In(lang)
		cause = nil
	case send.IsNotInChannel(cause):
		who, err := b.self.wait(ctx)
		if err != nil {
			return errors.Join(cause, err)
		}
		says = uninvited(j, who, lang, t.Invite, t.NoFileHere)
		cause = nil
	default:
		says.Body, says.Try = t.NotSent.With(name).In(lang), []reply.Example{{Line: j.Again}}
	}
	return errors.Join(cause, b.whisper(ctx, j.To, lang, says))
}
