package reply

import (
	"context"
	"io"

	"logbot/commands/read"
	"logbot/commands/redact"
)

// File is a log to attach. It is opened when it is sent, once.
type File struct {
	Name string // web-128-stage3.log
	// Closed, if it is set, is told when the body is closed how many bytes were read and
	// how many values are masked in them.
	Closed  func(read int64, hidden int) `json:"-"`
	OfStep  bool                         // it is the log of one step
	About   About                        // whose log it is, for its notice; zero if that is not known
	open    func(context.Context) (*Body, error)
	notice  *Notice // once it was read
	failure error
}

// NewFile returns a file whose content is masked by gate and then cleaned as an excerpt
// is, and whose errors are masked.
func NewFile(name string, gate *redact.Gate, open func(context.Context) (io.ReadCloser, error)) *File {
	return &File{Name: name, open: func(ctx context.Context) (*Body, error) {
		raw, err := open(ctx)
		if err != nil {
			return nil, gate.Error(err)
		}
		masked := gate.Reader(raw)
		return &Body{masked: masked, clean: newCleaner(masked), raw: raw, gate: gate}, nil
	}}
}

// Open starts reading the file's masked bytes. The caller closes the body. An
// error is a sentence for the user.
func (f *File) Open(ctx context.Context) (*Body, error) {
	b, err := f.open(ctx)
	if err == nil {
		b.closed = f.Closed
	}
	return b, err
}

// Body is the content of a file, masked while it is read.
type Body struct {
	masked *redact.Reader
	clean  *cleaner
	raw    io.Closer
	gate   *redact.Gate
	read   int64
	closed func(read int64, hidden int) // may be nil
}

// Read reads masked and cleaned bytes.
func (b *Body) Read(p []byte) (int, error) {
	n, err := b.clean.Read(p)
	b.read += int64(n)
	return n, err
}

// Delivery is what a file turned out to be when it was read to its end.
type Delivery struct {
	Name       string
	Note       string // for the reader, why it is not what was promised; empty if it is
	Incomplete bool   // it broke off
	Failure    error  // why, if CodeArts or the way to it is to blame; for the operator, masked
}

// Failure is why the file broke off, for the operator; nil if it did not, or was not read
// to its end yet.
func (f *File) Failure() error { return f.failure }

// Hidden returns how many values were masked in what was read.
func (b *Body) Hidden() int { return b.masked.Hidden() }

// Delivered returns what was read of f, of which b is the body. It is called after the
// content was read to its end.
func (b *Body) Delivered(f *File) Delivery {
	d := Delivery{Name: f.Name}
	if known, ok := b.raw.(interface{ Delivered() Delivery }); ok {
		d = known.Delivered()
	}
	d.Name, d.Note, d.Failure = b.gate.Text(d.Name), b.gate.Text(d.Note), b.gate.Error(d.Failure)
	f.failure = d.Failure
	f.notice = NoticeOf(f.About, read.Found(b.masked.Findings(), f.OfStep))
	return d
}

// Close ends the read and closes the log behind it.
func (b *Body) Close() error {
	if b.closed != nil {
		b.closed(b.read, b.Hidden())
		b.closed = nil
	}
	return b.raw.Close()
}
