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
	// explainShortcut is the callback id of "Explain this build" in the menu of
	// every message; deploy/slack-manifest.yaml has the same.
	explainShortcut = "explain_build"
	// maxExplained bounds how much of a message is looked through, in bytes.
	maxExplained = 64 << 10
)

// Finder finds builds in messages; a *commands.Commands is one.
type Finder interface {
	// FindBuild looks for a build in the text of a message, which is that of the
	// request, and returns the line that explains it. Where there is none, why says
	// what to type instead. It takes a second at most.
	FindBuild(ctx context.Context, r commands.Request) (line string, why reply.Reply, ok bool)
}

// explainJob is what the shortcut asks for: the build that a message speaks of,
// answered in that message's thread.
func explainJob(in slack.InteractionCallback, payload json.RawMessage) (job, bool) {
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

// found is the job of a build that was found in a message; why says privately
// what to do where none was.
func (b *Bot) found(ctx context.Context, j job, l texts.Lang, who identity) (found job, why reply.Reply, ok bool) {
	aside := j
	if j.Apart {
		// What one person alone sees in a thread shows only where the thread is open.
		aside.To.Thread = ""
	}
	if b.finder == nil {
		return aside, reply.Reply{Private: true, Refused: true, Body: texts.Bot.NoBuildThere.In(l)}, false
	}
	line, why, ok := b.finder.FindBuild(ctx, commands.Request{Text: j.Text, Channel: j.To.Channel, User: j.To.User, Lang: l})
	if !ok {
		why.Private = true
		return aside, why, false
	}
	j.Find, j.Text, j.Again = false, withoutSlash(line), line
	if !strings.HasPrefix(line, "/") {
		j.Again = who.mention(line)
	}
	return j, reply.Reply{}, true
}

// messageText is everything that a message says, a line each: its text, the
// texts and addresses of its blocks and of its attachments, which is where other
// bots put the link to a build.
func messageText(payload json.RawMessage) string {
	var in struct {
		Message map[string]any `json:"message"`
	}
	if json.Unmarshal(payload, &in) != nil {
		return ""
	}
	var b strings.Builder
	say := func(v any) {
		s, _ := v.(string)
		if s != "" && b.Len()+len(s) < maxExplained {
			b.WriteString(unescaped(s))
			b.WriteByte('\n')
		}
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for _, name := range []string{"title", "title_link", "pretext", "text", "url", "value", "fallback", "footer", "from_url", "original_url"} {
				say(v[name])
			}
			for _, name := range []string{"text", "title", "elements", "fields", "accessory", "child_blocks", "blocks", "attachments", "rows"} {
				walk(v[name])
			}
		}
	}
	walk(in.Message)
	return b.String()
}
