package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// maxFile bounds one file in bytes. Slack takes files of up to 1 GB (its help
// centre's long-standing figure).
const maxFile = 1 << 30

// errTooLarge says that a log is longer than a file may be.
var errTooLarge = errors.New("the log is larger than the 1 GB that Slack takes as a file")

// spool is a file on its way to Slack, which wants to know the exact length
// before the first byte. It stands compressed in a temporary file that has no
// name any more, so nothing is left behind however the process ends.
type spool struct {
	file *os.File
	size int64 // of the content, in bytes
}

// fill copies r, already masked, into a new spool in folder dir. Memory stays
// flat whatever the size.
func fill(ctx context.Context, dir string, r io.Reader) (*spool, error) {
	file, err := os.CreateTemp(dir, "logbot-*")
	if err != nil {
		return nil, fmt.Errorf("open a temporary file: %w", err)
	}
	s := &spool{file: file}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("unlink a temporary file: %w", err), s.close())
	}
	if err := s.write(ctx, r); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *spool) write(ctx context.Context, r io.Reader) error {
	packed, err := zstd.NewWriter(s.file, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return fmt.Errorf("compress: %w", err)
	}
	s.size, err = io.Copy(packed, io.LimitReader(whileAlive{ctx, r}, maxFile+1))
	if err == nil && s.size > maxFile {
		err = errTooLarge
	}
	return errors.Join(err, packed.Close())
}

// open reads the content from its start; the caller closes it before the next
// open.
func (s *spool) open() (io.ReadCloser, error) {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind a temporary file: %w", err)
	}
	d, err := zstd.NewReader(s.file, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(8<<20))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return d.IOReadCloser(), nil
}

func (s *spool) close() error { return s.file.Close() }

// whileAlive ends a read between two chunks once its context has ended.
type whileAlive struct {
	ctx context.Context
	r   io.Reader
}

func (w whileAlive) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}
