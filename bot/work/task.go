package work

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery"
	"logbot/bot/render"
	"logbot/cache/patience"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/pace"
)

// ErrStopped is why a task ends whose Stop button was pressed.
var ErrStopped = errors.New("stopped by the caller")

// Messages sends, changes and deletes the notes about progress; a *delivery.Courier
// is one.
type Messages interface {
	Say(ctx context.Context, to delivery.Address, m delivery.Message) (ts string, err error)
	Note(ctx context.Context, to delivery.Address, m delivery.Message) error
	Update(ctx context.Context, channel, ts string, m delivery.Message) error
	Replace(ctx context.Context, to delivery.Address, m delivery.Message) error
	Retract(ctx context.Context, channel, ts string) error
	Remove(ctx context.Context, to delivery.Address) error
}

// NoteTiming is when a caller is told about the progress of a command.
type NoteTiming struct {
	First time.Duration   // before the first note
	Every time.Duration   // between updates of a note that can be updated
	Later []time.Duration // before each further note, if the first cannot be updated
}

// SlowNotes is the timing of a real Slack: chat.update takes 50 calls a minute for all
// notes together. A note that one person alone sees cannot be updated until they press
// a button of it, and a response_url takes five messages.
func SlowNotes() NoteTiming {
	return NoteTiming{First: 2 * time.Second, Every: 3 * time.Second, Later: []time.Duration{20 * time.Second, 2 * time.Minute}}
}

// Command is what a task knows about the command in progress.
type Command struct {
	ID      string           // that of its intent; the note's buttons carry it
	To      delivery.Address // where the answer goes
	Again   string           // the line to type to repeat it; empty if unknown
	Lang    texts.Lang
	Resumed bool // another process began it and may have left a note
}

// retry is the line to type to repeat a command.
func retry(line string) []reply.Example {
	if line == "" {
		return nil
	}
	return []reply.Example{{Line: line}}
}

// Stopped is the answer to a command that its caller stopped; line repeats it.
func stopped(line string, l texts.Lang) reply.Reply {
	return reply.Reply{Private: true, Body: texts.Bot.Stopped.In(l), Try: retry(line)}
}

// Tasks are the commands in progress in this process. It is safe for concurrent use.
type Tasks struct {
	slack  Messages
	timing NoteTiming
	log    logrus.FieldLogger

	mu   sync.Mutex
	byID map[string]*Task
}

// NewTasks returns an empty Tasks.
func NewTasks(slack Messages, timing NoteTiming, log logrus.FieldLogger) *Tasks {
	return &Tasks{slack: slack, timing: timing, log: log, byID: map[string]*Task{}}
}

// Task is one command in progress. Its caller sees a note once it takes long, and can
// stop it. It is safe for concurrent use.
type Task struct {
	tasks    *Tasks
	command  Command
	cancel   context.CancelCauseFunc
	progress atomic.Pointer[read.Progress]
	noted    atomic.Bool // a note with buttons may exist

	mu    sync.Mutex
	again string
	via   delivery.Address // of a press on the note, through which it can be changed; zero before
	ts    string           // of the note, if it is a message that can be updated

	endNotes context.CancelFunc
	ended    chan struct{}
}

// Begin starts a task. Stop cancels it with ErrStopped. The caller closes the task.
func (ts *Tasks) Begin(ctx context.Context, c Command, cancel context.CancelCauseFunc) *Task {
	t := &Task{tasks: ts, command: c, again: c.Again, cancel: cancel, ended: make(chan struct{})}
	t.noted.Store(c.Resumed)
	ctx, t.endNotes = context.WithCancel(patience.With(ctx)) // notes spend nothing of the answer's patience
	ts.mu.Lock()
	ts.byID[c.ID] = t
	ts.mu.Unlock()
	go func() {
		defer close(t.ended)
		t.notes(ctx)
	}()
	return t
}

// CancelAll cancels every task.
func (ts *Tasks) CancelAll(cause error) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for _, t := range ts.byID {
		t.cancel(cause)
	}
}

func (ts *Tasks) find(id string) *Task {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.byID[id]
}

// anyNoted reports whether a button of some task's note may be pressed.
func (ts *Tasks) anyNoted() bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	for _, t := range ts.byID {
		if t.noted.Load() {
			return true
		}
	}
	return false
}

// Lang is the language of the caller.
func (t *Task) Lang() texts.Lang { return t.command.Lang }

// Progress records how much of a log was read.
func (t *Task) Progress(p read.Progress) { t.progress.Store(&p) }

// FileProgress records how many bytes of a file were read.
func (t *Task) FileProgress(bytes int64) {
	about := int64(0)
	if before := t.progress.Load(); before != nil {
		about = before.About
	}
	t.progress.Store(&read.Progress{Bytes: bytes, About: about})
}

// SetAgain sets the line that repeats the command, once it is known.
func (t *Task) SetAgain(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.again = line
}

// Retry is the line that repeats the command, if it is known.
func (t *Task) Retry() []reply.Example {
	t.mu.Lock()
	defer t.mu.Unlock()
	return retry(t.again)
}

// Close ends the task and its notes. It may be called twice.
func (t *Task) Close() {
	t.tasks.mu.Lock()
	delete(t.tasks.byID, t.command.ID)
	t.tasks.mu.Unlock()
	t.endNotes()
	<-t.ended
}

// RemoveNote closes the task and deletes its note, as far as Slack allows.
func (t *Task) RemoveNote(ctx context.Context) {
	t.Close()
	via, ts := t.note()
	var err error
	switch {
	case via.ResponseURL != "":
		err = t.tasks.slack.Remove(ctx, via)
	case ts != "":
		err = t.tasks.slack.Retract(ctx, t.command.To.Channel, ts)
	}
	if err != nil {
		t.tasks.log.Warnf("delete the note about progress: %v", err)
	}
}

// ShowStopped closes the task and says in place of its note that it was stopped.
func (t *Task) ShowStopped(ctx context.Context) error {
	t.Close()
	via, _ := t.note()
	t.mu.Lock()
	says := stopped(t.again, t.command.Lang)
	t.mu.Unlock()
	return t.tasks.slack.Replace(ctx, via, render.Message(says, render.Options{Lang: t.command.Lang}))
}

// HasNote reports whether a note has to be deleted.
func (t *Task) HasNote() bool {
	via, ts := t.note()
	return via.ResponseURL != "" || ts != ""
}

// note returns how the note can be changed; both are zero if it cannot.
func (t *Task) note() (via delivery.Address, ts string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.via, t.ts
}

// notes shows the first note and what follows, until ctx ends.
func (t *Task) notes(ctx context.Context) {
	timing := t.tasks.timing
	if pace.Sleep(ctx, timing.First) != nil {
		return
	}
	t.noted.Store(true)
	shown := t.says()
	if t.postNote(ctx) {
		for pace.Sleep(ctx, timing.Every) == nil {
			if now := t.says(); now != shown {
				shown = now
				t.updateNote(ctx)
			}
		}
		return
	}
	t.whisperNote(ctx)
	for _, wait := range timing.Later {
		if pace.Sleep(ctx, wait) != nil {
			return
		}
		// Without progress, too: delivery may have left out the note before.
		if via, _ := t.note(); via.ResponseURL == "" {
			t.whisperNote(ctx)
		}
	}
}

// postNote posts the note as a message that can be updated, if nobody but the caller
// reads it: in the conversation with the bot.
func (t *Task) postNote(ctx context.Context) bool {
	if !strings.HasPrefix(t.command.To.Channel, "D") {
		return false
	}
	to := t.command.To
	to.ResponseURL = ""
	ts, err := t.tasks.slack.Say(ctx, to, t.message())
	if err != nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ts = ts
	return true
}

func (t *Task) updateNote(ctx context.Context) {
	_, ts := t.note()
	if err := t.tasks.slack.Update(ctx, t.command.To.Channel, ts, t.message()); err != nil && ctx.Err() == nil {
		t.tasks.log.Warnf("update the note about progress: %v", err)
	}
}

func (t *Task) whisperNote(ctx context.Context) {
	if err := t.tasks.slack.Note(ctx, t.command.To, t.message()); err != nil && ctx.Err() == nil {
		t.tasks.log.Warnf("show progress: %v", err)
	}
}

// message is the note with its buttons.
func (t *Task) message() delivery.Message {
	return render.ProgressNote(t.command.ID, t.says(), t.command.Lang)
}

// says is the progress in words.
func (t *Task) says() string { return progressText(t.progress.Load(), t.command.Lang) }
