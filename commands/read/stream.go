package read

import (
	"context"
	"io"
	"iter"

	"logbot/logsapi"
)

// Open reads a log from its start as one stream, which holds one page at a time.
// The text is not masked. The caller closes it.
func (r Reader) Open(ctx context.Context, what Request) io.ReadCloser {
	ctx, cancel := context.WithCancel(ctx)
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
