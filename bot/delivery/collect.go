package delivery

import (
	"context"
	"io"
	"sync"

	"logbot/bot/delivery/spool"
)

// progressStep is how many bytes are read between two reports of progress.
const progressStep = 1 << 20

type collected struct {
	content *spool.File
	hidden  int // how many values are masked in it
	err     error
}

// collect spools the content of a file. When ctx ends it returns at once, even if
// the source blocks: the source is closed, and what was spooled is freed when the
// source returns.
func (fs *files) collect(ctx context.Context, f File) (*spool.File, int, error) {
	ended := make(chan collected)
	abandoned := make(chan struct{})
	go func() {
		got := fs.read(ctx, f)
		select {
		case ended <- got:
		case <-abandoned:
			if got.content != nil {
				got.content.Close()
			}
		}
	}()
	select {
	case got := <-ended:
		return got.content, got.hidden, got.err
	case <-ctx.Done():
		close(abandoned)
		return nil, 0, context.Cause(ctx)
	}
}

func (fs *files) read(ctx context.Context, f File) (got collected) {
	body, hidden, err := f.Open(ctx)
	if err != nil {
		return collected{err: &ReadError{err}}
	}
	closed := sync.OnceValue(body.Close)
	stop := context.AfterFunc(ctx, func() { _ = closed() }) // ends a read that blocks
	defer stop()
	source := &sourceReader{Reader: body, report: func(n int64) {
		if f.Progress != nil && ctx.Err() == nil {
			f.Progress(n)
		}
	}}
	got.content, got.err = fs.spool.Fill(ctx, source, fs.sizes.content)
	if err := closed(); err != nil && got.err == nil {
		got.err = &ReadError{err}
	}
	if ctx.Err() != nil {
		got.err = context.Cause(ctx) // not the error of the closed source
	}
	if got.err == nil {
		got.hidden = hidden()
		return got
	}
	if got.content != nil {
		got.content.Close()
		got.content = nil
	}
	return got
}

// sourceReader reports how much was read, and makes the errors of a content a
// *ReadError.
type sourceReader struct {
	io.Reader
	report         func(int64)
	read, reported int64
}

func (r *sourceReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.read += int64(n)
	if r.read-r.reported >= progressStep || (err != nil && r.read > r.reported) {
		r.reported = r.read
		r.report(r.read)
	}
	if err != nil && err != io.EOF {
		err = &ReadError{err}
	}
	return n, err
}
