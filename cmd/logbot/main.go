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

	"logbot/commands/redact"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: it reads the environment through getenv and returns
// the exit status, 0 when everything asked for was done.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	known, _ := loadConfig(getenv) // what is wrong in it is said by who needs it
	// Everything on stderr passes one gate: the log, errors and usage.
	masked := redact.New(known.secrets()...).Writer(stderr)
	defer masked.Close()
	stderr = masked
	root := &cobra.Command{
		Use:               "logbot",
		Short:             "Tells a Slack channel why a CodeArts build failed",
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(
		newDemoCommand(getenv),
		newRunCommand(getenv),
		newExcerptCommand(getenv),
		newServeCommand(getenv),
		newSimCommand(),
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
