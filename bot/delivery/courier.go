// Package delivery sends what the bot has to say to Slack: messages, changes of
// messages, files and modals. It keeps Slack's rate limits, and tries again while
// Slack is busy, broken or unreachable.
//
// Every request passes a list of stages, such as
//
//	inLane → retry → paced → budgeted → post
//
// which is written out where the request is made: in messages.go, files.go and
// courier.go. A stage is a type with one method (see stage). What an attempt has
// achieved is judged in one place, classify.
package delivery

import (
	"context"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery/spool"
)

// Courier delivers. It is safe for concurrent use. What it sends to one channel
// arrives in the order of the calls, at Slack's pace; channels do not wait for each
// other. A delivery ends when ctx does, or after 15 minutes if ctx has no deadline.
//
// A message that was refused before it was posted is sent again silently. If that
// cannot be known it is sent again with a note that says so (texts.SentAgain), and
// counted in Stats.
type Courier struct {
	messages
	files
	*sender
}

// Option changes how a courier works.
type Option func(*Courier)

// WithLimiter makes the courier keep limits that are shared with other processes;
// nil changes nothing.
func WithLimiter(l Limiter) Option {
	return func(c *Courier) {
		if l != nil {
			c.pacer.shared = l
		}
	}
}

// New returns a courier over api, whose transport should be one of Transport.
// Files are spooled in a folder; empty is the system's.
func New(api *slack.Client, spoolDir string, log logrus.FieldLogger, options ...Option) *Courier {
	if log == nil {
		log = logrus.StandardLogger()
	}
	s := &sender{api: api, log: log, counted: &counters{}, lanes: newLanes(), pacer: newPacer(log), budgets: newBudgets()}
	c := &Courier{sender: s, messages: messages{s}, files: newFiles(s, spool.New(spoolDir))}
	for _, o := range options {
		o(c)
	}
	return c
}

// Stats returns what was done since the courier was made.
func (c *Courier) Stats() Stats {
	s := c.counted.stats()
	s.Spooled = c.spool.Used()
	return s
}

// Identify asks Slack who the bot is, until Slack answers or ctx ends. A refused
// token is an error.
func (c *Courier) Identify(ctx context.Context) (who *slack.AuthTestResponse, err error) {
	err = c.step(ctx, &request{what: "ask Slack who this bot is (auth.test)"},
		c.retryFreely(),
		attempt(func(ctx context.Context) error {
			who, err = c.api.AuthTestContext(ctx)
			return err
		}),
	)
	return who, err
}

// OpenView opens a modal for the person whose command or click brought the
// trigger, and returns the id of the view. A trigger lives 3 s and works once, so
// an attempt whose outcome is unknown ends in ErrOutcomeUnknown.
func (c *Courier) OpenView(ctx context.Context, trigger string, v slack.ModalViewRequest) (id string, err error) {
	err = c.send(ctx, &request{what: "open a modal"},
		c.retryFreely(),
		c.paced(tier4("views.open")),
		attempt(func(ctx context.Context) error {
			opened, err := c.api.OpenViewContext(ctx, trigger, v)
			if err == nil {
				id = opened.View.ID
			}
			return err
		}),
	)
	return id, err
}
