package codeartsim

import (
	"bytes"
	"slices"

	"logbot/logsapi/codeartsim/logtext"
)

// alteration returns what the faults about the content of logs do to every log file
// when it is loaded; nil if none is enabled. Every file keeps its final line feed,
// and every fault leaves most lines unchanged.
func (f faults) alteration() func(file []byte) []byte {
	var alter []func([][]byte)
	for _, change := range []struct {
		fault Fault
		make  func([][]byte)
	}{{NoStamps, dropStamps}, {OutOfOrder, swapNeighbours}, {BadBytes, addBadBytes}, {Glued, glueLines}} {
		if f.has(change.fault) {
			alter = append(alter, change.make)
		}
	}
	if alter == nil {
		return nil
	}
	return func(file []byte) []byte {
		lines := slices.Collect(bytes.Lines(file))
		for _, change := range alter {
			change(lines)
		}
		return bytes.Join(lines, nil)
	}
}

// glueLines appends every fifth line with a stamp to the line before.
func glueLines(lines [][]byte) {
	for i := 4; i < len(lines); i += 5 {
		if _, ok := logtext.ParseStamp(lines[i]); ok {
			lines[i-1] = append(bytes.TrimSuffix(slices.Clone(lines[i-1]), []byte("\n")), ' ')
		}
	}
}

// dropStamps removes the stamp of every fourth line.
func dropStamps(lines [][]byte) {
	for i := 3; i < len(lines); i += 4 {
		if _, ok := logtext.ParseStamp(lines[i]); ok && len(lines[i]) > logtext.StampBytes+1 {
			lines[i] = bytes.TrimPrefix(lines[i][logtext.StampBytes:], []byte(" "))
		}
	}
}

// swapNeighbours exchanges two neighbouring lines with stamps among every six.
func swapNeighbours(lines [][]byte) {
	for i := 2; i < len(lines); i += 6 {
		_, first := logtext.ParseStamp(lines[i-1])
		_, second := logtext.ParseStamp(lines[i])
		if first && second {
			lines[i-1], lines[i] = lines[i], lines[i-1]
		}
	}
}

// addBadBytes appends a letter in ISO 8859-1 to every seventh line.
func addBadBytes(lines [][]byte) {
	for i := 6; i < len(lines); i += 7 {
		lines[i] = append(bytes.TrimSuffix(slices.Clone(lines[i]), []byte("\n")), 0xe9, '\n')
	}
}
