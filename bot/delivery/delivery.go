// Package delivery brings what the bot has to say to Slack: messages, whispers
// to one person, changed messages and files. It tries again where Slack was
// busy, broken or out of reach.
package delivery

import (
	"context"
	"errors"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/commands/texts"
)

// Message is one message in Slack's form. Its texts are escaped and keep
// Slack's limits.
type Message struct {
	Text   string        // stands for the blocks in notifications and for screen readers
	Blocks []slack.Block // may be empty
	Plain  string        // sent alone where Slack refuses the blocks

	// Lang is that of the note under a message that was sent again because the
	// first try may or may not have arrived.
	Lang texts.Lang
}

// Address is where an answer goes.
type Address struct {
	Channel string
	Thread  string // ts of the message to answer under; empty for the channel
	User    string // whom a whisper is for

	// ResponseURL answers without membership, five times within 30 minutes; empty
	// for mentions and direct messages.
	ResponseURL string
}

// inThread is the option that puts a message where the question is.
func (a Address) inThread() slack.MsgOption { return slack.MsgOptionTS(a.Thread) }

// Courier delivers. It is safe for concurrent use. What it sends to one channel
// arrives in the order of its coming, at Slack's pace; channels do not wait for
// each other.
//
// A message that was refused before it was posted is sent again without a word.
// Where that cannot be known it is sent again with a note that says so
// (texts.SentAgain), and counted in Stats.
type Courier struct {
	api      *slack.Client
	log      logrus.FieldLogger
	pacer    *pacer
	lanes    *lanes
	budgets  *budgets
	spool    *spoolRoom
	most     most
	uploads  chan struct{} // one for each file on its way
	counted  counters
	underway underway

	life context.Context // ends with Close
	end  context.CancelFunc
}

// Option changes how a courier works.
type Option func(*Courier)

// WithLimiter makes the courier keep a pace that is shared with other processes.
func WithLimiter(p Limiter) Option { return func(c *Courier) { c.pacer = newPacer(p, c.log) } }

// New returns a courier over api, whose transport should be one of Transport.
// Files on their way are spooled in the folder; empty is the system's.
func New(api *slack.Client, spool string, log logrus.FieldLogger, options ...Option) *Courier {
	if log == nil {
		log = logrus.StandardLogger()
	}
	life, end := context.WithCancel(context.Background())
	c := &Courier{
		api: api, log: log, life: life, end: end,
		pacer: newPacer(nil, log), lanes: newLanes(), budgets: newBudgets(),
		spool: newSpoolRoom(spool), most: most{maxFile, maxSnippet, maxContent}, uploads: make(chan struct{}, uploads),
	}
	for _, o := range options {
		o(c)
	}
	return c
}

// Identify asks Slack who the bot is, and goes on asking while Slack is out of
// reach, until ctx ends. A refused token is an error.
func (c *Courier) Identify(ctx context.Context) (who *slack.AuthTestResponse, err error) {
	for {
		final := false
		err = c.carry(ctx, call{
			what: "ask Slack who this bot is (auth.test)", twice: true,
			do: func(ctx context.Context, _ bool) error {
				who, err = c.api.AuthTestContext(ctx)
				o, _ := outcomeOf(err, true)
				final = o == refused
				return err
			},
		})
		if err == nil || final || ctx.Err() != nil || c.life.Err() != nil {
			return who, err
		}
		c.log.Warnf("%v; asking on", err) // one delivery is tried for deliverWithin
	}
}

// Say posts a message for everybody and returns its ts. Where the bot is no
// member it uses the ResponseURL, or in the end a direct message to the caller;
// then the ts is empty, for it is of no use there.
func (c *Courier) Say(ctx context.Context, to Address, m Message) (ts string, err error) {
	ts, err = c.postTo(ctx, to.Channel, to.Thread, m, false)
	if !IsNotInChannel(err) || to.ResponseURL == "" {
		return ts, err
	}
	err = c.respond(ctx, to, m, slack.MsgOptionCompose(
		slack.MsgOptionResponseURL(to.ResponseURL, slack.ResponseTypeInChannel), to.inThread()), false)
	if errors.Is(err, errSpent) && to.User != "" {
		_, err = c.postTo(ctx, to.User, "", m, errors.Is(err, ErrOutcomeUnknown))
	}
	return "", err
}

// Whisper shows a message to to.User alone: by the ResponseURL while it lasts,
// else as an ephemeral message, and where the bot is no member as a direct one.
func (c *Courier) Whisper(ctx context.Context, to Address, m Message) error {
	again := false
	if to.ResponseURL != "" {
		err := c.respond(ctx, to, m, slack.MsgOptionResponseURL(to.ResponseURL, slack.ResponseTypeEphemeral), false)
		if !errors.Is(err, errSpent) {
			return err
		}
		again = errors.Is(err, ErrOutcomeUnknown)
	}
	if to.direct() { // for the caller alone anyway
		_, err := c.postTo(ctx, to.Channel, to.Thread, m, again)
		return err
	}
	err := c.carry(ctx, c.whisper(to, m, again))
	if IsNotInChannel(err) && to.User != "" {
		_, err = c.postTo(ctx, to.User, "", m, again || errors.Is(err, ErrOutcomeUnknown))
	}
	return err
}

// Note shows the caller alone that work goes on. It is tried once, and left out
// without an error where to.ResponseURL has no more uses than the answer may
// need, or where it would have to wait.
func (c *Courier) Note(ctx context.Context, to Address, m Message) error {
	var err error
	switch {
	case to.ResponseURL != "":
		err = c.respond(ctx, to, m, slack.MsgOptionResponseURL(to.ResponseURL, slack.ResponseTypeEphemeral), true)
	case to.direct():
		k := c.posting(to.Channel, to.Thread, m, new(string), false)
		k.passing = true
		err = c.carry(ctx, k)
	default:
		k := c.whisper(to, m, false)
		k.passing = true
		err = c.carry(ctx, k)
	}
	if errors.Is(err, errSpent) || errors.Is(err, errLeftOut) {
		c.counted.LeftOut.Add(1)
		return nil
	}
	return err
}

// direct reports whether the address is a conversation with the caller alone.
func (a Address) direct() bool { return strings.HasPrefix(a.Channel, "D") }

// Update puts m in the place of a message that Say returned the ts of. Of several
// updates of one message that wait, the last is enough: the others return nil
// without being sent. Slack takes 4,000 bytes of text here, and changes no message
// that one person alone sees.
func (c *Courier) Update(ctx context.Context, channel, ts string, m Message) error {
	lane := channel + "/" + ts
	f := form{Message: m}
	err := c.carry(ctx, call{
		what: "update " + lane, lane: lane, limits: []limit{tier3("chat.update")}, twice: true,
		before: func() error {
			if c.lanes.behind(lane) > 0 {
				return errSuperseded
			}
			return nil
		},
		do: func(ctx context.Context, _ bool) error {
			return f.send(c, false, func(o slack.MsgOption) error {
				_, _, _, err := c.api.UpdateMessageContext(ctx, channel, ts, o)
				return err
			})
		},
	})
	if errors.Is(err, errSuperseded) {
		return nil
	}
	return err
}

// Retract takes a message away that Say returned the ts of. That it is gone
// already is no error.
func (c *Courier) Retract(ctx context.Context, channel, ts string) error {
	err := c.carry(ctx, call{
		what: "delete " + channel + "/" + ts, limits: []limit{tier3("chat.delete")}, twice: true,
		do: func(ctx context.Context, _ bool) error {
			_, _, err := c.api.DeleteMessageContext(ctx, channel, ts)
			return err
		},
	})
	if refusal(err) == "message_not_found" {
		return nil
	}
	return err
}

// Replace puts m in the place of the message whose button gave to.ResponseURL,
// also where the bot is no member.
func (c *Courier) Replace(ctx context.Context, to Address, m Message) error {
	f := form{Message: m}
	k := c.responding(to, false)
	k.twice = true
	k.do = func(ctx context.Context, _ bool) error {
		return f.send(c, false, func(o slack.MsgOption) error {
			_, _, err := c.api.PostMessageContext(ctx, to.Channel, o, slack.MsgOptionReplaceOriginal(to.ResponseURL))
			return c.spentIfGone(to.ResponseURL, err)
		})
	}
	return c.carry(ctx, k)
}

// Remove takes away the message whose button gave to.ResponseURL.
func (c *Courier) Remove(ctx context.Context, to Address) error {
	k := c.responding(to, false)
	k.twice = true
	k.do = func(ctx context.Context, _ bool) error {
		_, _, err := c.api.PostMessageContext(ctx, to.Channel, slack.MsgOptionDeleteOriginal(to.ResponseURL))
		return c.spentIfGone(to.ResponseURL, err)
	}
	return c.carry(ctx, k)
}

// RemoveFile takes a file that this bot sent away from everywhere. That it is gone
// already is no error.
func (c *Courier) RemoveFile(ctx context.Context, fileID string) error {
	err := c.carry(ctx, call{
		what: "delete file " + fileID, limits: []limit{tier3("files.delete")}, twice: true,
		do: func(ctx context.Context, _ bool) error { return c.api.DeleteFileContext(ctx, fileID) },
	})
	if code := refusal(err); code == "file_deleted" || code == "file_not_found" {
		return nil
	}
	return err
}

// postTo posts for everybody who reads the channel; the id of a person stands for
// the conversation with them.
func (c *Courier) postTo(ctx context.Context, channel, thread string, m Message, again bool) (ts string, err error) {
	err = c.carry(ctx, c.posting(channel, thread, m, &ts, again))
	return ts, err
}

func (c *Courier) posting(channel, thread string, m Message, ts *string, again bool) call {
	f := form{Message: m}
	return call{
		what: "post to " + channel, lane: channel, limits: []limit{inChannel(channel), inAll()}, again: again,
		do: func(ctx context.Context, again bool) error {
			return f.send(c, again, func(o slack.MsgOption) error {
				var err error
				_, *ts, err = c.api.PostMessageContext(ctx, channel, o, slack.MsgOptionTS(thread))
				return err
			})
		},
	}
}

func (c *Courier) whisper(to Address, m Message, again bool) call {
	f := form{Message: m}
	return call{
		what: "whisper in " + to.Channel, lane: to.Channel, again: again,
		limits: []limit{inChannel(to.Channel), tier4("chat.postEphemeral")},
		do: func(ctx context.Context, again bool) error {
			return f.send(c, again, func(o slack.MsgOption) error {
				_, err := c.api.PostEphemeralContext(ctx, to.Channel, to.User, o, to.inThread())
				return err
			})
		},
	}
}

// respond sends by the address's ResponseURL. It returns errSpent where that has no
// uses left; for a note, where an answer may need them.
func (c *Courier) respond(ctx context.Context, to Address, m Message, how slack.MsgOption, note bool) error {
	f := form{Message: m}
	k := c.responding(to, note)
	k.do = func(ctx context.Context, again bool) error {
		return f.send(c, again, func(o slack.MsgOption) error {
			_, _, err := c.api.PostMessageContext(ctx, to.Channel, o, how)
			return c.spentIfGone(to.ResponseURL, err)
		})
	}
	return c.carry(ctx, k)
}

// responding is one use of a response_url, without what is sent.
func (c *Courier) responding(to Address, note bool) call {
	leave := 0
	if note {
		leave = forAnswer
	}
	return call{
		what: "answer in " + to.Channel, lane: to.Channel, passing: note,
		limits: []limit{inChannel(to.Channel)},
		before: func() error { return c.budgets.take(to.ResponseURL, leave) },
		undo:   func() { c.budgets.giveBack(to.ResponseURL) },
	}
}

// spentIfGone turns Slack's word that a response_url is used or expired into
// errSpent.
func (c *Courier) spentIfGone(address string, err error) error {
	if !isURLExpired(err) {
		return err
	}
	c.budgets.spend(address)
	return errSpent
}
