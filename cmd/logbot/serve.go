package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"logbot/bot"
	"logbot/commands/access"
)

func newServeCommand(getenv func(string) string) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the bot in a Slack workspace",
		Long:  "Runs the bot until it is told to stop (SIGTERM, Ctrl-C).\n\nIts settings come from the environment:\n" + settingsHelp(),
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(getenv)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, cmd)
		},
	}
}

func serve(ctx context.Context, c config, cmd *cobra.Command) (err error) {
	policy, err := c.policy()
	if err != nil {
		return err
	}
	c.stays = true
	p, err := assemble(c, policy, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	b, err := p.bot(c, policy)
	if err != nil {
		return err
	}
	if err := p.keeping.runWith(ctx, p.commands, b); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// bot is the bot of a process that stays.
func (p *parts) bot(c config, policy *access.Policy) (*bot.Bot, error) {
	return bot.New(bot.Options{
		BotToken:      c.values["SLACK_BOT_TOKEN"],
		AppToken:      c.values["SLACK_APP_TOKEN"],
		APIURL:        c.values["SLACK_API_URL"],
		Commands:      p.commands,
		Finder:        p.commands,
		Admins:        policy.Admin,
		Spool:         c.values["LOGBOT_DATA"],
		Connections:   c.sockets,
		Lang:          c.lang,
		Limiter:       p.keeping.pace(c),
		Follow:        p.keeping.follow,
		DrainWithin:   drainWithin,
		PartingWithin: partingWithin,
		Intents:       p.keeping.jobs,
		Presses:       p.keeping.store.Presses,
		Rated:         p.keeping.records.rated,
		Log:           p.log,
	})
}
