package excerpt

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestPrefixLenIsThatOfTheNumberPrinted(t *testing.T) {
	for _, n := range []int{0, 1, 9, 10, 123456, -1, -10, -99999} {
		assert.Equal(t, len(fmt.Sprintf("%d: ", n)), prefixLen(n), n)
	}
}

func TestTheExcerptKeepsItsLimits(t *testing.T) {
	log := strings.Repeat("src/主程序.c:3:1: error: 未声明的标识符 "+strings.Repeat("很长的一行 ", 200)+"\n", 3) +
		strings.Repeat("main.go:1:2: undefined: x\nlib.go:1:2: undefined: y\nother: cannot do it\n", 40) + "Script exited with status 1\n"
	for _, o := range []Options{{}, {Lines: 1}, {Lines: 3, Chars: 80}, {Lines: 50, Chars: 400}, {Lines: 5, Chars: 30}, {Lines: 100, Chars: 100_000}, {Lines: -1, Chars: -1}} {
		e := excerptOf(t, log, o)
		o = o.withDefaults()
		assert.NotEmpty(t, e.Lines)
		assert.LessOrEqual(t, len(e.Lines), o.Lines)
		assert.LessOrEqual(t, size(e), o.Chars, "%+v", o)
	}
}

// size is the length of an excerpt in characters, as it is printed.
func size(e Excerpt) int {
	n := 0
	for _, l := range e.Lines {
		n += utf8.RuneCountInString(fmt.Sprintf("%d: %s\n", l.Number, l.Text))
	}
	return n
}

func TestALineThatFitsIsShownWhole(t *testing.T) {
	long := "main.c:3:1: error: " + strings.Repeat("this is a long message ", 40)
	e := excerptOf(t, long+"\nScript exited with status 1\n", Options{})
	assert.Equal(t, strings.TrimSpace(long), e.Lines[0].Text)
}
