package logsapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"logbot/logsapi/wire"
)

const (
	// maxResumes is how often in a row a file may break off; resumeWorth bytes
	// in between begin a new row.
	maxResumes  = 5
	resumeWorth = 1 << 20
	resumePause = time.Second // before a resume, with jitter
)

// fileBody is the body of a file as it comes over the wire. Where it breaks off
// or stalls, the rest is asked for (RFC 9110, section 14), provided that the
// service has named the version of the file: the halves of two versions would be
// worse than half a file.
type fileBody struct {
	ctx context.Context
	ask func(http.Header) (*wire.Answer, error)

	first   *wire.Answer
	version string // an entity tag or a date; empty if the rest cannot be asked for
	body    io.ReadCloser
	at      int64 // bytes read
	size    int64 // -1 is not known
	resumes int   // in a row
	resumed int64 // where it went on last
}

func newFileBody(ctx context.Context, a *wire.Answer, ask func(http.Header) (*wire.Answer, error)) *fileBody {
	b := &fileBody{ctx: ctx, ask: ask, first: a, body: a.Body, size: a.ContentLength}
	tag := a.Header.Get("ETag")
	switch {
	case a.Header.Get("Accept-Ranges") == "none":
	case strings.HasPrefix(tag, `"`):
		b.version = tag
	case tag == "": // a weak tag names no version
		b.version = a.Header.Get("Last-Modified")
	}
	return b
}

func (b *fileBody) Read(p []byte) (int, error) {
	for {
		n, err := b.body.Read(p)
		b.at += int64(n)
		if err == io.EOF && b.at < b.size {
			err = io.ErrUnexpectedEOF
		}
		if err == nil || err == io.EOF {
			return n, err
		}
		if err := b.resume(err); n > 0 || err != nil {
			return n, err
		}
	}
}

func (b *fileBody) Close() error { return b.body.Close() }

// resume goes on with the rest of a file that broke off, or returns why not.
func (b *fileBody) resume(broke error) error {
	if b.at-b.resumed >= resumeWorth {
		b.resumes = 0
	}
	if b.version == "" || b.resumes == maxResumes || b.ctx.Err() != nil {
		return broke
	}
	b.body.Close()
	b.resumes++
	b.resumed = b.at
	a, err := b.ask(http.Header{
		"Range":    {fmt.Sprintf("bytes=%d-", b.at)},
		"If-Range": {b.version},
	})
	var size int64
	if err == nil {
		if size, err = b.rest(a); err != nil {
			a.Body.Close()
		}
	}
	if err != nil {
		return fmt.Errorf("%w; the rest cannot be had: %v", broke, err)
	}
	b.body = a.Body
	if b.size < 0 {
		b.size = size
	}
	return nil
}

// rest checks an answer and returns the size of the whole file, -1 if it does not
// say.
func (b *fileBody) rest(a *wire.Answer) (size int64, err error) {
	var from, to int64
	said := a.Masked(a.Header.Get("Content-Range"))
	if a.StatusCode != http.StatusPartialContent {
		return 0, errors.New("the service sends the file from its beginning only, or it has changed")
	}
	if _, err := fmt.Sscanf(said, "bytes %d-%d/%d", &from, &to, &size); err != nil {
		size = -1
		if _, err := fmt.Sscanf(said, "bytes %d-%d/*", &from, &to); err != nil {
			return 0, fmt.Errorf("the service sent the range %.60q", said)
		}
	}
	switch tag := a.Header.Get("ETag"); {
	case from != b.at || b.size >= 0 && size >= 0 && size != b.size:
		return 0, fmt.Errorf("the service sent the range %.60q for the bytes from %d", said, b.at)
	case tag != b.first.Header.Get("ETag"), a.Header.Get("Content-Encoding") != b.first.Header.Get("Content-Encoding"):
		return 0, errors.New("the file has changed")
	}
	return size, nil
}
