// Package plaintext renders what a Slack message or modal shows as lines of plain
// text.
package plaintext

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"logbot/bot/slacksim/blockkit"
	"logbot/bot/slacksim/mrkdwn"
)

// Renderer renders the content of messages and modals. All fields but State and
// Errors must be set; those two are of a modal only.
type Renderer struct {
	User    func(id string) string // the name of a user
	Channel func(id string) string // the name of a channel
	Zone    *time.Location
	Now     time.Time
	State   blockkit.State    // what was entered
	Errors  map[string]string // what the app found wrong, by block_id
}

// Mrkdwn renders text with Slack's markup: mentions, links and dates become words,
// emphasis marks are removed, fenced lines are indented, entities are resolved.
func (r Renderer) Mrkdwn(s string) []string {
	var lines []string
	for i, part := range strings.Split(s, "```") {
		part = r.tokens(part)
		if i%2 == 1 {
			lines = append(lines, indent(strings.Trim(mrkdwn.Unescape(part), "\n"), "    ")...)
			continue
		}
		if i > 0 {
			part = strings.TrimPrefix(part, "\n")
		}
		if part == "" && s != "" {
			continue
		}
		lines = append(lines, strings.Split(strings.TrimSuffix(mrkdwn.Unescape(withoutEmphasis(part)), "\n"), "\n")...)
	}
	return lines
}

// tokens replaces every <...>, also inside fences, as Slack does.
func (r Renderer) tokens(s string) string {
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

// token renders the inside of <...>. The result is still escaped.
func (r Renderer) token(t string) string {
	target, label, _ := strings.Cut(t, "|")
	switch target[:min(1, len(target))] {
	case "@":
		return "@" + mrkdwn.Escape(r.User(target[1:]))
	case "#":
		return "#" + cmp.Or(label, mrkdwn.Escape(r.Channel(target[1:])))
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

// dateToken renders TIMESTAMP^FORMAT[^LINK]; it returns the fallback if it
// cannot read t.
func (r Renderer) dateToken(t, fallback string) string {
	stamp, format, _ := strings.Cut(t, "^")
	format, _, _ = strings.Cut(format, "^")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || format == "" {
		return fallback
	}
	return mrkdwn.Escape(r.date(seconds, mrkdwn.Unescape(format)))
}

// date fills in the placeholders of Slack's date format, with a 24-hour clock.
func (r Renderer) date(seconds int64, format string) string {
	t, now := time.Unix(seconds, 0).In(r.Zone), r.Now.In(r.Zone)
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

// withoutEmphasis removes the marks of bold, italic and struck text. It leaves code
// between backticks alone.
func withoutEmphasis(s string) string {
	var b strings.Builder
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		stripEmphasis(&b, line)
	}
	return b.String()
}

// stripEmphasis goes once over the line. A mark opens where a word may begin and
// closes where one may end. unclosed remembers the marks that nothing closes, so
// that the search for a closing mark is not repeated.
func stripEmphasis(b *strings.Builder, line string) {
	closers := map[int]bool{}
	unclosed := ""
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
		case strings.IndexByte("*_~", mark) >= 0 && strings.IndexByte(unclosed, mark) < 0 && opensEmphasis(line, i):
			if end := closingMark(line, i); end > 0 {
				closers[end] = true
				continue
			}
			unclosed += string(mark)
		}
		b.WriteByte(mark)
	}
}

// opensEmphasis reports whether the mark at i is a single one before a word.
func opensEmphasis(line string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(line[:i])
	after := i + 1
	return isBoundary(before, line[i]) && after < len(line) && line[after] != ' ' && line[after] != line[i]
}

// closingMark finds the mark that closes the one at i, or returns 0.
func closingMark(line string, i int) int {
	for j := i + 2; j < len(line); j++ {
		after, _ := utf8.DecodeRuneInString(line[j+1:])
		if line[j] == line[i] && line[j-1] != ' ' && line[j-1] != line[i] && isBoundary(after, line[i]) {
			return j
		}
	}
	return 0
}

// isBoundary reports whether r may be next to a mark on its outer side. At either end
// of the line r is utf8.RuneError, which may.
func isBoundary(r rune, mark byte) bool {
	return r != rune(mark) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

// indent splits text into lines and puts margin before each.
func indent(s, margin string) []string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = margin + lines[i]
	}
	return lines
}

// Printable makes a line safe for a terminal: control characters and marks that
// change the reading direction are spelled out.
func Printable(line string) string {
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
