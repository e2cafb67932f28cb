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
	"net/url"
	"strings"

	"logbot/logsapi/lines"
)

// Download is the content of a file as it arrives. It must be closed. It is not
// safe for concurrent use.
type Download struct {
	// Size is the length in bytes, or -1 where the service does not say or
	// sends the file compressed.
	Size int64

	c      *Client
	ctx    context.Context
	op     string
	read   int64
	reader io.Reader
	body   io.Closer
}

// OpenStepFile opens the log file of one step. ctx holds for reading it too.
// Compressed files (gzip, ZIP) come out as plain text; the entries of a ZIP
// follow each other. An answer that is an error or a web page in place of a
// file is an error. A file that breaks off or stalls is continued where the
// service can do that.
func (c *Client) OpenStepFile(ctx context.Context, f StepFile) (*Download, error) {
	if err := f.check(); err != nil {
		return nil, invalid("open step file", err)
	}
	op := fmt.Sprintf("open file of step %d of record %s", f.Step, f.RecordID)
	level := "INFO"
	if f.Debug {
		level = "DEBUG"
	}
	query := url.Values{"task_name": {fmt.Sprintf("stage%d", f.Step)}, "log_level": {level}}
	once := func(header http.Header) (*http.Response, error) {
		header.Set("Accept-Encoding", "gzip") // said by us, it is undone by us: only then offsets are those of the wire
		return c.open(ctx, op, buildService, "/v4/"+f.RecordID+"/task-log", query, header)
	}
	again := func(header http.Header) (a *http.Response, err error) {
		err = c.retry(ctx, op, func() error {
			a, err = once(header)
			return err
		})
		return a, err
	}
	var d *Download
	err := c.retry(ctx, op, func() error {
		a, err := once(http.Header{})
		if err != nil {
			return err
		}
		d, err = c.download(ctx, op, a, again)
		if err != nil {
			a.Body.Close()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// download decides by content type and first bytes what an answer is; ask gets
// the rest of a file that breaks off.
func (c *Client) download(ctx context.Context, op string, a *http.Response, ask func(http.Header) (*http.Response, error)) (*Download, error) {
	body := c.newFileBody(ctx, op, a, ask)
	d := &Download{Size: a.ContentLength, c: c, ctx: ctx, op: op, body: body}
	r := bufio.NewReaderSize(body, maxRefusal)
	_, err := r.Peek(1)
	if coding := a.Header.Get("Content-Encoding"); err == nil && coding != "" && coding != "identity" {
		d.Size = -1
		var plain *gzip.Reader
		if plain, err = gzip.NewReader(r); err != nil {
			return nil, d.incomplete(fmt.Errorf("content encoding %.20q: %w", c.scrub(coding), err))
		}
		r = bufio.NewReaderSize(plain, maxRefusal)
	}
	head, err := r.Peek(sniffed)
	if err != nil && err != io.EOF {
		return nil, c.unreachable(ctx, op, err)
	}
	d.reader = r
	switch contentType, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type")); {
	case len(head) == 0:
		return nil, &Error{Op: op, Kind: ErrNotFound, Status: a.StatusCode, RequestID: c.requestID(a, nil),
			Summary: "the service sent an empty file", Hint: "the step may not have run"}
	case bytes.HasPrefix(head, gzipMagic):
		d.Size = -1
		if d.reader, err = gzip.NewReader(r); err != nil {
			return nil, d.incomplete(err)
		}
	case bytes.HasPrefix(head, zipMagic):
		d.Size, d.reader = -1, &zipReader{r: r}
	case isPage(contentType, head):
		return nil, &Error{Op: op, Kind: ErrProtocol, Status: a.StatusCode, RequestID: c.requestID(a, nil),
			Summary: a.Request.URL.Host + " sent a web page in place of the file",
			Hint:    "check the address of the service; this may be a sign-on page"}
	case looksJSON(contentType, head):
		if err := c.jsonInstead(ctx, op, a, r, isJSON(contentType)); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// sniffed is how much of a file is looked at to tell what it is.
const sniffed = 512

var gzipMagic = []byte{0x1f, 0x8b}

func isJSON(contentType string) bool {
	return contentType == "application/json" || strings.HasSuffix(contentType, "+json")
}

// looksJSON also suspects what is declared as JSON and is no CodeArts line.
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
// that begins like JSON but is none, or no error, is a file, unless the service
// itself calls it JSON.
func (c *Client) jsonInstead(ctx context.Context, op string, a *http.Response, r *bufio.Reader, declared bool) error {
	body, err := r.Peek(maxRefusal)
	if err == nil && !declared {
		return nil // an error is not that long
	}
	if err != nil && err != io.EOF {
		return c.unreachable(ctx, op, err)
	}
	if e, _ := decode[struct{}](body); e.failed() {
		return c.refused(op, a, &e.failure)
	}
	if !declared {
		return nil
	}
	return &Error{Op: op, Kind: ErrProtocol, Status: a.StatusCode, RequestID: c.requestID(a, nil),
		Summary: a.Request.URL.Host + " sent JSON in place of the file"}
}

// Read reads the file. A file that was cut short, or stops arriving, ends with
// an error of kind ErrIncomplete and never with io.EOF.
func (d *Download) Read(p []byte) (int, error) {
	n, err := d.reader.Read(p)
	d.read += int64(n)
	if err != nil && err != io.EOF {
		err = d.incomplete(err)
	}
	return n, err
}

// Close ends the download, also in the middle.
func (d *Download) Close() error { return d.body.Close() }

func (d *Download) incomplete(err error) error {
	if d.ctx.Err() != nil {
		return ended(d.op, d.ctx.Err())
	}
	of := ""
	if d.Size >= 0 {
		of = fmt.Sprintf(" of %d", d.Size)
	}
	return &Error{Op: d.op, Kind: ErrIncomplete, Hint: "try again", Err: d.c.clean(err),
		Summary: fmt.Sprintf("the file broke off after %d%s bytes", d.read, of)}
}
