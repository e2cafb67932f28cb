package bot

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/logsapi/lines"
)

// Slack's limits, in characters where nothing else is said, and where they come
// from: the pages of Block Kit (reference/block-kit), the doc comments of
// @slack/types 3.2.0, or a measurement of others.
const (
	maxBlocks      = 50   // blocks of a message: reference/block-kit/blocks
	maxViewBlocks  = 100  // blocks of a modal: the same page
	maxHeader      = 150  // header block: @slack/types
	maxSection     = 3000 // text of a section: @slack/types
	maxContext     = 2000 // one text of a context block: our own; the page names none below 3,000
	maxContexts    = 10   // elements of a context block: @slack/types
	maxActions     = 25   // elements of an actions block: @slack/types
	maxSmall       = 5    // elements of a context_actions block: reference/block-kit/blocks/context-actions-block
	maxButton      = 75   // text of a button: @slack/types
	maxValue       = 2000 // value of a button: @slack/types
	maxURL         = 3000 // url of a button, address of a link: @slack/types
	maxID          = 255  // block_id, action_id, callback_id: @slack/types
	maxChildren    = 10   // blocks in a container: reference/block-kit/blocks/container-block
	maxTitle       = 150  // title of a container: the same page
	maxConfirmHead = 100  // title of a confirm dialog: reference/block-kit/composition-objects/confirmation-dialog-object
	maxConfirmText = 300  // its text
	maxConfirmWord = 30   // its buttons
	maxLabel       = 2000 // label and hint of an input: @slack/types
	maxHolder      = 150  // placeholder: @slack/types
	maxViewTitle   = 24   // title, submit and close of a modal: surfaces/modals
	maxMetadata    = 3000 // private_metadata of a modal: reference/views/modal-views
	headerExtra    = 100  // what a header adds to the count of a message (measured by others)

	// maxCounted is our ceiling for a whole message, counted in escaped form. Slack
	// publishes none; 13,200 were still accepted, 15,181 refused (measured by others).
	maxCounted = 10000
	// maxTextBytes bounds the text beside or instead of blocks: chat.update takes
	// 4,000 (one project measured bytes), and chat.postMessage splits longer ones.
	maxTextBytes = 4000
)

// checked is a message as it may be sent: where its blocks break one of Slack's
// rules it goes without them, for an answer in a plain dress is better than none.
func (b *Bot) checked(m delivery.Message) delivery.Message {
	bad := faults(m)
	if len(bad) == 0 {
		return m
	}
	b.log.Errorf("an answer would break Slack's rules and goes as plain text: %v", bad)
	plain := m.Plain
	if plain == "" {
		plain = m.Text
	}
	plain = lines.ShortenBytes(plain, maxTextBytes)
	return delivery.Message{Text: plain, Plain: plain, Lang: m.Lang}
}

// faults are the rules that a message breaks.
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

// surface is where a block stands.
type surface int

const (
	inMessage surface = iota
	inModal
	inContainer
)

// inspector walks one message or modal and notes what breaks a rule. It knows
// only what the bot sends: anything else is a fault.
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

// id notes an id, which may be left out but must not stand twice.
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
		i.bad("%s %q stands twice", kind, lines.Shorten(id, 40))
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
		if b.Text == nil || len(b.Fields) > 0 || b.Accessory != nil {
			i.bad("a section that is not one text")
			return
		}
		i.text("section", b.Text, maxSection)
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
		i.small(b.Elements)
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
		i.text("context", t, maxContext)
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

// rich takes the parts of rich text that hold texts and links.
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
		i.bad("rich_text: nothing in it")
	}
	for _, l := range leaves {
		switch l := l.(type) {
		case *slack.RichTextSectionTextElement:
			if l.Text == "" {
				i.bad("rich_text: empty text")
			}
			i.counted += counted(l.Text)
		// The bot writes neither of these, but Slack makes them of its texts, and
		// they come back with a press.
		case *slack.RichTextSectionEmojiElement:
			i.counted += utf8.RuneCountInString(l.Name) + 2
		case *slack.RichTextSectionLinkElement:
			i.most("address of a link", utf8.RuneCountInString(l.URL), maxURL)
			i.counted += counted(l.URL) + counted(l.Text)
		default:
			i.bad("rich_text: %s", l.RichTextSectionElementType())
		}
	}
}

// row takes buttons.
func (i *inspector) row(what string, elements *slack.BlockElements, most int) {
	if elements == nil || len(elements.ElementSet) == 0 {
		i.bad("%s: empty", what)
		return
	}
	i.most(what, len(elements.ElementSet), most)
	for _, e := range elements.ElementSet {
		b, ok := e.(*slack.ButtonBlockElement)
		if !ok {
			i.bad("%s: %s", what, e.ElementType())
			continue
		}
		i.id("action_id", b.ActionID)
		i.plain("button", b.Text, maxButton)
		i.most("value of a button", utf8.RuneCountInString(b.Value), maxValue)
		i.most("url of a button", utf8.RuneCountInString(b.URL), maxURL)
		if b.URL != "" && !webAddress(b.URL) {
			i.bad("url of a button: no web address")
		}
		i.confirm(b.Confirm)
	}
}

// small takes what stands at the foot of a message.
func (i *inspector) small(elements *slack.BlockElements) {
	if elements == nil || len(elements.ElementSet) == 0 {
		i.bad("context_actions: empty")
		return
	}
	i.most("context_actions", len(elements.ElementSet), maxSmall)
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
			if e.Icon != trashIcon {
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
	i.plain("title of a confirmation", c.Title, maxConfirmHead)
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
			i.plain("placeholder", e.Placeholder, maxHolder)
		}
	case *slack.NumberInputBlockElement:
		i.length("action_id", e.ActionID, maxID)
	default:
		i.bad("an input of another kind")
	}
}

// text takes a text of either kind.
func (i *inspector) text(what string, t *slack.TextBlockObject, most int) {
	if t == nil || t.Type != slack.MarkdownType {
		i.plain(what, t, most)
		return
	}
	i.length(what, t.Text, most)
	i.markup(what, t.Text)
	i.counted += utf8.RuneCountInString(t.Text)
}

// plain takes a text that Slack shows as it stands.
func (i *inspector) plain(what string, t *slack.TextBlockObject, most int) {
	if t == nil || t.Type != slack.PlainTextType {
		i.bad("%s: not plain text", what)
		return
	}
	i.length(what, t.Text, most)
	i.counted += counted(t.Text)
}

// ours are the forms of markup that the bot writes: a time, a mention of one
// person, the name of a channel, which pings nobody, a link, which Slack writes
// without a label. Nothing else may stand in angle brackets, so nothing can ping a
// channel.
var ours = regexp.MustCompile(`<(?:!date\^\d+\^[^<>|^]+\|[^<>|]*|@[UW][A-Z0-9]+|#[CDG][A-Z0-9]+|https?://[^<>|\s]+(?:\|[^<>|]*)?)>`)

// markup refuses text that is not escaped. An ampersand needs no look: unescaped
// it shows as itself.
func (i *inspector) markup(what, s string) {
	for _, r := range ours.ReplaceAllString(s, "") {
		if r == '<' || r == '>' {
			i.bad("%s: text that is not escaped: %q", what, lines.Shorten(s, 60))
			return
		}
	}
}

// escaped is a text with everything escaped but the markup that is ours.
func escaped(s string) string {
	var b strings.Builder
	brackets := strings.NewReplacer("<", "&lt;", ">", "&gt;")
	rest := 0
	for _, at := range ours.FindAllStringIndex(s, -1) {
		b.WriteString(brackets.Replace(s[rest:at[0]]))
		b.WriteString(s[at[0]:at[1]])
		rest = at[1]
	}
	b.WriteString(brackets.Replace(s[rest:]))
	return b.String()
}

// webAddress reports whether s is a link that may be shown as one.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}
