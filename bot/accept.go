package bot

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"logbot/bot/people"
	"logbot/bot/recent"
	"logbot/bot/render"
	"logbot/bot/sockets"
	"logbot/bot/work"
	"logbot/cache/patience"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// maxEvents is how many events are remembered: Slack may deliver an event again
// within five minutes.
const maxEvents = 4096

// accepted is a command whose envelope is not acknowledged yet.
type accepted struct {
	envelope sockets.Envelope
	job      job
}

// receiver sorts the envelopes from Slack: commands go to the answerer, presses that
// run no command to the urgent queue.
type receiver struct {
	commands  chan<- accepted // has room for everything that is admitted
	admission *work.Admission
	events    *recent.Map[struct{}] // ids of those that were accepted
	busy      *work.BusyButtons
	urgent    *work.Urgent
	pending   *sync.WaitGroup // accepted envelopes without an answer

	controls *work.Controls
	buttons  *buttons
	sender   sender
	people   *people.Directory
	answered func(envelope string)
	log      logrus.FieldLogger
}

// accept receives an envelope. It does not block, because one goroutine receives all
// envelopes of a socket.
func (r *receiver) accept(ctx context.Context, e sockets.Envelope) {
	switch data := e.Event.Data.(type) {
	case slack.SlashCommand:
		r.acceptCommand(ctx, e, slashJob(data))
		return
	case slack.InteractionCallback:
		r.acceptInteraction(ctx, e, data)
		return
	case slackevents.EventsAPIEvent:
		who, known := r.sender.self.now()
		if !known {
			return // unacknowledged, so that Slack delivers it again
		}
		if j, ok := spokenJob(data, who); ok && r.events.Add(j.ID, struct{}{}) {
			r.acceptCommand(ctx, e, j)
			return
		}
	}
	r.ignore(ctx, e)
}

// ignore acknowledges an envelope that needs no answer.
func (r *receiver) ignore(ctx context.Context, e sockets.Envelope) {
	e.Ack(ctx, nil)
	r.answered(e.ID)
}

// acceptInteraction receives a press, a submitted form or the shortcut.
func (r *receiver) acceptInteraction(ctx context.Context, e sockets.Envelope, in slack.InteractionCallback) {
	if p, value, ok := pressed(in); ok {
		r.acceptPress(ctx, e, in, p, value)
		return
	}
	if in.Type == slack.InteractionTypeViewSubmission {
		j, wrong, ok := submittedJob(in)
		switch {
		case !ok:
			r.ignore(ctx, e)
		case wrong != nil:
			e.Ack(ctx, wrong)
			r.answered(e.ID)
		default:
			r.acceptCommand(ctx, e, j)
		}
		return
	}
	if j, ok := shortcutJob(in, e.Event.Request.Payload); ok {
		r.acceptCommand(ctx, e, j)
		return
	}
	r.ignore(ctx, e)
}

func (r *receiver) acceptPress(ctx context.Context, e sockets.Envelope, in slack.InteractionCallback, p *press, value string) {
	place, runs := render.PlaceOf(p.Action)
	switch {
	case p.Action == render.StopAction || p.Action == render.ProgressAction:
		r.runSoon(ctx, e, r.controls.Press(work.Press{Work: value, Action: p.Action, Via: beside(in)}))
	case p.Action == render.RateAction:
		r.runSoon(ctx, e, func(ctx context.Context) { r.buttons.rate(ctx, in, value) })
	case p.Action == render.RemoveAction:
		r.runSoon(ctx, e, func(ctx context.Context) { r.buttons.remove(ctx, in, p) })
	case runs && place == reply.AskFirst:
		r.runSoon(ctx, e, func(ctx context.Context) { r.buttons.openForm(ctx, in, p, value) })
	case runs && !r.busy.Start(p.button(in.Channel.ID), p.At):
		r.runSoon(ctx, e, func(ctx context.Context) {
			to := beside(in)
			lang := r.people.Language(to.User)
			r.sender.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.OnItsWay.In(lang)})
		})
	case runs:
		r.acceptCommand(ctx, e, pressedJob(in, p, value))
	default:
		r.ignore(ctx, e)
	}
}

// runSoon acknowledges an envelope and runs do in the urgent queue.
func (r *receiver) runSoon(ctx context.Context, e sockets.Envelope, do func(context.Context)) {
	r.pending.Add(1)
	queued := r.urgent.Submit(func(ctx context.Context) {
		defer r.pending.Done()
		defer r.answered(e.ID)
		do(ctx)
	})
	e.Ack(ctx, nil)
	if !queued {
		r.pending.Done()
		r.answered(e.ID) // it never will be
		r.log.WithField("envelope", e.ID).Error("too many buttons were pressed at once; one press was lost")
	}
}

// acceptCommand passes a command to the answerer, which stores and acknowledges it.
// Beyond the limits of the admission a command is refused; a mention is not
// acknowledged, so that Slack delivers it again.
func (r *receiver) acceptCommand(ctx context.Context, e sockets.Envelope, j job) {
	if j.ID == "" {
		j.ID = e.ID
	}
	j.envelope, j.Received, j.patience = e.ID, time.Now(), patience.New()
	if !r.admission.Admit(j.To.Channel) {
		r.refuse(ctx, e, j)
		return
	}
	r.pending.Add(1)
	r.commands <- accepted{e, j}
}

func (r *receiver) refuse(ctx context.Context, e sockets.Envelope, j job) {
	r.log.WithField("envelope", e.ID).Warn("too many commands are waiting; one was refused")
	j.finishPress(r.busy)
	lang := r.people.Language(j.To.User)
	busy := texts.Bot.Busy.In(lang)
	switch e.Event.Data.(type) {
	case slack.SlashCommand:
		e.Ack(ctx, map[string]string{"response_type": slack.ResponseTypeEphemeral, "text": busy})
	case slackevents.EventsAPIEvent:
		r.events.Remove(j.ID)
	default:
		r.runSoon(ctx, e, func(ctx context.Context) {
			r.sender.tell(ctx, j.aside(), lang, reply.Reply{Private: true, Refused: true, Body: busy})
		})
	}
}
