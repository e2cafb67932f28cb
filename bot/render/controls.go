package render

import (
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// buttons run the line that is their value. The last one opens the page of the
// build.
func buttons(r reply.Reply, l texts.Lang) []slack.BlockElement {
	var out []slack.BlockElement
	for i, e := range r.Try {
		if e.Button != "" {
			out = append(out, button(actionID(e.Place, r.About, i), e.Line, e.Button, subject(r), l))
		}
	}
	if r.Link != "" {
		out = append(out, button(openAction, "", texts.Bot.Open.In(l), subject(r), l).WithURL(r.Link))
	}
	return out
}

// button is a button with a label for screen readers, which would else read "Full log"
// for every answer of a channel.
func button(action, value, text, about string, l texts.Lang) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, value, plain(text))
	b.AccessibilityLabel = label(text, about, l)
	return b
}

// label says what a control does and for which build; empty if about is.
func label(text, about string, l texts.Lang) string {
	if about == "" {
		return ""
	}
	return lines.Shorten(texts.Bot.Control.With(text, about).In(l), maxSpoken)
}

// subject names the build that a reply is about, or else what the reply is.
func subject(r reply.Reply) string {
	switch {
	case r.About.Name == "":
		return r.Heading
	case r.About.Build == 0:
		return r.About.Name
	}
	return r.About.Name + " #" + strconv.FormatInt(r.About.Build, 10)
}

// foot is the row of small buttons: the rating of the lines, and Remove.
func foot(r reply.Reply, o Options) []slack.BlockElement {
	var out []slack.BlockElement
	if r.Rateable {
		vote := func(text texts.Text, right bool) *slack.FeedbackButton {
			b := slack.NewFeedbackButton(plain(text.In(o.Lang)), Rating{About: r.About, Right: right}.Value())
			b.AccessibilityLabel = label(text.In(o.Lang), subject(r), o.Lang)
			return b
		}
		out = append(out, slack.NewFeedbackButtonsBlockElement(RateAction, vote(texts.Bot.RightLines, true), vote(texts.Bot.WrongLines, false)))
	}
	if o.Origin.Asker != "" {
		remove := o.Origin.removeButton(o.Lang)
		remove.AccessibilityLabel = label(texts.Bot.Remove.In(o.Lang), subject(r), o.Lang)
		out = append(out, remove)
	}
	return out
}

// ProgressNote is the note about a command in progress, with its buttons. id is that
// of the command; a press of a button carries it. line repeats the command, and may be
// empty.
func ProgressNote(id, says, line string, l texts.Lang) delivery.Message {
	t := texts.Bot
	id = lines.Shorten(id, maxValue)
	line = strings.TrimSpace(clean(line))
	return delivery.Message{Text: escape.Replace(says), Plain: escape.Replace(says), Lang: l, Blocks: []slack.Block{
		slack.NewContextBlock("", plain(says)),
		slack.NewActionBlock(buttonsBlock, button(StopAction, id, t.Stop.In(l), line, l), button(ProgressAction, id, t.HowFar.In(l), line, l)),
	}}
}
