package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"logbot/cmd/logbot/app"
	"logbot/cmd/logbot/config"
	"logbot/cmd/logbot/listen"
	"logbot/cmd/logbot/metrics"
	"logbot/commands"
)

func newServeCommand(getenv func(string) string, environ []string) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the bot in a Slack workspace",
		Long:  "Runs the bot until it is told to stop (SIGTERM, Ctrl-C).\n\n" + config.Help(),
		Example: examples("SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… HUAWEICLOUD_SDK_AK=… HUAWEICLOUD_SDK_SK=… \\",
			"  HUAWEICLOUD_REGION=cn-north-4 LOGBOT_OPEN=true LOGBOT_DATA=/var/lib/logbot logbot serve"),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), getenv, cmd.ErrOrStderr(), nil)
		},
	}
}

// serve runs the bot of an environment until ctx ends. It calls answered, unless
// nil, with the id of each acknowledged envelope whose answer is complete.
func serve(ctx context.Context, getenv func(string) string, logTo io.Writer, answered func(envelope string)) (err error) {
	c, _ := config.Load(getenv)
	if err := c.ForBot(); err != nil { // also what Load found
		return err
	}
	policy, err := c.Policy()
	if err != nil {
		return err
	}
	m := metrics.New(programVersion(), commands.VerbNames())
	show := func(listen.Status) {}
	if c.Listen != "" {
		server, err := listen.Open(ctx, listen.Options{Address: c.Listen, Metrics: m.Handler(), Mask: c.Gate().Text, Pprof: c.Pprof})
		if err != nil {
			return fmt.Errorf("LOGBOT_LISTEN: %w", err)
		}
		defer func() { err = errors.Join(err, server.Close()) }()
		show = server.Show
	}
	b, err := app.OpenBot(ctx, c, policy, app.NewLog(c.LogLevel, c.LogJSON, logTo), m, answered)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	show(b.Status())
	return b.Run(ctx)
}
