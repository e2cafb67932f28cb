package spool

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// TooLargeError says that a content is larger than its reader asked for.
type TooLargeError struct {
	Size  int64 // of the content in bytes, as far as it was read
	Limit int64 // bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%d bytes are more than the limit of %d", e.Size, e.Limit)
}

// File is a spooled content. It is complete and does not change. Close it.
type File struct {
	disk *diskFile
	size int64
	zstd bool // the bytes on disk are compressed, those of Open are not
}

// Fill reads a content to its end, or until ctx ends. It returns a *TooLargeError
// if the content has more than limit bytes.
func (s *Store) Fill(ctx context.Context, content io.Reader, limit int64) (*File, error) {
	disk, err := s.create()
	if err != nil {
		return nil, err
	}
	f := &File{disk: disk, zstd: true}
	if f.size, err = compress(disk, untilEnd{ctx, content}, limit); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// compress writes a content with little CPU and memory.
func compress(to io.Writer, content io.Reader, limit int64) (size int64, err error) {
	z, err := zstd.NewWriter(to, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return 0, fmt.Errorf("compress: %w", err)
	}
	size, err = io.Copy(z, io.LimitReader(content, limit+1))
	if err == nil && size > limit {
		err = &TooLargeError{Size: size, Limit: limit}
	}
	return size, errors.Join(err, z.Close())
}

// Gzip returns a new file that holds this one in gzip's format, under a name. It
// stops with a *TooLargeError at limit compressed bytes.
func (f *File) Gzip(ctx context.Context, name string, limit int64) (*File, error) {
	disk, err := f.disk.store.create()
	if err != nil {
		return nil, err
	}
	packed := &File{disk: disk}
	if err := f.gzipTo(ctx, &limitedWriter{disk, limit, f.size}, name); err != nil {
		packed.Close()
		return nil, err
	}
	packed.size = disk.size
	return packed, nil
}

func (f *File) gzipTo(ctx context.Context, to io.Writer, name string) error {
	content, err := f.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	z := gzip.NewWriter(to)
	z.Name = name
	if _, err := io.Copy(z, untilEnd{ctx, content}); err != nil {
		return err
	}
	return z.Close()
}

// Size is the number of bytes that Open returns.
func (f *File) Size() int64 { return f.size }

// Open returns a reader of the content from its start. Several may be open at once.
func (f *File) Open() (io.ReadCloser, error) {
	if !f.zstd {
		return io.NopCloser(f.disk.reader()), nil
	}
	z, err := zstd.NewReader(f.disk.reader(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(8<<20))
	if err != nil {
		return nil, fmt.Errorf("decompress: %w", err)
	}
	return z.IOReadCloser(), nil
}

// Close frees the file's space. It returns no error, as nothing can be lost.
func (f *File) Close() { _ = f.disk.close() }

type limitedWriter struct {
	to      *diskFile
	limit   int64
	content int64 // bytes of the uncompressed content, for the error
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	if w.to.size+int64(len(p)) > w.limit {
		return 0, &TooLargeError{Size: w.content, Limit: w.limit}
	}
	return w.to.Write(p)
}

// untilEnd stops reading between two chunks once ctx has ended.
type untilEnd struct {
	ctx context.Context
	r   io.Reader
}

func (u untilEnd) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}
