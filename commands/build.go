package commands

import (
	"errors"
	"strings"

	"logbot/commands/excerpt"
	"logbot/commands/failure/kind"
	"logbot/commands/green"
	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// everyStep is typed in the place of a step for the whole build.
const everyStep = "all"

// buildFacts are what is known of a command's build besides its log.
type buildFacts struct {
	in *command
	logsapi.Record
	blame
	kind     kind.Kind        // of its failure; empty if that is not sure
	analysis logsapi.Analysis // the service's own word on the failure
	green    *green.Search    // for the build that it is compared with; nil for none
	link     string           // address of its page; empty if unknown
	by       string           // who stopped it; empty if nobody did, or if it is not known
	listed   bool             // a list of the task's builds names it
	recent   []logsapi.Build  // the last builds of its task; empty if not known
	// otherwise says that a watched task is red for another reason than in the build before.
	otherwise bool
}

// failedFile reports whether the file of the step that failed can be had: its
// position and the record are known.
func (b buildFacts) failedFile() bool { return b.broke.Position > 0 && b.Record.ID != "" }

// name is "web #128".
func (b buildFacts) name() string { return b.in.task.Name + " #" + itoa(b.in.build) }

// about is the build for buttons and records.
func (b buildFacts) about() reply.About {
	return reply.About{Task: b.in.task.ID(), Name: b.in.task.Name, Build: b.in.build}
}

// line is "fail web 128" and alike, for lines to type.
func (b buildFacts) line(verb string, more ...string) string {
	return typed.Line(append([]string{verb, b.in.task.Word, itoa(b.in.build)}, more...)...)
}

// explain adds an excerpt to the reply that it explains, and what it was compared with,
// unless the verdict names that build already.
func (b buildFacts) explain(r *reply.Reply, found read.Explained, want int, n notes) {
	green := b.in.explain(r, found, want, n)
	with := b.green.Build()
	says := texts.Compared.With(with.Number)
	if with.Branch != "" {
		says = texts.ComparedOn.With(with.Number, texts.Plain(with.Branch))
	}
	if with.Number > 0 && !(with.Branch == "" && green == with.Number) {
		r.Source = dotted(r.Source, says.In(b.in.request.Lang))
	}
}

// offer is an example of this build.
func (b buildFacts) offer(line string, does, button texts.Text, place reply.Place) reply.Example {
	return reply.Example{Line: line, Does: b.in.say(does), Button: b.in.say(button), Place: place}
}

// unreadable says why the log of the build cannot be shown.
func (b buildFacts) unreadable(err error) error {
	var own *typed.Problem
	if says := b.noLog(); !says.Empty() && !errors.As(err, &own) {
		return &typed.Problem{Says: says, Try: []typed.Suggestion{{Line: b.line("fail")}}, Cause: err}
	}
	if !errors.As(err, &own) && noLogCame(err) && b.unbegun() {
		says := b.withComplaint(texts.NoLogOf.With(b.name(), texts.BeforeStart.With(b.word(b.State))))
		return &typed.Problem{Says: says, Try: []typed.Suggestion{{Line: b.line("fail")}}, Cause: err}
	}
	if errors.As(err, &own) || !errors.Is(err, logsapi.ErrNotFound) {
		return err
	}
	if b.State.Finished() {
		return &typed.Problem{
			Says: texts.LogGone.With(b.name(), b.word(b.State)),
			Try:  []typed.Suggestion{{Line: b.line("fail")}}, Cause: err,
		}
	}
	if b.listed {
		return &typed.Problem{
			Says: texts.LogNotFound.With(b.name()),
			Try:  []typed.Suggestion{{Line: typed.Line("builds", b.in.task.Word), Does: texts.BuildsDoes.With()}}, Cause: err,
		}
	}
	if strings.HasPrefix(b.in.task.ID(), b.in.task.Name) { // nothing that is listed has this id
		p := typed.Wrong(texts.NoBuild.With(b.name()), typed.Line("fail", b.in.task.Word, "NUMBER"), "builds")
		p.Cause = err
		return p
	}
	return &typed.Problem{
		Says: texts.NoBuild.With(b.name()),
		Try: []typed.Suggestion{
			{Line: typed.Line("builds", b.in.task.Word), Does: texts.BuildsDoes.With()},
			{Line: typed.Line("fail", b.in.task.Word, "NUMBER"), Does: texts.NumberOnPage.With()},
		},
		Cause: err,
	}
}

// wholeLog offers the log of all steps.
func (b buildFacts) wholeLog() reply.Example {
	return b.offer(b.line("full", everyStep), texts.DoesFullLog, texts.FullLog, reply.InThread)
}

// outcome is the state of the record if it has one that is known, else what the end
// of the log says.
func (b buildFacts) outcome(seen excerpt.Outcome) logsapi.State {
	if b.State != logsapi.Unknown && b.State != logsapi.Ended {
		return b.State
	}
	switch seen {
	case excerpt.Failed:
		return logsapi.Failed
	case excerpt.Succeeded:
		return logsapi.Succeeded
	case excerpt.Aborted:
		return logsapi.Aborted
	}
	return b.State
}

// known is how the build ended by its record, or by its steps if that does not say.
func (b buildFacts) known() excerpt.Outcome {
	switch {
	case b.State == logsapi.Failed, b.State == logsapi.TimedOut, (b.State == logsapi.Unknown || b.State == logsapi.Ended) && b.broke.Position > 0:
		return excerpt.Failed
	case b.State == logsapi.Succeeded:
		return excerpt.Succeeded
	}
	return excerpt.Unknown
}

// revision is "main@1f0c2d9", or what of it is known.
func revision(branch, commit string) string {
	commit = lines.HeadBy(commit, 7, lines.Width)
	if branch != "" && commit != "" {
		return branch + "@" + commit
	}
	return branch + commit
}

// triggerWords says who or what started a build, by the service's trigger_type.
func triggerWords(trigger string) texts.Phrase {
	switch strings.ToLower(trigger) {
	case "0", "manual", "user", "self":
		return texts.ByHand.With()
	case "1", "timer", "schedule", "scheduled", "crontab":
		return texts.BySchedule.With()
	case "2", "webhook", "scm", "push", "push_event", "commit", "codehub":
		return texts.ByPush.With()
	case "pipeline":
		return texts.ByPipeline.With()
	}
	return texts.ByOther.With(trigger)
}

// revisionWithin is revision cut to that many columns in the branch, for the commit
// says more.
func revisionWithin(branch, commit string, columns int) string {
	end := lines.Columns(revision("", commit)) + len("@")
	if branch == "" || commit == "" {
		end = 0
	}
	return revision(within(branch, max(minCell, columns-end)), commit)
}
