package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"logbot/cmd/logbot/app"
	"logbot/cmd/logbot/config"
	"logbot/cmd/logbot/listen"
	"logbot/cmd/logbot/logging"
	"logbot/cmd/logbot/metrics"
	"logbot/commands"
)

func newServeCommand(environ []string) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the bot in a Slack workspace",
		Long:  "Runs the bot until it is told to stop (SIGTERM, Ctrl-C).\n\n" + config.Help(),
		Example: examples("SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… HUAWEICLOUD_SDK_AK=… HUAWEICLOUD_SDK_SK=… \\",
			"  HUAWEICLOUD_REGION=cn-north-4 LOGBOT_OPEN=true LOGBOT_DATA=/var/lib/logbot logbot serve"),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), environ, cmd.ErrOrStderr(), nil)
		},
	}
}

// serve runs the bot of an environment until ctx ends; SIGHUP has it read the
// configuration anew. environ are lines NAME=VALUE. It calls answered, unless nil, with the
// id of each acknowledged envelope whose answer is complete. What ends it is logged once the
// settings are known to be right; the error is then errLogged.
func serve(ctx context.Context, environ []string, logTo io.Writer, answered func(envelope string)) (err error) {
	getenv := lookup(environ)
	c, _ := config.Load(getenv)
	in := app.Surroundings{Version: programVersion(), Log: logging.New(c.LogLevel, c.LogJSON, logTo), Answered: answered}
	if err := c.ForBot(); err != nil { // also what Load found
		return fatal(c.LogJSON, in.Log, err)
	}
	policy, err := c.Policy()
	if err != nil {
		return fatal(c.LogJSON, in.Log, err)
	}
	for _, p := range c.Problems(environ) {
		in.Log.Warn(p.Error()) // those that are no warning have stopped it above
	}
	in.Metrics = metrics.New(in.Version, commands.VerbNames())
	show := func(listen.Status) {}
	if c.Listen != "" {
		server, err := listen.Open(ctx, listen.Options{Address: c.Listen, Metrics: in.Metrics.Handler(), Mask: c.Gate().Text, Pprof: c.Pprof})
		if err != nil {
			return fatal(true, in.Log, fmt.Errorf("LOGBOT_LISTEN: %w", err))
		}
		defer func() { err = errors.Join(err, server.Close()) }()
		in.Listens, show = server.Address(), server.Show
	}
	b, err := app.OpenBot(ctx, c, policy, in)
	if err != nil {
		return fatal(true, in.Log, err)
	}
	show(b.Status())
	reloading, stopReloading := context.WithCancel(ctx)
	var reloader sync.WaitGroup
	reloader.Go(func() { reloadOnSignal(reloading, getenv, in.Log, logTo, b) })
	err = b.Run(ctx)
	stopReloading()
	reloader.Wait()
	if err = errors.Join(err, b.Close()); err != nil {
		return fatal(true, in.Log, err)
	}
	return nil
}

// errLogged ends the program with status 1; the log says why.
var errLogged = errors.New("the log says why")

// fatal logs what ends the process, a line for each of several errors, if it shall be in
// the log. Problems of the settings are printed as they are unless the log is JSON: at
// that time a person reads along.
func fatal(logged bool, log *logrus.Logger, err error) error {
	if !logged {
		return err
	}
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			log.Log(logrus.FatalLevel, line)
		}
	}
	return errLogged
}

// reloadOnSignal reloads the configuration at each SIGHUP until ctx ends. What is masked
// from then on is masked in the log, too.
func reloadOnSignal(ctx context.Context, getenv func(string) string, log *logrus.Logger, logTo io.Writer, b *app.Bot) {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGHUP)
	defer signal.Stop(told)
	for {
		select {
		case <-ctx.Done():
			return
		case <-told:
		}
		log.Info("SIGHUP: reading the configuration anew")
		c, err := config.Load(getenv)
		if err == nil {
			err = c.ForBot()
		}
		if b.Reload(ctx, c, err) == nil {
			log.SetOutput(c.Gate().Writer(logTo))
		}
	}
}
