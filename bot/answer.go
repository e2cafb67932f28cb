package bot

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/commands"
)

// progressAfter is how long a caller waits without a word.
const progressAfter = 2 * time.Second

func (b *Bot) answerAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-b.work:
			b.answer(ctx, j)
		}
	}
}

// answer runs one command and posts the reply. A panic costs this one answer:
// the caller gets an apology with the id that stands in our log.
func (b *Bot) answer(ctx context.Context, j job) {
	defer b.pending.Done()
	defer b.answered(j.envelope)
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	log := b.log.WithFields(logrus.Fields{"channel": j.to.Channel, "user": j.to.User, "text": j.text})
	progress := b.showProgress(ctx, j)
	defer progress.stop()
	defer func() {
		if p := recover(); p != nil {
			id := fmt.Sprintf("%08x", rand.Uint32())
			log.WithField("id", id).Errorf("panic: %v\n%s", p, debug.Stack())
			sorry := commands.Reply{Body: fmt.Sprintf("Sorry, something broke in logbot. Whoever runs it finds the reason in its log under %s.", id)}
			if err := b.whisper(ctx, j, sorry); err != nil {
				log.WithField("id", id).Errorf("apologise: %v", err)
			}
		}
	}()
	reply := b.commands.Run(ctx, commands.Request{Text: j.text, Channel: j.to.Channel, User: j.to.User, Lang: b.lang})
	b.markUsed(ctx, j)
	err := b.deliver(ctx, j, reply)
	log = log.WithField("took", time.Since(j.received).Round(time.Millisecond))
	if err != nil {
		log.Errorf("answer: %v", err)
		return
	}
	log.Info("answered")
}

// deliver posts a reply where it belongs.
func (b *Bot) deliver(ctx context.Context, j job, reply commands.Reply) error {
	reply, grows := b.grow(ctx, j, reply)
	switch {
	case grows:
		return nil
	case reply.Private:
		return b.whisper(ctx, j, reply)
	case reply.File != nil:
		return b.sendFile(ctx, j, reply)
	}
	_, err := b.courier.Say(ctx, j.to, message(reply))
	return err
}

// whisper shows a reply to the caller alone.
func (b *Bot) whisper(ctx context.Context, j job, reply commands.Reply) error {
	return b.courier.Whisper(ctx, j.to, message(reply))
}

// progress is the note that work goes on.
type progress struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// showProgress tells the caller that work goes on, once it takes long.
func (b *Bot) showProgress(ctx context.Context, j job) progress {
	ctx, cancel := context.WithCancel(ctx)
	p := progress{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		select {
		case <-ctx.Done():
		case <-time.After(progressAfter):
			if err := b.whisper(ctx, j, commands.Reply{Body: "Still reading the log …"}); err != nil {
				b.log.Warnf("show progress: %v", err)
			}
		}
	}()
	return p
}

// stop takes the note back where it was not shown yet.
func (p progress) stop() {
	p.cancel()
	<-p.done
}
