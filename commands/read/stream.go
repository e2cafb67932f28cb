package read

import (
	"context"
	"io"
	"iter"

	"logbot/logsapi"
)

// Open reads a log from its start as one stream: from the file of the build, if the
// service publishes that, or else in pages, of which it holds one at a time. The text is
// not masked. The caller closes it.
func (r Reader) Open(ctx context.Context, what Request) io.ReadCloser {
	what.Whole, what.Uncut = true, true
	ctx, cancel := context.WithCancel(ctx)
	if f := r.openFile(ctx, what); f != nil {
		what.Meter.About = max(0, f.size)
		return &fileStream{f, ctx, cancel}
	}
	next, stop := iter.Pull2(r.pages(ctx, what, logsapi.Ascending))
	return &stream{next: next, stop: func() { cancel(); stop() }}
}

// HasText reports whether a log has a first page with text.
func (r Reader) HasText(ctx context.Context, what Request) (bool, error) {
	for _, err := range r.pages(ctx, what, logsapi.Ascending) {
		return err == nil, err
	}
	return false, nil
}

// fileStream is the file of a build.
type fileStream struct {
	*wholeFile
	ctx    context.Context
	cancel context.CancelFunc
}

func (s *fileStream) Read(p []byte) (int, error) {
	n, err := s.read(s.ctx, p)
	s.what.Meter.Add(n)
	return n, err
}

func (s *fileStream) Close() error {
	s.cancel()
	return s.wholeFile.Close()
}

type stream struct {
	next func() (logPage, error, bool)
	stop func()
	last string // the page before rest
	rest string
	err  error
}

func (s *stream) Read(p []byte) (int, error) {
	for s.rest == "" && s.err == nil {
		page, err, ok := s.next()
		switch {
		case !ok:
			s.err = io.EOF
		case err != nil:
			s.err = err
		default:
			s.rest = logsapi.Seam(s.last, page.Text) + page.Text
			s.last = page.Text
		}
	}
	if s.rest == "" {
		return 0, s.err
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *stream) Close() error {
	s.stop()
	return nil
}
