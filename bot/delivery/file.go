package delivery

import (
	"context"
	"errors"
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
}

// ReadError is a failure to read the content of a file, in words for the user.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return e.Err.Error() }
func (e *ReadError) Unwrap() error { return e.Err }

// SendFile spools a file, so that its exact length is known, sends it into the
// channel or thread, and returns its id. It returns a *ReadError when the content
// cannot be read, ErrEmpty when there is none, and an error for which Outside is
// true where the bot is no member.
func (c *Courier) SendFile(ctx context.Context, to Address, f File) (id string, err error) {
	s, hidden, err := c.collect(ctx, f)
	if err != nil {
		return "", &ReadError{err}
	}
	defer s.close()
	if s.size == 0 {
		return "", ErrEmpty
	}
	err = patiently(ctx, func() (err error) { id, err = c.send(ctx, to, f.Name, f.Words(hidden), s); return err })
	return id, err
}

// collect spools a file, masked, and counts what was masked.
func (c *Courier) collect(ctx context.Context, f File) (s *spool, hidden int, err error) {
	body, masked, err := f.Open(ctx)
	if err != nil {
		return nil, 0, err
	}
	s, err = fill(ctx, c.spool, body)
	if err = errors.Join(err, body.Close()); err != nil && s != nil {
		err = errors.Join(err, s.close())
	}
	return s, masked(), err
}

// send makes the three steps of an upload. The second cannot be repeated, so a
// repeat begins with the first.
func (c *Courier) send(ctx context.Context, to Address, name, words string, s *spool) (id string, err error) {
	content, err := s.open()
	if err != nil {
		return "", err
	}
	defer content.Close()
	sent, err := c.api.UploadFileContext(ctx, slack.UploadFileParameters{
		Reader:          content,
		FileSize:        int(s.size),
		Filename:        name,
		Title:           name,
		InitialComment:  words,
		Channel:         to.Channel,
		ThreadTimestamp: to.Thread,
	})
	if err != nil {
		return "", err
	}
	return sent.ID, nil
}
