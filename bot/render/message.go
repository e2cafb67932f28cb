// Package render turns replies into Slack messages within Slack's limits. It only
// computes: it knows neither the bot nor the network.
package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lazyregexp"
	"logbot/logsapi/lines"
)

// Options are what a message shows besides the reply.
type Options struct {
	Lang    texts.Lang
	Origin  Origin        // zero: the message has no Remove button
	Records []slack.Block // of buttons that were used before
}

// Message renders a reply as a Slack message within Slack's limits.
func Message(r reply.Reply, o Options) delivery.Message {
	r, left := fit(cleaned(withButtons(r)))
	return delivery.Message{Text: summaryText(r), Blocks: blocks(withLeftOut(r, left, o.Lang), o), Plain: plainText(r, left, o.Lang), Lang: o.Lang}
}

// FileMessage renders the one line above an uploaded file: what it is, what is masked or
// missing in it, who asked. Removing the message deletes the file, too.
func FileMessage(r reply.Reply, sent delivery.Sent, asker string, l texts.Lang) delivery.Message {
	r, _ = fit(cleaned(r))
	says := []string{escape.Replace(r.Heading)}
	if sent.Hidden > 0 {
		says = append(says, countText(sent.Hidden, texts.Bot.ValueHidden, texts.Bot.ValuesHidden, l))
	}
	if r.Source != "" {
		says = append(says, escape.Replace(r.Source))
	}
	if userID.MatchString(r.Asker) {
		says = append(says, texts.Bot.AskedBy.With("<@"+r.Asker+">").In(l))
	}
	text := strings.Join(says, " · ")
	o := Options{Lang: l, Origin: Origin{Asker: asker, Files: []string{sent.ID}}}
	block := slack.NewSectionBlock(markup(text), nil, nil)
	block.BlockID = o.Origin.block()
	if all := menu(choices(reply.Reply{Link: r.Link, About: r.About}, o), subject(r), l); len(all) > 0 {
		block.Accessory = accessory(all[0])
	}
	// Slack takes no text beside the blocks of a file: its title is what a notification
	// says.
	title := lines.Shorten(strings.TrimPrefix(r.Heading+" · "+line(sent.Name), " · "), maxFileTitle)
	return delivery.Message{Text: text, Blocks: []slack.Block{block}, Plain: text, Title: title, Lang: l}
}

// accessory is a control at the right of a text.
func accessory(e slack.BlockElement) *slack.Accessory {
	switch e := e.(type) {
	case *slack.ButtonBlockElement:
		return slack.NewAccessory(e)
	case *slack.OverflowBlockElement:
		return slack.NewAccessory(e)
	}
	return nil
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
	if title := title(r); title != nil {
		out = append(out, title)
	}
	if row := contextRow(r, o.Lang); len(row) > 0 {
		out = append(out, slack.NewContextBlock("", row...))
	}
	if text := logText(r); len(text) > 0 {
		out = append(out, slack.NewRichTextBlock("", text...))
	}
	if r.Body != "" {
		out = append(out, slack.NewSectionBlock(plain(r.Body), nil, nil))
	}
	if row := sourceRow(r, o.Lang); len(row) > 0 {
		out = append(out, slack.NewContextBlock("", row...))
	}
	if lines := examples(r.Try); len(lines) > 0 {
		out = append(out, slack.NewRichTextBlock("", lines...))
	}
	if r.StoppedBy != "" {
		out = append(out, slack.NewContextBlock("", byline(texts.FollowStop.In(o.Lang), r.StoppedBy)))
	}
	out = append(out, o.Records...)
	if row := controls(r, o); len(row) > 0 {
		out = append(out, slack.NewActionBlock(o.Origin.block(), row...))
	}
	return out
}

// title is the heading. That of a card is a line of text, in which the name of the build
// leads to its page.
func title(r reply.Reply) slack.Block {
	switch {
	case r.Heading == "":
		return nil
	case r.Sign == "":
		return slack.NewHeaderBlock(plain(r.Heading))
	}
	bold := &slack.RichTextSectionTextStyle{Bold: true}
	text := func(s string) slack.RichTextSectionElement { return slack.NewRichTextSectionTextElement(s, bold) }
	heading := []slack.RichTextSectionElement{text(r.Title())}
	if linksTitle(r) {
		name := subject(r)
		before, _ := strings.CutSuffix(r.Title(), r.Heading)
		heading = []slack.RichTextSectionElement{text(before), slack.NewRichTextSectionLinkElement(r.Link, name, bold), text(strings.TrimPrefix(r.Heading, name))}
	}
	lines := []slack.RichTextElement{slack.NewRichTextSection(heading...)}
	if who := whoLine(r); len(who) > 0 {
		lines = append(lines, slack.NewRichTextSection(who...))
	}
	return slack.NewRichTextBlock("", lines...)
}

// whoLine says who started the build of a card, what it is of, and when. It is text, in
// which the time flows with the words.
func whoLine(r reply.Reply) []slack.RichTextSectionElement {
	var out []slack.RichTextSectionElement
	row := strings.Join(r.Context, " · ")
	if started := r.Started.Unix(); started > 0 {
		if row != "" {
			row += " · "
		}
		out = append(out, date(r.Started))
	}
	if row != "" {
		out = append([]slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(row, nil)}, out...)
	}
	return out
}

// date is a time as each reader's zone and language have it.
func date(t time.Time) *slack.RichTextSectionDateElement {
	utc := t.UTC().Format("2006-01-02 15:04 UTC")
	return slack.NewRichTextSectionDateElement(t.Unix(), "{date_short_pretty} {time}", nil, &utc)
}

// claimTime stands for the time in the sentence about a claim.
const claimTime = "\x00"

// claimLine says who is on the failure, and since when.
func claimLine(r reply.Reply) []slack.RichTextSectionElement {
	before, after, timed := strings.Cut(r.Claim.Says(claimTime, r.Lang), claimTime)
	if !timed {
		return nil
	}
	text := func(s string) slack.RichTextSectionElement { return slack.NewRichTextSectionTextElement(s, nil) }
	out := []slack.RichTextSectionElement{text(before), date(r.Claim.Since)}
	if after != "" {
		out = append(out, text(after))
	}
	return out
}

// linksTitle reports whether the name of the build in the heading is a link to its page.
func linksTitle(r reply.Reply) bool {
	name := subject(r)
	return r.Link != "" && r.Sign != "" && len(r.Heading) > len(name) && strings.HasPrefix(r.Heading, name)
}

// userID matches ids of people; any other text stays out of Slack's markup for a
// mention.
var userID = lazyregexp.New(`^[UW][A-Z0-9]+$`)

// channelID matches ids of channels; any other text stays out of Slack's markup for
// a channel.
var channelID = lazyregexp.New(`^[CDG][A-Z0-9]+$`)

// contextRow says which build it is and when it started; a card says that in its title.
// Text by others, such as the name of a branch, is never markup.
func contextRow(r reply.Reply, l texts.Lang) []slack.MixedElement {
	var out []slack.MixedElement
	if channelID.MatchString(r.Channel) {
		out = append(out, markup("<#"+r.Channel+">"))
	}
	if r.Link != "" && !linksTitle(r) {
		label := "CodeArts"
		if r.About.Build > 0 {
			label = fmt.Sprintf("#%d", r.About.Build)
		}
		out = append(out, markup("<"+escape.Replace(r.Link)+"|"+label+">"))
	}
	if r.Sign != "" {
		return out
	}
	row := strings.Join(r.Context, " · ")
	if started := r.Started.Unix(); started > 0 {
		when := fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", started, r.Started.UTC().Format("2006-01-02 15:04 UTC"))
		if row == "" {
			return append(out, markup(texts.Bot.Started.In(l)+" "+when))
		}
		return append(out, plain(row+" ·"), markup(when)) // Slack separates elements
	}
	if row != "" {
		out = append(out, plain(row))
	}
	return out
}

// sourceRow says what was left out of the lines, and who asked.
func sourceRow(r reply.Reply, l texts.Lang) []slack.MixedElement {
	var out []slack.MixedElement
	asked := userID.MatchString(r.Asker)
	if r.Source != "" {
		source := r.Source
		if asked {
			source += " ·"
		}
		out = append(out, plain(source))
	}
	if asked {
		out = append(out, markup(texts.Bot.AskedBy.With("<@"+r.Asker+">").In(l)))
	}
	return out
}

// logText is what the head says of the failure, a line each, and the lines of the log.
func logText(r reply.Reply) []slack.RichTextElement {
	var out []slack.RichTextElement
	for i, line := range r.Why() {
		var style *slack.RichTextSectionTextStyle
		if i == 0 && r.Reason != "" {
			style = &slack.RichTextSectionTextStyle{Bold: true}
		}
		text := []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(line, style)}
		if since := r.Since.Unix(); line == r.Verdict && since > 0 {
			text = []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(line+" ", style), date(r.Since)}
		}
		out = append(out, slack.NewRichTextSection(text...))
	}
	if who := claimLine(r); len(who) > 0 {
		out = append(out, slack.NewRichTextSection(who...))
	}
	if text := r.Excerpt(); text != "" {
		out = append(out, &slack.RichTextPreformatted{
			Type:     slack.RTEPreformatted,
			Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(text, nil)},
		})
	}
	return out
}

// shownLine is the line of an example as it is typed where it is shown.
func shownLine(e reply.Example) string { return cmp.Or(e.Shown, e.Line) }

// withButtons makes a button of each line to type that one press can do: the line is its
// label, which fits a phone. What it answers to a person who alone sees the message is
// posted as if the line had been typed.
func withButtons(r reply.Reply) reply.Reply {
	r.Try = slices.Clone(r.Try)
	for i, e := range r.Try {
		if e.Button != "" || e.Listed || !e.Pressable() {
			continue
		}
		e.Button = shownLine(e)
		if r.Private {
			e.Place = reply.InChannel
		}
		r.Try[i] = e
	}
	return r
}

// examples are lines to copy, one per row.
func examples(try []reply.Example) []slack.RichTextElement {
	var out []slack.RichTextElement
	code := &slack.RichTextSectionTextStyle{Code: true}
	for _, e := range try {
		if e.Button != "" && !e.Listed {
			continue
		}
		row := []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(shownLine(e), code)}
		if e.Does != "" {
			row = append(row, slack.NewRichTextSectionTextElement("  "+e.Does, nil))
		}
		out = append(out, slack.NewRichTextSection(row...))
	}
	return out
}
