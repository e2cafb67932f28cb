package slacksim

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var (
	escaper   = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unescaper = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
)

// escape writes text so that mrkdwn shows it literally, formatting aside.
func escape(s string) string { return escaper.Replace(s) }

func unescape(s string) string { return unescaper.Replace(s) }

// reader turns what a message holds into what a person reads.
type reader struct {
	user    func(id string) string
	channel func(id string) string
	zone    *time.Location
	now     time.Time
	entered entered           // of a modal; nothing in a message
	errors  map[string]string // of a modal
}

// mrkdwn renders text with Slack's markup: mentions, links and dates become
// words, emphasis marks go, fenced lines are indented, entities are resolved.
func (r reader) mrkdwn(s string) []string {
	var lines []string
	for i, part := range strings.Split(s, "```") {
		part = r.tokens(part)
		if i%2 == 1 {
			lines = append(lines, indented(strings.Trim(unescape(part), "\n"), "    ")...)
			continue
		}
		if i > 0 {
			part = strings.TrimPrefix(part, "\n")
		}
		if part == "" && s != "" {
			continue
		}
		lines = append(lines, strings.Split(strings.TrimSuffix(unescape(plain(part)), "\n"), "\n")...)
	}
	return lines
}

// tokens replaces every <...>, also inside fences, as Slack does.
func (r reader) tokens(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "<")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := strings.IndexAny(after, "<>\n")
		if end < 1 || after[end] != '>' {
			b.WriteByte('<')
			s = after
			continue
		}
		b.WriteString(r.token(after[:end]))
		s = after[end+1:]
	}
}

// token renders the inside of <...>; the result is still escaped.
func (r reader) token(t string) string {
	target, label, _ := strings.Cut(t, "|")
	switch target[:min(1, len(target))] {
	case "@":
		return "@" + escape(r.user(target[1:]))
	case "#":
		return "#" + cmp.Or(label, escape(r.channel(target[1:])))
	case "!":
		word, rest, _ := strings.Cut(target[1:], "^")
		switch word {
		case "date":
			return r.dateToken(rest, label)
		case "subteam":
			return cmp.Or(label, "@"+rest)
		}
		return cmp.Or(label, "@"+word)
	}
	return cmp.Or(label, strings.TrimPrefix(target, "mailto:"))
}

// dateToken renders TIMESTAMP^FORMAT[^LINK]; what it cannot read becomes the fallback.
func (r reader) dateToken(t, fallback string) string {
	stamp, format, _ := strings.Cut(t, "^")
	format, _, _ = strings.Cut(format, "^")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || format == "" {
		return fallback
	}
	return escape(r.date(seconds, unescape(format)))
}

// date fills the placeholders of Slack's date format, with a 24-hour clock.
func (r reader) date(seconds int64, format string) string {
	t, now := time.Unix(seconds, 0).In(r.zone), r.now.In(r.zone)
	long := t.Format("January ") + ordinal(t.Day()) + t.Format(", 2006")
	pretty := func(s string) string {
		switch t.Format(time.DateOnly) {
		case now.Format(time.DateOnly):
			return "today"
		case now.AddDate(0, 0, -1).Format(time.DateOnly):
			return "yesterday"
		case now.AddDate(0, 0, 1).Format(time.DateOnly):
			return "tomorrow"
		}
		return s
	}
	short, full := t.Format("Jan 2, 2006"), t.Format("Monday, ")+long
	return strings.NewReplacer(
		"{date_num}", t.Format(time.DateOnly), "{date_slash}", t.Format("01/02/2006"),
		"{date}", long, "{date_pretty}", pretty(long),
		"{date_short}", short, "{date_short_pretty}", pretty(short),
		"{date_long}", full, "{date_long_pretty}", pretty(full),
		"{time}", t.Format("15:04"), "{time_secs}", t.Format("15:04:05"),
		"{ago}", now.Sub(t).Round(time.Second).String()+" ago",
	).Replace(format)
}

func ordinal(day int) string {
	suffix := "th"
	switch {
	case day/10 == 1:
	case day%10 == 1:
		suffix = "st"
	case day%10 == 2:
		suffix = "nd"
	case day%10 == 3:
		suffix = "rd"
	}
	return strconv.Itoa(day) + suffix
}

// plain takes the marks of bold, italic and struck text away and leaves code
// between backticks alone.
func plain(s string) string {
	var b strings.Builder
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		plainLine(&b, line)
	}
	return b.String()
}

// plainLine goes once over the line. A mark opens where a word may begin and
// closes where one may end; hopeless remembers the marks that nothing closes.
func plainLine(b *strings.Builder, line string) {
	closers := map[int]bool{}
	hopeless := ""
	for i := 0; i < len(line); i++ {
		mark := line[i]
		switch {
		case closers[i]:
			continue
		case mark == '`':
			if end := strings.IndexByte(line[i+1:], '`'); end >= 0 {
				b.WriteString(line[i : i+end+2])
				i += end + 1
				continue
			}
		case strings.IndexByte("*_~", mark) >= 0 && strings.IndexByte(hopeless, mark) < 0 && opens(line, i):
			if end := closing(line, i); end > 0 {
				closers[end] = true
				continue
			}
			hopeless += string(mark)
		}
		b.WriteByte(mark)
	}
}

// opens reports whether the mark at i stands alone before a word.
func opens(line string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(line[:i])
	after := i + 1
	return apart(before, line[i]) && after < len(line) && line[after] != ' ' && line[after] != line[i]
}

// closing finds the mark that closes the one at i, or returns 0.
func closing(line string, i int) int {
	for j := i + 2; j < len(line); j++ {
		after, _ := utf8.DecodeRuneInString(line[j+1:])
		if line[j] == line[i] && line[j-1] != ' ' && line[j-1] != line[i] && apart(after, line[i]) {
			return j
		}
	}
	return 0
}

// apart reports whether r may stand outside a mark. At either end of the line
// it is utf8.RuneError, which may.
func apart(r rune, mark byte) bool {
	return r != rune(mark) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// indented splits text into lines with a margin.
func indented(s, margin string) []string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = margin + lines[i]
	}
	return lines
}

// clean makes a line safe to print: control characters, which could drive a
// terminal, and marks that turn the reading direction are spelled out.
func clean(line string) string {
	bad := func(r rune) bool {
		return (unicode.IsControl(r) && r != '\t') || unicode.Is(unicode.Bidi_Control, r)
	}
	line = strings.ToValidUTF8(line, "\uFFFD")
	if strings.IndexFunc(line, bad) < 0 {
		return line
	}
	var b strings.Builder
	for _, r := range line {
		if bad(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
