package render

import (
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// controls are the row of buttons of a message, which run the line that is their value,
// and the menu for the rest. Where there is a menu of the reply's own the first button is
// the primary one.
func controls(r reply.Reply, o Options) []slack.BlockElement {
	var out []slack.BlockElement
	card := slices.ContainsFunc(r.Try, func(e reply.Example) bool { return e.Menu > 0 })
	for i, e := range r.Try {
		if e.Button == "" || inMenu(r, i) {
			continue
		}
		b := button(actionID(e.Place, r.About, i), e.Line, e.Button, subject(r), o.Lang)
		if card && len(out) == 0 {
			b = b.WithStyle(slack.StylePrimary)
		}
		out = append(out, b)
	}
	return append(out, menu(choices(r, o), subject(r), o.Lang)...)
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
