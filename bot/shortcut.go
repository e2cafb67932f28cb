package bot

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

const (
	// explainShortcut is the callback id of "Explain this build" in the menu of every
	// message, as in deploy/slack-manifest.yaml.
	explainShortcut = "explain_build"
	// maxMessageText bounds the text of a message that is searched, in bytes.
	maxMessageText = 64 << 10
)

// Finder finds builds in messages; a *commands.Commands is one.
type Finder interface {
	// FindBuild looks for a build in the text of a message, which is that of the
	// request, and returns the line that explains it. If there is none, why says what to
	// type instead. It takes a second at most.
	FindBuild(ctx context.Context, r commands.Request) (line string, why reply.Reply, ok bool)
}

// shortcutJob is the use of the shortcut on a message: the build that the message is
// about, explained in the message's thread.
func shortcutJob(in slack.InteractionCallback, payload json.RawMessage) (job, bool) {
	if in.Type != slack.InteractionTypeMessageAction || in.CallbackID != explainShortcut {
		return job{}, false
	}
	to := delivery.Address{Channel: in.Channel.ID, User: in.User.ID, ResponseURL: in.ResponseURL, Thread: in.MessageTs}
	apart := true
	if root := in.Message.ThreadTimestamp; root != "" {
		to.Thread, apart = root, root == in.MessageTs
	}
	return job{Find: true, Apart: apart, Text: messageText(payload), To: to}, true
}

// findBuild turns the use of the shortcut into the command that explains the build. If
// the message has no build, why says privately what to do.
func findBuild(ctx context.Context, finder Finder, j job, l texts.Lang, who identity) (command job, why reply.Reply, ok bool) {
	line, why, ok := finder.FindBuild(ctx, commands.Request{Text: j.Text, Channel: j.To.Channel, User: j.To.User, Lang: l})
	if !ok {
		why.Private = true
		return j, why, false
	}
	j.Find, j.Text, j.Again = false, withoutSlash(line), line
	if !strings.HasPrefix(line, "/") {
		j.Again = who.mention(line)
	}
	return j, reply.Reply{}, true
}

// messageText is every text and URL of a message, one per line: its text, its blocks
// and its attachments, where other bots put the link to a build.
func messageText(payload json.RawMessage) string {
	var in struct {
		Message map[string]any `json:"message"`
	}
	if json.Unmarshal(payload, &in) != nil {
		return ""
	}
	var b strings.Builder
	add := func(v any) {
		s, _ := v.(string)
		if s != "" && b.Len()+len(s) < maxMessageText {
			b.WriteString(unescaped(s))
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
	walk(in.Message)
	return b.String()
}
