package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"logbot/bot/jobs/lease"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// Poster brings replies to Slack. It is safe for concurrent use.
type Poster interface {
	// Post posts a reply for everybody in the channel, in the thread where one is
	// given, and returns its ts. The id of a person stands for the conversation with
	// them. With an error nothing stands there, unless it wraps ErrUnsure.
	Post(ctx context.Context, channel, thread string, r reply.Reply) (ts string, err error)
	// Update puts a reply in the place of a posted one.
	Update(ctx context.Context, channel, ts string, r reply.Reply) error
}

// Teller tells whoever asked for a message that it does not come; caller is what
// reply.FollowState has of them. A Poster may be one.
type Teller interface {
	// Uninvited says that the bot may not write where they asked.
	Uninvited(ctx context.Context, caller []byte) error
	// Apologise says that it could not be done.
	Apologise(ctx context.Context, caller []byte) error
}

// ErrGone is wrapped by the errors of a Poster that trying again does not mend:
// the channel is archived or the bot is no member, the message was deleted.
var ErrGone = errors.New("it cannot be written there any more")

// ErrClosed is an ErrGone that is wrapped where the channel takes nothing of the
// bot: it was removed from it, or the channel is archived or deleted.
var ErrClosed = fmt.Errorf("the channel takes nothing of the bot: %w", ErrGone)

// ErrUnsure is wrapped by the errors of a Poster after which the message may stand
// there all the same: the connection broke before Slack's answer.
var ErrUnsure = errors.New("it may stand there")

// placed is what is noted of a post: that it is begun, and its ts once it stands.
type placed struct {
	Posting bool   `json:"posting,omitempty"`
	TS      string `json:"ts,omitempty"`
}

// placedOf is what was noted with the work.
func placedOf(w *Work) (p placed) {
	if len(w.Progress) > 0 && json.Unmarshal(w.Progress, &p) != nil {
		p = placed{Posting: true} // it is not known; a mark too many does no harm
	}
	return p
}

// once posts a reply unless it was noted that it stands, and notes it. Only where
// a process or a connection died between the post and the note it is posted again;
// then it is marked. repeat says that it was.
func once(ctx context.Context, w *Work, to Poster, lang texts.Lang, channel, thread string, r reply.Reply) (ts string, repeat bool, err error) {
	was := placedOf(w)
	if was.TS != "" {
		return was.TS, false, nil
	}
	if was.Posting {
		r = r.MaybeRepeat(lang)
	}
	if err := note(ctx, w, placed{Posting: true}); err != nil {
		return "", false, fmt.Errorf("note that a post begins: %w", err)
	}
	ts, err = to.Post(ctx, channel, thread, r)
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, ErrUnsure) {
			err = errors.Join(err, note(ctx, w, was)) // where that fails, a mark too many
		}
		return "", was.Posting, err
	}
	if err := noteStands(ctx, w, placed{TS: ts}); err != nil {
		return ts, was.Posting, fmt.Errorf("note a post: %w", err)
	}
	return ts, was.Posting, nil
}

// noteEvery is how often a post is noted again while the store is away.
const noteEvery = 250 * time.Millisecond

// noteStands notes a post that stands, also where this process is told to stop.
// Where the store is away it goes on for as long as a lease, which is renewed as
// soon as the store is back: what is not noted would be posted again.
func noteStands(ctx context.Context, w *Work, p placed) error {
	for until := time.Now().Add(lease.Duration); ; {
		err := note(context.WithoutCancel(ctx), w, p)
		if !lease.NoAnswer(err) || time.Now().After(until) {
			return err
		}
		timer := time.NewTimer(noteEvery)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

func note(ctx context.Context, w *Work, p placed) error {
	progress, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return w.Note(ctx, progress)
}
