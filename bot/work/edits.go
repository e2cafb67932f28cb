package work

import (
	"sync"

	"github.com/slack-go/slack"

	"logbot/bot/recent"
	"logbot/bot/render"
)

// maxEdited is how many edited messages are remembered.
const maxEdited = 1024

// Edits remembers the edits that this process made to messages. A press carries its
// message as it was when the button was pressed; without the edits made since, the
// answer to the press would undo them. It is safe for concurrent use.
type Edits struct {
	mu        sync.Mutex
	byMessage *recent.Map[[]render.Edit]
}

// NewEdits returns an empty Edits.
func NewEdits() *Edits { return &Edits{byMessage: recent.NewMap[[]render.Edit](maxEdited)} }

func message(channel, ts string) string { return channel + " " + ts }

// Add remembers an edit of a message and applies it, and all before it, to blocks.
func (e *Edits) Add(channel, ts string, edit render.Edit, blocks []slack.Block) []slack.Block {
	e.mu.Lock()
	defer e.mu.Unlock()
	before, _ := e.byMessage.Get(message(channel, ts))
	all := append(before, edit)
	e.byMessage.Set(message(channel, ts), all)
	return apply(all, blocks)
}

// Apply applies the remembered edits of a message to blocks.
func (e *Edits) Apply(channel, ts string, blocks []slack.Block) []slack.Block {
	e.mu.Lock()
	defer e.mu.Unlock()
	all, _ := e.byMessage.Get(message(channel, ts))
	return apply(all, blocks)
}

// Forget forgets the edits of a message that is about to be replaced.
func (e *Edits) Forget(channel, ts string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.byMessage.Remove(message(channel, ts))
}

func apply(edits []render.Edit, blocks []slack.Block) []slack.Block {
	for _, edit := range edits {
		blocks = edit.Apply(blocks)
	}
	return blocks
}
