package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/texts"
)

// opening is the conversation that the demo plays first, the README's.
func opening() []string {
	return []string{
		demoCommand + " fail web 128",
		demoCommand + " fail firmware 12",
		demoCommand + " full web 128 stage3",
		demoCommand + " fial api 57",
	}
}

// servePage plays the opening, says where the page is, and serves it until ctx
// ends.
func (d *demo) servePage(ctx context.Context) error {
	out := d.out
	d.out = io.Discard
	if err := d.play(ctx, opening()); err != nil {
		if ctx.Err() != nil {
			return nil // told to stop meanwhile
		}
		return err
	}
	fmt.Fprintf(out, "The demo is at %s/ until you stop it.\n", d.slack.URL())
	<-ctx.Done()
	return nil
}

// demoWorkspace is a workspace in which the app is installed from
// deploy/slack-manifest.yaml. Two people read English there, one reads Chinese.
func demoWorkspace() slacksim.Config {
	return slacksim.Config{
		BotToken: "xoxb-demo-bot", AppToken: "xapp-demo-app", TeamName: "Demo",
		Scopes:    []string{"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history", "users:read"},
		Shortcuts: []slacksim.Shortcut{{Name: "Explain this build", CallbackID: "explain_build"}},
		Users: []slacksim.User{
			{ID: "U0ANN00001", Name: "ann"}, {ID: "U0BOB00001", Name: "bob"}, {ID: "U0MEI00001", Name: "mei", Locale: "zh-CN"},
		},
	}
}

// listedCommands is what Slack lists of the bot to people who begin to type.
func listedCommands(c *commands.Commands, l texts.Lang) []slacksim.Command {
	list := slacksim.Command{Name: demoCommand, Does: texts.HelpHeading.In(l)}
	var names []string
	for _, u := range c.Usages(l) {
		names = append(names, u.Verb)
		list.Verbs = append(list.Verbs, slacksim.Verb{Name: u.Verb, Does: u.Does, Hint: u.Follows, Words: u.Flags, Examples: u.Examples})
	}
	list.Hint = strings.Join(names, " | ")
	return []slacksim.Command{list}
}

// isConsole reports whether the path is one of the console's, which the local
// CodeArts does not have.
func isConsole(path string) bool { return strings.HasPrefix(path, "/cicd/") }

// serveConsole stands where Open in CodeArts leads.
func serveConsole(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	fmt.Fprintf(w, "Here a browser shows the page of the build in CodeArts, in a region such as cn-north-4:\n\n%s%s\n\nThe demo has the logs of the builds, but not that page.\n",
		strings.ReplaceAll(consoleHost, "{region}", "cn-north-4"), r.URL.EscapedPath())
}
