package lines

import "unicode/utf8"

// Unfinished is how many bytes at the end of text are the beginning of a UTF-8 sequence
// that goes on behind it: 0 to 3.
func Unfinished(text []byte) int {
	for i := 1; i < utf8.UTFMax && i <= len(text); i++ {
		if start := text[len(text)-i:]; utf8.RuneStart(start[0]) {
			if utf8.FullRune(start) {
				return 0
			}
			return i
		}
	}
	return 0
}
