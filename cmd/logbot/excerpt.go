package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"logbot/commands/excerpt"
)

func newExcerptCommand() *cobra.Command {
	var o excerpt.Options
	cmd := &cobra.Command{
		Use:   "excerpt [FILE]",
		Short: "Print the lines of a log that explain its failure",
		Long:  "Reads a log from FILE or standard input and prints its excerpt, one \"NUMBER: text\" a line.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			from := cmd.InOrStdin()
			if len(args) == 1 {
				f, err := os.Open(args[0])
				if err != nil {
					return fmt.Errorf("read the log: %w", err)
				}
				defer f.Close()
				from = f
			}
			finder := excerpt.New(o)
			if _, err := io.Copy(finder, from); err != nil {
				return fmt.Errorf("read the log: %w", err)
			}
			for _, l := range finder.Excerpt().Lines {
				fmt.Fprintf(cmd.OutOrStdout(), "%d: %s\n", l.Number, l.Text)
			}
			return nil
		},
	}
	cmd.Flags().IntVarP(&o.Lines, "lines", "n", excerpt.DefaultLines, "lines at most")
	cmd.Flags().IntVar(&o.Chars, "chars", excerpt.DefaultChars, "characters at most")
	return cmd
}
