package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"logbot/bot/slacksim"
	"logbot/cmd/logbot/config"
	"logbot/commands"
	"logbot/commands/texts"
)

// opening is the conversation that the demo plays first; commands/README.md shows it.
func opening() []string {
	return []string{
		slashCommand + " fail web 128",
		slashCommand + " fail firmware 12",
		slashCommand + " full web 128 stage3",
		slashCommand + " fial api 57",
	}
}

// servePage plays the opening, says where the page is, and serves it until ctx
// ends.
func (d *demo) servePage(ctx context.Context) error {
	out := d.out
	d.out = io.Discard
	if err := d.play(ctx, opening()); err != nil {
		if ctx.Err() != nil {
			return nil // stopped
		}
		return err
	}
	fmt.Fprintf(out, "The demo is at %s/ until you stop it.\n", d.slack.URL())
	<-ctx.Done()
	return nil
}

// workspace is a workspace in which the app is installed from
// deploy/slack-manifest.yaml. Two of its people read English, one reads Chinese.
func workspace(l texts.Lang) slacksim.Config {
	locale := "en-US"
	if l == texts.Chinese {
		locale = "zh-CN"
	}
	return slacksim.Config{
		Commands: listedCommands(l),
		BotToken: "xoxb-demo-bot", AppToken: "xapp-demo-app", TeamName: "Demo",
		Scopes:    []string{"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history", "users:read"},
		Shortcuts: []slacksim.Shortcut{{Name: "Explain this build", CallbackID: "explain_build"}},
		Users: []slacksim.User{
			{ID: "U0ANN00001", Name: "ann", Locale: locale}, {ID: "U0BOB00001", Name: "bob", Locale: locale}, {ID: "U0MEI00001", Name: "mei", Locale: "zh-CN"},
		},
	}
}

// listedCommands is the bot's entry in the list that Slack shows to people who
// begin to type a command.
func listedCommands(l texts.Lang) []slacksim.Command {
	list := slacksim.Command{Name: slashCommand, Does: texts.HelpHeading.In(l)}
	var names []string
	for _, u := range commands.New(commands.Options{}).Usages(l) {
		names = append(names, u.Verb)
		var flags []string
		for _, f := range u.Flags {
			flags = append(flags, f.Typed)
		}
		list.Verbs = append(list.Verbs, slacksim.Verb{Name: u.Verb, Does: u.Does, Hint: u.Follows, Words: flags, Examples: u.Examples})
	}
	list.Hint = strings.Join(names, " | ")
	return []slacksim.Command{list}
}

// isConsole reports whether path is a page of the CodeArts console, which the
// simulator does not have.
func isConsole(path string) bool { return strings.HasPrefix(path, "/cicd/") }

// serveConsole is the target of the button Open in CodeArts.
func serveConsole(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	fmt.Fprintf(w, "Here a browser shows the page of the build in CodeArts, in a region such as cn-north-4:\n\n%s%s\n\nThe demo has the logs of the builds, but not that page.\n",
		strings.ReplaceAll(config.ConsoleHost, "{region}", "cn-north-4"), r.URL.EscapedPath())
}
