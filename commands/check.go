package commands

import (
	"context"

	"logbot/commands/excerpt"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

func checkVerb() *verb {
	return &verb{
		name:  "check",
		usage: "RUN",
		does:  texts.CheckDoes,
		more:  texts.CheckMore,
		examples: []suggestion{
			{"check style", texts.CheckExample.With()},
			{"check style --tail", texts.CheckExampleTail.With()},
		},
		flags: append(partFlags(), flag{name: "full", does: texts.FlagFull.With()}),
		min:   1, max: 1,
		run: runCheck,
	}
}

func runCheck(ctx context.Context, c *Commands, in *call) (reply.Reply, error) {
	if err := in.checkPart(); err != nil {
		return reply.Reply{}, err
	}
	run, err := c.checkRun(ctx, in, in.words[0])
	if err != nil {
		return reply.Reply{}, err
	}
	in.words[0] = run.word
	r, err := c.check(ctx, in, run)
	r.About, r.Link = reply.About{Task: run.id, Name: run.name}, run.address
	return r, err
}

// check answers with the excerpt of a run, a part of its log, or all of it.
func (c *Commands) check(ctx context.Context, in *call, run task) (reply.Reply, error) {
	logs := []logsapi.Log{logsapi.CheckLog{RunID: run.id}}
	if in.has("full") {
		for _, part := range []string{"tail", "from", "grep", "lines"} {
			if in.has(part) {
				return reply.Reply{}, wrong(texts.Together.With("full", part), in.without("full").line())
			}
		}
		return reply.Reply{
			Heading: in.say(texts.CheckLogOf, run.name),
			File:    c.wholeFile(in, fileName(run.name), read.Request{Logs: logs}),
		}, nil
	}
	whole := typed("check", run.word, "--full")
	offers := []reply.Example{
		{Line: whole, Does: in.say(texts.DoesFullLog), Button: in.say(texts.FullLog)},
		{Line: typed("check", run.word) + searchEnd, Does: in.say(texts.DoesSearch), Button: in.say(texts.Search), Place: reply.AskFirst},
	}
	if in.has("grep") || in.has("tail") || in.has("from") {
		r, of, err := c.show(ctx, in, texts.CheckRunName.With(run.name), read.Request{Logs: logs, Meter: in.meter})
		if of != nil {
			r.Try = append(r.Try, offers...)
		}
		return r, err
	}
	want, err := in.number("lines", read.DefaultLines, 1, read.MaxLines)
	if err != nil {
		return reply.Reply{}, err
	}
	found, err := c.reader.Explain(ctx, read.Request{Logs: logs, Meter: in.meter}, want)
	if err != nil {
		return reply.Reply{}, err
	}
	r := reply.Reply{Heading: in.say(texts.CheckStands, run.name, checkWords(found))}
	if found.Read == 0 {
		return r, nil
	}
	r.Try = offers
	if found.Outcome == excerpt.Succeeded {
		return r, nil
	}
	if found.More {
		more := reply.Example{Line: in.again("lines", itoa(int64(moreThan(want)))), Does: in.say(texts.DoesMoreContext), Button: in.say(texts.MoreContext), Place: reply.InPlace}
		r.Try = append([]reply.Example{more}, r.Try...)
	}
	r.Rateable = true
	r.Reason = found.Reason.Text
	r.Lines = chosen(in, found.Lines)
	r.Source = in.source(r.Lines, found, false)
	return r, nil
}

func checkWords(found read.Explained) texts.Text {
	switch {
	case found.Read == 0:
		return texts.CheckNoLog
	case found.Outcome == excerpt.Succeeded:
		return texts.CheckSucceeded
	case found.Outcome == excerpt.Aborted:
		return texts.CheckAborted
	case found.Outcome == excerpt.Failed:
		return texts.CheckFailed
	}
	return texts.CheckUnsaid
}
