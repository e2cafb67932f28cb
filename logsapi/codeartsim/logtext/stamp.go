package logtext

import (
	"bytes"
	"time"
)

const (
	// StampLayout is the layout of a stamp. Every stamp is as long as the layout.
	StampLayout = "[2006/01/02 15:04:05.000 GMT-07:00]"
	StampBytes  = len(StampLayout)

	wallBytes = len("[2006/01/02 15:04:05.000") // the part that changes when a stamp is moved
)

// ParseStamp returns the stamp at the beginning of line: what time.Parse would, which is
// too slow for all stamps of a folder. What StampLayout would write otherwise is no stamp.
func ParseStamp(line []byte) (time.Time, bool) {
	wall, ok := parseWall(line)
	if !ok {
		return time.Time{}, false
	}
	east := int(digits(line[29:31]))*60 + int(digits(line[32:34]))
	if line[28] == '-' {
		east = -east
	}
	return wall.Add(-time.Duration(east) * time.Minute).In(time.FixedZone("", east*60)), true
}

// parseWall returns what the clock of the stamp's zone shows, as if it were UTC.
func parseWall(line []byte) (time.Time, bool) {
	if len(line) < StampBytes {
		return time.Time{}, false
	}
	for i, want := range []byte(StampLayout) {
		switch c := line[i]; {
		case '0' <= want && want <= '9':
			if c < '0' || c > '9' {
				return time.Time{}, false
			}
		case c != want && (i != 28 || c != '+'):
			return time.Time{}, false
		}
	}
	year, month, day := int(digits(line[1:5])), time.Month(digits(line[6:8])), int(digits(line[9:11]))
	hour, minute, second := int(digits(line[12:14])), int(digits(line[15:17])), int(digits(line[18:20]))
	t := time.Date(year, month, day, hour, minute, second, int(digits(line[21:24]))*int(time.Millisecond), time.UTC)
	isTime := t.Month() == month && t.Day() == day && hour < 24 && minute < 60 && second < 60
	return t, isTime && digits(line[29:31]) <= 24 && digits(line[32:34]) < 60
}

func digits(b []byte) (n uint) {
	for _, c := range b {
		n = n*10 + uint(c-'0')
	}
	return n
}

// putWall writes the part of a stamp before its zone.
func putWall(b *[wallBytes]byte, t time.Time) {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	copy(b[:], StampLayout)
	putDigits(b[1:5], year)
	putDigits(b[6:8], int(month))
	putDigits(b[9:11], day)
	putDigits(b[12:14], hour)
	putDigits(b[15:17], minute)
	putDigits(b[18:20], second)
	putDigits(b[21:24], t.Nanosecond()/int(time.Millisecond))
}

func putDigits(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

type stamp struct {
	at   int       // offset in the block
	wall time.Time // see parseWall
}

// findStamps returns the stamps of a block: at the beginning of lines, and of
// entries that were glued to another line.
func findStamps(block []byte) (stamps []stamp) {
	for at := 0; ; at++ {
		next := bytes.IndexByte(block[at:], '[')
		if next < 0 {
			return stamps
		}
		at += next
		if t, ok := parseWall(block[at:]); ok {
			stamps = append(stamps, stamp{at, t})
		}
	}
}
