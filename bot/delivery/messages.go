package delivery

import (
	"context"
	"errors"

	"github.com/slack-go/slack"
)

// messages posts, changes and deletes messages.
type messages struct{ *sender }

// Say posts a message for everybody and returns its ts. If the bot is not a member
// of the channel it uses the ResponseURL, and then a direct message to the caller;
// the ts is empty then, as nothing can be done with it.
func (m messages) Say(ctx context.Context, to Address, msg Message) (ts string, err error) {
	err = m.deliver(ctx, m.toChannel(to.Channel, to.Thread, &ts), msg, false)
	if !IsNotInChannel(err) || to.ResponseURL == "" {
		return ts, err
	}
	err = m.deliver(ctx, m.byResponseURL(to, slack.MsgOptionCompose(
		slack.MsgOptionResponseURL(to.ResponseURL, slack.ResponseTypeInChannel), to.inThread())), msg, false)
	if errors.Is(err, errURLSpent) && to.User != "" {
		err = m.deliver(ctx, m.toPerson(to.User), msg, errors.Is(err, ErrOutcomeUnknown))
	}
	return "", err
}

// Whisper shows a message to to.User alone: by the ResponseURL while that works,
// else as an ephemeral message, and if the bot is not a member of the channel as a
// direct message.
func (m messages) Whisper(ctx context.Context, to Address, msg Message) error {
	mayHaveArrived := false
	if to.ResponseURL != "" {
		err := m.deliver(ctx, m.byResponseURL(to, ephemeralResponse(to)), msg, false)
		if !errors.Is(err, errURLSpent) {
			return err
		}
		mayHaveArrived = errors.Is(err, ErrOutcomeUnknown)
	}
	if to.isDirect() {
		return m.deliver(ctx, m.toChannel(to.Channel, to.Thread, new(string)), msg, mayHaveArrived)
	}
	err := m.deliver(ctx, m.ephemeral(to), msg, mayHaveArrived)
	if IsNotInChannel(err) && to.User != "" {
		err = m.deliver(ctx, m.toPerson(to.User), msg, mayHaveArrived || errors.Is(err, ErrOutcomeUnknown))
	}
	return err
}

// Note shows the caller alone that work goes on. It makes one attempt. The note is
// dropped without an error if it would have to wait, or if to.ResponseURL has no
// more uses than the answer may need.
func (m messages) Note(ctx context.Context, to Address, msg Message) error {
	w := m.ephemeral(to)
	switch {
	case to.ResponseURL != "":
		w = m.byResponseURL(to, ephemeralResponse(to))
	case to.isDirect():
		w = m.toChannel(to.Channel, to.Thread, new(string))
	}
	err := m.send(ctx, &request{what: w.what},
		m.inFreeLane(w.channel),
		m.once(),
		m.budgeted(w.responseURL, usesForAnswer),
		m.ifUnlimited(w.limits...),
		m.post(msg, w.call),
	)
	if errors.Is(err, errURLSpent) || errors.Is(err, errWouldWait) {
		m.counted.LeftOut.Add(1)
		return nil
	}
	return err
}

// deliver posts a message in one way. mayHaveArrived says that it may have arrived
// in another way already.
func (m messages) deliver(ctx context.Context, w way, msg Message, mayHaveArrived bool) error {
	return m.send(ctx, &request{what: w.what, mayHaveArrived: mayHaveArrived},
		m.inLane(w.channel),
		m.retryVisibly(),
		m.paced(w.limits...),
		m.budgeted(w.responseURL, 0),
		m.post(msg, w.call),
	)
}

// Update replaces a message whose ts Say has returned. Of several updates of one
// message that wait, the last is enough: the others return nil without being sent.
// Slack takes 4,000 bytes of text here, and changes no ephemeral message.
func (m messages) Update(ctx context.Context, channel, ts string, msg Message) error {
	lane := channel + "/" + ts
	f := form{Message: msg, log: m.log}
	err := m.send(ctx, &request{what: "update " + lane},
		m.inLane(lane),
		m.retryFreely(),
		m.paced(tier3("chat.update")),
		m.unlessSuperseded(lane),
		attempt(func(ctx context.Context) error {
			return f.send(false, func(o slack.MsgOption) error {
				_, _, _, err := m.api.UpdateMessageContext(ctx, channel, ts, o)
				return err
			})
		}),
	)
	if errors.Is(err, errSuperseded) {
		return nil
	}
	return err
}

// Retract deletes a message whose ts Say has returned. It returns nil if the
// message is deleted already.
func (m messages) Retract(ctx context.Context, channel, ts string) error {
	err := m.send(ctx, &request{what: "delete " + channel + "/" + ts},
		m.retryFreely(),
		m.paced(tier3("chat.delete")),
		attempt(func(ctx context.Context) error {
			_, _, err := m.api.DeleteMessageContext(ctx, channel, ts)
			return err
		}),
	)
	if isMessageDeleted(err) {
		return nil
	}
	return err
}

// Replace replaces the message whose button gave to.ResponseURL, in any channel.
func (m messages) Replace(ctx context.Context, to Address, msg Message) error {
	f := form{Message: msg, log: m.log}
	return m.respond(ctx, to, func(ctx context.Context) error {
		return f.send(false, func(o slack.MsgOption) error {
			_, _, err := m.api.PostMessageContext(ctx, to.Channel, o, slack.MsgOptionReplaceOriginal(to.ResponseURL))
			return err
		})
	})
}

// Remove deletes the message whose button gave to.ResponseURL.
func (m messages) Remove(ctx context.Context, to Address) error {
	return m.respond(ctx, to, func(ctx context.Context) error {
		_, _, err := m.api.PostMessageContext(ctx, to.Channel, slack.MsgOptionDeleteOriginal(to.ResponseURL))
		return err
	})
}

// respond changes the message of to.ResponseURL.
func (m messages) respond(ctx context.Context, to Address, do attempt) error {
	return m.send(ctx, &request{what: "answer in " + to.Channel},
		m.inLane(to.Channel),
		m.retryFreely(),
		m.paced(inChannel(to.Channel)),
		m.budgeted(to.ResponseURL, 0),
		do,
	)
}
