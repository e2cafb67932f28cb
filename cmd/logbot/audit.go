package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"logbot/cache/state"
	"logbot/cmd/logbot/config"
)

func newAuditCommand(getenv func(string) string) *cobra.Command {
	var choice struct {
		state.EventFilter
		task, since, until string
	}
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Print who asked for what, as JSON lines",
		Long: `Prints the audit log, oldest first, one JSON value a line, from where REDIS_URL says or the
folder of LOGBOT_DATA. Each line says when, who, where, the verb, the task and build, what came of it
and why, how many bytes of a log left and how many values are masked in them; never what a log says.

A Redis can be read while bots run. The file of LOGBOT_DATA is for one process: while "logbot serve"
runs there, the copy is read that LOGBOT_AUDIT=file:PATH makes, if it is set; else stop the bot first,
or type /logs audit in Slack as an admin of logbot.`,
		Example: "  logbot audit --since 30d --result refused\n  logbot audit --user U012A3CDE | jq -r .task | sort | uniq -c",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			f := choice.EventFilter
			now := time.Now()
			if f.Since, err = moment("--since", choice.since, now); err != nil {
				return err
			}
			if f.Until, err = moment("--until", choice.until, now); err != nil {
				return err
			}
			c, err := config.Load(getenv)
			if err != nil {
				return err
			}
			f.Task, f.Name = choice.task, choice.task
			if id, ok := c.Aliases.TaskID(choice.task); ok {
				f.Task = id
			} else if id, ok := c.Aliases.CheckID(choice.task); ok {
				f.Task = id
			}
			err = withState(cmd, getenv, false, func(s *state.Store) error {
				err := printEvents(cmd.OutOrStdout(), choice.Limit, func(do func(state.Event) bool) error { return s.Audit.Each(cmd.Context(), f, do) })
				if cut, failed := s.Audit.Cut(cmd.Context()); failed == nil && cut.Old+cut.Excess > 0 {
					fmt.Fprintf(cmd.ErrOrStderr(), "no longer kept: %d events older than %d days, %d beyond the newest %d or %d MiB\n",
						cut.Old, int(state.AuditAge.Hours()/24), cut.Excess, state.MaxEvents, state.MaxEventBytes>>20)
				}
				return err
			})
			if !errors.Is(err, state.ErrLocked) {
				return err
			}
			if c.AuditFile == "" {
				return fmt.Errorf("%w, or set LOGBOT_AUDIT=file:PATH there, whose copy can be read at any time", err)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "the state in %s is in use; this is from its copy %s, which is as old as its last rotation\n", c.DataDir, c.AuditFile)
			return printEvents(cmd.OutOrStdout(), choice.Limit, func(do func(state.Event) bool) error { return eachCopied(c.AuditFile, f, do) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&choice.task, "task", "", "id, alias of the configuration, or a name that was typed and not found")
	flags.StringVar(&choice.User, "user", "", "member id in Slack, such as U012A3CDE")
	flags.StringVar(&choice.Channel, "channel", "", "id of a channel")
	flags.StringVar(&choice.Verb, "verb", "", "such as fail or alias")
	flags.StringVar(&choice.Result, "result", "", "answered, sent, refused, not-found, failed or lost")
	flags.StringVar(&choice.since, "since", "", "a span such as 7d, 12h or 30m, or a time such as 2026-11-30T08:00:00Z; empty is all that is kept")
	flags.StringVar(&choice.until, "until", "", "the same for the end")
	flags.IntVar(&choice.Limit, "limit", 0, "the last so many of those; 0 is all")
	return cmd
}

// printEvents prints the events that each calls, or the last limit of them.
func printEvents(out io.Writer, limit int, each func(do func(state.Event) bool) error) error {
	buffered := bufio.NewWriter(out)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	var failed error
	var last []state.Event // a ring, if there is a limit
	n := 0
	err := each(func(e state.Event) bool {
		switch {
		case limit == 0:
			failed = encoder.Encode(e)
		case len(last) < limit:
			last = append(last, e)
		default:
			last[n%limit] = e
		}
		n++
		return failed == nil
	})
	for i := range last {
		failed = errors.Join(failed, encoder.Encode(last[(n+i)%len(last)]))
	}
	return errors.Join(err, failed, buffered.Flush())
}

// eachCopied is state.Audit.Each over the copy of an audit log.
func eachCopied(path string, f state.EventFilter, do func(state.Event) bool) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	const maxLine = 64 << 10
	in := bufio.NewScanner(file)
	in.Buffer(nil, maxLine)
	for n := 1; in.Scan(); n++ {
		var e state.Event
		if err := json.Unmarshal(in.Bytes(), &e); err != nil {
			return fmt.Errorf("%s, line %d: %w; expected a line of LOGBOT_AUDIT", path, n, err)
		}
		if f.Chooses(e) && !do(e) {
			return nil
		}
	}
	return in.Err()
}

// moment is a time, or one that a span before now; zero if the value is empty.
func moment(flag, value string, now time.Time) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return t, nil
	}
	if days, ok := strings.CutSuffix(value, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	if span, err := time.ParseDuration(value); err == nil && span > 0 {
		return now.Add(-span), nil
	}
	return time.Time{}, fmt.Errorf("%s: %q is neither a span nor a time; expected 7d, 12h, 30m, or 2026-11-30T08:00:00Z", flag, value)
}
