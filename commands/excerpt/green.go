package excerpt

import (
	"bytes"
	"strings"

	"logbot/logsapi/lines"
)

// maxSeen bounds the lines of a green log that are remembered: 256 Ki hashes,
// 4 MB as a table at most half full.
const maxSeen = 1 << 18

// Seen remembers which lines a log has, but for their numbers. Fill it by Write
// with the last log of the same task that succeeded. Lines beyond a bound are
// not remembered. It may be read by several goroutines once it is filled.
type Seen struct {
	table []uint64 // open addressing; 0 is free
	count int
	carry carry
	clean []byte
}

// Write reads the next bytes of the green log; lines may be cut anywhere. It
// never fails.
func (s *Seen) Write(p []byte) (int, error) {
	s.carry.split(p, s.add)
	return len(p), nil
}

func (s *Seen) add(line []byte) {
	text := unstamp(lines.Parse(bytes.TrimSuffix(line, []byte("\r"))).Text)
	text = lines.Plain(s.clean, text)
	if s.count >= maxSeen {
		return
	}
	if s.table == nil {
		s.table = make([]uint64, 2*maxSeen)
	}
	hash := unnumbered(text, countOfNone)
	if at, found := s.slot(hash); !found {
		s.table[at] = hash
		s.count++
	}
}

// has says whether the green log has a line like text. A nil Seen has none.
func (s *Seen) has(text []byte) bool {
	if !s.filled() {
		return false
	}
	_, found := s.slot(unnumbered(text, countOfNone))
	return found
}

// filled says whether there is a green log to compare with.
func (s *Seen) filled() bool { return s != nil && s.count > 0 }

func (s *Seen) slot(hash uint64) (at uint64, found bool) {
	size := uint64(len(s.table))
	for at = hash % size; s.table[at] != 0; at = (at + 1) % size {
		if s.table[at] == hash {
			return at, true
		}
	}
	return at, false
}

// masked is a hash of text that is the same for lines which differ only in
// numbers, hexadecimal words with a digit, and white space. It is never 0.
func masked(text []byte) uint64 { return unnumbered(text, anyNumber) }

// What stands for numbers in a hash. A healthy build says "0 errors", a broken
// one "3 errors": what a green log has is known with the counts of 0 apart.
const (
	anyNumber   = '0'
	countOfNone = 'z'
)

// unnumbered is as masked says, with zero for a count of 0.
func unnumbered(text []byte, zero byte) uint64 {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a, 64 bits
	hash := uint64(offset)
	for i := 0; i < len(text); {
		c := text[i]
		if n := numeral(text[i:]); n > 0 {
			if c = anyNumber; none(text, i, n) {
				c = zero
			}
			i += n
		} else if i++; c == ' ' || c == '\t' {
			continue
		}
		hash = (hash ^ uint64(c)) * prime
	}
	return max(hash, 1)
}

// none says whether the number of n bytes at text[i:] is a 0 that stands alone,
// no part of a time, a fraction, a percentage or a name.
func none(text []byte, i, n int) bool {
	return n == 1 && text[i] == '0' && (i == 0 || !joins(text[i-1])) && (i+1 == len(text) || !joins(text[i+1]))
}

// joins says whether a byte beside a digit makes it a part of something longer.
func joins(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(".:-_/%#", c) >= 0
}

const maxNumeral = 64 // bytes of a number; keeps the search for long words linear

// numeral is the length of the number at the start of s: decimal digits, or a
// word of hexadecimal digits that has a decimal one.
func numeral(s []byte) int {
	n, digits := 0, 0
	for n < min(len(s), maxNumeral) {
		c := s[n]
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F':
		default:
			return hexWord(s, n, digits)
		}
		n++
	}
	return hexWord(s, n, digits)
}

func hexWord(s []byte, n, digits int) int {
	if digits > 0 && (n >= 7 || digits == n) {
		return n
	}
	plain := 0
	for plain < n && '0' <= s[plain] && s[plain] <= '9' {
		plain++
	}
	return plain
}
