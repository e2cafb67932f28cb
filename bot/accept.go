package bot

import (
	"context"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/envelope"
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
// envelopes of a socket. Each is acknowledged, and what cannot be answered is logged.
func (r *receiver) accept(ctx context.Context, e sockets.Envelope) {
	c, err := envelope.Read(e.Type, e.Payload)
	switch {
	case err != nil:
		r.acceptUnreadable(ctx, e, c, err)
	case c.Command != nil:
		r.acceptCommand(ctx, e, commandJob(c))
	case c.Press != nil:
		r.acceptPress(ctx, e, c)
	case c.Form != nil:
		r.acceptForm(ctx, e, c)
	case c.Shortcut != nil && c.Shortcut.Callback == explainShortcut:
		r.acceptCommand(ctx, e, shortcutJob(c))
	case c.Said != nil:
		r.acceptSaid(ctx, e, c)
	default:
		r.ignore(ctx, e, c, "it is of no use to the bot")
	}
}

// ignore acknowledges an envelope that needs no answer.
func (r *receiver) ignore(ctx context.Context, e sockets.Envelope, c envelope.Content, why string) {
	e.Ack(ctx, nil)
	r.logFor(e, c).Debugf("an envelope is not answered: %s", why)
	r.answered(e.ID)
}

func (r *receiver) logFor(e sockets.Envelope, c envelope.Content) logrus.FieldLogger {
	return r.log.WithFields(logrus.Fields{"envelope": e.ID, "type": c.Type})
}

// acceptUnreadable acknowledges an envelope that cannot be read, because otherwise
// Slack shows a failure or delivers it again. Its sender is told what to do if Slack
// gives a way to.
func (r *receiver) acceptUnreadable(ctx context.Context, e sockets.Envelope, c envelope.Content, why error) {
	r.logFor(e, c).Warnf("an envelope cannot be answered: %v", why)
	if c.ResponseURL == "" {
		e.Ack(ctx, nil)
		r.answered(e.ID)
		return
	}
	r.runSoon(ctx, e, func(ctx context.Context) {
		to := delivery.Address{User: c.From.User, ResponseURL: c.ResponseURL}
		lang := r.people.Language(to.User)
		r.sender.tell(ctx, to, lang, reply.Reply{Private: true, Refused: true, Body: texts.Admission.CannotRead.In(lang)})
	})
}

// acceptSaid receives a mention or a direct message.
func (r *receiver) acceptSaid(ctx context.Context, e sockets.Envelope, c envelope.Content) {
	who, known := r.sender.self.now()
	if !known {
		return // unacknowledged, so that Slack delivers it again
	}
	if c.From.App || c.From.User == who.userID {
		r.ignore(ctx, e, c, "an app said it")
		return
	}
	j := saidJob(c, who)
	if !r.events.Add(j.ID, struct{}{}) {
		r.ignore(ctx, e, c, "it was delivered before")
		return
	}
	r.acceptCommand(ctx, e, j)
}

// acceptForm receives a submitted form.
func (r *receiver) acceptForm(ctx context.Context, e sockets.Envelope, c envelope.Content) {
	j, wrong, ok := submittedJob(c)
	switch {
	case !ok:
		r.ignore(ctx, e, c, "it is not a form of the bot's")
	case wrong != nil:
		e.Ack(ctx, wrong)
		r.answered(e.ID)
	default:
		r.acceptCommand(ctx, e, j)
	}
}

// acceptPress receives the press of a button.
func (r *receiver) acceptPress(ctx context.Context, e sockets.Envelope, c envelope.Content) {
	p, err := pressOf(c)
	if err != nil {
		r.logFor(e, c).Warnf("a message that was returned with a press cannot be read, so the button stays: %v", err)
	}
	to, value := beside(c), c.Press.Value
	place, runs := render.PlaceOf(p.Action)
	switch {
	case p.Action == render.StopAction || p.Action == render.ProgressAction:
		r.runSoon(ctx, e, r.controls.Press(work.Press{Work: value, Action: p.Action, Via: to}))
	case p.Action == render.RateAction:
		r.runSoon(ctx, e, func(ctx context.Context) { r.buttons.rate(ctx, to, value) })
	case p.Action == render.RemoveAction:
		r.runSoon(ctx, e, func(ctx context.Context) { r.buttons.remove(ctx, to, p) })
	case runs && place == reply.AskFirst:
		r.runSoon(ctx, e, func(ctx context.Context) { r.buttons.openForm(ctx, to, p, value) })
	case runs && !r.busy.Start(p.button(to.Channel), p.At):
		r.runSoon(ctx, e, func(ctx context.Context) {
			lang := r.people.Language(to.User)
			r.sender.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.OnItsWay.In(lang)})
		})
	case runs:
		r.acceptCommand(ctx, e, pressedJob(c, p))
	default:
		r.ignore(ctx, e, c, "the button "+p.Action+" runs nothing")
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
	place, admitted := r.admission.Admit(j.To.Channel)
	if !admitted {
		r.refuse(ctx, e, j)
		return
	}
	j.place = place
	r.pending.Add(1)
	r.commands <- accepted{e, j}
}

func (r *receiver) refuse(ctx context.Context, e sockets.Envelope, j job) {
	r.log.WithField("envelope", e.ID).Warn("too many commands are waiting; one was refused")
	j.finishPress(r.busy)
	lang := r.people.Language(j.To.User)
	busy := texts.Bot.Busy.In(lang)
	switch e.Type {
	case envelope.Commands:
		e.Ack(ctx, map[string]string{"response_type": slack.ResponseTypeEphemeral, "text": busy})
	case envelope.Events:
		r.events.Remove(j.ID)
	default:
		r.runSoon(ctx, e, func(ctx context.Context) {
			r.sender.tell(ctx, j.To.Aside(), lang, reply.Reply{Private: true, Refused: true, Body: busy})
		})
	}
}
