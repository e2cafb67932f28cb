package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// Groups of commands in the help.
const (
	groupTry  = "try"
	groupRun  = "run"
	groupKeep = "keep"
	groupMore = "more"
)

// arrange groups the commands of the help, and gives all of them the same habits: an
// error is one line, and a word that is no command is an error.
func arrange(root *cobra.Command) {
	root.AddGroup(
		&cobra.Group{ID: groupTry, Title: "Try it, without an account:"},
		&cobra.Group{ID: groupRun, Title: "Run it:"},
		&cobra.Group{ID: groupKeep, Title: "Look after it:"},
		&cobra.Group{ID: groupMore, Title: "More:"},
	)
	root.SetHelpCommandGroupID(groupMore)
	root.SetCompletionCommandGroupID(groupMore)
	groups := map[string]string{
		"demo": groupTry, "excerpt": groupTry, "mask": groupTry,
		"run": groupRun, "serve": groupRun, "doctor": groupRun,
		"sim": groupMore, "version": groupMore,
	}
	for _, c := range root.Commands() {
		if c.GroupID = groups[c.Name()]; c.GroupID == "" {
			c.GroupID = groupKeep
		}
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return fmt.Errorf("%w; %s --help lists the flags", err, c.CommandPath())
	})
	needCommand(root)
}

// needCommand makes a word that is no command of a command that only has others an
// error; cobra prints the help and calls that a success.
func needCommand(c *cobra.Command) {
	for _, sub := range c.Commands() {
		needCommand(sub)
	}
	if !c.HasSubCommands() || c.Runnable() {
		return
	}
	c.Args, c.SuggestionsMinimumDistance = cobra.ArbitraryArgs, 2
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			return fmt.Errorf("%s has no command %q; did you mean %s %s?", c.CommandPath(), args[0], c.CommandPath(), near[0])
		}
		return fmt.Errorf("%s has no command %q; %s --help lists them", c.CommandPath(), args[0], c.CommandPath())
	}
}

// sayIfTyped says on a terminal that a log is waited for.
func sayIfTyped(from io.Reader, to io.Writer) {
	if isTerminal(from) {
		fmt.Fprintln(to, "Reading a log from the terminal: paste it and type Ctrl-D, or name a file.")
	}
}

func isTerminal(from io.Reader) bool {
	f, isFile := from.(*os.File)
	return isFile && term.IsTerminal(int(f.Fd()))
}

// counting is a writer that reports how many bytes went through.
type counting struct {
	to     io.Writer
	bytes  int64
	report func(bytes int64)
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.bytes += int64(n)
	c.report(c.bytes)
	return n, err
}

// examples are lines for the help, indented as cobra shows them.
func examples(lines ...string) string { return "  " + strings.Join(lines, "\n  ") }
