package excerpt

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fromEnd reads log backwards, so many bytes a page, as far as it has to.
func fromEnd(log string, page int, o Options) *Backward {
	b := FromEnd(o)
	for rest := log; len(rest) > 0; {
		from := max(0, len(rest)-page)
		sure := b.Prepend([]byte(rest[from:]))
		if rest = rest[:from]; len(rest) == 0 {
			b.Started()
		}
		if sure {
			break
		}
	}
	return b
}

func TestFromTheEndTheAnswerIsTheSame(t *testing.T) {
	log := healthy(3000) + coded("B:build", "starts") + coded("", "main.go:3:2: undefined: 总数") + coded("B:build", "the state: FAILED") + healthy(200) + "Finished: FAILURE\n"
	want := excerptOf(t, log, Options{})
	for _, page := range []int{500, 1000, 7000, 64 << 10, len(log)} {
		b := fromEnd(log, page, Options{})
		e := b.Excerpt()
		assert.Equal(t, want.Reason.Text, e.Reason.Text, "pages of %d bytes", page)
		assert.Equal(t, Failed, e.Outcome)
	}
}

func TestReadingStopsWhenItIsSure(t *testing.T) {
	log := healthy(200_000) + "main.go:3:2: undefined: x\nScript exited with status 1\n" + strings.Repeat("cleaning up\n", 200)
	b := fromEnd(log, 40<<10, Options{})
	assert.Equal(t, 1, b.Pages())
	e := b.Excerpt()
	assert.False(t, e.Whole)
	assert.Equal(t, "main.go:3:2: undefined: x", e.Reason.Text)
	assert.Equal(t, -202, e.Reason.Number)
	for _, l := range e.Lines {
		assert.Negative(t, l.Number)
	}
}

func TestReadingStopsAtASuccess(t *testing.T) {
	b := fromEnd(healthy(100_000)+"Finished: SUCCESS\n", 40<<10, Options{})
	assert.Equal(t, 1, b.Pages())
	assert.Equal(t, Succeeded, b.Excerpt().Outcome)
}

func TestReadingStopsAfterSomePagesWhateverTheyHold(t *testing.T) {
	b := fromEnd(strings.Repeat("nothing to see\n", 100_000), 60_000, Options{})
	assert.Equal(t, maxPages, b.Pages())
	assert.NotEmpty(t, b.Excerpt().Lines)

	b = fromEnd(strings.Repeat("nothing to see\n", 100_000), 150, Options{})
	assert.Equal(t, mostPages, b.Pages(), "of small pages more are read")
}

func TestFromTheStartOnNumbersCountFromTheStart(t *testing.T) {
	b := FromEnd(Options{})
	b.Prepend([]byte("Script exited with status 128\n"))
	b.Prepend([]byte("one\nfatal: no such ref\n"))
	b.Started()
	e := b.Excerpt()
	assert.True(t, e.Whole)
	assert.Equal(t, 2, e.Reason.Number)
}

func TestNothingReadIsNothingFound(t *testing.T) {
	b := FromEnd(Options{})
	assert.Empty(t, b.Excerpt().Lines)
	assert.False(t, b.Prepend(nil))
	assert.Empty(t, b.Excerpt().Lines)
}

func TestPagesOfAnySizeAreHeldInBoundedMemory(t *testing.T) {
	page := bytes.Repeat([]byte("a line of a log 失败\n"), 200_000)
	b := FromEnd(Options{})
	grown := heapGrowth(func() {
		for range 5 { // 27 MB
			b.Prepend(page)
		}
	})
	assert.Less(t, grown, uint64(16<<20))
	assert.NotEmpty(t, b.Excerpt().Lines)
}

func TestAPageMayBeginInsideALine(t *testing.T) {
	b := FromEnd(Options{})
	b.Prepend([]byte("fined: x\nScript exited with status 1\n"))
	b.Prepend([]byte("compiling\nmain.go:3:2: unde"))
	b.Started()
	e := b.Excerpt()
	require.Equal(t, 3, e.Read)
	assert.Equal(t, "main.go:3:2: undefined: x", e.Reason.Text)
}

func ExampleBackward() {
	b := FromEnd(Options{Lines: 1})
	b.Prepend([]byte("main.go:3:2: undefined: x\nScript exited with status 1\n"))
	fmt.Println(b.Excerpt().Reason.Number, b.Excerpt().Reason.Text)
	// Output: -2 main.go:3:2: undefined: x
}
