// Package delivery sends what the bot has to say to Slack: messages, changes of
// messages, files and modals. A message has several ways to its readers and falls
// back from one to the next. How a single request gets to Slack, at Slack's pace
// and in spite of its failures, is package send.
package delivery

import (
	"context"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery/send"
	"logbot/bot/delivery/spool"
)

// Courier delivers. It is safe for concurrent use. What it sends to one channel
// arrives in the order of the calls, at Slack's pace; channels do not wait for each
// other. A delivery ends when ctx does, or after 15 minutes if ctx has no deadline.
// What Slack refused is told by send.IsNotInChannel and its neighbours.
//
// A message that was refused before it was posted is sent again silently. If that
// cannot be known it is sent again with a note that says so (texts.SentAgain), and
// counted in Stats.
type Courier struct {
	*messages
	*files
	api    *slack.Client
	sender *send.Sender
}

// Stats is what a courier has done since it was made, and what it does now.
type Stats struct {
	send.Stats
	LeftOut int64 // notes of progress that were dropped
	Spooled int64 // bytes of disk that files use before they are sent
}

// NewCourier returns a courier over api, whose transport should be one of
// send.Transport. Files are spooled in a folder; empty is the system's. If limiter
// is nil the courier keeps Slack's limits for this process alone.
func NewCourier(api *slack.Client, spoolDir string, limiter send.Limiter, log logrus.FieldLogger) *Courier {
	sender, known := send.NewSender(limiter, log), &folds{}
	m := &messages{told: func(context.Context, error) {}, api: api, sender: sender, folds: known, log: log, standing: &standing{}}
	return &Courier{
		api:      api,
		sender:   sender,
		messages: m,
		files: &files{
			api: api, sender: sender, folds: known, log: log, spool: spool.New(spoolDir),
			sizes: sizes{maxFile, maxSnippet, maxContent}, uploads: make(chan struct{}, maxUploads), others: m,
		},
	}
}

// OnTold has told called with what Slack refused when the caller alone was told of it,
// with the context of the delivery. It is called before the courier is used.
func (c *Courier) OnTold(told func(ctx context.Context, why error)) { c.messages.told = told }

// Stats returns what was done since the courier was made.
func (c *Courier) Stats() Stats {
	return Stats{Stats: c.sender.Stats(), LeftOut: c.leftOut.Load(), Spooled: c.spool.Used()}
}

// PausedFor is how long nothing is posted in a channel because Slack asked for that, as
// far as this process knows.
func (c *Courier) PausedFor(channel string) time.Duration { return c.sender.PausedFor(channel) }

// Identify asks Slack who the bot is, until Slack answers or ctx ends. A refused
// token is an error.
func (c *Courier) Identify(ctx context.Context) (who *slack.AuthTestResponse, err error) {
	err = c.sender.Step(ctx, &send.Request{What: "ask Slack who this bot is (auth.test)"},
		c.sender.RetryFreely(),
		send.Attempt(func(ctx context.Context) error {
			who, err = c.api.AuthTestContext(ctx)
			return err
		}),
	)
	c.standing.note(err)
	if err == nil {
		c.standing.botName.Store(&who.User)
	}
	return who, err
}

// Refused is why Slack refuses the app everywhere, for the log; empty if it does not, as
// far as the last calls tell.
func (c *Courier) Refused() string {
	if why := c.standing.refused.Load(); why != nil {
		return *why
	}
	return ""
}

// OpenView opens a modal for the person whose command or click brought the
// trigger, and returns the id of the view. A trigger lives 3 s and works once, so
// an attempt whose outcome is unknown ends in send.ErrOutcomeUnknown.
func (c *Courier) OpenView(ctx context.Context, trigger string, v slack.ModalViewRequest) (id string, err error) {
	err = c.sender.Send(ctx, &send.Request{What: "open a modal"},
		c.sender.RetryFreely(),
		c.sender.Paced(send.Tier4("views.open")),
		send.Attempt(func(ctx context.Context) error {
			opened, err := c.api.OpenViewContext(ctx, trigger, v)
			if err == nil {
				id = opened.View.ID
			}
			return err
		}),
	)
	return id, err
}
