package bot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

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
	log := b.log.WithFields(logrus.Fields{"channel": j.channel, "user": j.user, "text": j.text})
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
	reply := b.commands.Run(ctx, commands.Request{Text: j.text, Channel: j.channel, User: j.user})
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
	switch {
	case reply.Private:
		return b.whisper(ctx, j, reply)
	case reply.File != nil:
		return b.upload(ctx, j, reply)
	}
	return b.say(ctx, j, reply)
}

// say posts a reply to the channel, or to the thread the question came from.
// Where the bot is not a member it uses the question's own response_url, which
// needs no membership.
func (b *Bot) say(ctx context.Context, j job, reply commands.Reply) error {
	err := b.post(ctx, reply, func(o ...slack.MsgOption) error {
		_, _, err := b.api.PostMessageContext(ctx, j.channel, append(o, j.inThread())...)
		return err
	})
	if outside(err) && j.responseURL != "" {
		return b.respond(ctx, j, reply, slack.ResponseTypeInChannel)
	}
	return err
}

// whisper shows a reply to the caller alone.
func (b *Bot) whisper(ctx context.Context, j job, reply commands.Reply) error {
	if j.responseURL != "" {
		return b.respond(ctx, j, reply, slack.ResponseTypeEphemeral)
	}
	if strings.HasPrefix(j.channel, "D") {
		return b.say(ctx, j, reply) // a direct message is for the caller alone anyway
	}
	return b.post(ctx, reply, func(o ...slack.MsgOption) error {
		_, err := b.api.PostEphemeralContext(ctx, j.channel, j.user, append(o, j.inThread())...)
		return err
	})
}

func (b *Bot) respond(ctx context.Context, j job, reply commands.Reply, visibility string) error {
	return b.post(ctx, reply, func(o ...slack.MsgOption) error {
		_, _, err := b.api.PostMessageContext(ctx, j.channel, append(o, slack.MsgOptionResponseURL(j.responseURL, visibility))...)
		return err
	})
}

// post sends a reply as blocks, and as plain text where Slack refuses the
// blocks: an answer in a plain dress is better than none.
func (b *Bot) post(ctx context.Context, reply commands.Reply, send func(...slack.MsgOption) error) error {
	reply = fit(reply)
	summary := slack.MsgOptionText(summaryText(reply), true)
	quiet := slack.MsgOptionCompose(slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
	err := patiently(ctx, func() error { return send(slack.MsgOptionBlocks(blocks(reply)...), summary, quiet) })
	if refused := (slack.SlackErrorResponse{}); errors.As(err, &refused) && unfit(refused.Err) {
		b.log.Errorf("Slack refused the blocks of an answer: %v %v", refused.Err, refused.ResponseMetadata.Messages)
		err = patiently(ctx, func() error { return send(slack.MsgOptionText(plainText(reply), false), quiet) })
	}
	return err
}

// outside reports whether the bot may not post in the channel.
func outside(err error) bool {
	refused := slack.SlackErrorResponse{}
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Err {
	case "not_in_channel", "channel_not_found", "restricted_action", "posting_to_channel_denied":
		return true
	}
	return false
}

// unfit reports whether Slack refused the form of a message.
func unfit(code string) bool {
	switch code {
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long":
		return true
	}
	return false
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
