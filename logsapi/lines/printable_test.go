package lines

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPrintableEndsAtTheFirstByteThatIsNot(t *testing.T) {
	for c := range 256 {
		for at := range 20 {
			s := bytes.Repeat([]byte{'~'}, 40)
			s[at] = byte(c)
			s[at+1] = 0x80 // stops it in any case
			want := at
			if c >= ' ' && c <= '~' {
				want = at + 1
			}
			assert.Equal(t, want, Printable(s), "%#x at %d", c, at)
			assert.Equal(t, want, Printable(s[:at+1]), "%#x at the end", c)
		}
	}
	assert.Zero(t, Printable(nil))
}
