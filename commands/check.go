package commands

import (
	"context"
	"strings"

	"logbot/commands/excerpt"
	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

func checkVerb(lists Builds, r read.Reader) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:  "check",
			Also:  []string{"检查", "代码检查"},
			Usage: "RUN",
			Does:  texts.CheckDoes,
			More:  texts.CheckMore,
			Examples: []typed.Suggestion{
				{Line: "check style", Does: texts.CheckExample.With()},
				{Line: "check style --tail", Does: texts.CheckExampleTail.With()},
			},
			Flags: append(partFlags(), typed.Flag{Name: "full", Does: texts.FlagFull.With()}),
			Min:   1, Max: 1,
		},
		refuse: checkPart,
		names:  aCheckRun,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			in.Words[0] = in.task.Word
			logs, err := checkLogs(ctx, lists, in.task)
			if err != nil {
				return reply.Reply{}, err
			}
			answer, err := answerCheck(ctx, r, in, logs)
			answer.About, answer.Link = reply.About{Task: in.task.ID(), Name: in.task.Name}, in.task.Address()
			return answer, err
		},
	}
}

// checkLogs are the log of a check run and, where its check task is known, what the
// service says of its failure. The latter needs the project, which the list of check
// tasks tells.
func checkLogs(ctx context.Context, lists Builds, run find.Task) ([]logsapi.Log, error) {
	var logs []logsapi.Log
	if run.Unlisted() == nil {
		logs = append(logs, logsapi.CheckLog{RunID: run.ID()})
	}
	task, execution := run.CheckTask()
	if task == "" {
		return logs, nil
	}
	tasks, _ := lists.CheckTasks(ctx) // without the list there is only the log
	for _, t := range tasks {
		if strings.EqualFold(t.ID, task) && t.ProjectID != "" {
			logs = append(logs, logsapi.CheckDetail{ProjectID: t.ProjectID, TaskID: task, Execution: execution})
		}
	}
	if len(logs) == 0 {
		return nil, run.Unlisted()
	}
	return logs, nil
}

// answerCheck answers with the excerpt of a run, a part of its log, or all of it.
func answerCheck(ctx context.Context, r read.Reader, in *command, logs []logsapi.Log) (reply.Reply, error) {
	run := in.task
	what := read.Request{Logs: logs, Meter: in.meter}
	if in.Has("full") {
		for _, part := range []string{"tail", "from", "grep", "lines"} {
			if in.Has(part) {
				return reply.Reply{}, typed.Wrong(texts.Together.With("full", part), in.Without("full").Line())
			}
		}
		return reply.Reply{
			Heading: in.say(texts.CheckLogOf, run.Name),
			File:    wholeLog(r, in, fileName(run.Name), what),
		}, nil
	}
	full := reply.Example{Line: typed.Line("check", run.Word, "--full"), Does: in.say(texts.DoesFullLog), Button: in.say(texts.FullLog)}
	search := reply.Example{Line: typed.Line("check", run.Word) + typed.SearchEnd, Does: in.say(texts.DoesSearch), Button: in.say(texts.Search), Place: reply.AskFirst, Menu: worthSearch}
	if in.Has("grep") || in.Has("tail") || in.Has("from") {
		shown, of, err := showPart(ctx, r, in, texts.CheckRunName.With(run.Name), what)
		if of != nil {
			shown.Try = append(shown.Try, full, search)
		}
		return shown, err
	}
	want, err := in.Number("lines", read.DefaultLines, 1, read.MaxLines)
	if err != nil {
		return reply.Reply{}, err
	}
	found, err := r.Explain(ctx, what, want)
	if err != nil {
		return reply.Reply{}, err
	}
	sign, says := checkWords(found)
	answer := reply.Reply{Sign: sign, Heading: in.say(texts.CheckStands, run.Name, says)}
	if found.Read == 0 {
		return answer, nil
	}
	answer.Try = append(answer.Try, full)
	if found.Outcome != excerpt.Succeeded {
		in.explain(&answer, found, want, notes{})
		if _, is := found.Log.(logsapi.CheckDetail); is {
			answer.Source = texts.Join(texts.Dot, answer.Source, texts.CheckDetail).In(in.request.Lang)
		}
	}
	answer.Try = append(answer.Try, search)
	return answer, nil
}

// checkWords say how a check run ended, by the signs and words of builds.
func checkWords(found read.Explained) (sign string, word texts.Text) {
	state := logsapi.Unknown
	switch {
	case found.Read == 0:
		return "", texts.CheckNoLog
	case found.Outcome == excerpt.Succeeded:
		state = logsapi.Succeeded
	case found.Outcome == excerpt.Aborted:
		state = logsapi.Aborted
	case found.Outcome == excerpt.Failed:
		state = logsapi.Failed
	}
	t := textsOf(state)
	return t.sign, t.word
}
