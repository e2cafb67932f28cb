package lines

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheBeginningOfACharacterIsTold(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "a": 0, "构": 0, "构"[:1]: 1, "a构"[:3]: 2, "🙂"[:3]: 3, "🙂": 0, "\x80": 0, "\xff": 0, "\x80\x80\x80\x80": 0,
	} {
		assert.Equal(t, want, Unfinished([]byte(text)), "%q", text)
	}
}
