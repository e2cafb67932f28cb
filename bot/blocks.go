package bot

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// setting is what a message shows beside the reply.
type setting struct {
	lang    texts.Lang
	origin  origin        // zero: the message cannot be removed
	records []slack.Block // of buttons that were used before
	open    bool          // long excerpts start open
}

// message is a reply as Slack shows it, within Slack's limits.
func message(r reply.Reply, s setting) delivery.Message {
	r = fit(cleaned(r), s.lang)
	return delivery.Message{Text: summaryText(r), Blocks: blocks(r, s), Plain: plainText(r), Lang: s.lang}
}

// blocks is a reply in Slack's Block Kit. Text of a log stands only in rich_text
// and plain_text, which are literal: nothing in it can ping a channel, forge a
// link or break out of its block.
func blocks(r reply.Reply, s setting) []slack.Block {
	var out []slack.Block
	if r.Heading != "" {
		out = append(out, slack.NewHeaderBlock(plain(r.Heading)))
	}
	if row := contextRow(r, s.lang); len(row) > 0 {
		out = append(out, slack.NewContextBlock("", row...))
	}
	shown, folded := firstScreen(r.Lines)
	if text := logText(r.Reason, shown); len(text) > 0 {
		out = append(out, slack.NewRichTextBlock("", text...))
	}
	if text := logText("", folded); len(text) > 0 {
		out = append(out, slack.NewContainerBlock(slack.NewRichTextBlock("", text...)).
			WithTitle(plain(moreLines(len(folded), s.lang))).WithCollapsible(true, !s.open))
	}
	if r.Source != "" {
		out = append(out, slack.NewContextBlock("", plain(r.Source)))
	}
	if r.Body != "" {
		out = append(out, slack.NewSectionBlock(plain(r.Body), nil, nil))
	}
	if lines := examples(r.Try); len(lines) > 0 {
		out = append(out, slack.NewRichTextBlock("", lines...))
	}
	if r.StoppedBy != "" {
		out = append(out, slack.NewContextBlock("", byline(texts.FollowStop.In(s.lang), r.StoppedBy)))
	}
	out = append(out, s.records...)
	if row := buttons(r, s.lang); len(row) > 0 {
		out = append(out, slack.NewActionBlock(buttonsBlock, row...))
	}
	if row := foot(r, s); len(row) > 0 {
		out = append(out, slack.NewContextActionsBlock(footBlock, row...))
	}
	return out
}

// plain is a text object that Slack shows as it stands.
func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// markup is a text object in Slack's markup; s is escaped.
func markup(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
}

// channelID is an id of a channel: nothing else stands in Slack's markup for one.
var channelID = regexp.MustCompile(`^[CDG][A-Z0-9]+$`)

// contextRow is where the build is, what it was of and when it began. What
// others wrote, such as the name of a branch, is no markup.
func contextRow(r reply.Reply, l texts.Lang) []slack.MixedElement {
	var out []slack.MixedElement
	if channelID.MatchString(r.Channel) {
		out = append(out, markup("<#"+r.Channel+">"))
	}
	if r.Link != "" {
		label := "CodeArts"
		if r.About.Build > 0 {
			label = fmt.Sprintf("#%d", r.About.Build)
		}
		out = append(out, markup("<"+escape.Replace(r.Link)+"|"+label+">"))
	}
	if row := strings.Join(r.Context, " · "); row != "" {
		if r.Started.Unix() > 0 { // Slack sets elements apart by itself
			row = strings.TrimRight(texts.ContextAt.With(row, "").In(l), " ")
		}
		out = append(out, plain(row))
	}
	if started := r.Started.Unix(); started > 0 {
		when := fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", started, r.Started.UTC().Format("2006-01-02 15:04 UTC"))
		if len(r.Context) == 0 {
			when = texts.Bot.Started.In(l) + " " + when
		}
		out = append(out, markup(when))
	}
	return out
}

// address is a link without what would end it inside Slack's markup.
func address(link string) string {
	return strings.NewReplacer("|", "%7C", "<", "%3C", ">", "%3E", " ", "%20", "^", "%5E").Replace(link)
}

// logText is the reason and lines of a log.
func logText(reason string, lines []lines.Line) []slack.RichTextElement {
	var out []slack.RichTextElement
	if reason != "" {
		bold := &slack.RichTextSectionTextStyle{Bold: true}
		out = append(out, slack.NewRichTextSection(slack.NewRichTextSectionTextElement(reason, bold)))
	}
	if text := (reply.Reply{Lines: lines}).Excerpt(); text != "" {
		out = append(out, &slack.RichTextPreformatted{
			Type:     slack.RTEPreformatted,
			Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(text, nil)},
		})
	}
	return out
}

// moreLines is the title of what is folded away.
func moreLines(n int, l texts.Lang) string {
	if n == 1 {
		return texts.Bot.MoreLine.In(l)
	}
	return texts.Bot.MoreLines.With(n).In(l)
}

// examples are lines to copy, each in a row of its own.
func examples(try []reply.Example) []slack.RichTextElement {
	var out []slack.RichTextElement
	code := &slack.RichTextSectionTextStyle{Code: true}
	for _, e := range try {
		if e.Button != "" {
			continue
		}
		row := []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(e.Line, code)}
		if e.Does != "" {
			row = append(row, slack.NewRichTextSectionTextElement("  "+e.Does, nil))
		}
		out = append(out, slack.NewRichTextSection(row...))
	}
	return out
}

// buttons do what a line to type would do; the line is their value. The last one
// opens the page of the build.
func buttons(r reply.Reply, l texts.Lang) []slack.BlockElement {
	var out []slack.BlockElement
	for i, e := range r.Try {
		if e.Button != "" {
			out = append(out, slack.NewButtonBlockElement(actionID(e.Place, r.About, i), e.Line, plain(e.Button)))
		}
	}
	if r.Link != "" {
		out = append(out, slack.NewButtonBlockElement(openAction, "", plain(texts.Bot.Open.In(l))).WithURL(r.Link))
	}
	return out
}

// foot is the row of small buttons: whether these are the right lines, and
// Remove.
func foot(r reply.Reply, s setting) []slack.BlockElement {
	var out []slack.BlockElement
	if r.Rateable {
		out = append(out, slack.NewFeedbackButtonsBlockElement(rateAction,
			slack.NewFeedbackButton(plain(texts.Bot.RightLines.In(s.lang)), rating{About: r.About, Right: true}.value()),
			slack.NewFeedbackButton(plain(texts.Bot.WrongLines.In(s.lang)), rating{About: r.About}.value())))
	}
	if s.origin.Asker != "" {
		out = append(out, s.origin.button(s.lang))
	}
	return out
}

// escape is what Slack asks of text in its markup, and all of it.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// summaryText stands for the blocks in notifications and for screen readers; it
// is escaped.
func summaryText(r reply.Reply) string {
	var parts []string
	for _, s := range []string{r.Heading, r.Reason, r.Body} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if r.Refused { // its sentence ends with "Did you mean:"
		for _, e := range r.Try {
			if e.Button == "" {
				parts = append(parts, e.Line)
			}
		}
	}
	if len(parts) == 0 {
		parts = append(parts, r.Text(time.Now().UTC()))
	}
	return escape.Replace(cutCounted(strings.Join(parts, "\n"), roomSummary))
}

// plainText is a whole reply without blocks: the last resort.
func plainText(r reply.Reply) string {
	text := strings.ReplaceAll(r.Text(time.Now().UTC()), "```", "'''")
	text = lines.ShortenBytes(text, roomPlain)
	for over := len(escape.Replace(text)) - roomPlain; over > 0; over = len(escape.Replace(text)) - roomPlain {
		text = lines.ShortenBytes(text, len(text)-(over+4)/5-len("…"))
	}
	return "```\n" + escape.Replace(text) + "\n```"
}
