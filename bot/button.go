package bot

import (
	"context"
	"sync"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/recent"
	"logbot/bot/render"
	"logbot/bot/work"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// press is a button that somebody used, and the message it was in.
type press struct {
	Action string
	At     string // when, as Slack counts: no two presses have the same
	Label  string
	Place  reply.Place
	TS     string       // of the message
	Alone  bool         // one person sees the message; Slack does not say what stands in it
	Text   string       // of the message
	Blocks slack.Blocks // of the message
}

// pressed reads a press out of an interaction; ok is false for what is no press
// of a button in a message.
func pressed(in slack.InteractionCallback) (p *press, value string, ok bool) {
	if in.Type != slack.InteractionTypeBlockActions || len(in.ActionCallback.BlockActions) != 1 || in.Container.Type == "view" {
		return nil, "", false
	}
	action := in.ActionCallback.BlockActions[0]
	place, _ := render.PlaceOf(action.ActionID)
	return &press{
		Action: action.ActionID, At: action.ActionTs, Label: action.Text.Text, Place: place,
		TS: in.Container.MessageTs, Alone: in.Container.IsEphemeral,
		Text: in.Message.Text, Blocks: in.Message.Blocks,
	}, action.Value, true
}

// beside is where the answer to a press goes: into the thread of the message,
// and into the channel where one person alone sees the message.
func beside(in slack.InteractionCallback) delivery.Address {
	to := delivery.Address{Channel: in.Channel.ID, User: in.User.ID, ResponseURL: in.ResponseURL, Thread: in.Container.ThreadTs}
	if to.Thread == "" && !in.Container.IsEphemeral {
		to.Thread = in.Container.MessageTs
	}
	return to
}

// pressedJob is what a pressed button asks for: its line, typed by whoever
// pressed it.
func pressedJob(in slack.InteractionCallback, p *press, line string) job {
	j := job{Text: withoutSlash(line), Again: line, To: beside(in), Press: p}
	if p.Place == reply.InChannel {
		j.To.Thread = in.Container.ThreadTs // a thread stays a thread
	}
	return j
}

// record says who used the button.
func (p *press) record(user string) slack.Block {
	return render.UsedRecord(p.Action, p.At, p.Label, user)
}

// maxEdited is how many edited messages are remembered.
const maxEdited = 1024

// edits remembers what this process changed in messages. A press tells how
// the message was when it was pressed, so one that comes while another one is
// being answered would undo its change; here both are kept.
type edits struct {
	mu   sync.Mutex
	made recent.Map[[]render.Edit] // by channel and ts
}

func newEdits() *edits {
	return &edits{made: recent.NewMap[[]render.Edit](maxEdited)}
}

// add remembers a change and returns the blocks with it and all before.
func (c *edits) add(channel, ts string, made render.Edit, blocks []slack.Block) []slack.Block {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := channel + " " + ts
	before, _ := c.made.Get(key)
	all := append(before, made)
	c.made.Set(key, all)
	for _, one := range all {
		blocks = one.Apply(blocks)
	}
	return blocks
}

// forget returns the blocks with every change that is remembered, which is
// needed no more: the message is about to be made anew.
func (c *edits) forget(channel, ts string, blocks []slack.Block) []slack.Block {
	blocks = c.all(channel, ts, blocks)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made.Remove(channel + " " + ts)
	return blocks
}

// all returns the blocks with every change that is remembered.
func (c *edits) all(channel, ts string, blocks []slack.Block) []slack.Block {
	c.mu.Lock()
	defer c.mu.Unlock()
	made, _ := c.made.Get(channel + " " + ts)
	for _, one := range made {
		blocks = one.Apply(blocks)
	}
	return blocks
}

// button is the button that was pressed, in a message of channel.
func (p *press) button(channel string) work.Button {
	return work.Button{Channel: channel, TS: p.TS, Action: p.Action}
}

// finishPress lets the button that asked for j be pressed again. It may be called
// twice.
func (b *Bot) finishPress(j job) {
	if j.Press != nil {
		b.busy.Finish(j.Press.button(j.To.Channel), j.Press.At)
	}
}

// rate notes what somebody thinks of the lines of a message, and thanks.
func (b *Bot) rate(ctx context.Context, in slack.InteractionCallback, value string) {
	r, err := render.ReadRating(value)
	if err != nil {
		b.log.Warn(err)
		return
	}
	to := beside(in)
	b.log.WithFields(logrus.Fields{
		"channel": to.Channel, "user": to.User, "task": r.About.Task, "name": r.About.Name, "build": r.About.Build, "right": r.Right,
	}).Info("the lines of an excerpt were rated")
	if b.rated != nil {
		b.rated(r.About, to.User, r.Right)
	}
	lang := b.people.Language(to.User)
	thanks := texts.Bot.ThanksWrong
	if r.Right {
		thanks = texts.Bot.ThanksRight
	}
	b.tell(ctx, to, lang, reply.Reply{Private: true, Body: thanks.In(lang)})
}
