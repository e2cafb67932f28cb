package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"logbot/bot/delivery"
	"logbot/bot/render"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// Presses bring the press of a button to the process that does the work it is
// about, for Slack hands a press to any. Methods may be called concurrently.
type Presses interface {
	// Leave keeps a press for a while under a name that no other has.
	Leave(ctx context.Context, name string, press []byte) error
	// Waiting returns what was left and not taken, by name.
	Waiting(ctx context.Context) (map[string][]byte, error)
	// Take takes a press out; it is true for one caller alone.
	Take(ctx context.Context, name string) (bool, error)
}

// reach is how a press reaches the process that does the work.
type reach struct {
	every  time.Duration // between looks for presses that others left, while a note stands here
	within time.Duration // after which nobody does the work
}

// quickReach lets a press work in less than a second. Whoever works looks a few
// times until it counts as gone.
func quickReach() reach { return reach{every: 500 * time.Millisecond, within: 3 * time.Second} }

// notePress is the press of a button of a note about progress.
type notePress struct {
	Work   string           // id of the job
	Action string           // render.StopAction or render.ProgressAction
	Via    delivery.Address // through which the note can be changed
}

// pressNote reacts to a press. Where the work goes on in this process, Stop ends
// it at once, before anything is said.
func (b *Bot) pressNote(p notePress) (then func(context.Context)) {
	if w := b.labours.find(p.Work); w != nil {
		return w.press(p)
	}
	return func(ctx context.Context) { b.passOn(ctx, p) }
}

// press reacts to a press on the note of this work.
func (w *labour) press(p notePress) (then func(context.Context)) {
	w.mu.Lock()
	w.via = p.Via
	w.mu.Unlock()
	if p.Action == render.StopAction {
		w.cancel(errStopped)
		return func(context.Context) {} // the answer is that it was stopped
	}
	return func(ctx context.Context) {
		if err := w.b.courier.Replace(ctx, p.Via, w.note()); err != nil {
			w.b.log.Warnf("tell how far the work is: %v", err)
		}
	}
}

// passOn leaves a press for the process that does the work. Where none does, or it
// cannot be reached, it says so.
func (b *Bot) passOn(ctx context.Context, p notePress) {
	asked, name := b.leavePress(ctx, p)
	if name == "" {
		b.nothingToStop(ctx, p)
		return
	}
	b.pending.Add(1)
	go func() { // the quick workers wait for nothing
		defer b.pending.Done()
		b.guarded(ctx, func(ctx context.Context) {
			if b.isLeft(ctx, name) {
				b.nobodyAtWork(ctx, p, asked)
			}
		})
	}()
}

// leavePress leaves a press under a name, and returns the job that it is about; no name
// where that is not there any more, or where the store is away.
func (b *Bot) leavePress(ctx context.Context, p notePress) (asked job, name string) {
	if b.intents == nil || b.presses == nil {
		return job{}, ""
	}
	ctx, cancel := context.WithTimeout(ctx, noteWithin)
	defer cancel()
	payload, err := b.intents.Open(ctx, p.Work)
	if err == nil && payload == nil {
		return job{}, ""
	}
	if err == nil {
		asked, err = readJob(payload)
	}
	if err == nil {
		var press []byte
		if press, err = json.Marshal(p); err == nil {
			name = rand.Text()
			err = b.presses.Leave(ctx, name, press)
		}
	}
	if err != nil {
		b.log.WithField("id", p.Work).Warnf("a press does not reach whoever does the work: %v", err)
		return job{}, ""
	}
	return asked, name
}

// isLeft waits until a press is taken; it is true where nobody did, and takes it
// back.
func (b *Bot) isLeft(ctx context.Context, name string) bool {
	for until := time.Now().Add(b.reach.within); time.Now().Before(until); {
		if !pause(ctx, b.reach.every) {
			return false // this process stops
		}
		waiting, err := b.presses.Waiting(ctx)
		if _, there := waiting[name]; err == nil && !there {
			return false
		}
	}
	back, err := b.presses.Take(ctx, name)
	if err != nil {
		b.log.Warnf("take a press back: %v", err)
	}
	return back || err != nil // better said twice than not at all
}

// nobodyAtWork answers a press where the process that did the work has died. After
// Stop no other takes it over.
func (b *Bot) nobodyAtWork(ctx context.Context, p notePress, asked job) {
	lang := b.people.language(p.Via.User)
	if p.Action != render.StopAction {
		if err := b.courier.Replace(ctx, p.Via, render.ProgressNote(p.Work, texts.Bot.TakenOver.In(lang), lang)); err != nil {
			b.log.Warnf("tell how far the work is: %v", err)
		}
		return
	}
	found, err := b.intents.Cancel(ctx, p.Work)
	if err != nil || !found {
		if err != nil {
			b.log.WithField("id", p.Work).Warnf("stop work that nobody does: %v", err)
		}
		b.nothingToStop(ctx, p)
		return
	}
	if err := b.replace(ctx, p.Via, lang, stopped(asked, lang)); err != nil {
		b.log.Warnf("say that work was stopped: %v", err)
	}
}

func (b *Bot) nothingToStop(ctx context.Context, p notePress) {
	lang := b.people.language(p.Via.User)
	if err := b.replace(ctx, p.Via, lang, reply.Reply{Private: true, Body: texts.Bot.StopGone.In(lang)}); err != nil {
		b.log.Warnf("say that nothing is there to stop: %v", err)
	}
}

// hear takes presses that other processes left for work that goes on here, until
// ctx ends.
func (b *Bot) hear(ctx context.Context) {
	for pause(ctx, b.reach.every) {
		if !b.labours.anyNoted() {
			continue
		}
		waiting, err := b.presses.Waiting(ctx)
		if err != nil {
			continue // the store says in the log that it is away
		}
		for name, content := range waiting {
			b.hearOne(ctx, name, content)
		}
	}
}

func (b *Bot) hearOne(ctx context.Context, name string, content []byte) {
	var p notePress
	if err := json.Unmarshal(content, &p); err != nil {
		return // of another version, which takes it itself
	}
	w := b.labours.find(p.Work)
	if w == nil {
		return
	}
	if taken, err := b.presses.Take(ctx, name); err == nil && !taken {
		return
	}
	if !b.quickly(w.press(p)) {
		b.log.Error("too much was pressed at once; one press was lost")
	}
}
