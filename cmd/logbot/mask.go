package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"logbot/cmd/logbot/config"
)

func newMaskCommand(getenv func(string) string) *cobra.Command {
	return &cobra.Command{
		Use:   "mask [FILE]",
		Short: "Mask the secrets in a log, as in everything that leaves the bot",
		Long: `Reads a log from FILE or standard input and writes it to standard output with its
secrets masked; standard error says how many values were. Credentials in the
environment and what the file of LOGBOT_CONFIG says under "mask" count, too.`,
		Example: examples("logbot mask build.log > build.masked.log", "kubectl logs job/build | logbot mask"),
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := config.Load(getenv)
			if err != nil {
				return err
			}
			from, done, err := openLog(cmd, args)
			if err != nil {
				return err
			}
			defer done()
			masked := c.Gate().Reader(from)
			if _, err := io.Copy(cmd.OutOrStdout(), masked); err != nil {
				return fmt.Errorf("mask the log: %w", err)
			}
			values := "values"
			if masked.Hidden() == 1 {
				values = "value"
			}
			fmt.Fprintln(cmd.ErrOrStderr(), masked.Hidden(), values, "masked")
			return nil
		},
	}
}
