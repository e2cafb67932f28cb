package bot

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands/reply"
	"logbot/logsapi/lines"
)

// Action ids of the bot's buttons. Those that run a line have its place among the
// reply's lines behind them: run-0.
const (
	runAction      = "run"      // answered in the thread
	moreAction     = "more"     // answered in place of the message
	shareAction    = "share"    // answered as a message of its own
	askAction      = "ask"      // a form asks for the rest
	askWholeAction = "askwhole" // the same for a log without steps
	openAction     = "open"     // opens a page; Slack tells of the press, nothing follows
	rateAction     = "rate"     // right lines, wrong lines
	removeAction   = "remove"   // takes the message away
	stopAction     = "stop"     // ends work that takes long
	farAction      = "far"      // tells how far it has come
)

// Ids of the blocks that buttons and records stand in.
const (
	buttonsBlock = "buttons"
	footBlock    = "foot"
	recordBlock  = "used-" // with what was pressed behind it, and when
)

// actionID names the button of the reply's i-th line.
func actionID(p reply.Place, about reply.About, i int) string {
	kind := runAction
	switch p {
	case reply.InPlace:
		kind = moreAction
	case reply.InChannel:
		kind = shareAction
	case reply.AskFirst:
		kind = askAction
		if about.Task != "" && about.Build == 0 {
			kind = askWholeAction
		}
	}
	return fmt.Sprintf("%s-%d", kind, i)
}

// placeOf is where the answer to a button goes; ok is false for one that runs no
// line.
func placeOf(action string) (p reply.Place, ok bool) {
	kind, _, _ := strings.Cut(action, "-")
	switch kind {
	case runAction:
		return reply.InThread, true
	case moreAction:
		return reply.InPlace, true
	case shareAction:
		return reply.InChannel, true
	case askAction, askWholeAction:
		return reply.AskFirst, true
	}
	return 0, false
}

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
	place, _ := placeOf(action.ActionID)
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

// rating is what a feedback button says.
type rating struct {
	About reply.About `json:"a"`
	Right bool        `json:"r"`
}

func (r rating) value() string {
	// A character takes up to six in JSON, a task's id has 32.
	r.About.Task, r.About.Name = lines.Shorten(r.About.Task, 64), lines.Shorten(r.About.Name, roomPart)
	raw, _ := json.Marshal(r) // plain fields: cannot fail
	return string(raw)
}

// change is what the use of a button made of its message.
type change struct {
	action string      // the button that is gone; empty for none
	record slack.Block // in its place
	files  []string    // ids of files that it sent
	posts  []string    // ts of messages that it made
}

// apply makes a change to the blocks of a message. A change that was made already
// changes nothing.
func (c change) apply(blocks []slack.Block) []slack.Block {
	var out []slack.Block
	recorded := c.record == nil || slices.ContainsFunc(blocks, func(b slack.Block) bool { return b.ID() == c.record.ID() })
	for _, block := range blocks {
		switch row := block.(type) {
		case *slack.ActionBlock:
			if row.BlockID != buttonsBlock {
				break
			}
			if !recorded {
				out = append(out, c.record)
			}
			left := slices.DeleteFunc(slices.Clone(row.Elements.ElementSet), func(e slack.BlockElement) bool {
				b, ok := e.(*slack.ButtonBlockElement)
				return ok && c.action != "" && b.ActionID == c.action
			})
			if len(left) == 0 {
				continue
			}
			block = slack.NewActionBlock(buttonsBlock, left...)
		case *slack.ContextActionsBlock:
			if row.BlockID == footBlock {
				block = c.foot(row)
			}
		}
		out = append(out, block)
	}
	return out
}

// foot is the row at the foot of a message with what Remove has to take away,
// too.
func (c change) foot(row *slack.ContextActionsBlock) slack.Block {
	elements := slices.Clone(row.Elements.ElementSet)
	for i, e := range elements {
		if b, ok := e.(*slack.IconButtonBlockElement); ok && b.ActionID == removeAction {
			o := readOrigin(b.Value)
			for _, f := range c.files {
				o.Files = known(o.Files, f)
			}
			for _, ts := range c.posts {
				o.Posts = known(o.Posts, ts)
			}
			with := *b
			with.Value = o.value()
			elements[i] = &with
		}
	}
	return slack.NewContextActionsBlock(footBlock, elements...)
}

// known is a list with s in it.
func known(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// record is the line that stands where a used button was. Its block is named
// after the press, so that it stands once.
func (p *press) record(user string) slack.Block {
	return slack.NewContextBlock(recordBlock+p.Action+"-"+p.At, byline(lines.Shorten(p.Label, maxButton), user))
}

// byline says who did something.
func byline(label, user string) *slack.TextBlockObject {
	return markup(escape.Replace(label) + " · <@" + user + ">")
}

// records are the records of used buttons in blocks.
func records(blocks []slack.Block) []slack.Block {
	var out []slack.Block
	for _, b := range blocks {
		if strings.HasPrefix(b.ID(), recordBlock) {
			out = append(out, b)
		}
	}
	return out
}

// lasting are the records but for those of buttons that changed the message they
// stand in: of these only the last stands.
func lasting(records []slack.Block) []slack.Block {
	return slices.DeleteFunc(records, func(b slack.Block) bool {
		return strings.HasPrefix(b.ID(), recordBlock+moreAction+"-")
	})
}

// rememberedMessages is how many changed messages a changes keeps.
const rememberedMessages = 1024

// changes remembers what this process changed in messages. A press tells how
// the message was when it was pressed, so one that comes while another one is
// being answered would undo its change; here both are kept.
type changes struct {
	mu   sync.Mutex
	made latest[[]change] // by channel and ts
}

func newChanges() *changes {
	return &changes{made: newLatest[[]change](rememberedMessages)}
}

// add remembers a change and returns the blocks with it and all before.
func (c *changes) add(channel, ts string, made change, blocks []slack.Block) []slack.Block {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := channel + " " + ts
	before, _ := c.made.get(key)
	all := append(before, made)
	c.made.set(key, all)
	for _, one := range all {
		blocks = one.apply(blocks)
	}
	return blocks
}

// forget returns the blocks with every change that is remembered, which is
// needed no more: the message is about to be made anew.
func (c *changes) forget(channel, ts string, blocks []slack.Block) []slack.Block {
	blocks = c.all(channel, ts, blocks)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made.remove(channel + " " + ts)
	return blocks
}

// all returns the blocks with every change that is remembered.
func (c *changes) all(channel, ts string, blocks []slack.Block) []slack.Block {
	c.mu.Lock()
	defer c.mu.Unlock()
	made, _ := c.made.get(channel + " " + ts)
	for _, one := range made {
		blocks = one.apply(blocks)
	}
	return blocks
}

// once keeps a button from being used again while its answer is being made.
type once struct {
	mu  sync.Mutex
	now map[string]string // the press that is in hand, by channel, message and button
}

func newOnce() *once { return &once{now: map[string]string{}} }

// take reports whether the press may be answered, and takes the button.
func (o *once) take(channel string, p *press) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := channel + " " + p.TS + " " + p.Action
	if _, taken := o.now[key]; taken {
		return false
	}
	o.now[key] = p.At
	return true
}

// free gives the button of a press back; p may be nil. It may be called twice.
func (o *once) free(channel string, p *press) {
	if p == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if key := channel + " " + p.TS + " " + p.Action; o.now[key] == p.At {
		delete(o.now, key)
	}
}
