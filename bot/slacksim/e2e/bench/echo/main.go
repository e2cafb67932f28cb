// Command echo is the smallest bot that can be written with slack-go: it
// acknowledges a command and posts it back. It is what logbot is measured
// against.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	api := slack.New(os.Getenv("SLACK_BOT_TOKEN"),
		slack.OptionAppLevelToken(os.Getenv("SLACK_APP_TOKEN")),
		slack.OptionAPIURL(os.Getenv("SLACK_API_URL")))
	client := socketmode.New(api)
	handler := socketmode.NewSocketmodeHandler(client)
	handler.Handle(socketmode.EventTypeSlashCommand, func(event *socketmode.Event, client *socketmode.Client) {
		command, ok := event.Data.(slack.SlashCommand)
		if !ok {
			return
		}
		if err := client.Ack(*event.Request); err != nil {
			fmt.Fprintln(os.Stderr, "echo:", err)
			return
		}
		if _, _, err := api.PostMessageContext(ctx, command.ChannelID, slack.MsgOptionText(command.Text, true)); err != nil {
			fmt.Fprintln(os.Stderr, "echo:", err)
		}
	})
	err := handler.RunEventLoopContext(ctx)
	if ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}
