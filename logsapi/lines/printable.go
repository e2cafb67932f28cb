package lines

import (
	"encoding/binary"
	"math/bits"
)

// Printable returns how many bytes of printable ASCII, from the blank to the tilde, s
// begins with.
func Printable(s []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x80 * ones
	)
	i := 0
	for ; i+8 <= len(s); i += 8 {
		// The lowest bit tells the first byte that is from 0x80 on, under 0x20, or 0x7f;
		// bits above it may be wrong.
		x := binary.LittleEndian.Uint64(s[i:])
		if other := (x | (x - 0x20*ones) | (x + ones)) & highs; other != 0 {
			return i + bits.TrailingZeros64(other)/8
		}
	}
	for i < len(s) && s[i] >= ' ' && s[i] < 0x7f {
		i++
	}
	return i
}
