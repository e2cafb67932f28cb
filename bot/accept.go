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
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/requestid"
)

const (
	// maxKnown is how many commands and presses are remembered: Slack may deliver an event
	// again within five minutes.
	maxKnown = 4096
	// lateAfter is how old a message is that is not answered as new. Slack delivers an
	// event within about six minutes, or when an admin asks for those of an outage.
	lateAfter = 10 * time.Minute
)

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
	known     *recent.Map[struct{}]  // ids of the jobs and presses that were accepted
	late      *recent.Map[time.Time] // when an author was told of messages that come late
	admitter  *admitter
	leases    leases
	busy      *work.BusyButtons
	urgent    *work.Urgent
	pending   *sync.WaitGroup // accepted envelopes without an answer

	controls *work.Controls
	buttons  *buttons
	sender   sender
	people   *people.Directory
	answered func(envelope string)
	observer Observer
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
	j := saidJob(c, who)
	switch {
	case c.From.User == who.userID, c.From.Bot != "" && c.From.Bot == who.botID:
		r.ignore(ctx, e, c, "the bot itself said it")
	case c.Said.Edited > lateAfter:
		r.ignore(ctx, e, c, "an old message was edited, or its link unfurled")
	case !c.Said.Told.IsZero() && time.Since(c.Said.Told) > lateAfter:
		r.acceptLate(ctx, e, c, j)
	default:
		r.acceptCommand(ctx, e, j)
	}
}

// acceptLate receives a message that Slack delivers long after it was written, as after
// an outage. Nobody waits for its answer any more, and it may be about another build by
// now. Its author is told so, once for all that come late.
func (r *receiver) acceptLate(ctx context.Context, e sockets.Envelope, c envelope.Content, j job) {
	r.logFor(e, c).WithField("told", c.Said.Told).Warn("a message was delivered too late to be answered")
	told, _ := r.late.Get(j.To.Channel + ":" + j.To.User)
	if time.Since(told) < lateAfter {
		r.ignore(ctx, e, c, "its author was told already")
		return
	}
	r.late.Set(j.To.Channel+":"+j.To.User, time.Now())
	r.runFor(ctx, e, c, soon{to: j.To, id: "late:" + j.ID, shared: j.Shared, text: j.Text, do: func(ctx context.Context) {
		lang := r.people.Language(j.To.User)
		r.sender.tell(ctx, j.To, lang, reply.Reply{Private: true, Refused: true, Body: texts.Admission.Late.In(lang), Try: []reply.Example{{Line: j.Again}}})
	}})
}

// acceptForm receives a submitted form.
func (r *receiver) acceptForm(ctx context.Context, e sockets.Envelope, c envelope.Content) {
	if c.Form.Callback == render.RemoveForm {
		r.acceptRemoval(ctx, e, c)
		return
	}
	j, wrong, ok := r.buttons.forms.submitted(c, r.people.Language(c.From.User))
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

// acceptRemoval receives the form that asked whether to delete a message.
func (r *receiver) acceptRemoval(ctx context.Context, e sockets.Envelope, c envelope.Content) {
	o, genuine := r.buttons.forms.read(c.Form.Metadata, c.From.User)
	if !genuine || o.Removes == nil {
		r.ignore(ctx, e, c, "its form is not of this bot")
		return
	}
	id := "remove:" + o.To.Channel + ":" + o.Removes.TS + ":" + o.Removes.At + ":" + o.To.User
	if !r.known.Add(id, struct{}{}) {
		r.ignore(ctx, e, c, "it was delivered before")
		return
	}
	r.runFor(ctx, e, c, soon{to: o.To, id: id, verb: "remove", do: func(ctx context.Context) { r.buttons.remove(ctx, o.To, *o.Removes) }})
}

// acceptPress receives the press of a button.
func (r *receiver) acceptPress(ctx context.Context, e sockets.Envelope, c envelope.Content) {
	c.Press.Action, c.Press.Value = render.Chosen(c.Press.Action, c.Press.Value)
	p, err := pressOf(c)
	if err != nil {
		r.logFor(e, c).Warnf("a message that was returned with a press cannot be read, so the button stays: %v", err)
	}
	to, value, id := beside(c), c.Press.Value, pressID(c)
	if id != "" && !r.known.Add(id, struct{}{}) {
		r.ignore(ctx, e, c, "it was delivered before")
		return
	}
	then := func(verb string, do func(context.Context)) {
		r.runFor(ctx, e, c, soon{to: to, id: id, verb: verb, do: do})
	}
	place, runs := render.PlaceOf(p.Action)
	switch {
	case p.Action == render.StopAction || p.Action == render.ProgressAction:
		verb := "progress"
		if p.Action == render.StopAction {
			verb = "stop"
		}
		then(verb, func(ctx context.Context) {
			r.controls.Press(work.Press{Work: value, Action: p.Action, Via: to, TS: p.TS})(ctx)
			if verb == "stop" {
				r.buttons.record(ctx, to, commands.AuditEvent{Verb: verb, Name: value, Result: commands.Answered})
			}
		})
	case p.Action == render.RateAction:
		then("rate", func(ctx context.Context) { r.buttons.rate(ctx, to, value) })
	case p.Action == render.RemoveAction:
		then("remove", func(ctx context.Context) { r.buttons.remove(ctx, to, r.buttons.removalOf(to, p)) })
	case p.Action == render.AskRemoveAction:
		then("remove", func(ctx context.Context) { r.buttons.askRemove(ctx, to, p) })
	case runs && place == reply.AskFirst:
		then("search", func(ctx context.Context) { r.buttons.openForm(ctx, to, p, value) })
	case runs && !r.busy.Start(p.button(to.Channel), p.At):
		then("press", func(ctx context.Context) {
			lang := r.people.Language(to.User)
			r.sender.tell(ctx, to, lang, reply.Reply{Private: true, Body: texts.Bot.OnItsWay.In(lang)})
		})
	case runs:
		r.acceptNew(ctx, e, pressedJob(c, p))
	default:
		r.ignore(ctx, e, c, "the button "+p.Action+" runs nothing")
	}
}

// soon is what the urgent queue does for somebody.
type soon struct {
	to     delivery.Address
	id     string // what happened; it takes effect once, in one process. Empty: every time
	shared *bool  // see arrival
	text   string // as in arrival
	verb   string // as in arrival
	do     func(context.Context)
}

// runFor acknowledges an envelope and does something for its sender in the urgent queue,
// if they may use the bot and no process has done it yet.
func (r *receiver) runFor(ctx context.Context, e sockets.Envelope, c envelope.Content, s soon) {
	r.runSoon(ctx, e, func(ctx context.Context) {
		lang := r.people.Language(s.to.User)
		_, refused, err := r.admitter.admit(ctx, arrival{from: c.From, channel: s.to.Channel, shared: s.shared, lang: lang, harmless: true, text: s.text, verb: s.verb})
		switch {
		case err != nil:
			r.logFor(e, c).Errorf("decide whether somebody may use the bot: %v", err)
		case s.id != "" && !r.leases.once(ctx, s.id):
			r.logFor(e, c).Debug("an envelope is not answered: another process does")
		case refused == nil:
			s.do(ctx)
		case !saysNothing(*refused):
			r.sender.tell(ctx, s.to, lang, *refused)
		}
	})
}

// runSoon acknowledges an envelope and runs do in the urgent queue.
func (r *receiver) runSoon(ctx context.Context, e sockets.Envelope, do func(context.Context)) {
	r.pending.Add(1)
	queued := r.urgent.Submit(func(ctx context.Context) {
		ctx = requestid.In(ctx, requestid.For(e.ID))
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

// acceptCommand receives a command, unless it was delivered before.
func (r *receiver) acceptCommand(ctx context.Context, e sockets.Envelope, j job) {
	if j.ID == "" {
		j.ID = e.ID
	}
	if !r.known.Add(j.ID, struct{}{}) {
		e.Ack(ctx, nil)
		r.log.WithFields(logrus.Fields{"envelope": e.ID, "type": e.Type}).Debug("an envelope is not answered: it was delivered before")
		r.answered(e.ID)
		return
	}
	r.acceptNew(ctx, e, j)
}

// acceptNew passes a command to the answerer, which stores and acknowledges it. Beyond the limits of the admission a command is refused; a mention is not
// acknowledged, so that Slack delivers it again.
func (r *receiver) acceptNew(ctx context.Context, e sockets.Envelope, j job) {
	if j.ID == "" {
		j.ID = e.ID
	}
	j.envelope, j.Received, j.patience = e.ID, time.Now(), patience.New()
	j.shown = sync.OnceFunc(func() { r.observer.Shown(time.Since(j.Received)) })
	place, admitted := r.admission.Admit(j.To.Channel)
	if !admitted {
		r.refuse(ctx, e, j)
		return
	}
	j.place = place
	r.log.WithFields(logrus.Fields{"request": requestid.For(j.ID), "envelope": e.ID, "type": e.Type}).Debug("a command has come")
	r.pending.Add(1)
	r.commands <- accepted{e, j}
}

func (r *receiver) refuse(ctx context.Context, e sockets.Envelope, j job) {
	r.log.WithField("envelope", e.ID).Warn("too many commands are waiting; one was refused")
	r.observer.Ended(End{Outcome: Busy})
	j.finishPress(r.busy)
	lang := r.people.Language(j.To.User)
	busy := texts.Bot.Busy.In(lang)
	switch e.Type {
	case envelope.Commands:
		e.Ack(ctx, map[string]string{"response_type": slack.ResponseTypeEphemeral, "text": busy})
	case envelope.Events:
		r.known.Remove(j.ID)
	default:
		r.runSoon(ctx, e, func(ctx context.Context) {
			r.sender.tell(ctx, j.To.Aside(), lang, reply.Reply{Private: true, Refused: true, Body: busy})
		})
	}
}
