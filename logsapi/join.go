package logsapi

import (
	"strings"

	"logbot/logsapi/lines"
)

// Seam is what belongs between the texts of two neighbouring pages of a log:
// nothing, or a line feed.
//
// A page may end anywhere, also inside a line, a stamp or between two entries
// that the service wrote on one line, so texts are glued as they are. Only where
// older ends without a line feed and without a blank, and newer begins with a
// stamp, the service is taken to have left out the final line feed. Glued
// entries have a blank between them.
func Seam(older, newer string) string {
	if older == "" || strings.HasSuffix(older, "\n") || strings.HasSuffix(older, " ") {
		return ""
	}
	if !lines.HasStamp(newer) {
		return ""
	}
	return "\n"
}

// Join puts the texts of neighbouring pages together, oldest first. Joining the
// texts of all pages of a log gives the log. Pages may be joined as they come, at
// either end, with the same result; only a page shorter than a stamp that is cut
// inside one can make a difference of a line feed.
func Join(texts ...string) string {
	var b strings.Builder
	last := ""
	for _, text := range texts {
		if text == "" {
			continue
		}
		b.WriteString(Seam(last, text))
		b.WriteString(text)
		last = text
	}
	return b.String()
}
