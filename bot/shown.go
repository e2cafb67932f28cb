package bot

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/pace"
)

// maxUnshown bounds the files that are waited for at a time.
const maxUnshown = 64

// shownFiles checks that files which Slack accepted are shown (scope files:read): Slack
// may accept a file and never show it. Until then the button that sent a file is busy,
// and afterwards it is marked as used, or may be pressed again.
type shownFiles struct {
	granted   *granted
	deliverer *deliverer
	looks     []time.Duration // before each look
	log       logrus.FieldLogger
	queue     chan unshown
}

// unshown is a file that may not be shown yet.
type unshown struct {
	job  job
	sent delivery.Sent
	lang texts.Lang
	held work.Button
	hold string // by which the button is busy
}

// newShownFiles looks after 2 s, which mostly is enough, and after 20 s for the last time,
// unless looks says otherwise.
func newShownFiles(g *granted, d *deliverer, looks []time.Duration, log logrus.FieldLogger) *shownFiles {
	if looks == nil {
		looks = []time.Duration{2 * time.Second, 18 * time.Second}
	}
	return &shownFiles{granted: g, deliverer: d, looks: looks, log: log, queue: make(chan unshown, maxUnshown)}
}

// check has a file checked after j was answered. It reports false if it cannot be.
func (s *shownFiles) check(j job, sent delivery.Sent, lang texts.Lang) bool {
	if s == nil || !s.granted.has("files:read") {
		return false
	}
	u := unshown{job: j, sent: sent, lang: lang}
	if j.Press != nil {
		u.held, u.hold = j.Press.button(j.To.Channel), j.Press.At+" is shown"
		j.finishPress(s.deliverer.busy)
		s.deliverer.busy.Start(u.held, u.hold)
		if !j.Press.Alone { // Remove deletes the file, too
			s.deliverer.edits.Add(j.To.Channel, j.Press.TS, render.Edit{Files: []string{sent.ID}}, nil)
		}
	}
	select {
	case s.queue <- u:
		return true
	default:
		s.deliverer.busy.Finish(u.held, u.hold)
		return false
	}
}

// run checks files until ctx ends.
func (s *shownFiles) run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case u := <-s.queue:
			all.Go(func() { s.await(ctx, u) })
		}
	}
}

// await waits until a file is shown, and says so if it is not.
func (s *shownFiles) await(ctx context.Context, u unshown) {
	defer s.deliverer.busy.Finish(u.held, u.hold)
	for _, wait := range s.looks {
		if pace.Sleep(ctx, wait) != nil {
			return
		}
		shown, err := s.deliverer.sender.courier.IsShown(ctx, u.sent.ID)
		if err != nil && ctx.Err() == nil {
			s.log.Warnf("check that %s is shown: %s", u.sent.Name, send.Details(err))
		}
		if shown || err != nil {
			s.deliverer.markUsed(ctx, u.job, render.Edit{Files: []string{u.sent.ID}}, u.lang)
			return
		}
	}
	s.deliverer.busy.Finish(u.held, u.hold) // before anybody reads that it may be pressed
	to := u.job.To
	s.log.WithFields(logrus.Fields{"channel": to.Channel, "user": to.User}).Errorf("Slack accepted %s (%s) and does not show it", u.sent.Name, u.sent.ID)
	s.deliverer.sender.tell(ctx, to, u.lang, reply.Reply{
		Private: true, Refused: true, Body: texts.Refused.NotShown.With(u.sent.Name).In(u.lang), Try: []reply.Example{{Line: u.job.Again}},
	})
}
