package commands

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"logbot/commands/failure"
	"logbot/commands/failure/kind"
	"logbot/commands/failure/known"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/commands/verdict"
	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
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
	r := b.card(b.State, b.broke.Name)
	if b.Error == "" && b.ErrorCode == "" {
		b.Error, b.ErrorCode = b.analysis.Message, b.analysis.Code
	}
	r.Service = b.withComplaint(texts.Phrase{}).In(b.in.request.Lang)
	r.Body = b.in.say(texts.LogUnreadable, typed.ProblemOf(err).Says)
	r.Try = []reply.Example{b.lastBuilds()}
	r.FitHead()
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
		return texts.CodeArtsSays.With(complaint)
	}
	return texts.Both.With(says, texts.ServiceSays.With(complaint))
}

// lastBuilds offers the builds of the task.
func (b buildFacts) lastBuilds() reply.Example {
	return b.offer(typed.Line("builds", b.in.task.Word), texts.BuildsDoes, texts.LastBuildsOf, reply.InThread)
}

// notRun is the answer for a build that has no log.
func (b buildFacts) notRun() reply.Reply {
	if b.Started.IsZero() {
		b.Started = b.Queued
	}
	b.Duration = 0
	r := b.card(b.State, "")
	r.Service = b.withComplaint(texts.Phrase{}).In(b.in.request.Lang)
	if b.State != logsapi.Queued && !b.NeverRan() {
		r.Heading = b.name() + " " + b.in.say(texts.BeforeStart, b.word(b.State))
	}
	r.FitHead()
	if b.State == logsapi.Queued {
		r.Body = b.in.say(texts.NoLogYet)
		r.Try = []reply.Example{{Line: b.line("follow"), Does: b.in.say(texts.FollowDoes)}}
		return r
	}
	r.Body = b.in.say(texts.NothingRan)
	r.Try = []reply.Example{b.lastBuilds()}
	return r
}

// stopped is the card of a build that was aborted or timed out: who stopped it, if its
// log says so, and the last lines. What a stopped build reports is mostly a result of
// the stop, so no line is called its reason.
func (b buildFacts) stopped(ctx context.Context, past *recalled, r read.Reader, what read.Request, want int) reply.Reply {
	if !b.in.Has("lines") {
		want = reply.CardRows
	}
	w := read.Window{Most: want}
	var hang kind.Hang
	room := true // for more lines
	seen, err := r.BackwardRaw(ctx, what, 0, func(number int, line []byte) bool {
		text := read.Plain(line)
		if m := abortedBy.FindStringSubmatch(text); m != nil && b.by == "" {
			b.by = m[1]
		}
		room = room && w.Add(lines.Line{Number: number, Text: text})
		return hang.Back(line) || room
	})
	if b.by == "" && err == nil && read.IsStep(seen.Log) {
		b.by = b.stopper(ctx, r, what.Finished)
	}
	slices.Reverse(w.Lines)

	says, about := verdict.Verdict{}, known.Failure{}
	if b.State == logsapi.TimedOut && err == nil && seen.Cut == nil && seen.Log != nil {
		says, about = past.judge(ctx, b, b.hung(&hang, seen.Log))
		b.otherwise = b.in.request.Via == ViaWatch && says.Unlike > 0
	}
	answer := b.card(b.State, b.broke.Name)
	answer.Apart, answer.Settle = b.otherwise, past.settling()
	answer.Lang, answer.Claim = b.in.request.Lang, claimOf(about)
	answer.Reason = b.waitedFor(&hang, seen.Log)
	answer.Service = b.withComplaint(texts.Phrase{}).In(b.in.request.Lang)
	answer.FitVerdict(func(columns int) (string, time.Time) {
		said := says.Says(b.in.request.Lang, columns)
		return said.Line, said.Since
	})
	switch {
	case b.unbegun() && (noLogCame(err) || err == nil && seen.Log == nil):
		return b.notRun()
	case err != nil:
		answer.Failure = failureOf(err)
		answer.Body = b.in.say(texts.LogUnreadable, typed.ProblemOf(err).Says)
		return answer
	case seen.Log == nil:
		answer.Body = b.in.say(texts.NoLogText)
		return answer
	}
	answer.Lines = w.Lines
	if !b.in.Has("lines") {
		answer.Lines = lastFitting(answer.Lines, reply.CardRows-answer.HeadRowsTaken())
	}
	source := []any{texts.AbortedSaid}
	if seen.Cut != nil && room {
		source = append(source, texts.CutBefore.With(typed.Briefly(seen.Cut)))
	}
	answer.Failure = failureOf(seen.Cut)
	answer.Source = texts.Join(texts.Dot, append(source, hidden(answer)...)...).In(b.in.request.Lang)
	answer.Try = append(answer.Try, b.wholeLog())
	if !room || !seen.Whole || len(answer.Lines) < len(w.Lines) {
		answer.Try = append(answer.Try, b.in.more(want, b.in.Has("lines"), texts.DoesOlder)...)
	}
	answer.Try = append(answer.Try, b.search(b.line("show")))
	answer.Try = append(answer.Try, b.offerClaim(about)...)
	return answer
}

// hung is a build that timed out as it is remembered: with a key if what hung in it is known
// well enough to be called the same as in another build.
func (b buildFacts) hung(hang *kind.Hang, log logsapi.Log) known.Sighting {
	b.kind = kind.Timeout
	if b.silence(hang, log) < leastSilence {
		return b.sighting(failure.Failure{})
	}
	return b.sighting(failure.OfHang(b.in.task.ID(), b.broke.Name, hang.Command(), hang.Output()))
}

// hungIn is waitedFor for a log that was read for its failure.
func (b buildFacts) hungIn(found read.Explained) string {
	var hang kind.Hang
	for _, line := range slices.Backward(slices.Collect(bytes.Lines(found.Text))) {
		if !hang.Back(line) {
			break
		}
	}
	return b.waitedFor(&hang, found.Log)
}

// waitedFor says what ran when the build was stopped and for how long its log had said
// nothing. A build that somebody stopped is said to have hung only if it was silent.
func (b buildFacts) waitedFor(hang *kind.Hang, log logsapi.Log) string {
	command, silent := texts.Quote(within(hang.Command(), maxCommand)), b.silence(hang, log)
	switch {
	case silent < leastSilence && (hang.Command() == "" || b.State == logsapi.Aborted):
		return ""
	case silent < leastSilence:
		return b.in.say(texts.LastRan, command)
	case hang.Command() == "":
		return b.in.say(texts.SilentFor, texts.Duration(silent))
	}
	return b.in.say(texts.LastRanSilent, command, texts.Duration(silent))
}

// silence is for how long the log had said nothing when the build was stopped.
func (b buildFacts) silence(hang *kind.Hang, log logsapi.Log) time.Duration {
	began, took := b.Started, b.Duration
	if read.IsStep(log) {
		began, took = b.broke.Started, b.broke.Duration
	}
	var ended time.Time
	if !began.IsZero() && took > 0 {
		ended = began.Add(took)
	}
	return hang.Silent(ended)
}

const (
	leastSilence = time.Minute // that is worth telling
	maxCommand   = 36          // columns of a command in a sentence
)

// abortedBy is a line that says who stopped a build, as Jenkins, which runs the
// builds, writes it.
var abortedBy = lazyregexp.New(`^(?:\[[^\]]*\] *)?(?:Build was )?[Aa]borted by (?:user )?(\S{1,60}?)\.?\s*$`)

// stopperLines is how many lines from the end of a build's log may name who stopped
// it.
const stopperLines = 300

// stopper looks at the end of the log of all steps for who stopped the build.
func (b buildFacts) stopper(ctx context.Context, r read.Reader, finished bool) (by string) {
	whole := read.Request{Finished: finished, Logs: read.BuildLogs(b.in.task.ID(), b.in.build), Meter: b.in.meter}
	// Without that log nobody is named.
	_, _ = r.Backward(ctx, whole, 0, func(number int, text string) bool {
		if m := abortedBy.FindStringSubmatch(text); m != nil {
			by = m[1]
		}
		return by == "" && number > -stopperLines
	})
	return by
}
