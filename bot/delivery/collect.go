package delivery

import (
	"context"
	"io"
	"sync"
)

// collected is a spooled content.
type collected struct {
	spool  *spool
	hidden int // how many values are masked in it
	err    error
}

// collect spools the content of a file. When ctx ends it returns at once,
// whatever the source is doing: a source that blocks is closed, and what it still
// holds is let go when it wakes up.
func (c *Courier) collect(ctx context.Context, f File) (*spool, int, error) {
	ended := make(chan collected)
	abandoned := make(chan struct{})
	go func() {
		got := c.read(ctx, f)
		select {
		case ended <- got:
		case <-abandoned:
			if got.spool != nil {
				got.spool.close()
			}
		}
	}()
	select {
	case got := <-ended:
		return got.spool, got.hidden, got.err
	case <-ctx.Done():
		close(abandoned)
		return nil, 0, context.Cause(ctx)
	}
}

func (c *Courier) read(ctx context.Context, f File) (got collected) {
	body, hidden, err := f.Open(ctx)
	if err != nil {
		return collected{err: &ReadError{err}}
	}
	closed := sync.OnceValue(body.Close)
	stop := context.AfterFunc(ctx, func() { _ = closed() }) // cuts a read that blocks
	defer stop()
	var content io.Reader = source{body}
	if f.Progress != nil {
		content = &told{Reader: content, tell: func(n int64) {
			if ctx.Err() == nil {
				f.Progress(n)
			}
		}}
	}
	got.spool, got.err = c.spool.fill(whileAlive{ctx, content}, c.most.content)
	if err := closed(); err != nil && got.err == nil {
		got.err = &ReadError{err}
	}
	if ctx.Err() != nil {
		got.err = context.Cause(ctx) // not what the cut reader says
	}
	if got.err == nil {
		got.hidden = hidden()
		return got
	}
	if got.spool != nil {
		got.spool.close()
		got.spool = nil
	}
	return got
}

// source marks the errors of a content as such.
type source struct{ io.Reader }

func (s source) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = &ReadError{err}
	}
	return n, err
}
