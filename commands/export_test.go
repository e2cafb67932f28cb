package commands

import "bytes"

var (
	Seal   = seal
	Split  = split
	Quoted = quoted
)

// PlainLines is for the test that a followed log is shown as it is.
func PlainLines(masked []byte) []string {
	var all []string
	for line := range bytes.Lines(masked) {
		all = append(all, plainLine(line))
	}
	return all
}
