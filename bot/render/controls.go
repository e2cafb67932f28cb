package render

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// maxControls is how many controls a message shows: the design's, for a phone has room
// for one row of them.
const maxControls = 3

// controls are what a message shows to press, at most three of them: buttons, which run
// the line that is their value, a list of those that are picked from it, and the menu for
// the rest. The first button of a card, or of any reply with a menu of its own, is the
// primary one.
func controls(r reply.Reply, o Options) []slack.BlockElement {
	r.Try = uncrowded(r, o)
	var out []slack.BlockElement
	var picks []choice
	card := r.Sign != "" || slices.ContainsFunc(r.Try, func(e reply.Example) bool { return e.Menu > 0 })
	for i, e := range r.Try {
		c := choice{action: actionID(e.Place, r.About, i), value: e.Line, text: e.Button}
		switch {
		case e.Button == "" || inMenu(r, i):
			continue
		case e.Picked && c.fits():
			picks = append(picks, c)
			continue
		}
		b := button(c.action, e.Line, e.Button, subject(r), o.Lang)
		if card && len(out) == 0 {
			b = b.WithStyle(slack.StylePrimary)
		}
		out = append(out, b)
	}
	if list := list(picks, cmp.Or(r.Picks, texts.Bot.MoreChoices.In(o.Lang))); list != nil {
		out = append(out, list)
	}
	return append(out, menu(choices(r, o), subject(r), o.Lang)...)
}

// uncrowded are the examples of a reply. Buttons that have no room in the row are moved to
// the menu or, if there are many, to the list.
func uncrowded(r reply.Reply, o Options) []reply.Example {
	room, picked := maxControls, false
	if len(choices(r, o)) > 0 {
		room--
	}
	var shown []int
	for i, e := range r.Try {
		switch {
		case e.Button == "" || inMenu(r, i):
		case e.Picked:
			picked = true
		default:
			shown = append(shown, i)
		}
	}
	if picked {
		room--
	}
	if len(shown) <= room {
		return r.Try
	}
	try := slices.Clone(r.Try)
	if room < maxControls && !picked && len(shown)-room <= maxMoved { // there is a menu
		// Share stays in the row: it is what a private answer is for. The last of the
		// others go first, and the primary button never.
		rest := shown[1:]
		for range len(shown) - room {
			at := len(rest) - 1
			for at > 0 && try[rest[at]].Place == reply.InChannel && try[rest[at-1]].Place != reply.InChannel {
				at--
			}
			try[rest[at]].Menu = worthMoved
			rest = slices.Delete(rest, at, at+1)
		}
		return try
	}
	if !picked {
		room--
	}
	for _, i := range shown[room:] {
		try[i].Picked = true
	}
	return try
}

const (
	// maxMoved is how many buttons without room in the row the menu takes.
	maxMoved = 2
	// worthMoved is what they are worth there: more than all others.
	worthMoved reply.Worth = 50
)

// list is the control to pick one of the choices: the first 100.
func list(all []choice, says string) slack.BlockElement {
	if len(all) == 0 {
		return nil
	}
	options := make([]*slack.OptionBlockObject, min(len(all), maxListed))
	for i := range options {
		options[i] = slack.NewOptionBlockObject(all[i].stored(), plain(lines.Shorten(all[i].text, maxChoiceText)), nil)
	}
	return slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, plain(lines.Shorten(says, maxChoiceText)), listAction, options...)
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
