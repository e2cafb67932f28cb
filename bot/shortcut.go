package bot

import (
	"context"
	"strings"

	"logbot/bot/delivery"
	"logbot/bot/envelope"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// explainShortcut is the callback id of "Explain this build" in the menu of every
// message, as in deploy/slack-manifest.yaml.
const explainShortcut = "explain_build"

// Finder finds builds in messages; a *commands.Commands is one.
type Finder interface {
	// FindBuild looks for a build in the text of a message, which is that of the
	// request, and returns the line that explains it. If there is none, why says what to
	// type instead. It takes a second at most.
	FindBuild(ctx context.Context, r commands.Request) (line string, why reply.Reply, ok bool)
}

// shortcutJob is the use of the shortcut on a message: the build that the message is
// about, explained in the message's thread.
func shortcutJob(c envelope.Content) job {
	in := c.Shortcut
	to := delivery.Address{Channel: in.Channel, User: c.From.User, ResponseURL: c.ResponseURL, Thread: in.TS}
	apart := true
	if in.Thread != "" {
		to.Thread, apart = in.Thread, in.Thread == in.TS
	}
	to.Apart = apart
	return job{From: c.From, Find: true, Text: in.Text, To: to}
}

// findBuild turns the use of the shortcut into the command that explains the build. If
// the message has no build, why says privately what to do.
func findBuild(ctx context.Context, finder Finder, j job, l texts.Lang, who identity) (command job, why reply.Reply, ok bool) {
	line, why, ok := finder.FindBuild(ctx, j.request(l, nil))
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
