// Command logbot tells a Slack channel why a CodeArts build failed.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"logbot/cmd/logbot/config"
	"logbot/cmd/logbot/demo"
	"logbot/cmd/logbot/sim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: it reads the environment through getenv and returns
// the exit status: 0 if everything that was asked for was done.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	known, _ := config.Load(getenv) // the subcommand that needs it reports the error
	// What goes to stderr is masked here, line by line: the log, errors and usage. The
	// progress of "run" has no secrets and no line ends, so it takes the screen itself.
	screen := stderr
	masked := known.Gate().Writer(screen)
	defer masked.Close()
	stderr = masked
	root := &cobra.Command{
		Use:               "logbot",
		Short:             "Tells a Slack channel why a CodeArts build failed",
		Version:           programVersion(),
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(
		demo.NewCommand(getenv, serve),
		newRunCommand(getenv, screen),
		newExcerptCommand(getenv),
		newMaskCommand(getenv),
		newServeCommand(getenv),
		sim.NewCommand(),
		newCacheCommand(getenv),
		newStateCommand(getenv),
		newVersionCommand(),
	)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(stderr, "logbot:", err)
		return 1
	}
	return 0
}
