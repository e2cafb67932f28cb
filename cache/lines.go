package cache

import (
	"context"

	"logbot/cache/pagestore"
	"logbot/logsapi"
)

// Lines returns the set of lines that KeepLines was given for an edition of a build, from
// memory or the store; nil if there is none. What it means is the caller's to know. It
// makes no request.
//
// After a 401 no set is returned, as no page is.
func (p *Pages) Lines(ctx context.Context, taskID string, build int64, edition string) []byte {
	key := pagestore.LinesKey(p.scope, taskID, build, edition)
	if p.refused.bar(key) || !p.start() {
		return nil
	}
	defer p.work.Done()
	if value, err := p.memory.Get(ctx, key); err == nil {
		if set, _, err := p.codec.decode(key, value); err == nil {
			return []byte(set.Text)
		}
	}
	set, found, _ := p.stored(ctx, key, logsapi.PageRequest{})
	if !found {
		return nil
	}
	return []byte(set.Text)
}

// KeepLines keeps the set of lines of a build that has ended as long as its pages, in
// memory and, in the background, in the store. A set that is larger than a page may be is
// dropped.
func (p *Pages) KeepLines(taskID string, build int64, edition string, set []byte) {
	if len(set) > maxText {
		return
	}
	key := pagestore.LinesKey(p.scope, taskID, build, edition)
	value := p.codec.encode(key, logsapi.Page{Text: string(set), Last: true}, true)
	if len(value) > pagestore.MaxValue {
		return
	}
	p.storeFailed(p.memory.Set(p.closing, key, value, finalTTL))
	if p.store != nil {
		p.write(key, value, finalTTL, nil)
	}
}
