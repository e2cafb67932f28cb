package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/logsapi/lines"
)

// Slack's limits that the product has no need of, from the same sources as those in
// limits.go.
const (
	maxBlocks       = 50   // blocks of a message: reference/block-kit/blocks
	maxViewBlocks   = 100  // blocks of a modal: the same page
	maxContextText  = 2000 // one text of a context block: our own; the page names none below 3,000
	maxContexts     = 10   // elements of a context block: @slack/types
	maxFoot         = 5    // elements of a context_actions block: reference/block-kit/blocks/context-actions-block
	maxURL          = 3000 // url of a button, address of a link: @slack/types
	maxID           = 255  // block_id, action_id, callback_id: @slack/types
	maxChildren     = 10   // blocks in a container: reference/block-kit/blocks/container-block
	maxTitle        = 150  // title of a container: the same page
	maxConfirmTitle = 100  // title of a confirm dialog: reference/block-kit/composition-objects/confirmation-dialog-object
	maxConfirmText  = 300  // its text
	maxConfirmWord  = 30   // its buttons
	maxLabel        = 2000 // label and hint of an input: @slack/types
	maxPlaceholder  = 150  // placeholder: @slack/types
	maxViewTitle    = 24   // title, submit and close of a modal: surfaces/modals
	maxMetadata     = 3000 // private_metadata of a modal: reference/views/modal-views
)

// faults are the rules of Slack that a message breaks.
func faults(m delivery.Message) []string {
	var i inspector
	i.markup("text", m.Text)
	i.markup("plain", m.Plain)
	i.most("text in bytes", len(m.Text), maxTextBytes)
	i.most("plain in bytes", len(m.Plain), maxTextBytes)
	if m.Text == "" {
		i.bad("no text")
	}
	i.most("blocks", len(m.Blocks), maxBlocks)
	for _, block := range m.Blocks {
		i.block(block, inMessage)
	}
	i.most("counted characters", i.counted, maxCounted)
	return i.found
}

// viewFaults are the rules that a modal breaks.
func viewFaults(v slack.ModalViewRequest) []string {
	var i inspector
	i.plain("title", v.Title, maxViewTitle)
	i.most("blocks", len(v.Blocks.BlockSet), maxViewBlocks)
	if len(v.Blocks.BlockSet) == 0 {
		i.bad("a modal without blocks")
	}
	for _, block := range v.Blocks.BlockSet {
		i.block(block, inModal)
		if block.BlockType() == slack.MBTInput && v.Submit == nil {
			i.bad("an input without a submit button")
		}
	}
	if v.Submit != nil {
		i.plain("submit", v.Submit, maxViewTitle)
	}
	if v.Close != nil {
		i.plain("close", v.Close, maxViewTitle)
	}
	i.most("private_metadata", utf8.RuneCountInString(v.PrivateMetadata), maxMetadata)
	i.most("callback_id", utf8.RuneCountInString(v.CallbackID), maxID)
	return i.found
}

// surface is what a block is part of.
type surface int

const (
	inMessage surface = iota
	inModal
	inContainer
)

// inspector walks one message or modal and collects what breaks a rule. It knows only
// what this package makes: anything else is a fault.
type inspector struct {
	found   []string
	ids     map[string]bool // of blocks and of elements
	counted int
}

func (i *inspector) bad(format string, args ...any) {
	const enough = 10
	if len(i.found) < enough {
		i.found = append(i.found, fmt.Sprintf(format, args...))
	}
}

func (i *inspector) most(what string, n, most int) {
	if n > most {
		i.bad("%s: %d, at most %d", what, n, most)
	}
}

func (i *inspector) length(what, s string, most int) {
	if s == "" {
		i.bad("%s: empty", what)
	}
	i.most(what, utf8.RuneCountInString(s), most)
}

// id checks an id, which is optional but must be unique.
func (i *inspector) id(kind, id string) {
	if id == "" {
		return
	}
	i.most(kind, utf8.RuneCountInString(id), maxID)
	key := kind + " " + id
	if i.ids == nil {
		i.ids = map[string]bool{}
	}
	if i.ids[key] {
		i.bad("%s %q is used twice", kind, lines.Shorten(id, 40))
	}
	i.ids[key] = true
}

func (i *inspector) block(block slack.Block, where surface) {
	i.id("block_id", block.ID())
	switch b := block.(type) {
	case *slack.HeaderBlock:
		i.counted += headerExtra
		i.plain("header", b.Text, maxHeader)
	case *slack.SectionBlock:
		if b.Text == nil || len(b.Fields) > 0 {
			i.bad("a section that is not one text")
			return
		}
		i.text("section", b.Text, maxSection)
		i.accessory(b.Accessory)
	case *slack.ContextBlock:
		i.context(b)
	case *slack.RichTextBlock:
		i.rich(b.Elements)
	case *slack.ActionBlock:
		i.row("actions", b.Elements, maxActions)
	case *slack.ContextActionsBlock:
		if where != inMessage {
			i.bad("context_actions outside of a message")
		}
		i.foot(b.Elements)
	case *slack.ContainerBlock:
		if where != inMessage {
			i.bad("a container outside of a message")
		}
		i.container(b)
	case *slack.InputBlock:
		if where != inModal {
			i.bad("an input outside of a modal")
		}
		i.input(b)
	default:
		i.bad("a block of type %s", block.BlockType())
	}
}

func (i *inspector) context(b *slack.ContextBlock) {
	n := len(b.ContextElements.Elements)
	i.most("context", n, maxContexts)
	if n == 0 {
		i.bad("context: empty")
	}
	for _, e := range b.ContextElements.Elements {
		t, ok := e.(*slack.TextBlockObject)
		if !ok {
			i.bad("context: not a text")
			continue
		}
		i.text("context", t, maxContextText)
	}
}

func (i *inspector) container(b *slack.ContainerBlock) {
	i.plain("title of a container", b.Title, maxTitle)
	n := len(b.ChildBlocks.BlockSet)
	i.most("blocks of a container", n, maxChildren)
	if n == 0 {
		i.bad("a container without blocks")
	}
	if b.DefaultCollapsed && !b.IsCollapsible {
		i.bad("a container that starts collapsed but cannot be")
	}
	for _, child := range b.ChildBlocks.BlockSet {
		i.block(child, inContainer)
	}
}

// rich checks the parts of rich text that hold texts and links.
func (i *inspector) rich(elements []slack.RichTextElement) {
	if len(elements) == 0 {
		i.bad("rich_text: empty")
	}
	for _, e := range elements {
		switch e := e.(type) {
		case *slack.RichTextSection:
			i.leaves(e.Elements)
		case *slack.RichTextPreformatted:
			i.leaves(e.Elements)
		default:
			i.bad("rich_text: %s", e.RichTextElementType())
		}
	}
}

func (i *inspector) leaves(leaves []slack.RichTextSectionElement) {
	if len(leaves) == 0 {
		i.bad("rich_text: no elements")
	}
	for _, l := range leaves {
		switch l := l.(type) {
		case *slack.RichTextSectionTextElement:
			if l.Text == "" {
				i.bad("rich_text: empty text")
			}
			i.counted += counted(l.Text)
		// Slack makes these of our texts and returns them with a press.
		case *slack.RichTextSectionEmojiElement:
			i.counted += utf8.RuneCountInString(l.Name) + 2
		case *slack.RichTextSectionDateElement:
			if l.Timestamp <= 0 || l.Fallback == nil || !strings.Contains(l.Format, "{") {
				i.bad("rich_text: date %v", l)
			}
		case *slack.RichTextSectionLinkElement:
			i.most("address of a link", utf8.RuneCountInString(l.URL), maxURL)
			i.counted += counted(l.URL) + counted(l.Text)
		default:
			i.bad("rich_text: %s", l.RichTextSectionElementType())
		}
	}
}

// row checks a row of buttons.
func (i *inspector) row(what string, elements *slack.BlockElements, most int) {
	if elements == nil || len(elements.ElementSet) == 0 {
		i.bad("%s: empty", what)
		return
	}
	i.most(what, len(elements.ElementSet), most)
	for _, e := range elements.ElementSet {
		switch e := e.(type) {
		case *slack.ButtonBlockElement:
			i.button(e)
		case *slack.OverflowBlockElement:
			i.menu(e)
		case *slack.SelectBlockElement:
			i.list(e)
		default:
			i.bad("%s: %s", what, e.ElementType())
		}
	}
}

func (i *inspector) button(b *slack.ButtonBlockElement) {
	i.id("action_id", b.ActionID)
	i.plain("button", b.Text, maxButton)
	i.most("value of a button", utf8.RuneCountInString(b.Value), maxValue)
	i.address("button", b.URL)
	i.confirm(b.Confirm)
}

// menu checks an overflow menu. Older documentation wants two options at least.
func (i *inspector) menu(m *slack.OverflowBlockElement) {
	i.id("action_id", m.ActionID)
	if len(m.Options) < minChoices {
		i.bad("a menu of %d options", len(m.Options))
	}
	i.most("options of a menu", len(m.Options), maxChoices)
	for _, o := range m.Options {
		i.plain("option", o.Text, maxChoiceText)
		i.length("value of an option", o.Value, maxChoiceValue)
		i.address("option", o.URL)
	}
	i.confirm(m.Confirm)
}

// list checks a select menu, whose options lead nowhere.
func (i *inspector) list(s *slack.SelectBlockElement) {
	i.id("action_id", s.ActionID)
	i.plain("placeholder", s.Placeholder, maxPlaceholder)
	if s.Type != slack.OptTypeStatic || len(s.Options) == 0 {
		i.bad("a list %q of %d options", s.Type, len(s.Options))
	}
	i.most("options of a list", len(s.Options), maxListed)
	for _, o := range s.Options {
		i.plain("option", o.Text, maxChoiceText)
		i.length("value of an option", o.Value, maxChoiceValue)
		if o.URL != "" {
			i.bad("an option of a list with an address")
		}
	}
}

func (i *inspector) address(what, url string) {
	i.most("url of a "+what, utf8.RuneCountInString(url), maxURL)
	if url != "" && !isWebAddress(url) {
		i.bad("url of a %s: not a web address", what)
	}
}

func (i *inspector) accessory(a *slack.Accessory) {
	switch {
	case a == nil:
	case a.ButtonElement != nil:
		i.button(a.ButtonElement)
	case a.OverflowElement != nil:
		i.menu(a.OverflowElement)
	default:
		i.bad("a section with another accessory")
	}
}

// foot checks the small buttons at the foot of a message.
func (i *inspector) foot(elements *slack.BlockElements) {
	if elements == nil || len(elements.ElementSet) == 0 {
		i.bad("context_actions: empty")
		return
	}
	i.most("context_actions", len(elements.ElementSet), maxFoot)
	for _, e := range elements.ElementSet {
		switch e := e.(type) {
		case *slack.FeedbackButtonsBlockElement:
			i.id("action_id", e.ActionID)
			for _, b := range []*slack.FeedbackButton{e.PositiveButton, e.NegativeButton} {
				if b == nil {
					i.bad("feedback: a button is missing")
					continue
				}
				i.plain("feedback", b.Text, maxButton)
				i.length("value of feedback", b.Value, maxValue)
			}
		case *slack.IconButtonBlockElement:
			i.id("action_id", e.ActionID)
			i.plain("icon button", e.Text, maxButton)
			i.most("value of an icon button", utf8.RuneCountInString(e.Value), maxValue)
			if e.Icon != "trash" {
				i.bad("icon %q", e.Icon)
			}
			i.confirm(e.Confirm)
		default:
			i.bad("context_actions: %s", e.ElementType())
		}
	}
}

func (i *inspector) confirm(c *slack.ConfirmationBlockObject) {
	if c == nil {
		return
	}
	i.plain("title of a confirmation", c.Title, maxConfirmTitle)
	i.plain("text of a confirmation", c.Text, maxConfirmText)
	i.plain("button of a confirmation", c.Confirm, maxConfirmWord)
	i.plain("button of a confirmation", c.Deny, maxConfirmWord)
}

func (i *inspector) input(b *slack.InputBlock) {
	i.plain("label", b.Label, maxLabel)
	if b.Hint != nil {
		i.plain("hint", b.Hint, maxLabel)
	}
	switch e := b.Element.(type) {
	case *slack.PlainTextInputBlockElement:
		i.length("action_id", e.ActionID, maxID) // unique by its block
		if e.Placeholder != nil {
			i.plain("placeholder", e.Placeholder, maxPlaceholder)
		}
	case *slack.NumberInputBlockElement:
		i.length("action_id", e.ActionID, maxID)
	default:
		i.bad("an input of another kind")
	}
}

// text checks a text of either kind.
func (i *inspector) text(what string, t *slack.TextBlockObject, most int) {
	if t == nil || t.Type != slack.MarkdownType {
		i.plain(what, t, most)
		return
	}
	i.length(what, t.Text, most)
	i.markup(what, t.Text)
	i.counted += utf8.RuneCountInString(t.Text)
}

// plain checks a text that Slack shows literally.
func (i *inspector) plain(what string, t *slack.TextBlockObject, most int) {
	if t == nil || t.Type != slack.PlainTextType {
		i.bad("%s: not plain text", what)
		return
	}
	i.length(what, t.Text, most)
	i.counted += counted(t.Text)
}

// markup refuses text that is not escaped. An ampersand needs no look: unescaped
// it shows as itself.
func (i *inspector) markup(what, s string) {
	for _, r := range ownMarkup.ReplaceAllString(s, "") {
		if r == '<' || r == '>' {
			i.bad("%s: text that is not escaped: %q", what, lines.Shorten(s, 60))
			return
		}
	}
}
