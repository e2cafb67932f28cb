package render

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// Limits of an overflow menu (reference/block-kit/block-elements/overflow-menu-element).
// Older documentation wants two options at least, so one alone becomes a button.
const (
	maxChoices     = 5
	minChoices     = 2
	maxChoiceText  = 75
	maxChoiceValue = 150
)

// menuAction is the action id of the menu. Which of its choices was made stands in the
// value of that choice: the action id that a button for it would have, a space, and the
// value of that button.
const menuAction = "menu"

// listAction is the action id of the list, whose choices are stored as those of the menu.
const listAction = "pick"

// maxListed is how many options a list has (reference/block-kit/block-elements/select-menu-element).
const maxListed = 100

// choice is one entry of the menu.
type choice struct {
	action, value, text string
	url                 string // opens a page
	worth               int    // those of the highest worth stay if there are too many
}

// What choices are worth besides those of the reply, whose worth counts tenfold.
const (
	worthOpen   = 1
	worthRight  = 5
	worthWrong  = 15
	worthRemove = 1000
)

func (c choice) stored() string { return strings.TrimSuffix(c.action+" "+c.value, " ") }

// fits reports whether Slack takes the choice in a menu.
func (c choice) fits() bool { return utf8.RuneCountInString(c.stored()) <= maxChoiceValue }

// Chosen is the action and value of a control that somebody used: those of the choice,
// if it is the menu or the list.
func Chosen(action, value string) (chosen, itsValue string) {
	if action != menuAction && action != listAction {
		return action, value
	}
	chosen, itsValue, _ = strings.Cut(value, " ")
	return chosen, itsValue
}

// choices are the entries of the menu of a reply, in the order in which they are shown:
// at most five.
func choices(r reply.Reply, o Options) []choice {
	var all []choice
	for i, e := range r.Try {
		if inMenu(r, i) {
			all = append(all, choice{action: actionID(e.Place, r.About, i), value: e.Line, text: e.Button, worth: 10 * int(e.Menu)})
		}
	}
	t := texts.Bot
	if r.Link != "" {
		all = append(all, choice{action: openAction, text: t.Open.In(o.Lang), url: r.Link, worth: worthOpen})
	}
	if r.Rateable {
		all = append(all,
			choice{action: RateAction, value: Rating{About: r.About, Right: true}.short(), text: t.RightLines.In(o.Lang), worth: worthRight},
			choice{action: RateAction, value: Rating{About: r.About}.short(), text: t.WrongLines.In(o.Lang), worth: worthWrong})
	}
	if o.Origin.Asker != "" {
		all = append(all, choice{action: AskRemoveAction, text: t.RemoveAsk.In(o.Lang), worth: worthRemove})
	}
	for len(all) > maxChoices {
		least := slices.MinFunc(all, func(a, b choice) int { return cmp.Compare(a.worth, b.worth) })
		all = slices.DeleteFunc(all, func(c choice) bool { return c == least })
	}
	return all
}

// inMenu reports whether the i-th example of a reply stands in the menu. One whose line
// is too long for that stands outside.
func inMenu(r reply.Reply, i int) bool {
	e := r.Try[i]
	return e.Button != "" && e.Menu > 0 && choice{action: actionID(e.Place, r.About, i), value: e.Line}.fits()
}

// menu is the control for the choices: a menu, or a button if there is one alone.
func menu(all []choice, about string, l texts.Lang) []slack.BlockElement {
	if len(all) == 0 {
		return nil
	}
	if len(all) < minChoices {
		c := all[0]
		b := button(c.action, c.value, lines.Shorten(c.text, maxButton), about, l)
		if c.url != "" {
			b = b.WithURL(c.url)
		}
		return []slack.BlockElement{b}
	}
	options := make([]*slack.OptionBlockObject, len(all))
	for i, c := range all {
		options[i] = slack.NewOptionBlockObject(c.stored(), plain(lines.Shorten(c.text, maxChoiceText)), nil)
		options[i].URL = c.url
	}
	return []slack.BlockElement{slack.NewOverflowBlockElement(menuAction, options...)}
}

// without is a control without the one of an action: nil if nothing of it is left.
func without(e slack.BlockElement, action string, l texts.Lang) slack.BlockElement {
	if action == "" {
		return e
	}
	switch e := e.(type) {
	case *slack.ButtonBlockElement:
		if e.ActionID == action {
			return nil
		}
	case *slack.OverflowBlockElement:
		left := slices.DeleteFunc(slices.Clone(e.Options), func(o *slack.OptionBlockObject) bool {
			chosen, _ := Chosen(menuAction, o.Value)
			return chosen == action
		})
		var rest []choice
		for _, o := range left {
			chosen, value := Chosen(menuAction, o.Value)
			rest = append(rest, choice{action: chosen, value: value, text: o.Text.Text, url: o.URL})
		}
		if one := menu(rest, "", l); len(one) == 1 {
			return one[0]
		}
		return nil
	case *slack.SelectBlockElement:
		left := slices.DeleteFunc(slices.Clone(e.Options), func(o *slack.OptionBlockObject) bool {
			chosen, _ := Chosen(listAction, o.Value)
			return chosen == action
		})
		if len(left) == 0 {
			return nil
		}
		edited := *e
		edited.Options = left
		return &edited
	}
	return e
}
