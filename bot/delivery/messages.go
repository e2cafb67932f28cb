package delivery

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery/send"
)

// usesForAnswer are the uses of a response_url that notes of progress leave: for the
// answer, its repeat, and what comes late.
const usesForAnswer = 3

type messages struct {
	told    func(ctx context.Context, why error)
	api     *slack.Client
	sender  *send.Sender
	log     logrus.FieldLogger
	folds   *folds
	leftOut atomic.Int64 // notes that were dropped

	standing *standing
}

// Say posts a message for everybody and returns its ts. It has no other way than the
// channel. See ForCaller.
func (m *messages) Say(ctx context.Context, to Address, msg Message) (ts string, err error) {
	late := m.callerLate(ctx)
	defer late.End()
	err = m.deliver(ctx, m.toChannel(to.Channel, to.Thread, &ts), msg, late, false, false)
	return ts, err
}

// Answer is Say for a message that somebody waits for. If Slack refuses it, the caller
// alone gets it, with a note that says why and what to do: by the ResponseURL, as an
// ephemeral message, or as a direct message. If the bot is not a member of the channel,
// a ResponseURL shows it to all there. The ts is empty then, as nothing can be done with
// it. If Slack takes long, the caller is told once that the answer waits.
//
// An error says that the caller has heard nothing of the answer.
func (m *messages) Answer(ctx context.Context, to Address, msg Message) (ts string, err error) {
	late := m.tellLate(ctx, to, m.alone(to), m.waiting(msg.Lang))
	defer late.End()
	err = m.deliver(ctx, m.toChannel(to.Channel, to.Thread, &ts), msg, late, false, false)
	if err == nil || ctx.Err() != nil {
		return ts, err
	}
	return "", m.tellInstead(ctx, to, msg, late, err)
}

// Whisper shows a message to to.User alone: by the ResponseURL while that works, else
// as an ephemeral message, else as a direct message. If Slack takes long, the caller is
// told once that the answer waits.
func (m *messages) Whisper(ctx context.Context, to Address, msg Message) error {
	ways := m.alone(to)
	if to.IsDirect() { // perhaps the conversation with the bot, in which the thread counts
		ways = slices.Insert(ways, len(ways)-min(1, len(to.User)), m.toChannel(to.Channel, to.Thread, new(string)))
	}
	late := m.tellLate(ctx, to, ways[min(1, len(ways)):], m.waiting(msg.Lang))
	defer late.End()
	return m.first(ctx, ways, msg, late, nil)
}

// noteWithin bounds the attempt to post a note: it goes on after the work has ended,
// because a note whose ts is not known could not be deleted.
const noteWithin = 3 * time.Second

// PostNote posts a note about work in progress, which can be changed and deleted, and
// returns where it is. to.Channel is the id of a conversation, or of a person for the
// direct messages with them. It makes one attempt, which the end of ctx does not stop,
// and fails with send.ErrWouldWait rather than wait.
func (m *messages) PostNote(ctx context.Context, to Address, msg Message) (channel, ts string, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer cancel()
	w := m.toChannel(to.Channel, to.Thread, &ts)
	w.call = func(ctx context.Context, o slack.MsgOption) error {
		var err error
		channel, ts, err = m.api.PostMessageContext(ctx, to.Channel, o, slack.MsgOptionTS(to.Thread))
		return err
	}
	err = m.tryOnce(ctx, w, 0, msg)
	return channel, ts, err
}

// Note tells to.User alone about work in progress, by to.ResponseURL or else as an
// ephemeral message. It makes one attempt, and uses nothing of the channel's rate. The
// note is dropped without an error if it would have to wait, or if to.ResponseURL has
// no more uses than the answer may need.
func (m *messages) Note(ctx context.Context, to Address, msg Message) error {
	w := m.ephemeral(to)
	if to.ResponseURL != "" {
		w = m.byResponseURL(to, slack.ResponseTypeEphemeral)
	}
	w.limits = w.limits[1:] // without the channel's, which the answer needs
	err := m.tryOnce(ctx, w, usesForAnswer, msg)
	if errors.Is(err, send.ErrURLSpent) || errors.Is(err, send.ErrWouldWait) {
		m.leftOut.Add(1)
		return nil
	}
	return err
}

// tryOnce posts a message in one way, in one attempt, and fails with
// send.ErrWouldWait rather than wait. It leaves so many uses of the response_url.
func (m *messages) tryOnce(ctx context.Context, w way, leave int, msg Message) error {
	return m.sender.Send(ctx, &send.Request{What: w.what},
		m.sender.InFreeLane(w.channel),
		m.sender.Once(),
		m.sender.Budgeted(w.responseURL, leave),
		m.sender.IfUnlimited(w.limits...),
		m.post(msg, w.call),
	)
}

// deliver posts a message in one way. mayHaveArrived says that it may have arrived in
// another way already; once makes one attempt.
func (m *messages) deliver(ctx context.Context, w way, msg Message, late *send.Late, mayHaveArrived, once bool) error {
	attempts := m.sender.RetryVisibly()
	if once {
		attempts = m.sender.Once()
	}
	err := m.sender.Send(ctx, &send.Request{What: w.what, MayHaveArrived: mayHaveArrived, Late: late},
		m.sender.InLane(w.channel),
		attempts,
		m.sender.Paced(w.limits...),
		m.sender.Budgeted(w.responseURL, 0),
		m.post(msg, w.call),
	)
	if w.responseURL == "" {
		m.standing.note(err)
	}
	return err
}

// Update replaces a message whose ts Say has returned. Of several updates of one
// message that wait, the last is enough: the others return nil without being sent.
// Slack takes 4,000 bytes of text here, and changes no ephemeral message.
func (m *messages) Update(ctx context.Context, channel, ts string, msg Message) error {
	lane := channel + "/" + ts
	err := m.sender.Send(ctx, &send.Request{What: "update " + lane},
		m.sender.InLane(lane),
		m.sender.RetryFreely(),
		m.sender.Paced(send.Tier3("chat.update")),
		m.sender.UnlessSuperseded(lane),
		m.change(msg, m.updating(channel, ts)),
	)
	if errors.Is(err, send.ErrSuperseded) {
		return nil
	}
	return err
}

// Amend is Update in one attempt, for which nothing else waits: it fails with
// send.ErrWouldWait if Slack's limit does not allow it now, or if the message is being
// updated.
func (m *messages) Amend(ctx context.Context, channel, ts string, msg Message) error {
	lane := channel + "/" + ts
	return m.sender.Send(ctx, &send.Request{What: "amend " + lane},
		m.sender.InFreeLane(lane),
		m.sender.Once(),
		m.sender.IfUnlimited(send.Tier3("chat.update")),
		m.change(msg, m.updating(channel, ts)),
	)
}

// updating is the call that changes a message.
func (m *messages) updating(channel, ts string) func(context.Context, slack.MsgOption) error {
	return func(ctx context.Context, o slack.MsgOption) error {
		_, _, _, err := m.api.UpdateMessageContext(ctx, channel, ts, o)
		return err
	}
}

// Retract deletes a message whose ts Say has returned. It returns nil if the
// message is deleted already.
func (m *messages) Retract(ctx context.Context, channel, ts string) error {
	err := m.sender.Send(ctx, &send.Request{What: "delete " + channel + "/" + ts},
		m.sender.RetryFreely(),
		m.sender.Paced(send.Tier3("chat.delete")),
		send.Attempt(func(ctx context.Context) error {
			_, _, err := m.api.DeleteMessageContext(ctx, channel, ts)
			return err
		}),
	)
	if send.IsMessageDeleted(err) {
		return nil
	}
	return err
}

// Replace replaces the message whose button gave to.ResponseURL, in any channel.
func (m *messages) Replace(ctx context.Context, to Address, msg Message) error {
	return m.respond(ctx, to, m.change(msg, func(ctx context.Context, o slack.MsgOption) error {
		_, _, err := m.api.PostMessageContext(ctx, to.Channel, o, slack.MsgOptionReplaceOriginal(to.ResponseURL))
		return err
	}))
}

// Remove deletes the message whose button gave to.ResponseURL.
func (m *messages) Remove(ctx context.Context, to Address) error {
	return m.respond(ctx, to, send.Attempt(func(ctx context.Context) error {
		_, _, err := m.api.PostMessageContext(ctx, to.Channel, slack.MsgOptionDeleteOriginal(to.ResponseURL))
		return err
	}))
}

// respond changes the message of to.ResponseURL.
func (m *messages) respond(ctx context.Context, to Address, attempt send.Stage) error {
	return m.sender.Send(ctx, &send.Request{What: "answer in " + to.Channel},
		m.sender.InLane(to.Channel),
		m.sender.RetryFreely(),
		m.sender.Paced(send.InChannel(to.Channel)),
		m.sender.Budgeted(to.ResponseURL, 0),
		attempt,
	)
}

// change is the attempt to change a message.
func (m *messages) change(msg Message, call func(context.Context, slack.MsgOption) error) send.Stage {
	f := newForm(msg, m.folds, m.log)
	return send.Attempt(func(ctx context.Context) error {
		return f.pass(false, func(text string, blocks []slack.Block) error { return call(ctx, option(text, blocks)) })
	})
}

// post is the attempt to post a message. A message that may be in the channel
// already is marked with a note.
func (m *messages) post(msg Message, call func(context.Context, slack.MsgOption) error) send.Stage {
	f := newForm(msg, m.folds, m.log)
	return m.sender.Post(func(ctx context.Context, again bool) error {
		return f.pass(again, func(text string, blocks []slack.Block) error { return call(ctx, option(text, blocks)) })
	})
}

// A way is how a message reaches its readers.
type way struct {
	what        string // for errors and the log
	channel     string // whose order is kept
	limits      []send.Limit
	responseURL string // whose budget is used; empty: the call needs the bot token
	needsMember bool   // also in a public channel
	call        func(context.Context, slack.MsgOption) error
}

// toChannel posts for everybody who reads the channel. The id of a person is the
// conversation with them. The ts is written to ts.
func (m *messages) toChannel(channel, thread string, ts *string) way {
	return way{
		what: "post to " + channel, channel: channel, limits: []send.Limit{send.InChannel(channel), send.InWorkspace()},
		call: func(ctx context.Context, o slack.MsgOption) error {
			var err error
			_, *ts, err = m.api.PostMessageContext(ctx, channel, o, slack.MsgOptionTS(thread))
			return err
		},
	}
}

// ephemeral shows a message to one person in a channel that the bot is a member of.
func (m *messages) ephemeral(to Address) way {
	to = to.Aside()
	return way{
		what: "whisper in " + to.Channel, channel: to.Channel, needsMember: true,
		limits: []send.Limit{send.InChannel(to.Channel), send.Tier4("chat.postEphemeral")},
		call: func(ctx context.Context, o slack.MsgOption) error {
			_, err := m.api.PostEphemeralContext(ctx, to.Channel, to.User, o, slack.MsgOptionTS(to.Thread))
			return err
		},
	}
}

// byResponseURL answers in any channel, visible as the response type says. It ends in
// send.ErrURLSpent if the URL cannot be used any more.
func (m *messages) byResponseURL(to Address, responseType string, options ...slack.MsgOption) way {
	how := slack.MsgOptionCompose(append(options, slack.MsgOptionResponseURL(to.ResponseURL, responseType))...)
	return way{
		what: "answer in " + to.Channel, channel: to.Channel,
		limits: []send.Limit{send.InChannel(to.Channel)}, responseURL: to.ResponseURL,
		call: func(ctx context.Context, o slack.MsgOption) error {
			_, _, err := m.api.PostMessageContext(ctx, to.Channel, o, how)
			return err
		},
	}
}
