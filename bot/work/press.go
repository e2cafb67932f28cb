package work

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot/delivery"
	"logbot/bot/render"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/pace"
)

// Presses pass the press of a button to the process that runs the command, because
// Slack delivers it to any process. Methods may be called concurrently.
type Presses interface {
	// Leave stores a press for a while, under a unique name.
	Leave(ctx context.Context, name string, press []byte) error
	// Waiting returns the stored presses by name.
	Waiting(ctx context.Context) (map[string][]byte, error)
	// Take removes a press; it returns true to one caller only.
	Take(ctx context.Context, name string) (bool, error)
}

// StoredCommands are the unanswered commands of all processes. Methods may be called
// concurrently.
type StoredCommands interface {
	// Open returns the payload of an unanswered command; nil if it is answered or unknown.
	Open(ctx context.Context, id string) (payload []byte, err error)
	// Cancel deletes an unanswered command, so that no process answers it.
	Cancel(ctx context.Context, id string) (found bool, err error)
}

// PressTiming is how a press reaches another process.
type PressTiming struct {
	Every  time.Duration // between looks for stored presses, while a note is shown here
	Within time.Duration // after which no process runs the command
}

// QuickPresses lets a press take effect in less than a second. A process looks several
// times before it counts as dead.
func QuickPresses() PressTiming {
	return PressTiming{Every: 500 * time.Millisecond, Within: 3 * time.Second}
}

// storeWithin bounds the storing of a press.
const storeWithin = 2 * time.Second

// Press is the press of a button of a note about progress. It is stored as JSON.
type Press struct {
	Work   string           // id of the command
	Action string           // render.StopAction or render.ProgressAction
	Via    delivery.Address // through which the note can be changed
	TS     string           `json:",omitempty"` // of the note; empty from a process of an earlier version
}

// Controls reacts to the buttons of notes about progress.
type Controls struct {
	Tasks    *Tasks
	Commands StoredCommands
	Again    func(payload []byte) (line string, err error) // repeats a stored command
	Presses  Presses
	Timing   PressTiming
	Slack    *delivery.Courier
	Urgent   *Urgent
	Language func(user string) texts.Lang
	Log      logrus.FieldLogger
}

// Press reacts to a press. If the command runs in this process, Stop ends it before
// Press returns. then is the rest, to be run soon.
func (c *Controls) Press(p Press) (then func(context.Context)) {
	if t := c.Tasks.find(p.Work); t != nil {
		return t.press(p)
	}
	return func(ctx context.Context) { c.passOn(ctx, p) }
}

// press reacts to a press on the note of this task; via is how the note can be
// changed now.
func (t *Task) press(p Press) (then func(context.Context)) {
	t.mu.Lock()
	t.via, t.pressed = p.Via, p.TS
	t.mu.Unlock()
	if p.Action == render.StopAction {
		t.cancel(ErrStopped)
		return func(context.Context) {} // ShowStopped answers
	}
	return func(ctx context.Context) {
		if err := t.tasks.slack.Replace(ctx, p.Via, t.message()); err != nil {
			t.tasks.log.Warnf("show progress after a press: %v", err)
		}
	}
}

// passOn stores a press for the process that runs the command. If none does, or if it
// cannot be reached, it says so.
func (c *Controls) passOn(ctx context.Context, p Press) {
	again, name := c.store(ctx, p)
	if name == "" {
		c.sayTooLate(ctx, p)
		return
	}
	c.Urgent.detach(ctx, func(ctx context.Context) {
		if c.isUntaken(ctx, p.Work, name) {
			c.pressWithoutTask(ctx, p, again)
		}
	})
}

// store stores a press under a name and returns the line that repeats its command. The
// name is empty if the command is answered or the store does not answer.
func (c *Controls) store(ctx context.Context, p Press) (again, name string) {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	payload, err := c.Commands.Open(ctx, p.Work)
	if err == nil && payload == nil {
		return "", ""
	}
	if err == nil {
		again, err = c.Again(payload)
	}
	var press []byte
	if err == nil {
		press, err = json.Marshal(p)
	}
	if err == nil {
		name = rand.Text()
		err = c.Presses.Leave(ctx, name, press)
	}
	if err != nil {
		c.Log.WithField("id", p.Work).Warnf("pass a press to the process that runs the command: %v", err)
		return "", ""
	}
	return again, name
}

// isUntaken waits until a process takes the press of a command. It returns true, and
// removes the press, if none did. A press that nobody needs, because the command has ended
// since, such as by another press, is removed.
func (c *Controls) isUntaken(ctx context.Context, command, name string) bool {
	for until := time.Now().Add(c.Timing.Within); time.Now().Before(until); {
		if pace.Sleep(ctx, c.Timing.Every) != nil {
			return false // this process stops
		}
		waiting, err := c.Presses.Waiting(ctx)
		if _, untaken := waiting[name]; err == nil && !untaken {
			return false
		}
		if open, err := c.Commands.Open(ctx, command); err == nil && open == nil {
			c.takeAway(ctx, name)
			return false
		}
	}
	return c.takeAway(ctx, name)
}

// takeAway removes a press. It reports false if another process took it.
func (c *Controls) takeAway(ctx context.Context, name string) bool {
	removed, err := c.Presses.Take(ctx, name)
	if err != nil {
		c.Log.Warnf("remove a press that no process took: %v", err)
	}
	return removed || err != nil // an answer too many is better than none
}

// pressWithoutTask answers a press if the process that ran the command has died. After
// Stop no other process takes the command over.
func (c *Controls) pressWithoutTask(ctx context.Context, p Press, again string) {
	lang := c.Language(p.Via.User)
	if p.Action != render.StopAction {
		c.replaceNote(ctx, p, render.ProgressNote(p.Work, texts.Bot.TakenOver.In(lang), again, lang))
		return
	}
	found, err := c.Commands.Cancel(ctx, p.Work)
	if err != nil {
		c.Log.WithField("id", p.Work).Warnf("cancel a command that no process runs: %v", err)
	}
	if !found {
		c.sayTooLate(ctx, p)
		return
	}
	c.replaceNote(ctx, p, render.Message(stopped(again, lang), render.Options{Lang: lang}))
}

func (c *Controls) sayTooLate(ctx context.Context, p Press) {
	lang := c.Language(p.Via.User)
	says := reply.Reply{Private: true, Body: texts.Bot.StopGone.In(lang)}
	c.replaceNote(ctx, p, render.Message(says, render.Options{Lang: lang}))
}

func (c *Controls) replaceNote(ctx context.Context, p Press, m delivery.Message) {
	if err := c.Slack.Replace(ctx, p.Via, m); err != nil {
		c.Log.WithField("id", p.Work).Warnf("answer the press of a button: %v", err)
	}
}

// Listen takes presses that other processes stored for tasks of this one, until ctx
// ends.
func (c *Controls) Listen(ctx context.Context) {
	for pace.Sleep(ctx, c.Timing.Every) == nil {
		if !c.Tasks.anyNoted() {
			continue
		}
		waiting, err := c.Presses.Waiting(ctx)
		if err != nil {
			continue // the store logs that it does not answer
		}
		for name, press := range waiting {
			c.take(ctx, name, press)
		}
	}
}

// take takes a stored press if it is for a task of this process.
func (c *Controls) take(ctx context.Context, name string, press []byte) {
	var p Press
	if err := json.Unmarshal(press, &p); err != nil {
		return // of another version, which takes it itself
	}
	t := c.Tasks.find(p.Work)
	if t == nil {
		return
	}
	if taken, err := c.Presses.Take(ctx, name); err == nil && !taken {
		return
	}
	if !c.Urgent.Submit(t.press(p)) {
		c.Log.Error("too many buttons were pressed at once; one press was lost")
	}
}
