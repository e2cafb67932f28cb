package slacksim

import (
	"regexp"
	"strings"
	"sync"

	"logbot/bot/slacksim/mrkdwn"
)

// composerTokens matches what the composer turns into markup. It takes milliseconds to
// compile, which other subcommands need not wait for.
var composerTokens = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`https?://[^\s<>|]+|[@#][\p{L}\p{N}][\p{L}\p{N}._-]*`)
})

// composerBlocks returns the blocks that the composer makes of text with markup.
func composerBlocks(text string) []any {
	elements := []any{}
	for text != "" {
		before, after, marked := strings.Cut(text, "<") // a < that was typed is escaped
		if before != "" {
			elements = append(elements, map[string]any{"type": "text", "text": mrkdwn.Unescape(before)})
		}
		mark, rest, _ := strings.Cut(after, ">")
		if text = rest; !marked {
			break
		}
		name, _, _ := strings.Cut(mark, "|")
		switch {
		case strings.HasPrefix(name, "@"):
			elements = append(elements, map[string]any{"type": "user", "user_id": name[1:]})
		case strings.HasPrefix(name, "#"):
			elements = append(elements, map[string]any{"type": "channel", "channel_id": name[1:]})
		case strings.HasPrefix(name, "!"):
			elements = append(elements, map[string]any{"type": "broadcast", "range": name[1:]})
		default:
			elements = append(elements, map[string]any{"type": "link", "url": mrkdwn.Unescape(name)})
		}
	}
	return []any{map[string]any{"type": "rich_text", "block_id": "composed", "elements": []any{
		map[string]any{"type": "rich_text_section", "elements": elements},
	}}}
}

// toMarkup returns typed text in the form in which Slack stores it: escaped, with
// mentions and links as markup.
func (cs *channels) toMarkup(text string) string {
	var b strings.Builder
	for text != "" {
		at := composerTokens().FindStringIndex(text)
		if at == nil {
			break
		}
		word := strings.TrimRight(text[at[0]:at[1]], ".,;:!?)'\"")
		b.WriteString(mrkdwn.Escape(text[:at[0]]))
		b.WriteString(cs.tokenMarkup(word))
		text = text[at[0]+len(word):]
	}
	b.WriteString(mrkdwn.Escape(text))
	return b.String()
}

// tokenMarkup is the markup of one word that begins with @, # or http.
func (cs *channels) tokenMarkup(word string) string {
	name := word[1:]
	switch {
	case word[0] == 'h':
		return "<" + mrkdwn.Escape(word) + ">"
	case word[0] == '#':
		for _, r := range cs.conversations {
			if r.Name == name && !r.isDirect() {
				return "<#" + r.ID + "|" + mrkdwn.Escape(name) + ">"
			}
		}
	case name == "here" || name == "channel" || name == "everyone":
		return "<!" + name + ">"
	case name == cs.cfg.BotUser.Name:
		return "<@" + cs.cfg.BotUser.ID + ">"
	default:
		for _, u := range cs.cfg.Users {
			if u.Name == name {
				return "<@" + u.ID + ">"
			}
		}
	}
	return mrkdwn.Escape(word)
}

// mentionsApp reports whether text with markup mentions the app.
func (cs *channels) mentionsApp(text string) bool {
	return strings.Contains(text, "<@"+cs.cfg.BotUser.ID+">")
}
