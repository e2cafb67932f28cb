package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"logbot/bot/delivery"
	"logbot/bot/render"
	"logbot/cache/patience"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// notePace is when the caller hears of work that takes long.
type notePace struct {
	first time.Duration // how long a caller waits without a word
	every time.Duration // between changes of a note that can be changed
	later []time.Duration
}

// slowPace is the pace of notes. chat.update takes 50 changes a minute for all
// notes together. Where a note cannot be changed further ones follow after the
// later waits: Slack lets nobody change what it shows to one person alone unless
// they press a button of it, and takes five messages for one command.
func slowPace() notePace {
	return notePace{first: 2 * time.Second, every: 3 * time.Second, later: []time.Duration{20 * time.Second, 2 * time.Minute}}
}

// Why work ends before its answer.
var (
	errStopped    = errors.New("stopped by whoever asked")
	errRestarting = errors.New("logbot is stopping")
)

// labour is the work on one job: it tells the caller how far it has come, and
// can be stopped.
type labour struct {
	b      *Bot
	job    job
	lang   texts.Lang
	cancel context.CancelCauseFunc
	far    atomic.Pointer[read.Progress]
	noted  atomic.Bool // a note with buttons may stand somewhere

	mu  sync.Mutex
	via delivery.Address // of a press on the note, through which it can be changed; zero before
	ts  string           // of the note, where it is a message that can be changed

	ending context.CancelFunc
	ended  chan struct{}
}

// labours is the work that goes on in this process, by the id of its job.
type labours struct {
	mu sync.Mutex
	by map[string]*labour
}

func newLabours() *labours { return &labours{by: map[string]*labour{}} }

func (l *labours) find(id string) *labour {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.by[id]
}

// anyNoted reports whether a button of some work's note may be pressed.
func (l *labours) anyNoted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.by {
		if w.noted.Load() {
			return true
		}
	}
	return false
}

// endAll ends all work.
func (l *labours) endAll(cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.by {
		w.cancel(cause)
	}
}

// begin counts work as going on and lets the caller know once it takes long.
// cancel ends the work.
func (b *Bot) begin(ctx context.Context, j job, lang texts.Lang, cancel context.CancelCauseFunc) *labour {
	w := &labour{b: b, job: j, lang: lang, cancel: cancel, ended: make(chan struct{})}
	w.noted.Store(j.resumed)                               // that of the process which died
	ctx, w.ending = context.WithCancel(patience.With(ctx)) // notes spend none of the answer's
	b.labours.mu.Lock()
	b.labours.by[j.ID] = w
	b.labours.mu.Unlock()
	go func() {
		defer close(w.ended)
		w.notes(ctx)
	}()
	return w
}

// read hears how far the reading has come.
func (w *labour) read(p read.Progress) { w.far.Store(&p) }

// readFile hears how many bytes of a file were read.
func (w *labour) readFile(bytes int64) {
	about := int64(0)
	if before := w.far.Load(); before != nil {
		about = before.About
	}
	w.far.Store(&read.Progress{Bytes: bytes, About: about})
}

// setAgain notes what to type to ask the same again, once it is known.
func (w *labour) setAgain(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.job.Again = line
}

// again is the line to type to ask the same again, where there is one.
func (w *labour) again() []reply.Example {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.job.again()
}

// close ends the notes. It may be called twice.
func (w *labour) close() {
	w.b.labours.mu.Lock()
	delete(w.b.labours.by, w.job.ID)
	w.b.labours.mu.Unlock()
	w.ending()
	<-w.ended
}

// takeBack takes the note away as far as Slack lets it.
func (w *labour) takeBack(ctx context.Context) {
	w.close()
	via, ts := w.shown()
	var err error
	switch {
	case via.ResponseURL != "":
		err = w.b.courier.Remove(ctx, via)
	case ts != "":
		err = w.b.courier.Retract(ctx, w.job.To.Channel, ts)
	}
	if err != nil {
		w.b.log.Warnf("take the note about progress away: %v", err)
	}
}

// stopped puts the outcome of Stop in the place of the note.
func (w *labour) stopped(ctx context.Context) error {
	w.close()
	via, _ := w.shown()
	w.mu.Lock()
	says := stopped(w.job, w.lang)
	w.mu.Unlock()
	return w.b.replace(ctx, via, w.lang, says)
}

// stopped is the outcome of Stop.
func stopped(j job, lang texts.Lang) reply.Reply {
	return reply.Reply{Private: true, Body: texts.Bot.Stopped.In(lang), Try: j.again()}
}

// leavesNote reports whether a note stands that has to be taken away.
func (w *labour) leavesNote() bool {
	via, ts := w.shown()
	return via.ResponseURL != "" || ts != ""
}

func (w *labour) shown() (via delivery.Address, ts string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.via, w.ts
}

// notes shows the first note and what follows, until ctx ends.
func (w *labour) notes(ctx context.Context) {
	if !pause(ctx, w.b.pace.first) {
		return
	}
	w.noted.Store(true)
	said := w.says()
	if w.speak(ctx) {
		for pause(ctx, w.b.pace.every) {
			if now := w.says(); now != said {
				said = now
				w.change(ctx)
			}
		}
		return
	}
	w.whisper(ctx)
	for _, wait := range w.b.pace.later {
		if !pause(ctx, wait) {
			return
		}
		// Also where nothing has changed: the note before may have been left out.
		if via, _ := w.shown(); via.ResponseURL == "" {
			w.whisper(ctx)
		}
	}
}

// pause waits; it is false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// speak posts the note as a message that can be changed, where nobody but the
// caller reads it: in the conversation with the bot.
func (w *labour) speak(ctx context.Context) bool {
	if !strings.HasPrefix(w.job.To.Channel, "D") {
		return false
	}
	to := w.job.To
	to.ResponseURL = ""
	ts, err := w.b.courier.Say(ctx, to, w.note())
	if err != nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ts = ts
	return true
}

func (w *labour) change(ctx context.Context) {
	_, ts := w.shown()
	if err := w.b.courier.Update(ctx, w.job.To.Channel, ts, w.note()); err != nil && ctx.Err() == nil {
		w.b.log.Warnf("change the note about progress: %v", err)
	}
}

func (w *labour) whisper(ctx context.Context) {
	if err := w.b.courier.Note(ctx, w.job.To, w.note()); err != nil && ctx.Err() == nil {
		w.b.log.Warnf("show progress: %v", err)
	}
}

// note is the message about progress, with its buttons.
func (w *labour) note() delivery.Message { return render.ProgressNote(w.job.ID, w.says(), w.lang) }

// says is how far the work has come.
func (w *labour) says() string {
	switch p := w.far.Load(); {
	case p == nil || p.Bytes == 0:
		return texts.Bot.Working.In(w.lang)
	case p.About > p.Bytes:
		unit, name := unitOf(p.About)
		return texts.Bot.ReadOf.With(amount(p.Bytes, unit), amount(p.About, unit)+" "+name).In(w.lang)
	case p.Pages > 0:
		unit, name := unitOf(p.Bytes)
		return texts.Bot.ReadPages.With(p.Pages, amount(p.Bytes, unit)+" "+name).In(w.lang)
	default:
		unit, name := unitOf(p.Bytes)
		return texts.Bot.ReadBytes.With(amount(p.Bytes, unit) + " " + name).In(w.lang)
	}
}

// unitOf is the unit in which people read a number of bytes.
func unitOf(n int64) (unit int64, name string) {
	switch {
	case n >= 1e9:
		return 1e9, "GB"
	case n >= 1e6:
		return 1e6, "MB"
	case n >= 1e3:
		return 1e3, "KB"
	}
	return 1, "B"
}

// amount is n in a unit: whole, and with one digit more below ten.
func amount(n, unit int64) string {
	if unit > 1 && n < 10*unit {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/float64(unit)), ".0")
	}
	return fmt.Sprint(n / unit)
}
