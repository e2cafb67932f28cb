// Package render turns replies into Slack messages within Slack's limits. It only
// computes: it knows neither the bot nor the network.
package render

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// Options are what a message shows besides the reply.
type Options struct {
	Lang    texts.Lang
	Origin  Origin        // zero: the message has no Remove button
	Records []slack.Block // of buttons that were used before
	Open    bool          // a long excerpt is not folded
}

// Message renders a reply as a Slack message within Slack's limits.
func Message(r reply.Reply, o Options) delivery.Message {
	r, left := fit(cleaned(r))
	return delivery.Message{Text: summaryText(r), Blocks: blocks(withLeftOut(r, left, o.Lang), o), Plain: plainText(r, left, o.Lang), Lang: o.Lang}
}

// FileMessage renders the reply above an uploaded file. Its Remove button deletes
// the file, too.
func FileMessage(r reply.Reply, sent delivery.Sent, asker string, l texts.Lang) delivery.Message {
	r.File, r.Private = nil, false
	if sent.Hidden > 0 {
		if r.Source != "" {
			r.Source += " · "
		}
		r.Source += countText(sent.Hidden, texts.Bot.ValueHidden, texts.Bot.ValuesHidden, l)
	}
	m := Message(r, Options{Lang: l, Origin: Origin{Asker: asker, Files: []string{sent.ID}}})
	// Slack takes no text beside the blocks of a file: its title is what a notification
	// says.
	m.Title = lines.Shorten(strings.TrimPrefix(line(r.Heading)+" · "+line(sent.Name), " · "), maxFileTitle)
	return m
}

func countText(n int, one, many texts.Text, l texts.Lang) string {
	if n == 1 {
		return one.In(l)
	}
	return many.With(n).In(l)
}

// blocks renders a reply in Slack's Block Kit. Log text goes only into rich_text and
// plain_text, which are literal: nothing in it can ping a channel, forge a link or
// break out of its block.
func blocks(r reply.Reply, o Options) []slack.Block {
	var out []slack.Block
	if r.Heading != "" {
		out = append(out, slack.NewHeaderBlock(plain(r.Heading)))
	}
	if row := contextRow(r, o.Lang); len(row) > 0 {
		out = append(out, slack.NewContextBlock("", row...))
	}
	shown, folded := besides(r.Lines, r.Reason), []lines.Line(nil)
	if !o.Open {
		shown, folded = firstScreen(shown)
	}
	if text := logText(r.Reason, shown); len(text) > 0 {
		out = append(out, slack.NewRichTextBlock("", text...))
	}
	if text := logText("", folded); len(text) > 0 {
		out = append(out, slack.NewContainerBlock(slack.NewRichTextBlock("", text...)).
			WithTitle(plain(countText(len(folded), texts.Bot.MoreLine, texts.Bot.MoreLines, o.Lang))).WithCollapsible(true, true))
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
		out = append(out, slack.NewContextBlock("", byline(texts.FollowStop.In(o.Lang), r.StoppedBy)))
	}
	out = append(out, o.Records...)
	if row := buttons(r, o.Lang); len(row) > 0 {
		out = append(out, slack.NewActionBlock(buttonsBlock, row...))
	}
	if row := foot(r, o); len(row) > 0 {
		out = append(out, slack.NewContextActionsBlock(footBlock, row...))
	}
	return out
}

// userID matches ids of people; any other text stays out of Slack's markup for a
// mention.
var userID = regexp.MustCompile(`^[UW][A-Z0-9]+$`)

// channelID matches ids of channels; any other text stays out of Slack's markup for
// a channel.
var channelID = regexp.MustCompile(`^[CDG][A-Z0-9]+$`)

// contextRow says which build it is, from which source, when it started, and who
// asked. Text by others, such as the name of a branch, is never markup.
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
		if r.Started.Unix() > 0 { // Slack separates elements
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
	if userID.MatchString(r.Asker) {
		by := texts.Bot.AskedBy.With("<@" + r.Asker + ">").In(l)
		if len(out) > 0 {
			by = "· " + by
		}
		out = append(out, markup(by))
	}
	return out
}

// besides returns the lines without the one that stands above them as the reason.
func besides(all []lines.Line, reason string) []lines.Line {
	if reason == "" {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(l lines.Line) bool { return l.Number != 0 && strings.TrimSpace(l.Text) == reason })
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

// examples are lines to copy, one per row.
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
