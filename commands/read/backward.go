package read

import (
	"bytes"
	"slices"
	"strings"

	"logbot/commands/redact"
)

// backward masks a log that is read from its end, page by page, as if it were whole: each
// line together with what follows it. What stands before the oldest page is not known; so
// of a private key the lines without its BEGIN and END before them are not.
type backward struct {
	gate  *redact.Gate
	first string // the first line of the page behind, which may begin in an older one
	long  bool   // first was too long
	after []byte // the beginning of what follows first, not masked
}

// mask returns the masked whole lines of a page and of the line that it cuts; the first
// line of the page waits for the next, unless this is the last. A line of more than
// maxCarry bytes is replaced by tooLong. found is what these lines show.
func (b *backward) mask(page string, last bool) (masked []byte, found []redact.Finding) {
	text := page + b.first
	if b.long {
		begin := strings.LastIndexByte(page, '\n') + 1
		if begin == 0 && !last {
			return nil, nil
		}
		text = page[:begin] + tooLong + "\n"
	}
	b.first, b.long = "", false
	if !last {
		begin := strings.IndexByte(text, '\n') + 1
		if begin == 0 {
			begin = len(text)
		}
		if b.first, text = text[:begin], text[begin:]; len(b.first) > maxCarry {
			b.first, b.long = "", true
		}
	}
	if len(b.after) == 0 {
		b.after = head(nil, text)
		masked, _, found = b.gate.Inspect([]byte(text))
		return masked, found
	}
	all := append([]byte(text), b.after...)
	masked, _, found = b.gate.Inspect(all)
	b.after = head(b.after, text)
	count := strings.Count(text, "\n")
	found = slices.DeleteFunc(found, func(f redact.Finding) bool { return f.Line > count })
	end := 0 // masking leaves the line ends
	for range count {
		end += bytes.IndexByte(masked[end:], '\n') + 1
	}
	return masked[:end], found
}

// head is the beginning of text and what follows it, as far as a secret is followed.
func head(after []byte, text string) []byte {
	if len(text) >= redact.Reach {
		return []byte(text[:redact.Reach])
	}
	all := append([]byte(text), after...)
	return all[:min(len(all), redact.Reach)]
}

// forward masks a log that is read from its start as if it were whole: whole lines
// together with what stands before them.
type forward struct {
	gate   *redact.Gate
	before []byte // whole lines, not masked, as far as a secret is followed
}

// mask returns the masked text, which consists of the next whole lines, and what these
// show.
func (f *forward) mask(text string) (masked []byte, found []redact.Finding) {
	masked, _, found = f.gate.Inspect(append(f.before, text...))
	before := bytes.Count(f.before, []byte("\n"))
	found = slices.DeleteFunc(found, func(f redact.Finding) bool { return f.Line <= before })
	for i := range found {
		found[i].Line -= before
	}
	for range before {
		masked = masked[bytes.IndexByte(masked, '\n')+1:]
	}
	if f.before = append(f.before, text...); len(f.before) > redact.Reach {
		f.before = f.before[len(f.before)-redact.Reach:]
		f.before = f.before[bytes.IndexByte(f.before, '\n')+1:]
	}
	f.before = bytes.Clone(f.before)
	return masked, found
}
