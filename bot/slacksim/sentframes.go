package slacksim

import (
	"encoding/json"
	"slices"
	"sync"
)

// maxFrameBytes limits the bytes of stored envelopes; the oldest are dropped.
const maxFrameBytes = 8 << 20 // ours

// sentFrame is an envelope as it was sent to the app.
type sentFrame struct {
	envelope string
	content  json.RawMessage
}

// sentFrames stores sent envelopes for the traffic view of the page.
type sentFrames struct {
	mu     sync.Mutex // guards what follows; never held together with workspace.mu
	frames []sentFrame
	bytes  int
}

// add stores an envelope.
func (p *sentFrames) add(envelope string, sent any) {
	content, err := json.Marshal(sent)
	if err != nil {
		return // sending it fails with the same error
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frames = append(p.frames, sentFrame{envelope, content})
	p.bytes += len(content)
	for p.bytes > maxFrameBytes && len(p.frames) > 1 {
		p.bytes -= len(p.frames[0].content)
		p.frames = slices.Delete(p.frames, 0, 1)
	}
}

func (p *sentFrames) frame(envelope string) json.RawMessage {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.frames {
		if f.envelope == envelope {
			return f.content
		}
	}
	return nil
}
