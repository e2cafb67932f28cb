// Package sim is the command "logbot sim": it runs one simulator alone, so that
// tests in any language can use it.
package sim

import (
	"bufio"
	"io"

	"github.com/spf13/cobra"
)

// NewCommand returns "logbot sim" with its subcommands.
func NewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "sim", Short: "Run a simulator alone, for tests by others",
		Example: "  logbot sim slack --without-scope files:write\n  logbot sim codearts --fault clock-skew=20m",
	}
	cmd.AddCommand(newCodeArtsCommand(), newSlackCommand())
	return cmd
}

// Lines sends the lines of r and closes the channel at its end. Its goroutine
// ends with r; for a terminal that is the end of the process.
func Lines(r io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(r); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}
