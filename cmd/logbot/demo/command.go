package demo

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"logbot/cmd/logbot/config"
	"logbot/commands/texts"
)

// Serve runs the bot of an environment, lines NAME=VALUE, until ctx ends. It calls answered with the
// id of each acknowledged envelope whose answer is complete.
type Serve func(ctx context.Context, environ []string, logTo io.Writer, answered func(envelope string)) error

// options are the flags of the demo.
type options struct {
	listen  string // address of the local Slack
	page    bool
	once    []string
	lang    texts.Lang
	rawLang string // LOGBOT_LANG, handed on to the bot
}

// NewCommand returns "logbot demo", which runs its bot with serve. LOGBOT_LANG is
// the only setting it reads.
func NewCommand(getenv func(string) string, serve Serve) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try the bot here: a CodeArts and a Slack on localhost, no account needed",
		Long: "Starts a CodeArts with failing builds and a Slack workspace, both on localhost, and the bot between them.\n" +
			"It plays a short conversation and then lets you type, here and on a web page.",
		Example: "  logbot demo\n  logbot demo --page --listen 127.0.0.1:8080\n  logbot demo --once '/logs fail web 128' --once 'press Full log'",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.lang, err = config.Lang(getenv); err != nil {
				return err
			}
			o.rawLang = getenv("LOGBOT_LANG")
			d, err := start(cmd.Context(), o, serve, cmd.OutOrStdout(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, d.Close()) }()
			switch {
			case len(o.once) > 0:
				return d.play(cmd.Context(), o.once)
			case o.page:
				return d.servePage(cmd.Context())
			}
			return d.converse(cmd.Context(), cmd.InOrStdin())
		},
	}
	cmd.Flags().StringVar(&o.listen, "listen", "127.0.0.1:0", "address of the local Slack and its page; port 0 takes a free one")
	cmd.Flags().BoolVar(&o.page, "page", false, "play the conversation unseen, print the page's address, and serve it until told to stop")
	cmd.Flags().StringArrayVar(&o.once, "once", nil, "type this command, or press a button (press Full log), print what the channel shows, and end (repeatable)")
	cmd.MarkFlagsMutuallyExclusive("page", "once")
	return cmd
}
