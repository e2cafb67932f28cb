package commands

import (
	"context"
	"io"

	"logbot/commands/excerpt"
	"logbot/logsapi"
)

func checkVerb() *verb {
	return &verb{
		name:  "check",
		usage: "RUN",
		does:  "why a code check failed",
		more:  "RUN is a short name, the name of a check task or the address of its page (its latest run), or the 32-digit id of a run (its sub-task).",
		examples: []Example{
			{Line: "check style", Does: "what the check run found"},
			{Line: "check style --tail", Does: "the end of its log"},
		},
		flags: []flag{
			{name: "tail", does: "the last lines instead"},
			{name: "full", does: "the whole log as a file"},
			linesFlag,
		},
		min: 1, max: 1,
		run: runCheck,
	}
}

func runCheck(ctx context.Context, c *Commands, in *call) (Reply, error) {
	run, err := c.checkRun(ctx, in, in.words[0])
	if err != nil {
		return Reply{}, err
	}
	log := logsapi.CheckLog{RunID: run.id}
	switch {
	case in.has("full"):
		r := Reply{Heading: "The log of check run " + run.name}
		r.File = c.file(fileName(run.name), func(ctx context.Context) (io.ReadCloser, error) {
			return c.openPages(ctx, reading{order: logsapi.Ascending, logs: []logsapi.Log{log}})
		})
		return r, nil
	case in.has("tail"):
		r, _, err := c.tail(ctx, in, log)
		r.Heading = "The end of check run " + run.name
		return r, err
	}
	found, err := c.explain(ctx, false, log)
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Heading: "Check run " + run.name + " " + checkWords(found)}
	if found.Read == 0 {
		return r, nil
	}
	r.Try = []Example{{Line: "check " + run.word + " --full", Does: "the whole log as a file", Button: "Full log"}}
	if found.Outcome == excerpt.Succeeded {
		return r, nil
	}
	r.Reason = found.Reason.Text
	r.Lines = chosen(found.Lines)
	r.Source = source(r.Lines, found)
	return r, nil
}

func checkWords(found explained) string {
	switch {
	case found.Read == 0:
		return "has written no log so far"
	case found.Outcome == excerpt.Succeeded:
		return "succeeded"
	case found.Outcome == excerpt.Aborted:
		return "was aborted"
	case found.Outcome == excerpt.Failed:
		return "failed"
	}
	return "has not said how it ended"
}
