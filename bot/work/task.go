package work

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery"
	"logbot/cache/patience"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// ErrStopped is why a task ends whose Stop button was pressed.
var ErrStopped = errors.New("stopped by the caller")

// Command is what a task knows about the command in progress.
type Command struct {
	ID      string           // that of its intent; the note's buttons carry it
	To      delivery.Address // where the answer goes
	Again   string           // the line to type to repeat it; empty if unknown
	Lang    texts.Lang
	Resumed bool   // another process began it and may have left a note
	Noted   func() // called when a note is shown; may be nil
}

// shown tells that a note is shown.
func (c Command) shown() {
	if c.Noted != nil {
		c.Noted()
	}
}

// retry is the line to type to repeat a command.
func retry(line string) []reply.Example {
	if line == "" {
		return nil
	}
	return []reply.Example{{Line: line}}
}

// stopped is the answer to a command that its caller stopped; line repeats it.
func stopped(line string, l texts.Lang) reply.Reply {
	return reply.Reply{Private: true, Body: texts.Bot.Stopped.In(l), Try: retry(line)}
}

// Tasks are the commands in progress in this process. It is safe for concurrent use.
type Tasks struct {
	slack  *delivery.Courier
	timing NoteTiming
	log    logrus.FieldLogger

	mu   sync.Mutex
	byID map[string]*Task
}

// NewTasks returns an empty Tasks.
func NewTasks(slack *delivery.Courier, timing NoteTiming, log logrus.FieldLogger) *Tasks {
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

	mu      sync.Mutex
	again   string
	posted  post             // the note of this process; zero before
	via     delivery.Address // of the last press on a note, through which that can be changed; zero before
	pressed string           // ts of the note that was pressed

	endNotes context.CancelFunc
	ended    chan struct{}
}

// post is a message that was posted; zero is none.
type post struct{ channel, ts string }

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
func (t *Task) Retry() []reply.Example { return retry(t.line()) }

// line repeats the command; empty if unknown.
func (t *Task) line() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.again
}

// Close ends the task and its notes. It may be called twice.
func (t *Task) Close() {
	t.tasks.mu.Lock()
	delete(t.tasks.byID, t.command.ID)
	t.tasks.mu.Unlock()
	t.endNotes()
	<-t.ended
}
