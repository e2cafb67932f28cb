package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"logbot/cache/patience"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// errRefused ends the program with status 1 after a reply that says why there
// is no answer.
var errRefused = errors.New("that could not be answered")

func newRunCommand(getenv func(string) string) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "run '/logs fail TASK BUILD'",
		Short: "Answer one command in the terminal, without Slack",
		Long: "Answers one command against the API that the environment describes, and prints the answer.\n" +
			"A file goes to the current folder, or where --output says.\n\n" + settingsHelp(),
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := loadConfig(getenv)
			if err != nil {
				return err
			}
			return answerOnce(cmd.Context(), c, strings.Join(args, " "), output, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "where a file goes: a path, or - for standard output")
	return cmd
}

// answerOnce runs what was typed with the rights of whoever holds the
// credential, and prints the reply.
func answerOnce(ctx context.Context, c config, typed, output string, stdout, stderr io.Writer) (err error) {
	c.terse = true
	ctx = patience.With(ctx)
	p, err := assemble(c, access.Open(), stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	progress := newBar(stderr, c.lang)
	defer progress.clear()
	answer := p.commands.Run(ctx, commands.Request{Text: withoutCommand(typed), Lang: c.lang, Progress: progress.show})
	progress.clear()
	if answer.Follow != nil {
		return followHere(ctx, p.commands, answer, stdout)
	}
	toFile := answer.File != nil && output == "-"
	if text := answer.Text(time.Now()); text != "" && !toFile {
		fmt.Fprintln(stdout, text)
	}
	switch {
	case answer.Refused:
		return errRefused
	case toFile:
		_, _, err := copyFile(ctx, answer.File, stdout)
		return err
	case answer.File != nil:
		return save(ctx, progress, answer.File, output, stdout)
	}
	return nil
}

// withoutCommand takes the slash command off the front of what was typed.
func withoutCommand(typed string) string {
	typed = strings.TrimSpace(typed)
	if !strings.HasPrefix(typed, "/") {
		return typed
	}
	_, rest, _ := strings.Cut(typed, " ")
	return rest
}

// save writes a reply's file to path, or under its own name; it never writes
// over another file, and leaves no part of one behind.
func save(ctx context.Context, progress *bar, f *reply.File, path string, stdout io.Writer) error {
	if path == "" {
		path = f.Name
	}
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; give another name with --output", path)
	}
	if err != nil {
		return fmt.Errorf("save the log: %w", err)
	}
	size, hidden, err := copyFile(ctx, f, to)
	progress.clear()
	if err = errors.Join(err, to.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	_, err = fmt.Fprintln(stdout, texts.Saved.With(path, size, texts.Value.Count(hidden)).In(progress.lang))
	return err
}

func copyFile(ctx context.Context, f *reply.File, to io.Writer) (size int64, hidden int, err error) {
	body, err := f.Open(ctx)
	if err != nil {
		return 0, 0, err
	}
	size, err = io.Copy(to, body)
	return size, body.Hidden(), errors.Join(err, body.Close())
}
