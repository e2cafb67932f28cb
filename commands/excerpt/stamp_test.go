package excerpt

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUnstampTakesTheStampOfTheServiceOff(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"2026-04-23T10:41:18.7083545Z error: x", "error: x"},
		{"\ufeff2026-04-23T10:41:18Z error: x", "error: x"},
		{"2026-04-23T10:41:18+08:00 错误", "错误"},
		{"build\tRun make\t2026-04-23T10:41:18.7Z   indented", "  indented"},
		{"2026-04-23T10:41:18.7Z", ""},
		{"2026-04-23 10:41:18 a tool's own", "2026-04-23 10:41:18 a tool's own"},
		{"2026-04-23T10:41:18", "2026-04-23T10:41:18"},
		{"2026-04-23T10:41:18.", "2026-04-23T10:41:18."},
		{"a\tb\tc", "a\tb\tc"},
		{"", ""},
	} {
		assert.Equal(t, c.want, string(unstamp([]byte(c.line))), c.line)
	}
}

func TestPrintableLinesAreToldFromOthers(t *testing.T) {
	for length := range 20 {
		for at := range length {
			for c := range 256 {
				line := bytes.Repeat([]byte("a"), length)
				line[at] = byte(c)
				assert.Equal(t, c >= ' ' && c <= '~', printable(line), "%q", line)
			}
		}
	}
}
