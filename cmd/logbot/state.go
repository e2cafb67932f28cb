package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"logbot/cache/state"
	"logbot/cmd/logbot/app"
	"logbot/cmd/logbot/config"
	"logbot/cmd/logbot/logging"
)

func newStateCommand(getenv func(string) string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "state",
		Short: "Move aliases, watches and history between a file and Redis",
		Long: "Moves what people have set and what is still to be done from one place to another: aliases, watches,\n" +
			"the history of builds with its votes, the memory of failures, and work not yet done. The state is where REDIS_URL says, else in\n" +
			"the folder of LOGBOT_DATA. From one machine to Redis:\n\n" +
			"  LOGBOT_DATA=/var/lib/logbot logbot state export -o state.jsonl     with the bot stopped\n" +
			"  REDIS_URL=redis://redis:6379 logbot state import state.jsonl",
	}
	var output string
	var earlier bool
	export := &cobra.Command{
		Use:   "export",
		Short: "Write the state, one JSON value a line",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withState(cmd, getenv, false, func(s *state.Store) error {
				return exportState(cmd.Context(), s, output, earlier, cmd.OutOrStdout())
			})
		},
	}
	export.Flags().StringVarP(&output, "output", "o", "-", "where it goes: a file that is not there yet, or - for standard output")
	export.Flags().BoolVar(&earlier, "for-earlier", false, "leave the memory of failures out, for a logbot that does not know it")
	cmd.AddCommand(export, &cobra.Command{
		Use:   "import [FILE]",
		Short: "Add an exported state; what is there already stays as it is",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			from := cmd.InOrStdin()
			if len(args) == 1 && args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer file.Close()
				from = file
			}
			return withState(cmd, getenv, true, func(s *state.Store) error {
				return importState(cmd.Context(), s, from, cmd.OutOrStdout())
			})
		},
	})
	return cmd
}

// patientBudget is the state's budget when no acknowledgement depends on it.
const patientBudget = 5 * time.Second

// withState opens the state of the environment for one use.
func withState(cmd *cobra.Command, getenv func(string) string, makeFile bool, use func(*state.Store) error) (err error) {
	c, err := config.Load(getenv)
	if err != nil {
		return err
	}
	log := logging.New(logrus.WarnLevel, false, cmd.ErrOrStderr())
	s, err := app.OpenState(cmd.Context(), c, makeFile, state.Options{Log: log, Budget: patientBudget})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return use(s)
}

// exportState writes to a new file, or to stdout if output is "-". It never overwrites
// a file, and removes its own if writing fails.
func exportState(ctx context.Context, s *state.Store, output string, earlier bool, stdout io.Writer) (err error) {
	export := s.Export
	if earlier {
		export = s.ExportForEarlier
	}
	if output == "-" {
		return export(ctx, time.Now(), stdout)
	}
	file, err := os.OpenFile(output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("export the state: %w", err)
	}
	defer func() {
		if err != nil {
			os.Remove(output)
		}
	}()
	return errors.Join(export(ctx, time.Now(), file), file.Close())
}

func importState(ctx context.Context, s *state.Store, from io.Reader, stdout io.Writer) error {
	got, err := s.Import(ctx, time.Now(), from)
	if err != nil {
		return err
	}
	type kind struct {
		state.Brought
		one, many string
	}
	kinds := []kind{
		{got.Aliases, "alias", "aliases"},
		{got.Watches, "watch", "watches"},
		{got.Builds, "build of the history", "builds of the history"},
		{got.Intents, "piece of work not yet done", "pieces of work not yet done"},
	}
	if got.FailedBuilds != (state.Brought{}) {
		kinds = append(kinds, kind{got.Failures, "failure", "failures"}, kind{got.FailedBuilds, "failed build", "failed builds"})
	}
	for _, kind := range kinds {
		noun := kind.many
		if kind.Added == 1 {
			noun = kind.one
		}
		line := fmt.Sprintf("%d %s added", kind.Added, noun)
		if kind.Kept > 0 {
			line += fmt.Sprintf(", %d already there", kind.Kept)
		}
		fmt.Fprintln(stdout, line)
	}
	if got.Late {
		fmt.Fprintln(stdout, "The export is more than an hour old: work that was not done then was left out, as it may have been done since.")
	}
	return nil
}
