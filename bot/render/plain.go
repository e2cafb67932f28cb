package render

import (
	"slices"
	"strings"
	"time"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// summaryText replaces the blocks in notifications and for screen readers. It is
// escaped.
func summaryText(r reply.Reply) string {
	var parts []string
	for _, s := range []string{r.Title(), r.Reason, r.Body} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if r.Refused { // the body may end with "Did you mean:"
		for _, e := range r.Try {
			if e.Button == "" || strings.HasPrefix(e.Button, shownLine(e)) {
				parts = append(parts, shownLine(e))
			}
		}
	}
	if len(parts) == 0 {
		parts = append(parts, r.Text(time.Now().UTC()))
	}
	return escape.Replace(shortenCounted(strings.Join(parts, "\n"), roomSummary))
}

// fence is what plainText puts around a reply.
const fence = "```"

// plainText is a whole reply without blocks, for when Slack refuses them. left lines
// are left out of the reply already. More go from the front if room is short, because
// the end of a log says most.
func plainText(r reply.Reply, left int, l texts.Lang) string {
	r.Lines = slices.Clone(r.Lines)
	for i := range r.Lines {
		r.Lines[i].Text = lines.Shorten(r.Lines[i].Text, roomPlainLine)
	}
	text := fenced(withLeftOut(r, left, l))
	for len(text) > roomPlain && len(r.Lines) > 1 {
		r.Lines, left = r.Lines[1:], left+1
		text = fenced(withLeftOut(r, left, l))
	}
	return shortenedFence(text) + askedBy(r, l)
}

// fenced is a reply in escaped plain text, which cannot end its fence.
func fenced(r reply.Reply) string {
	return escape.Replace(strings.ReplaceAll(r.Text(time.Now().UTC()), fence, "'''"))
}

// shortenedFence puts an escaped text into its fence, shortened to its room.
func shortenedFence(text string) string {
	plain := unescape.Replace(text)
	for over := len(text) - roomPlain; over > 0; over = len(text) - roomPlain {
		plain = lines.ShortenBytes(plain, len(plain)-(over+4)/5-len("…"))
		text = escape.Replace(plain)
	}
	return fence + "\n" + text + "\n" + fence
}

// askedBy names the person who asked, as a mention, behind the fence.
func askedBy(r reply.Reply, l texts.Lang) string {
	if !userID.MatchString(r.Asker) {
		return ""
	}
	return "\n" + texts.Bot.AskedBy.With("<@"+r.Asker+">").In(l)
}
