package bot

import (
	"context"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/sockets"
	"logbot/cache/patience"
	"logbot/logsapi/requestid"
)

// Observer is told what becomes of commands. Its methods must return at once and may be
// called concurrently.
type Observer interface {
	// Acknowledged is told of every envelope that was acknowledged: how long after its
	// arrival.
	Acknowledged(took time.Duration)
	// Shown is told when the caller of a command saw the first text: a notice, a note
	// about progress, or the answer.
	Shown(took time.Duration)
	// Ended is told how a command ended in this process.
	Ended(End)
	// Told is told what failed: what somebody was told of, or what kept them from being
	// told. ctx is of the request.
	Told(ctx context.Context, err error)
}

// End is how a command ended.
type End struct {
	Verb    string // the command's name; empty if it was not understood
	Outcome Outcome
	Took    time.Duration // since it arrived, also if at another process
	Waited  time.Duration // of that for slow or failing stores
}

// Outcome is how a command ended.
type Outcome string

// The outcomes.
const (
	Answered    Outcome = "answered"
	Mistaken    Outcome = "mistaken"    // its caller was told what is wrong with it, or that they may not
	Failed      Outcome = "failed"      // its caller was told that CodeArts, a store or the configuration failed
	Undelivered Outcome = "undelivered" // Slack took no answer
	Stopped     Outcome = "stopped"     // by its caller
	Busy        Outcome = "busy"        // refused, as too many commands waited
	HandedOver  Outcome = "handed_over" // another process answers it
	GivenUp     Outcome = "given_up"    // this process stopped; its caller was told to ask again
	Panicked    Outcome = "panicked"    // its caller was told so
)

// Outcomes are all of them.
func Outcomes() []Outcome {
	return []Outcome{Answered, Mistaken, Failed, Undelivered, Stopped, Busy, HandedOver, GivenUp, Panicked}
}

// IsShown reports whether the caller has seen an answer.
func (o Outcome) IsShown() bool { return o == Answered || o == Mistaken || o == Failed }

// logging is an Observer that logs failures, and forgets the rest.
type logging struct{ log logrus.FieldLogger }

func (logging) Acknowledged(time.Duration) {}
func (logging) Shown(time.Duration)        {}
func (logging) Ended(End)                  {}
func (l logging) Told(ctx context.Context, err error) {
	if !send.IsNotInChannel(err) { // else people of the channel invite the bot
		l.log.WithField("request", requestid.Of(ctx)).Error(send.Details(err))
	}
}

// ended tells the observer how a job ended.
func (a *answerer) ended(ctx context.Context, j job, o Outcome) {
	e := End{Verb: j.verb, Outcome: o, Took: time.Since(j.Received)}
	if b := patience.Of(ctx); b != nil {
		e.Waited = b.Spent()
	}
	a.observer.Ended(e)
}

// outcomeOf is how a job ended whose answer was delivered with that error.
func (j job) outcomeOf(delivered error) Outcome {
	switch {
	case delivered != nil:
		return Undelivered
	case j.failure != nil:
		return Failed
	case j.refused:
		return Mistaken
	}
	return Answered
}

// Stats are what a bot does now, and has done.
type Stats struct {
	Sockets    sockets.Health
	Delivery   delivery.Stats
	Unanswered int // commands that are acknowledged and not answered
}

// Stats returns the stats. It asks nobody.
func (b *Bot) Stats() Stats {
	return Stats{Sockets: b.sockets.Health(), Delivery: b.sender.courier.Stats(), Unanswered: b.admission.Total()}
}
