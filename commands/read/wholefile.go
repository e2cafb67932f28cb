package read

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"logbot/logsapi"
	"logbot/logsapi/lines"
)

const (
	// fileAfter is behind how many lines of a log its file is read instead of pages.
	fileAfter = 3 * logsapi.PageLines
	// compared is how much of a file is compared with the first page, in bytes.
	compared = 128 << 10
	// keptTail is how much of the end of a file is compared with the last page.
	keptTail = 8 << 10
)

// errFileEnds is the error of a file that ends before the log does.
var errFileEnds = &logsapi.Error{Op: "read the file of a build", Kind: logsapi.ErrIncomplete, Summary: "the file ends before the log"}

// wholeFile is the log of a whole build as one stream. It is not documented that it is
// the log that the pages are, so its beginning is compared once for a host, and its
// last line for each build whose log has no end marker.
type wholeFile struct {
	*bufio.Reader
	body   io.Closer
	size   int64 // -1 is not known
	reader Reader
	what   Request
	tail   []byte // the end of what was read
	held   []byte // the beginning of a character that was cut
}

// openFile opens the file of a build that has ended; nil if there is none that can be
// taken for its log.
func (r Reader) openFile(ctx context.Context, what Request) *wholeFile {
	if what.Record == "" || !what.Finished || r.Habits.seen(sameFile) == no {
		return nil
	}
	d, err := r.Logs.OpenBuildFile(ctx, what.Record)
	if err != nil {
		return nil
	}
	f := &wholeFile{Reader: bufio.NewReaderSize(d, compared), body: d, size: d.Size, reader: r, what: what}
	if mark, _ := f.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		f.Discard(len(byteOrderMark))
	}
	if r.Habits.seen(sameFile) == yes {
		return f
	}
	page, err := r.first(ctx, what, logsapi.Ascending)
	if err != nil || page.Text == "" || !f.beginsAs(page) {
		if err == nil && page.Text != "" && ctx.Err() == nil {
			r.Habits.note(sameFile, false)
		}
		f.Close()
		return nil
	}
	r.Habits.note(sameFile, true)
	return f
}

const byteOrderMark = "\uFEFF"

// first is the first page of a log in an order; empty if the log is.
func (r Reader) first(ctx context.Context, what Request, order logsapi.Order) (logPage, error) {
	what.Meter, what.Whole = &Meter{}, false
	for page, err := range r.pages(ctx, what, order) {
		return page, err
	}
	return logPage{}, nil
}

// Close ends the read.
func (f *wholeFile) Close() error { return f.body.Close() }

// beginsAs reports whether the file begins with the whole lines of a page.
func (f *wholeFile) beginsAs(page logPage) bool {
	want := wholeLines(page.Text)
	if page.Last {
		want = page.Text
	}
	head, err := f.Peek(min(len(want), compared))
	if err != nil && err != io.EOF {
		return false
	}
	text := carried(head)
	if len(head) == compared || !page.Last {
		text = wholeLines(text)
	}
	n := min(len(want), len(text))
	return n > 0 && text[:n] == want[:n] && (err == nil || n == len(want))
}

// wholeLines is text without the line at its end that has no line feed.
func wholeLines(text string) string { return text[:strings.LastIndexByte(text, '\n')+1] }

// carried is a text as JSON carries it: with U+FFFD for each byte that is not UTF-8.
func carried(text []byte) string {
	if utf8.Valid(text) {
		return string(text)
	}
	return string([]rune(string(text)))
}

// read is Read of a file that is delivered. A file that ends before the log does is an error.
func (f *wholeFile) read(ctx context.Context, p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	f.keep(p[:n])
	if err == io.EOF && !f.complete(ctx) {
		err = errFileEnds
	}
	return n, err
}

func (f *wholeFile) keep(p []byte) {
	p = p[max(0, len(p)-keptTail):]
	f.tail = append(f.tail[max(0, len(f.tail)+len(p)-keptTail):], p...)
}

// complete reports whether the file, which was read to its end, ends as the log does.
func (f *wholeFile) complete(ctx context.Context) bool {
	end := lastLine(carried(f.tail))
	if lines.EndMarker([]byte(end)) != "" {
		return true
	}
	page, err := f.reader.first(ctx, f.what, logsapi.Descending)
	return err == nil && end != "" && strings.HasSuffix(lastLine(page.Text), end)
}

// lastLine is the last line of a text that is not empty.
func lastLine(text string) string {
	text = strings.TrimRight(text, "\r\n")
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// pages are the lines of the file in pages as large as those of the log, so that
// everything is masked and counted as it would be there.
func (f *wholeFile) pages(ctx context.Context) iter.Seq2[logPage, error] {
	f.what.Meter.About = max(0, f.size)
	return func(yield func(logPage, error) bool) {
		for {
			text, err := f.page()
			if err == io.EOF && !f.complete(ctx) {
				err = errFileEnds
			}
			if err != nil && err != io.EOF {
				yield(logPage{}, err)
				return
			}
			last := err == io.EOF
			if text != "" {
				f.what.Meter.page(text)
				if !yield(logPage{logsapi.Page{Text: text, Last: last}, f.what.Logs[0]}, nil) {
					return
				}
			}
			if last {
				return
			}
		}
	}
}

// page is the next page of the file: PageLines lines, or some of a longer text. Its
// error is io.EOF with the last one.
func (f *wholeFile) page() (string, error) {
	var page bytes.Buffer
	for range logsapi.PageLines {
		line, err := f.line()
		page.Write(line)
		if err != nil || page.Len() >= maxCarry {
			return carried(page.Bytes()), err
		}
	}
	_, err := f.Peek(1)
	return carried(page.Bytes()), err
}

// line is the next line, or a part of a long one that ends between two characters.
func (f *wholeFile) line() ([]byte, error) {
	line, err := f.ReadSlice('\n')
	if len(f.held) > 0 {
		line = append(f.held, line...)
		f.held = nil
	}
	if errors.Is(err, bufio.ErrBufferFull) {
		err = nil
		whole := len(line) - lines.Unfinished(line)
		line, f.held = line[:whole], bytes.Clone(line[whole:])
	}
	f.keep(line)
	return line, err
}
