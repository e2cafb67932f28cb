package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
)

const (
	// maxFile bounds one file in bytes. Slack takes files of up to 1 GB (its help
	// centre's long-standing figure).
	maxFile = 1 << 30
	// maxSnippet is how large a file may be that Slack shows as a snippet: 1 MB
	// (files.getUploadURLExternal, snippet_too_large).
	maxSnippet = 1_000_000
	// maxContent is how much of a log is read for a file. Text shrinks to a tenth, so
	// that what is larger does not fit in any form.
	maxContent = 16 << 30
	// snippetText is the type of a snippet that is shown as it stands.
	snippetText = "text"
	// uploads is how many files are on their way at once in one process: each may
	// take up to 16 MB of memory and a share of the disk.
	uploads = 4
	// maxUploads bounds how often the bytes of one file are sent.
	maxUploads = 8
	// stalledAfter ends a transfer of which nothing was taken for so long.
	stalledAfter = time.Minute
)

// most are the sizes that decide on the form of a file, in bytes.
type most struct{ file, snippet, content int64 }

var errStalled = errors.New("the transfer stalls")

// SendFile spools a file, so that its exact length is known, sends it into the
// channel or thread, and tells how. A small one becomes a snippet, one that is
// larger than Slack takes is compressed. When ctx ends it returns at once.
//
// It returns a *ReadError when the content cannot be read, ErrEmpty when there is
// none, a *TooLargeError when Slack takes none of this size, ErrNoRoom when this
// machine has none for it now, and an error for which IsNotInChannel is true where the
// bot is no member.
func (c *Courier) SendFile(ctx context.Context, to Address, f File) (Sent, error) {
	ctx, end, err := c.begin(ctx)
	if err != nil {
		return Sent{}, fmt.Errorf("send %s: %w", f.Name, err)
	}
	defer end()
	select {
	case c.uploads <- struct{}{}:
		defer func() { <-c.uploads }()
	case <-ctx.Done():
		return Sent{}, fmt.Errorf("send %s: wait for other files: %w", f.Name, context.Cause(ctx))
	}
	s, hidden, err := c.collect(ctx, f)
	if err != nil {
		return Sent{}, fmt.Errorf("collect %s: %w", f.Name, err)
	}
	defer s.close()
	sent := Sent{Name: f.Name, Size: s.size, Length: s.size, Hidden: hidden}
	switch {
	case s.size == 0:
		return Sent{}, ErrEmpty
	case s.size <= c.most.snippet:
		sent.Form = Snippet
	case s.size > c.most.file:
		packed, err := s.gzipped(ctx, f.Name, c.most.file)
		if err != nil {
			return Sent{}, fmt.Errorf("compress %s: %w", f.Name, err)
		}
		defer packed.close()
		s, sent.Form, sent.Name, sent.Length = packed, Gzip, f.Name+".gz", packed.size
	}
	if err := c.transfer(ctx, &sent, s); err != nil {
		return Sent{}, err
	}
	// Made before the channel's turn comes: it may want to say something there.
	m := Message{Text: f.words(hidden)}
	if f.Message != nil {
		m = f.Message(sent)
	}
	return sent, c.share(ctx, to, m, &sent)
}

// transfer brings the bytes to Slack, where nobody sees them yet. The bytes cannot
// be sent twice to one place, so a repeat begins with a new one; Slack throws away
// what is not shared.
func (c *Courier) transfer(ctx context.Context, sent *Sent, s *spool) error {
	for try := 1; ; try++ {
		place, err := c.place(ctx, sent)
		if err != nil {
			return err
		}
		sent.ID = place.FileID
		err, wrote := c.sendBytes(ctx, place.UploadURL, sent, s)
		if err == nil {
			return nil
		}
		o, after := outcomeOf(err, wrote)
		err = fmt.Errorf("send the %d bytes of %s: %w", sent.Length, sent.Name, err)
		if ctx.Err() != nil || try == maxUploads || (o == refused && try > 2) {
			return err
		}
		c.counted.Retried.Add(1)
		c.log.Warnf("%v; beginning again", err)
		if end := sleep(ctx, max(after, pauseAfter(try))); end != nil {
			return errors.Join(err, end)
		}
	}
}

// place asks for a place to send the bytes to.
func (c *Courier) place(ctx context.Context, sent *Sent) (place *slack.GetUploadURLExternalResponse, err error) {
	ask := slack.GetUploadURLExternalParameters{FileName: sent.Name, FileSize: int(sent.Length)}
	k := call{
		what: "ask for a place for " + sent.Name, limits: []limit{tier4("files.getUploadURLExternal")}, twice: true,
		do: func(ctx context.Context, _ bool) error {
			place, err = c.api.GetUploadURLExternalContext(ctx, ask)
			return err
		},
	}
	if sent.Form == Snippet {
		ask.SnippetType = snippetText
	}
	err = c.carryOn(ctx, k)
	if code := refusal(err); sent.Form == Snippet && (code == "unknown_snippet_type" || code == "snippet_too_large") {
		c.log.Warnf("Slack wants %s as a plain file: %v", sent.Name, err)
		sent.Form, ask.SnippetType = Plain, ""
		err = c.carryOn(ctx, k)
	}
	return place, err
}

// sendBytes sends the content to its place. wrote says that some of it was handed
// to the network.
func (c *Courier) sendBytes(ctx context.Context, address string, sent *Sent, s *spool) (err error, wrote bool) {
	content, err := s.open()
	if err != nil {
		return err, false
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(stalledAfter, func() { cancel(errStalled) })
	defer stalled.Stop()
	var written atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})
	bytes := &cuttable{from: content, each: func() { stalled.Reset(stalledAfter) }}
	err = nameless(c.api.UploadToURL(traced, slack.UploadToURLParameters{UploadURL: address, Reader: bytes, Filename: sent.Name}))
	read, broken := bytes.cut() // slack-go may still be reading for a call that is over
	_ = content.Close()
	switch {
	case broken != nil:
		return fmt.Errorf("read the temporary file: %w", broken), false
	case err == nil && read != sent.Length:
		return fmt.Errorf("%d bytes were read", read), written.Load()
	case err != nil && context.Cause(ctx) != nil:
		return fmt.Errorf("%w (%w)", err, context.Cause(ctx)), written.Load()
	}
	return err, written.Load()
}

// share makes the file stand in the channel. Slack does that once for a file: a
// repeat cannot double it, and "not found" after an answer that never came means
// that it stands there.
func (c *Courier) share(ctx context.Context, to Address, m Message, sent *Sent) error {
	return c.carryOn(ctx, call{
		what: "share " + sent.Name + " in " + to.Channel, lane: to.Channel,
		limits: []limit{tier4("files.completeUploadExternal"), inChannel(to.Channel)},
		do: func(ctx context.Context, _ bool) error {
			err := c.complete(ctx, to, m, *sent)
			if unfit(err) && len(m.Blocks) > 0 {
				c.log.Errorf("Slack refused the blocks of a file's message: %v", explained(err))
				m.Blocks = nil
				err = c.complete(ctx, to, m, *sent)
			}
			return err
		},
		proof: func(err error) bool {
			sent.Unsure = refusal(err) == "file_not_found" || refusal(err) == "file_update_failed"
			if sent.Unsure {
				c.counted.Unsure.Add(1)
			}
			return sent.Unsure
		},
	})
}

func (c *Courier) complete(ctx context.Context, to Address, m Message, sent Sent) error {
	share := slack.CompleteUploadExternalParameters{
		Files:           []slack.FileSummary{{ID: sent.ID, Title: sent.Name}},
		Channel:         to.Channel,
		ThreadTimestamp: to.Thread,
		Blocks:          slack.Blocks{BlockSet: m.Blocks},
	}
	if len(m.Blocks) == 0 { // words beat blocks in this method
		share.InitialComment = m.Text
	}
	_, err := c.api.CompleteUploadExternalContext(ctx, share)
	return err
}

// cuttable is a reader that can be taken away from whoever still reads it.
type cuttable struct {
	from io.Reader
	each func() // hears of every read

	mu     sync.Mutex
	read   int64
	isCut  bool
	broken error
}

var errCut = errors.New("the transfer is over")

func (r *cuttable) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.isCut {
		return 0, errCut
	}
	r.each()
	n, err := r.from.Read(p)
	r.read += int64(n)
	if err != nil && err != io.EOF {
		r.broken = err
	}
	return n, err
}

// cut lets nobody read any more; it returns how much was read and what broke.
func (r *cuttable) cut() (read int64, broken error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.isCut = true
	return r.read, r.broken
}
