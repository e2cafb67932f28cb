package bot

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery/send"
	"logbot/bot/notice"
	"logbot/bot/people"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/cache/patience"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/requestid"
)

const (
	// slots is how many commands run at once in one process.
	slots = 16
	// answerWithin bounds one command, and the sending of its file. A response_url
	// lives 30 minutes.
	answerWithin = 12 * time.Minute
)

// errRestarting is why a command ends that cannot be finished before this process
// ends.
var errRestarting = errors.New("logbot is stopping")

// Runner answers commands; a *commands.Commands is one.
type Runner interface {
	Run(ctx context.Context, r commands.Request) reply.Reply
}

// answerer answers commands. The way of a command: the receiver admits it, handle
// leases and acknowledges it, ask admits its caller and runs it, deliver renders and sends the reply, and
// finish ends its lease.
type answerer struct {
	commands Runner
	finder   Finder
	admitter *admitter
	leases   leases
	deliver  func(ctx context.Context, j job, answer reply.Reply, t *work.Task) error
	sender   sender
	people   *people.Directory
	answered func(envelope string)
	observer Observer
	notices  notice.Teller
	log      logrus.FieldLogger

	amendments  *amendments
	settlements *settlements

	admission *work.Admission
	pending   *sync.WaitGroup
	busy      *work.BusyButtons
	tasks     *work.Tasks
	urgent    *work.Urgent
	slots     chan struct{} // one for each command that runs
	durable   bool          // another process answers what this one leaves
	leaving   atomic.Bool   // this process finishes no more commands
}

// work handles commands until ctx ends. Its goroutines belong to pool.
func (a *answerer) work(ctx context.Context, commands <-chan accepted, pool *sync.WaitGroup) {
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-commands:
			pool.Go(func() { a.handle(ctx, c) })
		}
	}
}

// handle takes an admitted command from its envelope to its answer. It is leased
// before it is acknowledged: from then on another process answers it if this one dies.
func (a *answerer) handle(ctx context.Context, c accepted) {
	j := c.job
	ctx = requestid.In(ctx, requestid.For(j.ID))
	defer a.pending.Done()
	defer a.admission.Release(j.To.Channel)
	defer a.answered(j.envelope)
	defer j.finishPress(a.busy)
	a.people.Learn(patience.In(ctx, j.patience), j.To.User) // while the lease is taken
	var first bool
	j.lease, first = a.leases.begin(ctx, j)
	notice := a.queueNotice(c)
	c.envelope.Ack(ctx, notice)
	a.observer.Acknowledged(time.Since(j.Received))
	if notice != nil {
		j.shown()
	}
	if first {
		_ = a.answer(ctx, j) // logged
	}
}

// answer answers a leased command: ask, deliver, finish. A panic costs this one
// answer. ctx ends when the process gives up. The error is logged.
func (a *answerer) answer(ctx context.Context, j job) (err error) {
	ctx = requestid.In(patience.In(ctx, cmp.Or(j.patience, patience.New())), requestid.For(j.ID))
	stoppable, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	a.leases.guard(j, cancel)
	a.people.Learn(ctx, j.To.User) // resumed
	command := work.Command{ID: j.ID, To: j.To.Aside(), Again: j.Again, Lang: a.people.Await(ctx, j.To.User), Resumed: j.resumed, Noted: j.shown}
	t := a.tasks.Begin(stoppable, command, cancel)
	defer t.Close()
	asked := j // as far as it is known
	defer func() {
		if p := recover(); p != nil {
			a.apologise(ctx, asked, t, p)
			err = nil // answered, if not as intended
		}
	}()
	if a.leaving.Load() {
		cancel(errRestarting)
	}
	if j.Press != nil && !j.Press.Alone { // what it does to its message stays
		a.amendments.end(ctx, j.To.Channel, j.Press.TS)
	}

	var answer reply.Reply
	asked, answer, err = a.ask(stoppable, j, t)
	asked.verb, asked.refused, asked.failure, asked.settle = answer.Verb, answer.Refused, answer.Failure, answer.Settle
	if err == nil && !saysNothing(answer) {
		err = a.deliver(stoppable, asked, answer, t)
		if answer.File != nil && answer.File.Failure() != nil { // found out while it was sent
			asked.failure = answer.File.Failure()
		}
		if err == nil && asked.shown != nil {
			asked.shown()
		}
	}
	err = a.finish(ctx, asked, t, context.Cause(stoppable), err)
	if err == nil && !asked.From.App && asked.To.User != "" {
		a.notices.Tell(ctx, answer.ToTell(), t.Lang(), func(ctx context.Context, r reply.Reply) error {
			return a.sender.whisper(ctx, asked.To.Aside(), t.Lang(), r)
		})
	}
	return err
}

// ask runs a command and returns its reply, and the command as it was run: a message
// in which to find a build becomes the command about that build. The error is why ctx
// ended, or that another process has the lease.
func (a *answerer) ask(ctx context.Context, j job, t *work.Task) (asked job, answer reply.Reply, err error) {
	if ctx.Err() != nil {
		return j, reply.Reply{}, context.Cause(ctx)
	}
	who, err := a.sender.self.wait(ctx)
	if err != nil {
		return j, reply.Reply{}, err
	}
	j, refused, err := a.admit(ctx, j, t.Lang())
	switch {
	case err != nil:
		return j, reply.Reply{}, err
	case refused != nil:
		return j, *refused, nil
	}
	running, done := context.WithTimeout(ctx, answerWithin)
	defer done()
	if j.Find {
		command, why, ok := findBuild(running, a.finder, j, t.Lang(), who)
		if !ok {
			return command, why, nil
		}
		j = command
		t.SetAgain(j.Again)
	}
	answer, err = a.run(running, j.request(t.Lang(), t.Progress))
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		err = a.leases.confirm(ctx, j)
	}
	if j.Repeat && !answer.Refused {
		answer.Source = strings.TrimSuffix(texts.Bot.Repeat.In(t.Lang())+" · "+answer.Source, " · ")
	}
	if answer.Failure != nil { // an operator finds the rest under it
		answer.Source = strings.TrimPrefix(answer.Source+" · "+reference(j, t.Lang()), " · ")
	}
	if j.From.App { // nobody but the channel can see what went wrong
		answer.Private = false
	}
	return j, answer, err
}

// reference tells the caller of a command under which id its failure is in our log.
func reference(j job, lang texts.Lang) string {
	return texts.Bot.Reference.With(requestid.For(j.ID)).In(lang)
}

// run runs a command once it has a slot; the error is why ctx ended before. A command
// that waits for Slack's rate limit afterwards has no slot, so that a busy channel does
// not delay the others.
func (a *answerer) run(ctx context.Context, r commands.Request) (reply.Reply, error) {
	select {
	case a.slots <- struct{}{}:
	case <-ctx.Done():
		return reply.Reply{}, ctx.Err()
	}
	defer func() { <-a.slots }()
	return a.commands.Run(ctx, r), nil
}

// finish ends a command: it deletes the note about its progress and finishes or gives
// up its lease. cause is why the command was ended early, if it was; err is what
// failed.
func (a *answerer) finish(ctx context.Context, j job, t *work.Task, cause, err error) error {
	log := a.logFor(j)
	outcome := j.outcomeOf(err)
	defer func() { a.ended(ctx, j, outcome) }()
	switch {
	case errors.Is(cause, work.ErrStopped):
		err, outcome = t.ShowStopped(ctx), Stopped
	case errors.Is(cause, errRestarting):
		t.RemoveNote(ctx)
		log.Warn("gave a command up: logbot is stopping")
		outcome = HandedOver
		switch {
		case errors.Is(err, send.ErrOutcomeUnknown) && j.lease != nil:
			a.leases.abandon(j)
		case j.lease != nil && a.durable: // another process answers
			says := render.Message(reply.Reply{Private: true, Body: texts.Bot.HandedOver.In(t.Lang())}, render.Options{Lang: t.Lang()})
			if err := a.sender.courier.TellAtOnce(ctx, j.To, says); err != nil {
				log.Warnf("tell the caller that logbot restarts: %v", err)
			}
		default:
			outcome = GivenUp
			a.sender.tell(ctx, j.To.Aside(), t.Lang(), reply.Reply{Private: true, Body: texts.Bot.Restarting.In(t.Lang()), Try: t.Retry()})
			a.leases.finish(ctx, j)
		}
		return errRestarting
	case errors.Is(cause, errTaken), errors.Is(err, errTaken):
		outcome = HandedOver
		t.RemoveNote(ctx)
		a.leases.abandon(j)
		log.Warn("gave a command up: another process answers it")
		return errTaken
	default:
		t.RemoveNote(ctx)
	}
	if j.failure != nil {
		a.observer.Told(ctx, j.failure)
	}
	if j.envelope != "" {
		log = log.WithField("envelope", j.envelope)
	}
	log = log.WithField("outcome", outcome)
	log = log.WithField("took", time.Since(j.Received).Round(time.Millisecond))
	if waited := patience.Of(ctx).Spent(); waited >= time.Millisecond {
		log = log.WithField("waited_for_stores", waited.Round(time.Millisecond))
	}
	switch {
	case err == nil:
		log.Info("answered")
		return a.end(ctx, j)
	case mayRetry(err):
		a.leases.abandon(j)
	default:
		_ = a.end(ctx, j) // logged
	}
	a.observer.Told(ctx, err)
	log.Warnf("not answered: %s", send.Details(err))
	return err
}

// apologise answers a command that panicked, with an id that finds the panic in our
// log.
func (a *answerer) apologise(ctx context.Context, j job, t *work.Task, panicked any) {
	id := requestid.For(j.ID)
	a.logFor(j).Errorf("panic: %v\n%s", panicked, debug.Stack())
	t.RemoveNote(ctx)
	a.sender.tell(ctx, j.To.Aside(), t.Lang(), reply.Reply{Private: true, Body: texts.Bot.Broken.With(id).In(t.Lang())})
	a.leases.finish(ctx, j)
	a.ended(ctx, j, Panicked)
}

// leave gives up every command that is not answered yet, and those that follow.
func (a *answerer) leave() {
	a.leaving.Store(true)
	a.tasks.CancelAll(errRestarting)
}

func (a *answerer) logFor(j job) logrus.FieldLogger {
	log := a.log.WithFields(logrus.Fields{"request": requestid.For(j.ID), "channel": j.To.Channel, "user": j.To.User})
	if !j.Find { // what people write to each other does not belong into our log
		log = log.WithField("text", j.Text)
	}
	return log
}
