package dialect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// stamped makes a line for every second of a minute that is given.
func stamped(seconds ...int) string {
	var b strings.Builder
	for _, s := range seconds {
		fmt.Fprintf(&b, "[2026/09/10 17:26:%02d.000 GMT+08:00] 编译 %d\n", s, s)
	}
	return b.String()
}

func TestLineOrderIsReadOffThePage(t *testing.T) {
	const end = "[2026/09/10 17:27:00.000 GMT+08:00] Finished: FAILURE\n"
	counting := make([]int, 40)
	alternating := make([]int, 40) // two processes, one 15 s behind the other
	for i := range counting {
		counting[i] = i
		alternating[i] = i/2 + i%2*15
	}
	parallel := slices.Concat(counting, counting[:20]) // two steps at a time, one below the other
	for _, c := range []struct {
		name   string
		text   string
		order  lineOrder
		proven bool
	}{
		{"nothing", "", unknownOrder, false},
		{"no stamps", "a\nb\nc\n", unknownOrder, false},
		{"one stamp", stamped(1), unknownOrder, false},
		{"equal stamps", stamped(1, 1, 1, 1, 1, 1), unknownOrder, false},
		{"two stamps are a hint, no proof", stamped(1, 2), oldestFirst, false},
		{"two stamps out of order", stamped(2, 1), newestFirst, false},
		{"rising", stamped(1, 2, 3, 4, 5), oldestFirst, true},
		{"falling", stamped(5, 4, 3, 2, 1), newestFirst, true},
		{"one block out of order", stamped(1, 2, 9, 3, 4, 5, 6, 7), oldestFirst, true},
		{"two processes line by line", stamped(alternating...), oldestFirst, true},
		{"two steps below each other", stamped(parallel...), oldestFirst, true},
		{"no trend", stamped(1, 9, 1, 9, 1, 9, 1), unknownOrder, false},
		{"the end below is a hint, no proof", "a\nb\n" + end, oldestFirst, false},
		{"the end on top", end + "b\na\n", newestFirst, false},
		{"the end on top of falling stamps", end + stamped(5, 4, 3), newestFirst, true},
		{"the end on top against the stamps", end + stamped(1, 2, 3, 4, 5, 6), oldestFirst, true},
		{"the end below against the stamps", stamped(6, 5, 4, 3, 2, 1) + end, newestFirst, true},
		{"the end at both ends", end + "a\n" + end, unknownOrder, false},
		{"the end alone", end, unknownOrder, false},
		{"the end without a stamp", "Finished: FAILURE\nb\n", unknownOrder, false},
		{"a tool that finishes", "Finished: 3 files\nb\n", unknownOrder, false},
		{"stamps cut at both ends", "17:26:22.000 GMT+08:00] x\n" + stamped(1, 2, 3, 4) + "[2026/09/1", oldestFirst, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			order, proven, _ := orderOf(c.text)
			assert.Equal(t, c.order, order)
			assert.Equal(t, c.proven, proven)
		})
	}
}

// settled is what the order of the last of the pages is taken for.
func settled(pages ...string) (order lineOrder) {
	var p proof
	for _, page := range pages {
		order = p.settle(page)
	}
	return order
}

// run is n stamps, one a second; newest first where it falls.
func run(n int, falls bool) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("[2026/09/10 17:%02d:%02d.000 GMT+08:00] 编译\n", i/60, i%60)
	}
	if falls {
		slices.Reverse(all)
	}
	return strings.Join(all, "")
}

func TestWhatPagesShowedServesThoseThatShowLess(t *testing.T) {
	rising, falling := run(300, false), run(300, true)
	assert.Equal(t, unknownOrder, settled("a\nb\n"))
	assert.Equal(t, oldestFirst, settled(rising, "a\nb\n"))
	assert.Equal(t, newestFirst, settled(falling, "a\nb\n"))
	assert.Equal(t, newestFirst, settled(falling, run(3, false)), "few lines can lie")
	assert.Equal(t, newestFirst, settled(run(5, true), "a\nb\n"), "few lines that are clear are better than nothing")
	assert.Equal(t, oldestFirst, settled(run(5, true), run(40, false), "a\nb\n"), "more lines count more")
	assert.Equal(t, oldestFirst, settled(rising, rising, rising, run(20, true), "a\nb\n"), "one page among many changes nothing")
}

func TestAPageWhoseStampsAreClearDecidesForItself(t *testing.T) {
	rising, falling := run(300, false), run(300, true)
	pages := slices.Repeat([]string{falling}, 100)
	assert.Equal(t, oldestFirst, settled(append(pages, rising)...))
	assert.Equal(t, newestFirst, settled(append(pages, rising, "a\nb\n")...))
	pages = append(pages, slices.Repeat([]string{rising}, 20)...)
	assert.Equal(t, oldestFirst, settled(append(pages, "a\nb\n")...), "a service that changed its order")
}

func TestAnEndMarkerTurnsNoOtherPageAround(t *testing.T) {
	const echo = "[2026/09/10 17:00:00.000 GMT+08:00] Finished: SUCCESS\n"
	const small = "a\nb\n"
	rising := run(300, false)
	for name, page := range map[string]string{
		"on top of stamps":              echo + run(3, false),
		"on top of the same stamp":      echo + strings.Repeat(run(1, false), 5),
		"on top of lines without stamp": echo + small,
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, oldestFirst, settled(page, rising))
			assert.Equal(t, oldestFirst, settled(rising, page), "nor its own where other pages have shown more")
			assert.Equal(t, oldestFirst, settled(rising, page, small))
			assert.NotEqual(t, newestFirst, settled(page, small))
			assert.NotEqual(t, newestFirst, settled(page, run(2, false)))
		})
	}
}

func TestReversedTurnsLinesAround(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"one line", "a\n", "a\n"},
		{"lines", "c\nb\na\n", "a\nb\nc\n"},
		{"no line feed at the end", "c\nb\na", "a\nb\nc"},
		{"line feed in front", "\nc\nb\na", "a\nb\nc\n"},
		{"empty lines", "c\n\n\na\n", "a\n\n\nc\n"},
		{"only a line feed", "\n", "\n"},
		{"carriage returns stay", "丙\r\n乙\r\n", "乙\r\n丙\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, reversed(c.text)) })
	}
}
