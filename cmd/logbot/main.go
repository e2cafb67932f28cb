// Command logbot tells a Slack channel why a CodeArts build failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"logbot/cmd/logbot/config"
	"logbot/cmd/logbot/demo"
	"logbot/cmd/logbot/doctor"
	"logbot/cmd/logbot/sim"
)

func main() {
	ctx, args := context.Background(), os.Args[1:]
	if len(args) > 0 && slices.Contains(filters, args[0]) {
		if !isTerminal(os.Stdin) {
			signal.Ignore(os.Interrupt)
		}
	} else {
		var stop func()
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
		defer stop()
	}
	os.Exit(run(ctx, args, os.Environ(), os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program in an environment of lines NAME=VALUE. It returns the exit
// status: 0 if everything that was asked for was done.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	getenv := lookup(environ)
	// What goes to stderr is masked here, line by line: the log, errors and usage. The
	// progress of "run" has no secrets and no line ends, so it takes the screen itself.
	screen := stderr
	masked := &lateWriter{open: func() io.WriteCloser {
		known, _ := config.Load(getenv) // the subcommand that needs it reports the error
		return known.Gate().Writer(screen)
	}}
	defer masked.Close()
	stderr = masked
	root := &cobra.Command{
		Use:           "logbot",
		Short:         "Tells a Slack channel why a CodeArts build failed",
		Example:       examples("logbot demo                          # both sides simulated, nothing to set up", "logbot doctor                        # what is missing before serve can work", "logbot run '/logs fail web 128'", "logbot serve"),
		Version:       programVersion(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(subcommandsFor(args, []subcommand{
		{"demo", func() *cobra.Command { return demo.NewCommand(getenv, serve) }},
		{"run", func() *cobra.Command { return newRunCommand(getenv, screen) }},
		{"excerpt", func() *cobra.Command { return newExcerptCommand(getenv) }},
		{"mask", func() *cobra.Command { return newMaskCommand(getenv) }},
		{"access", func() *cobra.Command { return newAccessCommand(getenv) }},
		{"serve", func() *cobra.Command { return newServeCommand(environ) }},
		{"doctor", func() *cobra.Command { return doctor.NewCommand(getenv, environ) }},
		{"healthcheck", func() *cobra.Command { return newHealthcheckCommand(getenv) }},
		{"sim", sim.NewCommand},
		{"cache", func() *cobra.Command { return newCacheCommand(getenv) }},
		{"state", func() *cobra.Command { return newStateCommand(getenv) }},
		{"audit", func() *cobra.Command { return newAuditCommand(getenv) }},
		{"version", newVersionCommand},
	})...)
	arrange(root)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	switch err := root.ExecuteContext(ctx); {
	case err == nil:
		return 0
	case errors.Is(err, errLogged), err.Error() == errRefused.Error(), err.Error() == doctor.ErrRed.Error():
		// What was printed explains it.
	default:
		fmt.Fprintln(stderr, "logbot:", err)
	}
	return 1
}

// lookup returns a function as os.Getenv for lines NAME=VALUE.
func lookup(environ []string) func(string) string {
	values := make(map[string]string, len(environ))
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		values[name] = value
	}
	return func(name string) string { return values[name] }
}
