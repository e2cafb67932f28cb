package envelope

import (
	"encoding/json"
	"strings"
)

// maxMessageText bounds the text of a message that is searched, in bytes.
const maxMessageText = 64 << 10

// messageText is every text and address of a message, one a line: its text, its blocks
// and its attachments, where other bots put the link to a build.
func messageText(message json.RawMessage) string {
	var content map[string]any
	if json.Unmarshal(message, &content) != nil {
		return ""
	}
	var b strings.Builder
	add := func(v any) {
		s, _ := v.(string)
		if s != "" && b.Len()+len(s) < maxMessageText {
			b.WriteString(withAddresses(s))
			b.WriteByte('\n')
		}
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, element := range v {
				walk(element)
			}
		case map[string]any:
			for _, name := range []string{"title", "title_link", "pretext", "text", "url", "value", "fallback", "footer", "from_url", "original_url"} {
				add(v[name])
			}
			for _, name := range []string{"text", "title", "elements", "fields", "accessory", "child_blocks", "blocks", "attachments", "rows"} {
				walk(v[name])
			}
		}
	}
	walk(content)
	return b.String()
}
