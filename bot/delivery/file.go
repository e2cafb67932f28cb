package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	// Words is not asked. It is called once, when the content has arrived at Slack
	// and before anybody sees the file, and may use the courier itself.
	Message func(Sent) Message

	// Progress, where it is set, hears now and then how much of the content has
	// been read, in bytes. It must return at once.
	Progress func(read int64)
}

// words are empty where nothing makes them.
func (f File) words(hidden int) string {
	if f.Words == nil || f.Message != nil {
		return ""
	}
	return f.Words(hidden)
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
	// Unsure says that Slack's word of the sharing never came, and that only a later
	// refusal shows that the file stands in the channel.
	Unsure bool

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
