package delivery

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"logbot/bot/delivery/send"
	"logbot/commands/texts"
)

const (
	// tellLateAfter is how long Slack may take until the caller is told that the answer
	// waits: they hear something within five seconds.
	tellLateAfter = 4 * time.Second
	// tellWithin bounds one way of telling that.
	tellWithin = 3 * time.Second
	// usesAfterNotice are the uses of a response_url that this leaves for the answer.
	usesAfterNotice = 2
)

// standing is what the last calls say about the app as a whole.
type standing struct {
	botName atomic.Pointer[string]
	refused atomic.Pointer[string] // why Slack refuses the app everywhere; nil if it does not
}

// name is what people type after "/invite @".
func (s *standing) name() string {
	if name := s.botName.Load(); name != nil {
		return *name
	}
	return "logbot"
}

// note notes how a call with the bot token ended.
func (s *standing) note(err error) {
	switch {
	case err == nil:
		s.refused.Store(nil)
	case send.Explain(err).IsApp():
		s.refuse(err)
	}
}

func (s *standing) refuse(err error) {
	why := send.Details(err)
	s.refused.Store(&why)
}

// Caller is who waits for a message that a job posts.
type Caller struct {
	To   Address
	Lang texts.Lang
}

type callerKey struct{}

// ForCaller returns a context in which Say tells the caller if Slack takes long.
func ForCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// callerLate is the Late of the caller of a context; nil without one.
func (m *messages) callerLate(ctx context.Context) *send.Late {
	c, ok := ctx.Value(callerKey{}).(Caller)
	if !ok {
		return nil
	}
	return m.tellLate(ctx, c.To, m.alone(c.To), m.waiting(c.Lang))
}

// alone returns the ways to the caller alone, best first.
func (m *messages) alone(to Address) []way {
	var ways []way
	if to.ResponseURL != "" {
		ways = append(ways, m.byResponseURL(to, slack.ResponseTypeEphemeral))
	}
	if to.User == "" {
		return ways
	}
	if !to.IsDirect() {
		ways = append(ways, m.ephemeral(to))
	}
	return append(ways, m.toChannel(to.User, "", new(string)))
}

// tellInstead shows the caller alone a message that the channel did not take, with a
// note that says why. If the bot is not a member of the channel, a response_url shows
// it to all there.
func (m *messages) tellInstead(ctx context.Context, to Address, msg Message, late *send.Late, why error) error {
	r := send.Explain(why)
	if r.Cause == send.NotMember && to.ResponseURL != "" {
		inChannel := m.byResponseURL(to, slack.ResponseTypeInChannel, slack.MsgOptionTS(to.Thread))
		err := m.first(ctx, []way{inChannel}, msg, late, nil)
		if err == nil || ctx.Err() != nil {
			return err
		}
		why = errors.Join(why, err)
	}
	if r.Cause == send.NoThread { // such a thread takes no ephemeral message either
		to.Thread = ""
	}
	note := refusalText(r, m.standing.name())
	told := msg.noted(texts.Refused.OnlyYou.With(note).In(msg.Lang))
	if r.Cause == send.Form || r.Cause == send.BadRequest || r.Cause == send.Unknown {
		told = Message{Text: note.In(msg.Lang), Lang: msg.Lang} // the message itself may be what Slack refuses
	}
	ways := m.alone(to)
	if r.Cause == send.NotMember { // an ephemeral message needs a member
		ways = slices.DeleteFunc(ways, func(w way) bool { return w.needsMember })
	}
	err := m.first(ctx, ways, told, late, why)
	if err == nil {
		m.told(ctx, why)
		m.log.WithField("user", to.User).WithContext(ctx).Warnf("%s; the caller alone was told", send.Details(why))
	}
	return err
}

// first delivers a message by the first of some ways that takes it. why is the error of
// a way before them; nil if they are the only ones.
func (m *messages) first(ctx context.Context, ways []way, msg Message, late *send.Late, why error) error {
	all, noToken := why, why != nil && send.Explain(why).IsApp()
	for _, w := range ways {
		byToken := w.responseURL == ""
		if byToken && noToken {
			continue
		}
		// After a long time in which Slack took nothing, further ways are tried once.
		once := all != nil && send.Explain(all).Remedy == send.Retry
		err := m.deliver(ctx, w, msg, late, errors.Is(all, send.ErrOutcomeUnknown), once)
		if err == nil || ctx.Err() != nil {
			return err
		}
		noToken = noToken || byToken && send.Explain(err).IsApp()
		all = errors.Join(all, err)
	}
	if all != nil && send.Explain(all).Remedy != send.Retry {
		m.standing.refuse(all)
	}
	return all
}

// waiting says that the answer waits for Slack.
func (m *messages) waiting(l texts.Lang) func(send.Refusal) Message {
	return func(r send.Refusal) Message {
		return Message{Text: texts.Refused.Waiting.With(r.Code).In(l), Lang: l}
	}
}

// tellLate tells the caller once, by the first of some ways that works at once, that
// Slack takes long. It returns nil without ways.
func (m *messages) tellLate(ctx context.Context, to Address, ways []way, says func(send.Refusal) Message) *send.Late {
	if len(ways) == 0 {
		return nil
	}
	return send.NewLate(ctx, tellLateAfter, func(ctx context.Context, why error) {
		r := send.Refusal{Code: "no answer"}
		if why != nil {
			r = send.Explain(why)
		}
		if err := m.tellAtOnce(ctx, ways, says(r), usesAfterNotice); err != nil && ctx.Err() == nil {
			m.log.WithField("user", to.User).Warnf("the caller could not be told that the answer waits for Slack: %v", why)
		}
	})
}

// TellAtOnce shows to.User alone a message by the first way that works at once. It does
// not wait for other messages of the channel, and tries each way once.
func (m *messages) TellAtOnce(ctx context.Context, to Address, msg Message) error {
	return m.tellAtOnce(ctx, m.alone(to), msg, 0)
}

// tellAtOnce is TellAtOnce that leaves some uses of a response_url.
func (m *messages) tellAtOnce(ctx context.Context, ways []way, msg Message, leave int) (err error) {
	for _, w := range ways {
		within, cancel := context.WithTimeout(ctx, tellWithin)
		err = m.sender.Send(within, &send.Request{What: w.what}, m.sender.Once(), m.sender.Budgeted(w.responseURL, leave), m.post(msg, w.call))
		cancel()
		if err == nil || errors.Is(err, send.ErrOutcomeUnknown) {
			return nil
		}
	}
	return err
}
