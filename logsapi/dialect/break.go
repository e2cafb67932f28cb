package dialect

import (
	"strings"

	"logbot/logsapi/lines"
)

// How the lines of a page are separated, as far as the page itself shows it.
type lineBreak int

const (
	unknownBreak lineBreak = iota
	lineFeed
	literalBreak // a backslash and an n, or a backslash, r, backslash, n
)

// breakOf tells how the lines of a text are separated. A line feed inside it proves
// line feeds. A literal one in front of a stamp proves literal ones: no tool prints
// the stamp of CodeArts behind one.
func breakOf(text string) lineBreak {
	body := strings.TrimSuffix(text, "\n")
	if strings.Contains(body, "\n") {
		return lineFeed
	}
	for at := 0; ; {
		i := strings.Index(body[at:], `\n[`)
		if i < 0 {
			break
		}
		at += i + len(`\n`)
		if lines.HasStamp(body[at:]) {
			return literalBreak
		}
	}
	if len(body) < len(text) {
		return lineFeed
	}
	return unknownBreak
}

// splitLiteral replaces literal line breaks by line feeds. A backslash in front of
// one is taken to escape it. A break that the page cuts, its backslash at the end or
// its n in front of a stamp, becomes a line feed in the later page.
func splitLiteral(text string) string {
	if len(text) > 1 && text[0] == 'n' && lines.HasStamp(text[1:]) {
		text = "\n" + text[1:]
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		text = text[i:]
		switch {
		case text == `\`:
			return b.String()
		case strings.HasPrefix(text, `\\`):
			b.WriteString(text[:2])
			text = text[2:]
		case strings.HasPrefix(text, `\r\n`):
			b.WriteByte('\n')
			text = text[4:]
		case strings.HasPrefix(text, `\n`):
			b.WriteByte('\n')
			text = text[2:]
		default:
			b.WriteByte('\\')
			text = text[1:]
		}
	}
}
