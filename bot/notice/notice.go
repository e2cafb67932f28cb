// Package notice tells one person privately that the log of a task shows a credential,
// once a day for each task.
package notice

import (
	"context"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/cache/patience"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/requestid"
)

// within bounds one notice: nobody waits for it.
const within = 10 * time.Second

// Claims decide who tells of a task on a day; a state.Notices is one.
type Claims interface {
	// First is true for one caller of all replicas per task and day.
	First(ctx context.Context, task string, now time.Time) (bool, error)
}

// Teller tells. It is safe for concurrent use.
type Teller struct {
	Claims Claims // nil tells nothing
	Log    logrus.FieldLogger
}

// Tell posts a notice if nobody was told of its task today. It is called after the
// answer was delivered. What fails is logged; a claim whose post failed is not given
// back, so that nobody is told twice. Nil is nothing to tell.
func (t Teller) Tell(ctx context.Context, n *reply.Notice, lang texts.Lang, post func(context.Context, reply.Reply) error) {
	if n == nil || t.Claims == nil {
		return
	}
	ctx, done := context.WithTimeout(patience.Without(ctx), within)
	defer done()
	log := t.Log.WithFields(logrus.Fields{"task": n.About.Task, "build": n.About.Build, "request": requestid.Of(ctx)})
	first, err := t.Claims.First(ctx, n.About.Task, time.Now())
	switch {
	case err != nil:
		log.Warnf("nobody is told that a log shows a credential: %v", err)
		return
	case !first:
		return
	}
	says := n.Reply(lang)
	says.Body = texts.Both.With(says.Body, texts.ExposedOnce).In(lang)
	if err := post(ctx, says); err != nil {
		log.Warnf("tell one person that a log shows a credential: %v; it is not tried again today", err)
		return
	}
	log.Info("told one person that a log shows a credential")
}
