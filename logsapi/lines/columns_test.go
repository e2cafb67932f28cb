package lines

import (
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

func TestColumnsAreCountedAsAFixedWidthFontShowsThem(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "失败": 4, "e\u0301": 1, "🙂": 2, "🟣": 2, "㈾": 2, "한글": 4, "ｆ": 2, "→": 1, "✅": 2, "✓": 1,
		"“”…": 3, "，。": 4, "ｱ": 1, "zero\u200bwidth": 9, "soft\u00adhyphen": 10, "❤\ufe0f": 1, "\U00020000": 2, "\U0001fae8": 2,
	} {
		assert.Equal(t, want, Columns(s), "%q", s)
	}
}

func TestTheTableOfWideCharactersIsInOrder(t *testing.T) {
	last := rune(-1)
	for _, r := range wide {
		assert.Less(t, last, r[0])
		assert.LessOrEqual(t, r[0], r[1])
		last = r[1]
	}
}

func TestCharactersThatDoNotShowTakeNoColumn(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		switch ClassOf(r) {
		case Turning, Joining:
			assert.Zero(t, Width(r), "%U", r)
		case Unseen:
			if unicode.In(r, unicode.Cf, unicode.Mn) { // the others are not assigned
				assert.Zero(t, Width(r), "%U", r)
			}
		}
	}
}
