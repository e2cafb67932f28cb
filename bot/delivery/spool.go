package delivery

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// spool is a file on its way to Slack, which wants to know the exact length
// before the first byte. A content that changes while it is read does so before
// its length is told. It stands compressed on disk; memory stays flat whatever
// the size.
type spool struct {
	file   *roomed
	size   int64 // of the content, in bytes
	packed bool  // the file is compressed; its content is what is sent
}

// fill copies r into a new spool, at most so many bytes of it; one more is a
// *TooLargeError.
func (r *spoolRoom) fill(content io.Reader, most int64) (*spool, error) {
	file, err := r.newFile()
	if err != nil {
		return nil, err
	}
	s := &spool{file: file, packed: true}
	if err := s.write(content, most); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *spool) write(content io.Reader, most int64) error {
	packed, err := zstd.NewWriter(s.file, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	s.size, err = io.Copy(packed, io.LimitReader(content, most+1))
	if err == nil && s.size > most {
		err = &TooLargeError{Size: s.size, Most: most}
	}
	return errors.Join(err, packed.Close())
}

// gzipped is the content compressed in the form that people can open, in a spool
// of its own: its length must be known, too. It ends early above most bytes.
func (s *spool) gzipped(ctx context.Context, name string, most int64) (*spool, error) {
	file, err := s.file.room.newFile()
	if err != nil {
		return nil, err
	}
	g := &spool{file: file}
	if err := s.gzipInto(ctx, g, name, most); err != nil {
		g.close()
		return nil, err
	}
	g.size = file.size
	return g, nil
}

func (s *spool) gzipInto(ctx context.Context, g *spool, name string, most int64) error {
	content, err := s.open()
	if err != nil {
		return err
	}
	defer content.Close()
	packed := gzip.NewWriter(&bounded{g.file, most, s.size})
	packed.Name = name
	if _, err := io.Copy(packed, whileAlive{ctx, content}); err != nil {
		return err
	}
	return packed.Close()
}

// open reads the content from its start.
func (s *spool) open() (io.ReadCloser, error) {
	if !s.packed {
		return io.NopCloser(s.file.reader()), nil
	}
	d, err := zstd.NewReader(s.file.reader(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(8<<20))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return d.IOReadCloser(), nil
}

// close lets the content go; there is nothing in it that an error could lose.
func (s *spool) close() { _ = s.file.Close() }

// bounded refuses to write more than most bytes.
type bounded struct {
	to   *roomed
	most int64
	of   int64 // the size of what is being written, for the error
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.to.size+int64(len(p)) > b.most {
		return 0, &TooLargeError{Size: b.of, Most: b.most}
	}
	return b.to.Write(p)
}

// whileAlive ends a read between two chunks once its context has ended.
type whileAlive struct {
	ctx context.Context
	r   io.Reader
}

func (w whileAlive) Read(p []byte) (int, error) {
	if w.ctx.Err() != nil {
		return 0, context.Cause(w.ctx)
	}
	return w.r.Read(p)
}

// tellEvery is how many bytes lie between two words of progress.
const tellEvery = 1 << 20

// told tells how much was read.
type told struct {
	io.Reader
	tell       func(int64)
	read, last int64
}

func (t *told) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.read += int64(n)
	if t.read-t.last >= tellEvery || (err != nil && t.read > t.last) {
		t.last = t.read
		t.tell(t.read)
	}
	return n, err
}
