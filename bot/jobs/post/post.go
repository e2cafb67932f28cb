// Package post brings a message of scheduled work into Slack once, also if the
// process dies between the post and its record.
package post

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"logbot/bot/delivery/send"
	"logbot/bot/jobs"
	"logbot/bot/jobs/lease"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/pace"
)

// Poster posts replies in Slack; a *bot.Bot is one. Its errors are those of package
// send: without send.ErrOutcomeUnknown nothing was posted. It is safe for concurrent
// use.
type Poster interface {
	// Post posts a reply in a channel, or in a thread of it, and returns its ts. The id
	// of a user stands for the conversation with them.
	Post(ctx context.Context, channel, thread string, r reply.Reply) (ts string, err error)
	// Update replaces a posted reply.
	Update(ctx context.Context, channel, ts string, r reply.Reply) error
}

// IsPermanent reports whether another try cannot help: the channel takes nothing from
// the bot, the message was deleted or may not be changed any more, or Slack refuses it as
// it is. It is false if an earlier attempt may have arrived.
func IsPermanent(err error) bool {
	if err == nil || errors.Is(err, send.ErrOutcomeUnknown) {
		return false
	}
	r := send.Explain(err)
	return r.IsChannel() || r.Remedy == send.Final
}

// NeedsFix reports whether Slack refuses everything like it until somebody changes a
// setting: a scope, the token, a rule of the workspace.
func NeedsFix(err error) bool {
	if err == nil || errors.Is(err, send.ErrOutcomeUnknown) {
		return false
	}
	r := send.Explain(err)
	return r.Remedy == send.Fix && !r.IsChannel()
}

// Progress is stored with the work: that a post has begun, and its ts once it is in
// the channel. It is JSON.
type Progress struct {
	Posting bool   `json:"posting,omitempty"`
	TS      string `json:"ts,omitempty"`
}

// ProgressOf reads the progress of an intent.
func ProgressOf(stored []byte) (p Progress) {
	if len(stored) > 0 && json.Unmarshal(stored, &p) != nil {
		p = Progress{Posting: true} // of another version; a mark too many is harmless
	}
	return p
}

// Store stores progress with the work.
func (p Progress) Store(ctx context.Context, w *jobs.Work) error {
	stored, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return w.Note(ctx, stored)
}

// Message is a reply and where it goes.
type Message struct {
	Channel, Thread string
	Reply           reply.Reply
	Lang            texts.Lang // of the mark of a repeat
}

// Once posts a message, unless the progress of the work says that it is posted. If a
// process or a connection died between a post and its record, the message is posted
// again and marked as a possible repeat. repeat says so.
func Once(ctx context.Context, w *jobs.Work, slack Poster, m Message) (ts string, repeat bool, err error) {
	before := ProgressOf(w.Progress)
	if before.TS != "" {
		return before.TS, false, nil
	}
	if before.Posting {
		m.Reply = m.Reply.MaybeRepeat(m.Lang)
	}
	if err := (Progress{Posting: true}).Store(ctx, w); err != nil {
		return "", false, fmt.Errorf("record that a post begins: %w", err)
	}
	ts, err = slack.Post(ctx, m.Channel, m.Thread, m.Reply)
	if err != nil {
		if ctx.Err() == nil && !errors.Is(err, send.ErrOutcomeUnknown) {
			err = errors.Join(err, before.Store(ctx, w)) // if that fails, a mark too many
		}
		return "", before.Posting, err
	}
	if before.Posting {
		w.CountRepeat()
	}
	if err := (Progress{TS: ts}).storePosted(ctx, w); err != nil {
		return ts, before.Posting, fmt.Errorf("record a post: %w", err)
	}
	return ts, before.Posting, nil
}

// retryEvery is the pause between two tries to record a post.
const retryEvery = 250 * time.Millisecond

// storePosted is Store for a message that is in the channel; the end of ctx does not
// stop the first try. While the store does not answer it tries for as long as a lease,
// which is renewed once the store is back: the next holder would post an unrecorded
// message again.
func (p Progress) storePosted(ctx context.Context, w *jobs.Work) error {
	for until := time.Now().Add(lease.Duration); ; {
		err := p.Store(context.WithoutCancel(ctx), w)
		if !lease.NoAnswer(err) || time.Now().After(until) || pace.Sleep(ctx, retryEvery) != nil {
			return err
		}
	}
}
