package excerpt

import "bytes"

// unstamp is line without the stamp that GitHub Actions puts before each line,
// "2026-04-23T10:41:18.7083545Z ", and without the job and step its downloaded
// logs carry before that, each followed by a tab.
func unstamp(line []byte) []byte {
	from := 0
	for range 2 {
		tab := bytes.IndexByte(line[from:min(len(line), from+maxColumn)], '\t')
		if tab < 0 {
			break
		}
		from += tab + 1
	}
	if rest, ok := cutStamp(line); ok {
		return rest
	}
	if from > 0 {
		if rest, ok := cutStamp(line[from:]); ok {
			return rest
		}
	}
	return line
}

const maxColumn = 81 // bytes of a job or step name with its tab

// cutStamp takes an RFC 3339 stamp and one blank off the front of line.
func cutStamp(line []byte) (rest []byte, ok bool) {
	const form = "0000-00-00T00:00:00"
	if len(line) <= len(form) {
		return nil, false
	}
	if line[0] == byteOrderMark[0] {
		if line = bytes.TrimPrefix(line, byteOrderMark); len(line) <= len(form) {
			return nil, false
		}
	}
	for i := range len(form) {
		if c := line[i]; form[i] == '0' && (c < '0' || c > '9') || form[i] != '0' && c != form[i] {
			return nil, false
		}
	}
	rest = line[len(form):]
	if rest[0] == '.' {
		rest = rest[1:]
		for len(rest) > 0 && '0' <= rest[0] && rest[0] <= '9' {
			rest = rest[1:]
		}
	}
	switch {
	case len(rest) > 0 && rest[0] == 'Z':
		rest = rest[1:]
	case len(rest) >= 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':':
		rest = rest[6:]
	default:
		return nil, false
	}
	return bytes.TrimPrefix(rest, []byte(" ")), true
}

var byteOrderMark = []byte("\ufeff")
