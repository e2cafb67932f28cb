package logsapi

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
		{"the end below", "a\nb\n" + end, oldestFirst, true},
		{"the end on top", end + "b\na\n", newestFirst, true},
		{"the end on top against the stamps", end + stamped(1, 2, 3, 4, 5, 6), newestFirst, true},
		{"the end alone", end, unknownOrder, false},
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
