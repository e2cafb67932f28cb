package logsapi

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

var (
	zipMagic      = []byte("PK\x03\x04")
	zipDescriptor = []byte("PK\x07\x08")
	zipDirectory  = []byte("PK\x01\x02")
)

// zipReader reads the entries of a ZIP file one after the other, as they
// arrive. archive/zip needs the whole file, since it begins at the directory at
// its end; the headers in front of the entries say enough.
//
// Layout: APPNOTE.TXT of PKWARE, sections 4.3.7 (local header) and 4.3.9 (data
// descriptor).
type zipReader struct {
	r     *bufio.Reader
	entry io.Reader // nil between entries
	sum   hash.Hash32
	want  uint32 // checksum, unless it follows the entry
	later bool   // checksum and sizes follow the entry
}

func (z *zipReader) Read(p []byte) (int, error) {
	for {
		if z.entry == nil {
			if err := z.next(); err != nil {
				return 0, err
			}
		}
		n, err := z.entry.Read(p)
		z.sum.Write(p[:n])
		if err == io.EOF {
			z.entry = nil
			err = z.verify()
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// next opens the next entry; io.EOF is the directory behind the last one.
func (z *zipReader) next() error {
	magic, err := z.r.Peek(4)
	switch {
	case err != nil:
		return io.ErrUnexpectedEOF
	case bytes.Equal(magic, zipDirectory):
		return io.EOF
	case !bytes.Equal(magic, zipMagic):
		return errors.New("the ZIP file is damaged")
	}
	var h [30]byte
	if _, err := io.ReadFull(z.r, h[:]); err != nil {
		return io.ErrUnexpectedEOF
	}
	le := binary.LittleEndian
	flags, method := le.Uint16(h[6:]), le.Uint16(h[8:])
	packed := le.Uint32(h[18:])
	if _, err := z.r.Discard(int(le.Uint16(h[26:])) + int(le.Uint16(h[28:]))); err != nil {
		return io.ErrUnexpectedEOF
	}
	z.want, z.later, z.sum = le.Uint32(h[14:]), flags&8 != 0, crc32.NewIEEE()
	switch {
	case flags&1 != 0:
		return errors.New("the ZIP file is encrypted")
	case method == 8:
		z.entry = flate.NewReader(z.r)
	case method == 0 && !z.later && packed != 1<<32-1:
		z.entry = io.LimitReader(z.r, int64(packed))
	default:
		return fmt.Errorf("the ZIP file uses a method that cannot be streamed (%d)", method)
	}
	return nil
}

// verify compares the checksum of an entry that was read to its end.
func (z *zipReader) verify() error {
	if z.later {
		if err := z.descriptor(); err != nil {
			return err
		}
	}
	if z.sum.Sum32() != z.want {
		return errors.New("the ZIP file is damaged: the checksum is wrong")
	}
	return nil
}

// descriptor reads what follows an entry: an optional signature, the checksum,
// and two sizes of 4 or, in large files, 8 bytes.
func (z *zipReader) descriptor() error {
	if magic, err := z.r.Peek(4); err == nil && bytes.Equal(magic, zipDescriptor) {
		z.r.Discard(4)
	}
	d, err := z.r.Peek(4 + 8 + 4)
	if err != nil {
		return io.ErrUnexpectedEOF
	}
	z.want = binary.LittleEndian.Uint32(d)
	length := 4 + 8
	if magic := d[length:]; !bytes.Equal(magic, zipMagic) && !bytes.Equal(magic, zipDirectory) {
		length = 4 + 16
	}
	if _, err := z.r.Discard(length); err != nil {
		return io.ErrUnexpectedEOF
	}
	return nil
}
