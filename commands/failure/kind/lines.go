package kind

import "bytes"

// tail returns the last lines of text that have any, at most n, in their order.
func tail(text []byte, n int) [][]byte {
	var last [][]byte
	for len(text) > 0 && len(last) < n {
		text = bytes.TrimRight(text, "\r\n \t")
		at := bytes.LastIndexByte(text, '\n') + 1
		if at < len(text) {
			last = append(last, text[at:])
		}
		text = text[:at]
	}
	for i, j := 0, len(last)-1; i < j; i, j = i+1, j-1 {
		last[i], last[j] = last[j], last[i]
	}
	return last
}
