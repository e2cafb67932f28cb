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
	"logbot/cmd/logbot/app"
	"logbot/cmd/logbot/config"
	"logbot/cmd/logbot/logging"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

// errRefused ends the program with status 1. The reply, already printed, says why
// the command was not answered.
var errRefused = errors.New("that could not be answered")

// newRunCommand answers one command. It shows progress on screen, if that is a
// terminal.
func newRunCommand(getenv func(string) string, screen io.Writer) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "run '/logs fail TASK BUILD'",
		Short: "Answer one command in the terminal, without Slack",
		Long: "Answers one command against the API that the environment describes, and prints the answer.\n" +
			"A file goes to the current folder, or where --output says.\n\n" +
			"It needs HUAWEICLOUD_REGION and an account, such as HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK;\n" +
			"\"logbot serve --help\" lists all settings.",
		Example: examples("logbot run '/logs fail web 128'", "logbot run -o web.log '/logs full web 128'", "logbot run -o - '/logs full web 128' | grep -c WARN"),
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := config.Load(getenv)
			if err != nil {
				return err
			}
			return answerOnce(cmd.Context(), c, strings.Join(args, " "), output, cmd.OutOrStdout(), cmd.ErrOrStderr(), newBar(screen, c.Lang))
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "where a file goes: a path, or - for standard output")
	return cmd
}

// answerOnce runs what was typed, with the rights of the credential, and prints the
// reply.
func answerOnce(ctx context.Context, c *config.Config, typed, output string, stdout, stderr io.Writer, progress *bar) (err error) {
	ctx = patience.With(ctx)
	known, err := app.OpenCommands(ctx, c, logging.New(c.LogLevel, false, stderr))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, known.Close()) }()
	defer progress.clear()
	answer := known.Run(ctx, commands.Request{Text: withoutCommand(typed), Lang: c.Lang, Progress: progress.show})
	progress.clear()
	defer func() { warn(answer.ToTell(), c.Lang, stderr) }()
	if answer.Follow != nil {
		return followHere(ctx, known.Commands.Follower(), answer, stdout, stderr)
	}
	toFile := answer.File != nil && output == "-"
	if text := answer.Text(time.Now()); text != "" && !toFile {
		fmt.Fprintln(stdout, text)
	}
	switch {
	case answer.Refused:
		return errRefused
	case toFile:
		_, _, got, err := copyFile(ctx, answer.File, stdout)
		return errors.Join(err, incomplete(got))
	case answer.File != nil:
		return save(ctx, progress, answer.File, output, stdout)
	case output != "":
		return fmt.Errorf("--output is for a command that sends a file, such as /logs full; nothing was written to %s", output)
	}
	return nil
}

// warn prints what the caller is told beside an answer.
func warn(n *reply.Notice, lang texts.Lang, stderr io.Writer) {
	if n != nil {
		fmt.Fprintln(stderr, n.Reply(lang).Body)
	}
}

// withoutCommand removes the slash command from the front of what was typed.
func withoutCommand(typed string) string {
	typed = strings.TrimSpace(typed)
	if !strings.HasPrefix(typed, "/") {
		return typed
	}
	_, rest, _ := strings.Cut(typed, " ")
	return rest
}

// incomplete is the error of a file that broke off.
func incomplete(d reply.Delivery) error {
	if d.Incomplete {
		return errors.New(d.Note)
	}
	return nil
}

// save writes a reply's file to path, or to the file's own name if path is empty. It
// never overwrites a file, and removes its own if writing fails. A file that broke off is
// kept, under a name that says so unless path is given, and is an error.
func save(ctx context.Context, progress *bar, f *reply.File, path string, stdout io.Writer) error {
	named := path != ""
	if !named {
		path = f.Name
	}
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there already; give another name with --output", path)
	}
	if err != nil {
		return fmt.Errorf("save the log: %w", err)
	}
	size, hidden, got, err := copyFile(ctx, f, &counting{to: to, report: progress.saving})
	progress.clear()
	if err = errors.Join(err, to.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	if _, taken := os.Lstat(got.Name); !named && got.Name != path && errors.Is(taken, os.ErrNotExist) {
		if err := os.Rename(path, got.Name); err != nil {
			return fmt.Errorf("rename the log: %w", err)
		}
		path = got.Name
	}
	said := texts.Saved.With(path, size, texts.Value.Count(hidden)).In(progress.lang)
	if got.Note != "" && !got.Incomplete {
		said += "\n" + got.Note
	}
	_, err = fmt.Fprintln(stdout, said)
	return errors.Join(err, incomplete(got))
}

func copyFile(ctx context.Context, f *reply.File, to io.Writer) (size int64, hidden int, got reply.Delivery, err error) {
	body, err := f.Open(ctx)
	if err != nil {
		return 0, 0, got, err
	}
	size, err = io.Copy(to, body)
	return size, body.Hidden(), body.Delivered(f), errors.Join(err, body.Close())
}
