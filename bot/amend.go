package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/recent"
	"logbot/bot/render"
	"logbot/commands/reply"
	"logbot/logsapi/pace"
)

const (
	// maxAmendments bounds the answers that wait for their edit at a time; each may hold
	// 4 MiB of a log. Further ones stay as they are.
	maxAmendments = 8
	// amendWithin is how long after an answer it may be edited.
	amendWithin = 3 * time.Minute
	// amendTries bounds the attempts to find Slack idle, and amendEvery is the pause
	// between them: an edit is worth less than what people wait for.
	amendTries, amendEvery = 6, 10 * time.Second
)

// amendments edit answers in place, each at most once, when reading in the background has
// found out more; see reply.Reply.Amend. If somebody presses a button of the message first,
// there is no edit: it would undo what the press did. Only the process that answered makes
// the edit; after a restart nobody does.
//
// A press may reach another replica. So the store holds each pending edit, as a command
// that no process answers (job.Recorded), and every press cancels it there.
type amendments struct {
	sender  sender
	leases  leases
	log     logrus.FieldLogger
	queue   chan amendment
	mu      sync.Mutex
	waiting map[string]*amending  // by amendID
	pressed *recent.Map[struct{}] // messages with a button that was pressed in this process, by amendID
}

// amendment is a message and its pending edit.
type amendment struct {
	to    delivery.Address
	ts    string
	o     render.Options
	asker string // as reply.Reply.Asker of the answer
	edit  func(context.Context) (instead reply.Reply, more bool)
}

// amending is an amendment of this process from the answer to the edit.
type amending struct {
	stop context.CancelFunc
	mu   sync.Mutex // held while the message is edited
	over bool       // somebody has pressed a button
}

func newAmendments(s sender, l leases, log logrus.FieldLogger) *amendments {
	return &amendments{sender: s, leases: l, log: log, queue: make(chan amendment, maxAmendments), waiting: map[string]*amending{}, pressed: recent.NewMap[struct{}](maxKnown)}
}

// amendID names the pending edit of a message.
func amendID(channel, ts string) string { return "amend:" + channel + ":" + ts }

// add has a message edited later, unless too many are waiting.
func (as *amendments) add(a amendment) {
	select {
	case as.queue <- a:
	default:
	}
}

// run edits messages until ctx ends.
func (as *amendments) run(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-as.queue:
			if entry, stopped := as.enter(ctx, a); entry != nil {
				all.Go(func() { as.amend(stopped, a, entry) })
			}
		}
	}
}

// enter registers an amendment, so that presses find it. It returns nil if there is no room
// or if somebody has already pressed a button.
func (as *amendments) enter(ctx context.Context, a amendment) (*amending, context.Context) {
	as.mu.Lock()
	defer as.mu.Unlock()
	id := amendID(a.to.Channel, a.ts)
	if _, pressed := as.pressed.Get(id); pressed || len(as.waiting) >= maxAmendments {
		return nil, nil
	}
	ctx, stop := context.WithTimeout(ctx, amendWithin)
	entry := &amending{stop: stop}
	as.waiting[id] = entry
	return entry, ctx
}

// amend waits for what is found out, then edits the message. A press of one of its buttons
// ends ctx.
func (as *amendments) amend(ctx context.Context, a amendment, entry *amending) {
	id := amendID(a.to.Channel, a.ts)
	defer func() {
		entry.stop()
		as.mu.Lock()
		delete(as.waiting, id)
		as.mu.Unlock()
	}()
	stored := job{ID: id, Recorded: true}
	l, first, err := as.leases.tryBegin(ctx, stored)
	stored.lease = l
	l.OnLost(func(error) { entry.end() })
	defer func() {
		if entry.pressed() { // the press has deleted it from the store
			as.leases.abandon(stored)
			return
		}
		as.leases.finish(ctx, stored)
	}()
	if err != nil || !first {
		return // a press in another process could not cancel it
	}
	instead, more := a.edit(ctx)
	if !more {
		return
	}
	instead.Asker = a.asker
	m := render.Message(as.sender.typeable(a.to, named(a.to, instead)), a.o)
	for range amendTries {
		err := as.edit(ctx, a, entry, m)
		if !errors.Is(err, send.ErrWouldWait) {
			if err != nil && ctx.Err() == nil { // such as a message that was deleted
				as.log.WithFields(logrus.Fields{"channel": a.to.Channel, "message": a.ts}).Debugf("an answer stays as it is: %s", send.Details(err))
			}
			return
		}
		if pace.Sleep(ctx, amendEvery) != nil {
			return
		}
	}
}

// edit edits the message, if nobody has pressed a button of it in any process.
func (as *amendments) edit(ctx context.Context, a amendment, entry *amending, m delivery.Message) error {
	entry.mu.Lock()
	defer entry.mu.Unlock()
	if entry.over {
		return nil
	}
	open, err := as.leases.intents.Open(ctx, amendID(a.to.Channel, a.ts))
	if err != nil || open == nil {
		entry.over = entry.over || err == nil
		return err
	}
	return as.sender.courier.Amend(ctx, a.to.Channel, a.ts, m)
}

// end is called when somebody has pressed a button. An edit under way has ended when it
// returns.
func (e *amending) end() {
	e.stop()
	e.mu.Lock()
	e.over = true
	e.mu.Unlock()
}

func (e *amending) pressed() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.over
}

// end cancels the pending edit of a message, in whichever process it is, because a button
// was pressed. An edit under way in this process has ended when end returns.
func (as *amendments) end(ctx context.Context, channel, ts string) {
	id := amendID(channel, ts)
	as.mu.Lock()
	as.pressed.Set(id, struct{}{})
	entry := as.waiting[id]
	as.mu.Unlock()
	if entry != nil {
		entry.end()
	}
	ctx, cancel := context.WithTimeout(ctx, beginWithin)
	defer cancel()
	if _, err := as.leases.intents.Cancel(ctx, id); err != nil {
		as.log.WithField("message", ts).WithContext(ctx).Debugf("tell other processes that a button was pressed: %v", err)
	}
}
