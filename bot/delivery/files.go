package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery/send"
	"logbot/bot/delivery/spool"
	"logbot/commands/texts"
)

// ErrEmpty says that a file has no content; Slack takes no empty file.
var ErrEmpty = errors.New("the file is empty")

// File is a file to send.
type File struct {
	Name string

	// Open starts reading the content; hidden tells after the end of it how many
	// values are masked in it. An error of either is a sentence for the user.
	Open func(context.Context) (content io.ReadCloser, hidden func() int, err error)

	// Renamed returns the name under which the content is sent; it is called after the
	// end of the content. If it is nil that is Name.
	Renamed func() string

	// Message makes the message that shows the file. It is called once, when the
	// content has arrived at Slack and before anybody sees the file, and may use the
	// courier itself. If it is nil the file has no message.
	Message func(Sent) Message

	// Lang is the language in which to.User is told if Slack takes long.
	Lang texts.Lang

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

const (
	// maxFile bounds one file in bytes. Slack takes files of up to 1 GB (its help
	// centre's long-standing figure).
	maxFile = 1 << 30
	// maxSnippet is the largest file that Slack shows as a snippet: 1 MB
	// (files.getUploadURLExternal, snippet_too_large).
	maxSnippet = 1_000_000
	// maxContent is how much of a log is read for a file. Text shrinks to a tenth, so
	// larger logs fit in no form.
	maxContent = 16 << 30
	// maxUploads is how many files are in transit at a time in one process: each may
	// take up to 16 MB of memory and a share of the disk.
	maxUploads = 4
)

type files struct {
	api     *slack.Client
	sender  *send.Sender
	log     logrus.FieldLogger
	folds   *folds
	spool   *spool.Store
	sizes   sizes
	uploads chan struct{} // holds one value for each file in transit
	others  *messages     // tell people about files
}

// sizes decide the form of a file, in bytes.
type sizes struct{ file, snippet, content int64 }

// SendFile spools a file, so that its exact length is known, sends it into the
// channel or thread, and returns how. A small one becomes a snippet, one that is
// larger than Slack takes is compressed. When ctx ends it returns at once.
//
// If Slack takes long, to.User is told once that the file waits. What was spooled is
// kept until then, so that the content is read once.
//
// It returns a *ReadError if the content cannot be read, ErrEmpty if there is none, and
// a *spool.TooLargeError if Slack takes no file of this size. send.Explain explains what
// Slack refused.
func (fs *files) SendFile(ctx context.Context, to Address, f File) (Sent, error) {
	ctx, end := fs.sender.Begin(ctx)
	defer end()
	select {
	case fs.uploads <- struct{}{}:
		defer func() { <-fs.uploads }()
	case <-ctx.Done():
		return Sent{}, fmt.Errorf("send %s: wait for other files: %w", f.Name, context.Cause(ctx))
	}
	content, hidden, err := fs.collect(ctx, f)
	if err != nil {
		return Sent{}, fmt.Errorf("collect %s: %w", f.Name, err)
	}
	defer content.Close()
	if f.Renamed != nil {
		f.Name = f.Renamed()
	}
	size := content.Size()
	sent := Sent{Name: f.Name, Length: size, Hidden: hidden}
	switch {
	case size == 0:
		return Sent{}, ErrEmpty
	case size <= fs.sizes.snippet:
		sent.Form = Snippet
	case size > fs.sizes.file:
		packed, err := content.Gzip(ctx, f.Name, fs.sizes.file)
		if err != nil {
			return Sent{}, fmt.Errorf("compress %s: %w", f.Name, err)
		}
		defer packed.Close()
		content, sent.Form, sent.Name, sent.Length = packed, Gzip, f.Name+".gz", packed.Size()
	}
	late := fs.others.tellLate(ctx, to, fs.others.alone(to), func(r send.Refusal) Message {
		return Message{Text: texts.Refused.FileWaiting.With(f.Name, r.Code).In(f.Lang), Lang: f.Lang}
	})
	defer late.End()
	if err := fs.transfer(ctx, &sent, content, late); err != nil {
		fs.others.standing.note(err)
		return Sent{}, err
	}
	// Made outside the channel's lane: it may post there itself.
	m := Message{}
	if f.Message != nil {
		m = f.Message(sent)
	}
	err = fs.share(ctx, to, m, sent, late)
	fs.others.standing.note(err)
	return sent, err
}

// RemoveFile deletes a file that this bot sent, wherever it is shown. It returns
// nil if the file is deleted already.
func (fs *files) RemoveFile(ctx context.Context, fileID string) error {
	err := fs.sender.Send(ctx, &send.Request{What: "delete file " + fileID},
		fs.sender.RetryFreely(),
		fs.sender.Paced(send.Tier3("files.delete")),
		send.Attempt(func(ctx context.Context) error { return fs.api.DeleteFileContext(ctx, fileID) }),
	)
	if send.IsFileDeleted(err) {
		return nil
	}
	return err
}

// IsShown reports whether a file that this bot sent is shown somewhere (files.info, scope
// files:read). Slack may know that only seconds after it accepted the file.
func (fs *files) IsShown(ctx context.Context, fileID string) (shown bool, err error) {
	err = fs.sender.Send(ctx, &send.Request{What: "look at file " + fileID},
		fs.sender.RetryFreely(),
		fs.sender.Paced(send.Tier4("files.info")),
		send.Attempt(func(ctx context.Context) error {
			file, _, _, err := fs.api.GetFileInfoContext(ctx, fileID, 1, 1)
			if err == nil {
				shown = len(file.Shares.Public)+len(file.Shares.Private)+len(file.Channels)+len(file.Groups)+len(file.IMs) > 0
			}
			return err
		}),
	)
	return shown, err
}

// share shows an uploaded file in the channel. Slack does that once for a file: a
// repeat cannot double it, and a refusal after an attempt without an answer shows
// that the file is there.
func (fs *files) share(ctx context.Context, to Address, m Message, sent Sent, late *send.Late) error {
	m.Plain = cmp.Or(m.Plain, m.Text)
	return fs.sender.Step(ctx, &send.Request{What: "share " + sent.Name + " in " + to.Channel, Late: late},
		fs.sender.InLane(to.Channel),
		fs.sender.RetryVisibly(),
		fs.sender.Paced(send.Tier4("files.completeUploadExternal"), send.InChannel(to.Channel)),
		fs.sender.InferArrived(send.IsSharedAlready),
		send.Attempt(func(ctx context.Context) error {
			return newForm(m, fs.folds, fs.log).pass(false, func(text string, blocks []slack.Block) error {
				return fs.complete(ctx, to, Message{Text: text, Blocks: blocks, Title: m.Title}, sent)
			})
		}),
	)
}

func (fs *files) complete(ctx context.Context, to Address, m Message, sent Sent) error {
	share := slack.CompleteUploadExternalParameters{
		Files:           []slack.FileSummary{{ID: sent.ID, Title: cmp.Or(m.Title, sent.Name)}},
		Channel:         to.Channel,
		ThreadTimestamp: to.Thread,
		Blocks:          slack.Blocks{BlockSet: m.Blocks},
	}
	if len(m.Blocks) == 0 { // text wins over blocks in this method
		share.InitialComment = m.Text
	}
	_, err := fs.api.CompleteUploadExternalContext(ctx, share)
	return err
}
