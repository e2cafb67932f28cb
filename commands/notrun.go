package commands

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// noLog says why the build has no log, if its record says that nothing of it ran,
// or that nothing has run yet. It is empty for all other builds.
func (b buildFacts) noLog() texts.Phrase {
	switch {
	case b.NeverRan():
		return b.withComplaint(texts.NeverRan.With(b.name()))
	case b.State == logsapi.Queued:
		return texts.NotRunYet.With(b.name())
	}
	return texts.Phrase{}
}

// unbegun reports whether the build ended before it began as far as its record and its
// steps tell. Its log decides: it has none.
func (b buildFacts) unbegun() bool { return b.NeverBegan() && !b.began }

// reads is r that does not wait for the log of a build that has none by its record.
func (b buildFacts) reads(r read.Reader) read.Reader {
	if b.unbegun() {
		r.Logs = unwaited{r.Logs}
	}
	return r
}

// noLogCame reports whether the service has no log of the build: none was there, or
// found, now.
func noLogCame(err error) bool {
	return errors.Is(err, logsapi.ErrNotFound) || errors.Is(err, logsapi.ErrNotReady)
}

// gone is the answer for a build that has ended, by its record, if the service has no
// log of it.
func (b buildFacts) gone(err error) reply.Reply {
	if b.unbegun() {
		return b.notRun()
	}
	r := b.answer(read.Explained{})
	if b.Error == "" && b.ErrorCode == "" {
		b.Error, b.ErrorCode = b.analysis.Message, b.analysis.Code
	}
	r.Body = b.withComplaint(texts.LogUnreadable.With(typed.ProblemOf(err).Says)).In(b.in.request.Lang)
	r.Try = []reply.Example{{Line: typed.Line("builds", b.in.task.Word), Does: b.in.say(texts.BuildsDoes)}}
	return r
}

// withComplaint adds what the record says of a failure.
func (b buildFacts) withComplaint(says texts.Phrase) texts.Phrase {
	complaint := texts.Plain(strings.TrimRight(b.Error, ".。"))
	switch {
	case b.Error == "" && b.ErrorCode == "":
		return says
	case b.Error == "":
		complaint = texts.CodeAlone.With(b.ErrorCode)
	case b.ErrorCode != "":
		complaint = texts.ServiceCode.With(complaint, b.ErrorCode)
	}
	if says.Empty() {
		return texts.ServiceSays.With(complaint)
	}
	return texts.Both.With(says, texts.ServiceSays.With(complaint))
}

// notRun is the answer for a build that has no log.
func (b buildFacts) notRun() reply.Reply {
	r := b.stands(b.State)
	if b.State != logsapi.Queued && !b.NeverRan() {
		r.Heading = b.in.say(texts.BuildStands, b.name(), texts.BeforeStart.With(b.sentence(b.State)))
	}
	r.Context, r.Started, r.Link = b.contextParts(), b.Started, b.link
	if r.Started.IsZero() {
		r.Started = b.Queued
	}
	if b.State == logsapi.Queued {
		r.Body = b.in.say(texts.NoLogYet)
		r.Try = []reply.Example{{Line: b.line("follow"), Does: b.in.say(texts.FollowDoes)}}
		return r
	}
	r.Body = b.withComplaint(texts.NothingRan.With()).In(b.in.request.Lang)
	r.Try = []reply.Example{{Line: typed.Line("builds", b.in.task.Word), Does: b.in.say(texts.BuildsDoes)}}
	return r
}

// aborted is the answer for a build that was stopped: who stopped it, if its log
// says so, and the last lines. What a stopped build reports is mostly a result of
// the stop, so no line is called its reason.
func (b buildFacts) aborted(ctx context.Context, r read.Reader, what read.Request, want int) reply.Reply {
	if !b.in.Has("lines") {
		want = abortedLines
	}
	var by string
	w := read.Window{Most: want}
	seen, err := r.Backward(ctx, what, 0, func(number int, text string) bool {
		if m := abortedBy.FindStringSubmatch(text); m != nil && by == "" {
			by = m[1]
		}
		return w.Add(lines.Line{Number: number, Text: text})
	})
	if by == "" && err == nil && read.IsStep(seen.Log) {
		var pages int
		by, pages = b.stopper(ctx, r, what.Finished)
		seen.Pages += pages
	}
	slices.Reverse(w.Lines)

	stands := b.sentence(logsapi.Aborted)
	if by != "" {
		stands = texts.AbortedBy.With(by)
	}
	parts := []any{texts.BuildStands.With(b.name(), stands)}
	if b.broke.Name != "" {
		parts = append(parts, texts.InStep.With(texts.Quote(b.broke.Name)))
	}
	if b.Duration > 0 {
		parts = append(parts, texts.TookTime.With(texts.Duration(b.Duration)))
	}
	answer := reply.Reply{
		Heading: texts.Join(texts.Nothing, parts...).In(b.in.request.Lang),
		Context: b.contextParts(), Started: b.Started, About: b.about(), Lines: w.Lines,
	}
	switch {
	case b.unbegun() && (noLogCame(err) || err == nil && seen.Log == nil):
		return b.notRun()
	case err != nil:
		answer.Lines, answer.Failure = nil, failureOf(err)
		answer.Body = b.withComplaint(texts.LogUnreadable.With(typed.ProblemOf(err).Says)).In(b.in.request.Lang)
		return answer
	case seen.Log == nil:
		answer.Body = b.withComplaint(texts.NoLogText.With()).In(b.in.request.Lang)
		return answer
	}
	answer.Body = b.withComplaint(texts.Phrase{}).In(b.in.request.Lang)
	source := append([]any{texts.AbortedSaid}, wasRead(seen.Pages, w.Lines)...)
	if seen.Cut != nil {
		source = append(source, texts.CutBefore.With(typed.Briefly(seen.Cut)))
	}
	answer.Failure = failureOf(seen.Cut)
	answer.Source = texts.Join(texts.Dot, source...).In(b.in.request.Lang)
	answer.Try = append(answer.Try, b.wholeLog(), b.offer(b.line("show")+typed.SearchEnd, texts.DoesSearch, texts.Search, reply.AskFirst))
	return answer
}

// abortedLines is how many of the last lines are shown unless more are asked for.
const abortedLines = 10

// abortedBy is a line that says who stopped a build, as Jenkins, which runs the
// builds, writes it.
var abortedBy = regexp.MustCompile(`^(?:\[[^\]]*\] *)?(?:Build was )?[Aa]borted by (?:user )?(\S{1,60}?)\.?\s*$`)

// stopperLines is how many lines from the end of a build's log may name who stopped
// it.
const stopperLines = 300

// stopper looks at the end of the log of all steps for who stopped the build.
func (b buildFacts) stopper(ctx context.Context, r read.Reader, finished bool) (by string, pages int) {
	whole := read.Request{Finished: finished, Logs: read.BuildLogs(b.in.task.ID(), b.in.build), Meter: b.in.meter}
	// Without that log nobody is named.
	seen, _ := r.Backward(ctx, whole, 0, func(number int, text string) bool {
		if m := abortedBy.FindStringSubmatch(text); m != nil {
			by = m[1]
		}
		return by == "" && number > -stopperLines
	})
	return by, seen.Pages
}
