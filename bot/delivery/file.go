package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/slack-go/slack"
)

// ErrEmpty says that there is nothing to send: Slack takes no empty file.
var ErrEmpty = errors.New("the file is empty")

// File is a file to send.
type File struct {
	Name string

	// Open starts reading the content; hidden tells after the end of it how many
	// values are masked in it. An error of either is a sentence for the user.
	Open func(context.Context) (content io.ReadCloser, hidden func() int, err error)

	// Words stand above the file, escaped; they hear of how many values are masked.
	Words func(hidden int) string

	// Message, where it is set, makes the message in which the file stands, and
	// Words is not asked. It is called when the content has arrived at Slack and
	// before anybody sees the file; it may be called more than once.
	Message func(Sent) Message

	// Progress, where it is set, hears now and then how much of the content has
	// been read, in bytes. It must return at once.
	Progress func(read int64)
}

// Form is how a file was sent.
type Form int

// The forms.
const (
	Plain   Form = iota
	Snippet      // shown in the message, up to 1 MB
	Gzip         // compressed, because Slack takes no file of this size
)

// Sent is a file that Slack has.
type Sent struct {
	ID     string
	Name   string // as sent: with .gz where the form is Gzip
	Form   Form
	Size   int64 // of the content, in bytes
	Length int64 // of what was sent, in bytes
	Hidden int   // how many values are masked in it
}

// TooLargeError says that a file is too large for Slack, compressed as well.
type TooLargeError struct {
	Size int64 // of the content in bytes, as far as it was read
	Most int64 // bytes that Slack takes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%d bytes are more than a file in Slack may have (%d), compressed as well", e.Size, e.Most)
}

// ReadError is a failure to read the content of a file, in words for the user.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return e.Err.Error() }
func (e *ReadError) Unwrap() error { return e.Err }

// SendFile spools a file, so that its exact length is known, and sends it into
// the channel or thread. It returns a *ReadError when the content cannot be read,
// ErrEmpty when there is none, a *TooLargeError when Slack takes none of this
// size, and an error for which Outside is true where the bot is no member.
func (c *Courier) SendFile(ctx context.Context, to Address, f File) (Sent, error) {
	s, hidden, err := c.collect(ctx, f)
	if tooLarge := (*TooLargeError)(nil); errors.As(err, &tooLarge) {
		return Sent{}, tooLarge
	}
	if err != nil {
		return Sent{}, &ReadError{err}
	}
	defer s.close()
	if s.size == 0 {
		return Sent{}, ErrEmpty
	}
	sent := Sent{Name: f.Name, Size: s.size, Length: s.size, Hidden: hidden}
	err = patiently(ctx, func() error { return c.send(ctx, to, f, &sent, s) })
	return sent, err
}

// collect spools a file, masked, and counts what was masked.
func (c *Courier) collect(ctx context.Context, f File) (s *spool, hidden int, err error) {
	body, masked, err := f.Open(ctx)
	if err != nil {
		return nil, 0, err
	}
	s, err = fill(ctx, c.spool, body, f.Progress)
	if err = errors.Join(err, body.Close()); err != nil && s != nil {
		err = errors.Join(err, s.close())
	}
	return s, masked(), err
}

// send makes the three steps of an upload. The second cannot be repeated, so a
// repeat begins with the first.
func (c *Courier) send(ctx context.Context, to Address, f File, sent *Sent, s *spool) error {
	place, err := c.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: sent.Name, FileSize: int(sent.Length)})
	if err != nil {
		return fmt.Errorf("ask for a place for %s: %w", sent.Name, err)
	}
	content, err := s.open()
	if err != nil {
		return err
	}
	defer content.Close()
	sent.ID = place.FileID
	if err := c.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: place.UploadURL, Reader: content, Filename: sent.Name}); err != nil {
		return fmt.Errorf("send %s: %w", sent.Name, err)
	}
	share := slack.CompleteUploadExternalParameters{
		Files:           []slack.FileSummary{{ID: sent.ID, Title: sent.Name}},
		Channel:         to.Channel,
		ThreadTimestamp: to.Thread,
	}
	if f.Message != nil {
		share.Blocks.BlockSet = f.Message(*sent).Blocks
	} else {
		share.InitialComment = f.Words(sent.Hidden)
	}
	if _, err := c.api.CompleteUploadExternalContext(ctx, share); err != nil {
		return fmt.Errorf("share %s: %w", sent.Name, err)
	}
	return nil
}
