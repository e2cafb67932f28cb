package excerpt

import (
	"unicode/utf8"

	"logbot/logsapi/lines"
)

// shorten cuts the longest lines until all fit chars.
func shorten(chosen []candidate, chars int) {
	limit := maxText
	for limit > 8 {
		total := 0
		for _, c := range chosen {
			total += min(utf8.RuneCountInString(c.text), limit) + prefixLen(c.shown) + 1
		}
		if total <= chars {
			break
		}
		limit = limit * 15 / 16
	}
	for i := range chosen {
		chosen[i].text = lines.ShortenMiddle(chosen[i].text, limit)
	}
}

// printed is the length of a line as it is printed, with its line feed.
func printed(number int, text string) int {
	return prefixLen(number) + utf8.RuneCountInString(text) + 1
}

// prefixLen is the length of "NUMBER: ".
func prefixLen(number int) int {
	n := 3
	if number < 0 {
		n, number = n+1, -number
	}
	for ; number >= 10; number /= 10 {
		n++
	}
	return n
}
