package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"logbot/bot/delivery/send"
)

const (
	// snippetText is the type of a snippet that Slack shows without highlighting.
	snippetText = "text"
	// maxTransfers bounds how often the bytes of one file are sent.
	maxTransfers = 8
	// stalledAfter ends a transfer that takes no byte for so long.
	stalledAfter = time.Minute
)

var (
	errStalled  = errors.New("the transfer stalls")
	errDetached = errors.New("the transfer is over")
)

// opener is a content that can be read several times.
type opener interface {
	Open() (io.ReadCloser, error)
}

// transfer uploads the bytes, where nobody sees them yet. An upload URL takes bytes
// once, so every attempt asks for a new one; Slack deletes what is never shared.
func (fs *files) transfer(ctx context.Context, sent *Sent, content opener, late *send.Late) error {
	what := fmt.Sprintf("send the %d bytes of %s", sent.Length, sent.Name)
	for n := 1; ; n++ {
		upload, err := fs.uploadURL(ctx, sent, late)
		if err != nil {
			return err
		}
		sent.ID = upload.FileID
		wrote, err := fs.sendBytes(ctx, upload.UploadURL, sent, content)
		if err == nil {
			return nil
		}
		res := send.Judge(n, wrote, err)
		if ctx.Err() == nil && n < maxTransfers && !res.IsRefusal() {
			late.Failed(err)
			if err = fs.sender.Again(ctx, what, n, res); err == nil {
				continue
			}
		}
		return fmt.Errorf("%s: %w", what, err)
	}
}

func (fs *files) uploadURL(ctx context.Context, sent *Sent, late *send.Late) (upload *slack.GetUploadURLExternalResponse, err error) {
	ask := func(snippetType string) error {
		return fs.sender.Step(ctx, &send.Request{What: "ask for the upload URL of " + sent.Name, Late: late},
			fs.sender.RetryFreely(),
			fs.sender.Paced(send.Tier4("files.getUploadURLExternal")),
			send.Attempt(func(ctx context.Context) error {
				upload, err = fs.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{
					FileName: sent.Name, FileSize: int(sent.Length), SnippetType: snippetType,
				})
				return err
			}),
		)
	}
	snippetType := ""
	if sent.Form == Snippet {
		snippetType = snippetText
	}
	err = ask(snippetType)
	if sent.Form == Snippet && send.IsSnippetRefused(err) {
		fs.log.Warnf("Slack takes %s as a plain file only: %v", sent.Name, err)
		sent.Form = Plain
		err = ask("")
	}
	return upload, err
}

// sendBytes makes one attempt to upload the content. wrote says that some of it was
// handed to the network.
func (fs *files) sendBytes(ctx context.Context, url string, sent *Sent, from opener) (wrote bool, err error) {
	content, err := from.Open()
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(stalledAfter, func() { cancel(errStalled) })
	defer stalled.Stop()
	body := &detachable{from: content, onRead: func() { stalled.Reset(stalledAfter) }}
	wrote, err = send.Call(ctx, func(ctx context.Context) error {
		return fs.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: url, Reader: body, Filename: sent.Name})
	})
	read, broken := body.detach() // slack-go may still be reading for a call that is over
	_ = content.Close()
	switch {
	case broken != nil:
		return false, fmt.Errorf("read the temporary file: %w", broken)
	case err == nil && read != sent.Length:
		return wrote, fmt.Errorf("%d bytes were read", read)
	case err != nil && context.Cause(ctx) != nil:
		return wrote, fmt.Errorf("%w (%w)", err, context.Cause(ctx))
	}
	return wrote, err
}

// detachable is a reader that can be taken away from its user.
type detachable struct {
	from   io.Reader
	onRead func()

	mu       sync.Mutex
	read     int64
	detached bool
	broken   error
}

func (r *detachable) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.detached {
		return 0, errDetached
	}
	r.onRead()
	n, err := r.from.Read(p)
	r.read += int64(n)
	if err != nil && err != io.EOF {
		r.broken = err
	}
	return n, err
}

// detach lets nobody read any more. It returns how much was read, and the error of
// the underlying reader.
func (r *detachable) detach() (read int64, broken error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.detached = true
	return r.read, r.broken
}
