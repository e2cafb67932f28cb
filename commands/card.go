package commands

import (
	"cmp"
	"slices"
	"strings"

	"logbot/commands/failure/kind"
	"logbot/commands/failure/known"
	"logbot/commands/find"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

// stands is a card that says the state of the build and no more.
func (b buildFacts) stands(s logsapi.State) reply.Reply {
	return reply.Reply{Sign: textsOf(s).sign, Heading: b.title(b.name(), s, ""), About: b.about()}
}

// card is the message about the build in that state: what is known of it besides its
// log. step is the one that its lines are from, and may be empty.
func (b buildFacts) card(s logsapi.State, step string) reply.Reply {
	r := b.stands(s)
	r.Heading = b.title(b.name(), s, step)
	r.Context, r.Started, r.Link = b.contextParts(), b.Started, b.link
	if s != logsapi.Succeeded {
		r.Parts = b.failedSteps()
	}
	return r
}

// title is "web #128 failed · Maven test · 3 min 12 s". Of a long name of a step the
// beginning is told.
func (b buildFacts) title(name string, s logsapi.State, step string) string {
	says, took := name+" "+b.kindOf(s).In(b.in.request.Lang), b.took()
	room := reply.LineRows*reply.Columns - titleExtra - lines.Columns(dotted(says, took))
	return dotted(says, within(step, max(minCell, room)), took)
}

// kindOf says the state of the build and, if it failed for a reason that is not in what
// was built, of which kind that is: "failed: infrastructure".
func (b buildFacts) kindOf(s logsapi.State) texts.Phrase {
	says, shown := kindTexts[b.kind]
	if s != logsapi.Failed || !shown {
		return b.word(s)
	}
	return texts.FailedFor.With(b.word(s), says)
}

// kindTexts are the kinds that a card tells. That it is the code or a test is told by the
// lines below; what is missing from the configuration is, too.
var kindTexts = map[kind.Kind]texts.Text{
	kind.Infrastructure: texts.KindInfrastructure,
	kind.Dependency:     texts.KindDependency,
	kind.Timeout:        texts.KindTimeout,
}

// titleExtra are the columns of a title besides its texts: the sign, and a dot.
const titleExtra = 3 + 3

// word says the state of the build.
func (b buildFacts) word(s logsapi.State) texts.Phrase {
	switch {
	case s == logsapi.Aborted && b.by != "":
		return texts.AbortedBy.With(b.by)
	case s == logsapi.Ended && b.Word != "":
		return texts.EndedAs.With(texts.Quote(b.Word))
	case s == logsapi.Failed && b.otherwise:
		return texts.FailedOtherwise.With()
	}
	return textsOf(s).word.With()
}

// failedSteps names all steps that failed, if it is more than one, and marks those that
// did not end the build.
func (b buildFacts) failedSteps() string {
	var names texts.Names
	if b.broke.Name != "" {
		names = append(names, b.broke.Name)
	}
	for _, s := range b.suspects {
		names = append(names, s.Name)
	}
	for _, s := range b.passed {
		names = append(names, b.in.say(texts.StepWentOn, s.Name))
	}
	if len(names) < 2 && len(b.passed) == 0 {
		return ""
	}
	return b.in.say(texts.ThatFailed, texts.StepNoun.Count(len(names)), names)
}

// otherSteps are the steps that failed besides the one that is explained.
func (b buildFacts) otherSteps(explained string) []find.Step {
	all := append(slices.Clone(b.suspects), b.passed...)
	if b.broke.Name != "" {
		all = append([]find.Step{b.broke}, all...)
	}
	return slices.DeleteFunc(all, func(s find.Step) bool { return s.Name == explained })
}

// stateTexts say a state in one word, and by a sign that is one column wide and not an
// emoji, so that it looks the same everywhere. All messages use them.
type stateTexts struct {
	word texts.Text
	sign string
}

func textsOf(s logsapi.State) stateTexts {
	switch s {
	case logsapi.Failed:
		return stateTexts{texts.StateFailed, "✗"}
	case logsapi.Succeeded:
		return stateTexts{texts.StateSucceeded, "✓"}
	case logsapi.Aborted:
		return stateTexts{texts.StateAborted, "■"}
	case logsapi.TimedOut:
		return stateTexts{texts.StateTimedOut, "◷"}
	case logsapi.Running:
		return stateTexts{texts.StateRunning, "●"}
	case logsapi.Queued:
		return stateTexts{texts.StateQueued, "○"}
	case logsapi.Unscheduled:
		return stateTexts{texts.StateUnscheduled, "–"}
	case logsapi.Ended:
		return stateTexts{texts.StateEnded, "?"}
	}
	return stateTexts{texts.StateUnknown, "?"}
}

// contextParts are who started the build, the commit's message and the revision, as far
// as they are known. Together they fit two rows: the message gives way.
func (b buildFacts) contextParts() []string {
	who, revision := within(b.Who, maxWho), revision(within(b.Branch, maxBranch), b.Commit)
	if who == "" && b.Trigger != "" {
		who = triggerWords(b.Trigger).In(b.in.request.Lang)
	}
	message, _, _ := strings.Cut(strings.TrimSpace(b.Message), "\n")
	room := reply.ContextColumns(!b.Started.IsZero()) - lines.Columns(dotted(who, revision)) - len(` · ""`) + 1
	if message = within(strings.TrimSpace(message), max(0, room)); message != "" {
		message = texts.Quote(message).In(b.in.request.Lang)
	}
	var parts []string // nil if nothing is known, as it is when it was stored
	for _, part := range []string{who, message, revision} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// Bounds of a name and of a branch on a card, in columns.
const (
	maxWho    = 20
	maxBranch = 28
)

// took is how long the build took; empty if that is not known.
func (b buildFacts) took() string {
	if b.Duration <= 0 {
		return ""
	}
	return texts.Duration(b.Duration).In(b.in.request.Lang)
}

// What the buttons in the menu of a card are worth: Slack takes five, and the faces add
// their own.
const (
	worthStepLog reply.Worth = 1 + iota
	worthSearch
	worthSteps
	worthClaim
)

// menu is an example of this build whose button stands in the menu.
func (b buildFacts) menu(worth reply.Worth, line string, does, button texts.Phrase, place reply.Place) reply.Example {
	lang := b.in.request.Lang
	return reply.Example{Line: line, Does: does.In(lang), Button: button.In(lang), Place: place, Menu: worth}
}

// search offers a search; line shows what is searched.
func (b buildFacts) search(line string) reply.Example {
	return b.menu(worthSearch, line+typed.SearchEnd, texts.DoesSearch.With(), texts.Search.With(), reply.AskFirst)
}

// offerSteps offers to explain the steps that failed besides the one that is explained.
func (b buildFacts) offerSteps(explained string) []reply.Example {
	others := b.otherSteps(explained)
	switch {
	case len(others) == 0:
		return nil
	case len(others) > 1:
		return []reply.Example{b.menu(worthSteps, b.line("steps"), texts.StepsDoes.With(), texts.FailedSteps.With(texts.Thousands(len(others))), reply.InThread)}
	}
	s := others[0]
	name := texts.WhyStep.With(texts.Quote(within(s.Name, maxStepLabel)))
	return []reply.Example{b.menu(worthSteps, b.line(typed.Fail, "--step", find.Stage(s.Position)), texts.DoesWhyStep.With(s.Label()), name, reply.InThread)}
}

// nameOf is the name of the one who has a claim.
func nameOf(c known.Claim) string { return within(cmp.Or(c.Name, c.User), maxWho) }

// claimOf says who is on a failure, for its card.
func claimOf(f known.Failure) reply.Claim {
	if f.Claim == nil {
		return reply.Claim{}
	}
	return reply.Claim{Name: nameOf(*f.Claim), Since: f.Claim.At}
}

// offerClaim offers to claim the failure of the build, unless somebody is on it.
func (b buildFacts) offerClaim(f known.Failure) []reply.Example {
	if f.Key == "" || f.Claim != nil {
		return nil
	}
	return []reply.Example{b.menu(worthClaim, b.line("claim"), texts.ClaimItDoes.With(), texts.ClaimIt.With(), reply.InThread)}
}
