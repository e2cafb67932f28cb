package excerpt

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"logbot/logsapi/lines"
)

// Bounds of what is remembered of a green log. A line takes up to 6 bytes as Append
// writes it and at most 32 in memory, so that the largest set has 640 KiB and 4 MiB.
const (
	// maxSeen is how many different lines are remembered, those with the lowest hashes.
	maxSeen = 1 << 17
	// seenBits is the length of a hash. A line that the log lacks is taken for one of
	// maxSeen known lines with the probability maxSeen/2^seenBits, 1 in 8 million. Of the
	// 160 lines that are ranked for an excerpt one is then undervalued in 1 of 50,000
	// logs, and most often it is not the reason.
	seenBits = 40
)

// SeenVersion counts the changes of what Append writes: of its form, of the hashes, and
// of what is masked in a line before.
const SeenVersion = 1

// Seen remembers which lines a log has, but for their numbers. Fill it by Write
// with the last log of the same task that succeeded, and Close it. It may be read by
// several goroutines afterwards.
type Seen struct {
	table []uint64 // open addressing, at most half full; 0 is free
	count int
	most  int    // how many lines are remembered; 0 is maxSeen
	limit uint64 // hashes above it are not remembered; 0: all are
	part  bool   // lines of the log are missing, nobody knows which
	carry carry

	coded        bool // the log is in the CodeArts form
	scratch, cut []byte
}

// Write reads the next bytes of the green log; lines may be cut anywhere. It
// never fails.
func (s *Seen) Write(p []byte) (int, error) {
	s.carry.split(p, s.add)
	return len(p), nil
}

// Close takes what was written as the whole log: a last line without a line feed
// counts, too. It never fails.
func (s *Seen) Close() error {
	if !s.carry.empty() {
		s.add(s.carry.line())
		s.carry.reset()
	}
	return nil
}

// InPart says that the log has more lines than were written: those are not known to be
// new.
func (s *Seen) InPart() { s.part = true }

// Empty reports whether no line was written.
func (s *Seen) Empty() bool { return s == nil || s.count == 0 }

func (s *Seen) add(line []byte) {
	if s.coded = s.coded || lines.HasStamp(line); !s.coded {
		s.remember(line)
		return
	}
	for rest := line; ; {
		line, rest = lines.Cut(rest)
		s.remember(lines.Parse(line).Text)
		if len(rest) == 0 {
			return
		}
	}
}

// remember takes in one line as a Finder sees it.
func (s *Seen) remember(line []byte) {
	s.cut = lines.AppendMiddle(s.cut[:0], peel(&s.scratch, line), maxText)
	hash := seenHash(s.cut)
	if s.limit > 0 && hash > s.limit {
		return
	}
	s.insert(hash)
	if s.count > cmp.Or(s.most, maxSeen) {
		s.trim()
	}
}

func (s *Seen) insert(hash uint64) {
	if 2*s.count >= len(s.table) {
		s.grow(max(1<<10, 2*len(s.table)))
	}
	if at, found := s.slot(hash); !found {
		s.table[at] = hash
		s.count++
	}
}

// grow makes a table of size places.
func (s *Seen) grow(size int) {
	before := s.table
	s.table = make([]uint64, size)
	for _, hash := range before {
		if hash != 0 {
			at, _ := s.slot(hash)
			s.table[at] = hash
		}
	}
}

// trim forgets the highest hashes. What is above the highest one that is left counts as
// not known from then on, whatever the order of the lines.
func (s *Seen) trim() {
	kept := s.hashes()[:s.count*3/4]
	clear(s.table)
	for _, hash := range kept {
		at, _ := s.slot(hash)
		s.table[at] = hash
	}
	s.count, s.limit = len(kept), kept[len(kept)-1]
}

// hashes are those in the table, ascending.
func (s *Seen) hashes() []uint64 {
	all := make([]uint64, 0, s.count)
	for _, hash := range s.table {
		if hash != 0 {
			all = append(all, hash)
		}
	}
	slices.Sort(all)
	return all
}

// compare says whether the green log has a line like text, and whether it is sure to
// have none. Neither holds for a line that is not remembered, and for a nil Seen.
func (s *Seen) compare(text []byte) (known, fresh bool) {
	if s.Empty() {
		return false, false
	}
	hash := seenHash(text)
	if s.limit > 0 && hash > s.limit {
		return false, false
	}
	_, known = s.slot(hash)
	return known, !known && !s.part
}

func (s *Seen) slot(hash uint64) (at uint64, found bool) {
	size := uint64(len(s.table))
	for at = hash % size; s.table[at] != 0; at = (at + 1) % size {
		if s.table[at] == hash {
			return at, true
		}
	}
	return at, false
}

// Append adds the set to data, for ParseSeen: whether it is in part, the limit, the
// number of hashes, and the differences between them, ascending, as unsigned varints.
func (s *Seen) Append(data []byte) []byte {
	part := uint64(0)
	if s.part {
		part = 1
	}
	data = binary.AppendUvarint(data, part)
	data = binary.AppendUvarint(data, s.limit)
	data = binary.AppendUvarint(data, uint64(s.count))
	before := uint64(0)
	for _, hash := range s.hashes() {
		data = binary.AppendUvarint(data, hash-before)
		before = hash
	}
	return data
}

// ParseSeen reads what Append wrote. Damaged data is an error and takes no more memory
// than the largest set.
func ParseSeen(data []byte) (*Seen, error) {
	ends := false
	next := func() uint64 {
		v, n := binary.Uvarint(data)
		if n <= 0 {
			ends = true
			return 0
		}
		data = data[n:]
		return v
	}
	part, limit, count := next(), next(), next()
	if ends || part > 1 || limit >= 1<<seenBits || count > maxSeen {
		return nil, fmt.Errorf("the lines of a green log: a damaged head: %d, %d, %d", part, limit, count)
	}
	s := &Seen{part: part == 1, limit: limit}
	for hash := uint64(0); count > 0; count-- {
		difference := next()
		if difference == 0 || difference >= 1<<seenBits || hash+difference >= 1<<seenBits {
			return nil, fmt.Errorf("the lines of a green log: %d are missing or damaged", count)
		}
		hash += difference
		s.insert(hash)
	}
	if len(data) > 0 {
		return nil, fmt.Errorf("the lines of a green log: %d bytes too many", len(data))
	}
	return s, nil
}

// seenHash is the hash of a line, from 1 to 2^seenBits-1.
func seenHash(text []byte) uint64 {
	hash := unnumbered(text, countOfNone)
	hash = (hash ^ hash>>33) * 0xff51afd7ed558ccd // the first step of MurmurHash3's finalizer: FNV leaves the high bits uneven
	return max(hash>>(64-seenBits), 1)
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
