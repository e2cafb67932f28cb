package cache

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zstd"

	"logbot/logsapi"
)

// A value, in memory as in every store, is a header of 32 bytes and the text of
// the page, compressed:
//
//	 0  magic, version, codec, flags                            one byte each
//	 4  length of the text in bytes                             uint32
//	 8  Next.Start, Next.End                                    int64 each
//	24  xxh64 of the key, the 24 bytes above and the text       uint64
//
// Numbers are big endian. The key is part of the sum, so that a value which got
// under another key is damaged, as is one with a bit changed anywhere.
const (
	headerLen = 32
	sumAt     = 24

	magic     = 0xB5
	version   = 1
	codecZstd = 1

	flagLast    = 1 << 0 // Page.Last
	flagSettled = 1 << 1 // lifetime.settled
	knownFlags  = flagLast | flagSettled
)

// maxText bounds the text of one page in bytes, before encoding and in memory
// after decoding. The service sends at most 1000 lines, about 100 to 200 KiB.
const maxText = 16 << 20

var errDamaged = errors.New("damaged page")

// codec turns pages into values and back. It is safe for concurrent use.
type codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

// newCodec uses zstd at its fastest: on pages of logs it packs 7 to 10 times,
// hardly less than the slower levels, and about 1.5 times what s2 does.
func newCodec() *codec {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithWindowSize(512<<10), zstd.WithEncoderCRC(false))
	if err != nil {
		panic(fmt.Sprintf("cache: zstd encoder: %v", err)) // the options are constants
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxMemory(maxText), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		panic(fmt.Sprintf("cache: zstd decoder: %v", err))
	}
	return &codec{enc: enc, dec: dec}
}

// encode returns the value of p under key. The text must not exceed maxText.
func (c *codec) encode(key string, p logsapi.Page, settled bool) []byte {
	var flags byte
	if p.Last {
		flags |= flagLast
	}
	if settled {
		flags |= flagSettled
	}
	value := make([]byte, 0, headerLen+len(p.Text)/4)
	value = append(value, magic, version, codecZstd, flags)
	value = binary.BigEndian.AppendUint32(value, uint32(len(p.Text)))
	value = binary.BigEndian.AppendUint64(value, uint64(p.Next.Start))
	value = binary.BigEndian.AppendUint64(value, uint64(p.Next.End))
	text := []byte(p.Text)
	value = binary.BigEndian.AppendUint64(value, sum(key, value, text))
	return bytes.Clone(c.enc.EncodeAll(text, value)) // without the spare room
}

// decode is the reverse of encode. Every error is or wraps errDamaged. It never
// takes more memory than the header says, and never more than maxText.
func (c *codec) decode(key string, value []byte) (p logsapi.Page, settled bool, err error) {
	if len(value) < headerLen {
		return p, false, fmt.Errorf("%w: %d bytes", errDamaged, len(value))
	}
	head, flags := value[:sumAt], value[3]
	if head[0] != magic || head[1] != version || head[2] != codecZstd || flags&^knownFlags != 0 {
		return p, false, fmt.Errorf("%w: unknown form % x", errDamaged, head[:4])
	}
	size := binary.BigEndian.Uint32(head[4:])
	if size > maxText {
		return p, false, fmt.Errorf("%w: text of %d bytes", errDamaged, size)
	}
	text, err := c.dec.DecodeAll(value[headerLen:], make([]byte, 0, size))
	if err != nil {
		return p, false, fmt.Errorf("%w: %w", errDamaged, err)
	}
	if len(text) != int(size) || sum(key, head, text) != binary.BigEndian.Uint64(value[sumAt:]) {
		return p, false, fmt.Errorf("%w: length or checksum differ", errDamaged)
	}
	return logsapi.Page{
		Text: string(text),
		Next: logsapi.Cursor{
			Start: int64(binary.BigEndian.Uint64(head[8:])),
			End:   int64(binary.BigEndian.Uint64(head[16:])),
		},
		Last: flags&flagLast != 0,
	}, flags&flagSettled != 0, nil
}

func sum(key string, head, text []byte) uint64 {
	d := xxhash.New()
	d.WriteString(key) // a Digest's writes do not fail
	d.Write(head)
	d.Write(text)
	return d.Sum64()
}
