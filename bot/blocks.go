package bot

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands"
)

// message is a reply as Slack shows it, within Slack's limits.
func message(r commands.Reply) delivery.Message {
	r = fit(r)
	return delivery.Message{Text: escape.Replace(summaryText(r)), Blocks: blocks(r), Plain: plainText(r)}
}

// blocks is a reply in Slack's Block Kit. Text of a log stands only in
// rich_text, whose text elements are literal: nothing in it can ping a channel,
// forge a link or break out of its block.
func blocks(r commands.Reply) []slack.Block {
	var out []slack.Block
	if r.Heading != "" {
		out = append(out, slack.NewHeaderBlock(plain(r.Heading)))
	}
	if line := contextLine(r); line != "" {
		out = append(out, slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, line, false, false)))
	}
	if text := logText(r); len(text) > 0 {
		out = append(out, slack.NewRichTextBlock("", text...))
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
	if row := buttons(r.Try); len(row) > 0 {
		out = append(out, slack.NewActionBlock(buttonsBlock, row...))
	}
	return out
}

// plain is a text object that Slack shows as it stands.
func plain(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// logText is the reason and the excerpt.
func logText(r commands.Reply) []slack.RichTextElement {
	var out []slack.RichTextElement
	if r.Reason != "" {
		bold := &slack.RichTextSectionTextStyle{Bold: true}
		out = append(out, slack.NewRichTextSection(slack.NewRichTextSectionTextElement(r.Reason, bold)))
	}
	if len(r.Lines) > 0 {
		out = append(out, &slack.RichTextPreformatted{
			Type:     slack.RTEPreformatted,
			Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(r.Excerpt(), nil)},
		})
	}
	return out
}

// examples are lines to copy, each in a row of its own.
func examples(try []commands.Example) []slack.RichTextElement {
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

// buttons do what a line to type would do; the line is their value.
func buttons(try []commands.Example) []slack.BlockElement {
	var out []slack.BlockElement
	for i, e := range try {
		if e.Button != "" && len(out) < maxButtons {
			out = append(out, slack.NewButtonBlockElement(fmt.Sprintf("%s-%d", runAction, i), cut(e.Line, maxValue), plain(cut(e.Button, maxButton))))
		}
	}
	return out
}

// contextLine has the start time in the reader's own zone.
func contextLine(r commands.Reply) string {
	escaped := make([]string, len(r.Context))
	for i, part := range r.Context {
		escaped[i] = escape.Replace(part)
	}
	r.Context = escaped
	started := ""
	if !r.Started.IsZero() {
		started = fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", r.Started.Unix(), r.Started.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return r.ContextLine(started)
}

// escape is what Slack asks of text in its markup, and all of it.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// summaryText stands for the blocks in notifications and for screen readers.
func summaryText(r commands.Reply) string {
	var parts []string
	for _, s := range []string{r.Heading, r.Reason, r.Body} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return cut(strings.Join(parts, "\n"), maxText/2)
}

// plainText is a whole reply without blocks: the last resort.
func plainText(r commands.Reply) string {
	text := strings.ReplaceAll(r.Text(time.Now().UTC()), "```", "'''")
	return "```\n" + escape.Replace(cut(text, maxText/2)) + "\n```"
}
