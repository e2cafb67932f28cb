package failure

import "strings"

// token replaces numbers and ids in a name.
func (n normalizer) token(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if isUUID(s[i:]) {
			b.WriteString(aNumber)
			i += uuidLen
			continue
		}
		end := i
		for end < len(s) && (isLetter(s[end]) || isDigit(s[end])) {
			end++
		}
		if end == i {
			b.WriteByte(s[i])
			i++
			continue
		}
		b.WriteString(n.run(s[i:end]))
		i = end
	}
	return collapse(b.String())
}

// run replaces numbers and ids in a run of letters and digits.
func (n normalizer) run(s string) string {
	if random(s) {
		return aNumber
	}
	first := strings.IndexFunc(s, func(r rune) bool { return '0' <= r && r <= '9' })
	switch {
	case first < 0:
		return s
	case first > 0 && !n.instances[strings.ToLower(s[:first])]:
		return named(s)
	}
	// Numbers with units, and parts of stamps: 1m30s, 30T08, 3rd.
	var b strings.Builder
	b.WriteString(s[:first])
	for i := first; i < len(s); {
		if digits := digitsOf(s[i:]); digits > 0 {
			b.WriteString(aNumber)
			i += digits
			continue
		}
		end := i
		for end < len(s) && !isDigit(s[end]) {
			end++
		}
		if letters := s[i:end]; !(n.units[letters] || len(letters) == 1 && end < len(s)) {
			b.WriteString(letters)
		}
		i = end
	}
	return b.String()
}

// named replaces the numbers in a name that begins with a letter. Short ones stay, such
// as in utf8 or log4j, and so do the codes of errors, such as TS2304.
func named(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		digits := digitsOf(s[i:])
		switch {
		case digits == 0:
			b.WriteByte(s[i])
			i++
			continue
		case digits <= 2 || errorCode(s, i, digits):
			b.WriteString(s[i : i+digits])
		default:
			b.WriteString(aNumber)
		}
		i += digits
	}
	return b.String()
}

// errorCode says whether the digits of s from i on end one such as TS2304.
func errorCode(s string, i, digits int) bool {
	return i <= 6 && digits >= 3 && digits <= 5 && i+digits == len(s) && strings.ToUpper(s) == s
}

// nameWord replaces ids in a word of the name of a test, and numbers that stand alone.
func (n normalizer) nameWord(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if isUUID(s[i:]) {
			b.WriteString(aNumber)
			i += uuidLen
			continue
		}
		end := i
		for end < len(s) && (isLetter(s[end]) || isDigit(s[end]) || s[end] == '_') {
			end++
		}
		switch word := s[i:end]; {
		case end == i:
			b.WriteByte(s[i])
			end++
		case random(word) || digitsOf(word) == len(word):
			b.WriteString(aNumber)
		default:
			b.WriteString(word)
		}
		i = end
	}
	return collapse(b.String())
}

// random says whether s is an id: hexadecimal, or long with letters and digits mixed.
func random(s string) bool {
	digits, hexes, upper, lower := 0, 0, false, false
	for i := range len(s) {
		c := s[i]
		if isDigit(c) {
			digits++
		}
		if isHex(c) {
			hexes++
		}
		upper = upper || 'A' <= c && c <= 'Z'
		lower = lower || 'a' <= c && c <= 'z'
	}
	switch {
	case len(s) > 2 && s[0] == '0' && s[1] == 'x' && hexes == len(s)-1:
		return true
	case hexes == len(s):
		return len(s) >= 7 && digits > 0 && !(upper && lower) || len(s) >= 32
	}
	return len(s) >= 16 && digits >= 3 && upper && lower
}

const uuidLen = 36

// isUUID says whether s begins with a UUID.
func isUUID(s string) bool {
	if len(s) < uuidLen {
		return false
	}
	for i := range uuidLen {
		c := s[i]
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !isHex(c) {
			return false
		}
	}
	return true
}

// collapse makes one of several numbers with a mark between each.
func collapse(s string) string {
	if !strings.Contains(s, aNumber) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '#' {
			b.WriteByte(s[i])
			continue
		}
		for i+1 < len(s) && s[i+1] == '#' || i+2 < len(s) && strings.IndexByte(".:,-+_/", s[i+1]) >= 0 && s[i+2] == '#' {
			i++
		}
		b.WriteByte('#')
	}
	out := b.String()
	if rest, ok := strings.CutPrefix(out, "-#"); ok {
		return aNumber + rest
	}
	return out
}

func digitsOf(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isHex(c byte) bool    { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
