package logsapi

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"logbot/logsapi/lines"
	"logbot/logsapi/wire"
)

// Download is the content of a file as it arrives. It must be closed. It is not
// safe for concurrent use.
type Download struct {
	// Size is the length in bytes, or -1 where the service does not say or
	// sends the file compressed.
	Size int64
	// Debug says that the file was asked for, and given, with level DEBUG.
	Debug bool

	op     string
	wire   *fileBody    // what arrives, of which reader is the content
	answer *wire.Answer // the first; a file that broke off has more
	read   int64
	reader io.Reader
	body   io.Closer
	packed bool // it is a ZIP, which may hold more than one file
}

// newDownload decides by content type and first bytes what an answer is; ask gets
// the rest of a file that breaks off.
func newDownload(ctx context.Context, op string, a *wire.Answer, ask func(http.Header) (*wire.Answer, error)) (*Download, error) {
	body := newFileBody(ctx, a, ask)
	d := &Download{Size: a.ContentLength, op: op, answer: a, body: body, wire: body}
	r := bufio.NewReaderSize(body, maxHead)
	_, err := r.Peek(1)
	if coding := a.Header.Get("Content-Encoding"); err == nil && coding != "" && coding != "identity" {
		d.Size = -1
		var plain *gzip.Reader
		if plain, err = gzip.NewReader(r); err != nil {
			return nil, d.incomplete(fmt.Errorf("content encoding %.20q: %w", a.Masked(coding), err))
		}
		r = bufio.NewReaderSize(plain, maxHead)
	}
	head, err := r.Peek(sniffed)
	if err != nil && err != io.EOF {
		return nil, a.Broken(err)
	}
	d.reader = r
	switch contentType, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")); {
	case len(head) == 0:
		return nil, a.Wrong(ErrNotFound, "the service sent an empty file", "the step may not have run", nil)
	case bytes.HasPrefix(head, gzipMagic):
		d.Size = -1
		if d.reader, err = gzip.NewReader(r); err != nil {
			return nil, d.incomplete(err)
		}
	case bytes.HasPrefix(head, zipMagic):
		d.Size, d.packed, d.reader = -1, true, &zipReader{r: r}
	case isPage(contentType, head):
		return nil, a.Wrong(ErrProtocol, a.Request.URL.Host+" sent a web page in place of the file",
			"check the address of the service; this may be a sign-on page", nil)
	case looksJSON(contentType, head):
		if err := jsonInstead(a, r, isJSON(contentType)); err != nil {
			return nil, err
		}
	}
	return d, nil
}

const (
	// maxFile bounds the content of a file in bytes.
	maxFile = 16 << 30
	// A packed file may grow to mostGrowth times what arrived of it, after the first
	// freeGrowth bytes. Logs shrink to a tenth, seldom to a hundredth; a file made to fill
	// disks to a thousandth, which is the most that deflate can.
	mostGrowth = 200
	freeGrowth = 64 << 20

	sniffed = 512      // bytes of a file that tell what it is
	maxHead = 64 << 10 // bytes that are read ahead; an error in place of a file is shorter
)

var gzipMagic = []byte{0x1f, 0x8b}

func isJSON(contentType string) bool {
	return contentType == "application/json" || strings.HasSuffix(contentType, "+json")
}

// looksJSON also suspects what is declared as JSON and is not a CodeArts line.
func looksJSON(contentType string, head []byte) bool {
	start := bytes.TrimLeft(head, " \t\r\n")
	return bytes.HasPrefix(start, []byte("{")) || bytes.HasPrefix(start, []byte(`"`)) ||
		isJSON(contentType) && !lines.HasStamp(start)
}

func isPage(contentType string, head []byte) bool {
	looks, _, _ := strings.Cut(http.DetectContentType(head), ";")
	return looks == "text/html" ||
		contentType == "text/html" && bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<"))
}

// jsonInstead reports the error that an answer holds in place of a file. A file
// that begins like JSON but is not JSON, or not an error, is a file, unless the
// service itself calls it JSON.
func jsonInstead(a *wire.Answer, r *bufio.Reader, declared bool) error {
	body, err := r.Peek(maxHead)
	if err == nil && !declared {
		return nil // an error is not that long
	}
	if err != nil && err != io.EOF {
		return a.Broken(err)
	}
	if refusal := a.Refusal(body); refusal != nil {
		return refusal
	}
	if !declared {
		return nil
	}
	return a.Wrong(ErrProtocol, a.Request.URL.Host+" sent JSON in place of the file", "", nil)
}

// Read reads the file. A file that was cut short, or stops arriving, ends with
// an error of kind ErrIncomplete and never with io.EOF.
func (d *Download) Read(p []byte) (int, error) {
	n, err := d.reader.Read(p)
	d.read += int64(n)
	switch {
	case d.read > maxFile:
		n, err = 0, fmt.Errorf("it is larger than %d GiB", maxFile>>30)
	case d.read > freeGrowth+mostGrowth*d.wire.at:
		n, err = 0, fmt.Errorf("it unpacks to more than %d times its size", mostGrowth)
	}
	if err != nil && err != io.EOF {
		err = d.incomplete(err)
	}
	return n, err
}

// Close ends the download, also in the middle.
func (d *Download) Close() error { return d.body.Close() }

func (d *Download) incomplete(err error) error {
	if ended := d.answer.Ended(); ended != nil {
		return ended
	}
	of := ""
	if d.Size >= 0 {
		of = fmt.Sprintf(" of %d", d.Size)
	}
	return &Error{Op: d.op, Kind: ErrIncomplete, Hint: "try again", Err: d.answer.MaskedError(err),
		Summary: fmt.Sprintf("the file broke off after %d%s bytes", d.read, of)}
}
