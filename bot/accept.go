package bot

import (
	"context"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"logbot/bot/render"
	"logbot/bot/sockets"
	"logbot/bot/work"
	"logbot/cache/patience"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// accept takes an envelope and acknowledges it. It never waits: one goroutine
// receives everything.
func (b *Bot) accept(ctx context.Context, e sockets.Envelope) {
	switch data := e.Event.Data.(type) {
	case slack.SlashCommand:
		b.take(ctx, e, slashJob(data))
		return
	case slack.InteractionCallback:
		b.interaction(ctx, e, data)
		return
	case slackevents.EventsAPIEvent:
		who, known := b.self.now()
		if !known {
			return // unacknowledged, so that Slack brings it again
		}
		if j, ok := b.spoken(data, who); ok {
			b.take(ctx, e, j)
			return
		}
	}
	b.settle(ctx, e)
}

// settle acknowledges an envelope that asks for nothing.
func (b *Bot) settle(ctx context.Context, e sockets.Envelope) {
	e.Ack(ctx, nil)
	b.answered(e.ID)
}

// interaction is something that somebody did with a message or a form.
func (b *Bot) interaction(ctx context.Context, e sockets.Envelope, in slack.InteractionCallback) {
	if p, value, ok := pressed(in); ok {
		b.press(ctx, e, in, p, value)
		return
	}
	if in.Type == slack.InteractionTypeViewSubmission {
		j, wrong, ok := submitted(in)
		switch {
		case !ok:
			b.settle(ctx, e)
		case wrong != nil:
			e.Ack(ctx, wrong)
			b.answered(e.ID)
		default:
			b.take(ctx, e, j)
		}
		return
	}
	if j, ok := explainJob(in, e.Event.Request.Payload); ok {
		b.take(ctx, e, j)
		return
	}
	b.settle(ctx, e)
}

// press is the use of a button in a message.
func (b *Bot) press(ctx context.Context, e sockets.Envelope, in slack.InteractionCallback, p *press, value string) {
	place, runs := render.PlaceOf(p.Action)
	switch {
	case p.Action == render.StopAction || p.Action == render.ProgressAction:
		b.prompt(ctx, e, b.controls.Press(work.Press{Work: value, Action: p.Action, Via: beside(in)}))
	case p.Action == render.RateAction:
		b.prompt(ctx, e, func(ctx context.Context) { b.rate(ctx, in, value) })
	case p.Action == render.RemoveAction:
		b.prompt(ctx, e, func(ctx context.Context) { b.remove(ctx, in, p) })
	case runs && place == reply.AskFirst:
		b.prompt(ctx, e, func(ctx context.Context) { b.openSearch(ctx, in, p, value) })
	case runs && !b.busy.Start(p.button(in.Channel.ID), p.At):
		b.prompt(ctx, e, func(ctx context.Context) {
			to := beside(in)
			lang := b.people.Language(to.User)
			b.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.OnItsWay.In(lang)})
		})
	case runs:
		b.take(ctx, e, pressedJob(in, p, value))
	default:
		b.settle(ctx, e)
	}
}

// prompt acknowledges an envelope and has do done at once.
func (b *Bot) prompt(ctx context.Context, e sockets.Envelope, do func(context.Context)) {
	b.pending.Add(1)
	taken := b.urgent.Submit(func(ctx context.Context) {
		defer b.pending.Done()
		defer b.answered(e.ID)
		do(ctx)
	})
	e.Ack(ctx, nil)
	if !taken {
		b.pending.Done()
		b.answered(e.ID) // there will be none
		b.log.WithField("envelope", e.ID).Error("too many buttons were pressed at once; one press was lost")
	}
}

// take acknowledges an envelope when there is room for what it asks for, so that
// what was acknowledged is ours to answer. A command for which there is no room
// is refused with words; a mention stays unacknowledged, so that Slack brings it
// again.
func (b *Bot) take(ctx context.Context, e sockets.Envelope, j job) {
	if j.ID == "" {
		j.ID = e.ID
	}
	j.envelope, j.Received, j.patience = e.ID, time.Now(), patience.New()
	if !b.admission.Admit(j.To.Channel) {
		b.turnAway(ctx, e, j)
		return
	}
	b.pending.Add(1)
	go func() {
		var first bool
		j.lease, first = b.begun(context.WithoutCancel(ctx), j)
		e.Ack(ctx, nil)
		if !first {
			b.finishPress(j)
			b.answered(e.ID)
			b.release(j)
			return
		}
		b.work <- j // has room for every place
	}()
}

// turnAway refuses what there is no room for.
func (b *Bot) turnAway(ctx context.Context, e sockets.Envelope, j job) {
	b.log.WithField("envelope", e.ID).Warn("too many commands are waiting; one was turned away")
	b.finishPress(j)
	lang := b.people.Language(j.To.User)
	busy := texts.Bot.Busy.In(lang)
	switch e.Event.Data.(type) {
	case slack.SlashCommand:
		e.Ack(ctx, map[string]string{"response_type": slack.ResponseTypeEphemeral, "text": busy})
	case slackevents.EventsAPIEvent:
		b.events.Forget(j.ID)
	default:
		b.prompt(ctx, e, func(ctx context.Context) {
			b.tell(ctx, j.To, lang, reply.Reply{Private: true, Refused: true, Body: busy})
		})
	}
}
