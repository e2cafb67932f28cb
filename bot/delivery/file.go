package delivery

import (
	"context"
	"errors"
	"io"
)

// ErrEmpty says that a file has no content; Slack takes no empty file.
var ErrEmpty = errors.New("the file is empty")

// File is a file to send.
type File struct {
	Name string

	// Open starts reading the content; hidden tells after the end of it how many
	// values are masked in it. An error of either is a sentence for the user.
	Open func(context.Context) (content io.ReadCloser, hidden func() int, err error)

	// Message makes the message that shows the file. It is called once, when the
	// content has arrived at Slack and before anybody sees the file, and may use the
	// courier itself. If it is nil the file has no message.
	Message func(Sent) Message

	// Progress is told now and then how many bytes of the content have been read. It
	// must return at once. It may be nil.
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
	Name   string // as sent: with .gz if the form is Gzip
	Form   Form
	Length int64 // of what was sent, in bytes
	Hidden int   // how many values are masked in it
}

// ReadError is a failure to read the content of a file, in words for the user.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return e.Err.Error() }
func (e *ReadError) Unwrap() error { return e.Err }
