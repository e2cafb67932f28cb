package commands

import (
	"cmp"
	"context"
	"slices"
	"time"

	"logbot/commands/failure/known"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/commands/verdict"
	"logbot/logsapi"
	"logbot/logsapi/lines"
)

const (
	// maxSeen is how many builds are listed of a failure, and maxSeenButtons how many of
	// them have a button.
	maxSeen, maxSeenButtons = 12, 4
	// maxCounted is how many branches, people and tasks are named.
	maxCounted = 4
)

func seenVerb(s service, m *memory) *verb {
	return &verb{
		Verb: typed.Verb{
			Name:     "seen",
			Also:     []string{"见过", "出现过", "是否见过"},
			Usage:    "TASK [BUILD]",
			Does:     texts.SeenDoes,
			More:     texts.SeenMore,
			Examples: []typed.Suggestion{{Line: "seen web", Does: texts.SeenExample.With()}},
			Min:      1, Max: 2,
		},
		refuse: m.here,
		names:  aBuild,
		answer: func(ctx context.Context, in *command) (reply.Reply, error) {
			link, list := s.link(ctx, in), s.list(ctx, in)
			b := buildFacts{in: in}
			m.caughtUp(ctx, in.task.ID())
			this, found, err := m.store.OfBuild(ctx, in.task.ID(), in.build)
			if err != nil {
				return reply.Reply{}, notStored(in, err, texts.SeenAway, texts.SeenAway, "seen")
			}
			b.link, b.recent = link(), list()
			m.succeeded(in.task.ID(), b.recent)
			r := reply.Reply{Heading: in.say(texts.SeenHeading, b.name()), Link: b.link, About: b.about()}
			switch {
			case !found:
				r.Body = in.say(texts.SeenUnread, b.name())
				r.Try = []reply.Example{b.offer(b.line(typed.Fail), texts.FailDoes, texts.Why, reply.InThread)}
				return r, nil
			case this.Key == "":
				r.Body = in.say(texts.SeenUnsure, b.name())
				r.Try = []reply.Example{b.offer(typed.Line("history", in.task.Word), texts.HistoryDoes, texts.HistoryButton, reply.InThread)}
				return r, nil
			}
			f, _, err := m.store.Failure(ctx, this.Key)
			if err != nil {
				return reply.Reply{}, notStored(in, err, texts.SeenAway, texts.SeenAway, "seen")
			}
			return b.seen(r, this, f, m), nil
		},
	}
}

// seen is the reply that shows all that is known of the failure of a build, and that those
// who see it may learn.
func (b buildFacts) seen(r reply.Reply, this known.Sighting, f known.Failure, m *memory) reply.Reply {
	in := b.in
	f = verdict.Visible(f, this.Task, m.may(in))
	for i := range f.Builds {
		f.Builds[i].Name = m.label(in, f.Builds[i].Task, f.Builds[i].Name).Name
	}
	v := verdict.Of(verdict.Case{Now: time.Now(), This: this, Known: f, Builds: b.recent})
	r.Claim = claimOf(f)
	r.Reason = bareReason(this.Text)
	r.FitVerdict(func(columns int) (string, time.Time) {
		said := v.Says(in.request.Lang, columns)
		return said.Line, said.Since
	})
	r.Lines = in.seenLines(this, f, b.recent)
	var says texts.Phrase
	add := func(p texts.Phrase) {
		if says.Empty() {
			says = p
			return
		}
		says = texts.Both.With(says, p)
	}
	count := texts.BuildNoun.Count(max(1, f.Count))
	if first, last := day(f.First), day(f.Last); first != last && first != "" {
		add(texts.SeenCount.With(count, first, last))
	} else {
		add(texts.SeenOnce.With(count, day(this.At)))
	}
	if len(f.Tasks) > 1 {
		var tasks []known.Counted
		for _, t := range f.Tasks {
			tasks = append(tasks, known.Counted{Name: m.label(in, t.ID, t.Name).Name, Count: t.Count})
		}
		add(texts.SeenTasks.With(in.counted(tasks)))
	}
	if len(f.Branches) > 1 {
		add(texts.SeenBranches.With(in.counted(f.Branches)))
	}
	if len(f.People) > 0 {
		add(texts.SeenPeople.With(in.counted(f.People)))
	}
	if commits := b.commitsSay(); !commits.Empty() {
		add(commits)
	}
	r.Body = says.In(in.request.Lang)
	r.Source = in.say(texts.ChinaTime)
	if left := f.Count - min(maxSeen, len(f.Builds)); left > 0 {
		r.Source = dotted(in.say(texts.TestsMoreNamed, texts.OtherBuild.Count(left)), r.Source)
	}
	for _, s := range f.Builds {
		if len(r.Try) == maxSeenButtons {
			break
		}
		if s.Build != this.Build || s.Task != this.Task {
			r.Try = append(r.Try, reply.Example{
				Line: typed.Line(typed.Fail, m.label(in, s.Task, s.Name).Word, itoa(s.Build)), Does: in.say(texts.DoesLastFail, s.Build),
				Button: s.Name + " #" + itoa(s.Build), Place: reply.InThread,
			})
		}
	}
	r.Try = append(r.Try, b.offer(typed.Line("history", in.task.Word), texts.HistoryDoes, texts.HistoryButton, reply.InThread))
	return r
}

// counted names what was counted most often.
func (in *command) counted(all []known.Counted) texts.Names {
	var names texts.Names
	for _, c := range all[:min(maxCounted, len(all))] {
		names = append(names, in.say(texts.SeenTimes, within(c.Name, phoneColumns/2), c.Count))
	}
	if len(all) > maxCounted {
		names = append(names, "…")
	}
	return names
}

// outcome is a build that failed in the way that is shown, or succeeded in between.
type outcome struct {
	known.Sighting
	passed bool
}

// seenLines are two lines for each build that failed so, newest first, and one for those
// that succeeded in between.
func (in *command) seenLines(this known.Sighting, f known.Failure, recent []logsapi.Build) []lines.Line {
	var all []outcome
	for _, s := range f.Builds[:min(maxSeen, len(f.Builds))] {
		all = append(all, outcome{s, false})
	}
	oldest, names := map[string]int64{}, map[string]string{}
	for _, o := range all {
		oldest[o.Task] = min(cmp.Or(oldest[o.Task], o.Build), o.Build)
		names[o.Task] = o.Name
	}
	greens := slices.Clone(f.Greens)
	for _, b := range verdict.Greens(this.Task, recent) {
		if !slices.ContainsFunc(greens, func(g known.Green) bool { return g.Task == b.Task && g.Build == b.Build }) {
			greens = append(greens, b)
		}
	}
	for _, g := range greens {
		onBranch := slices.ContainsFunc(f.Builds, func(s known.Sighting) bool { return s.Task == g.Task && s.Branch == g.Branch })
		if g.Build > oldest[g.Task] && oldest[g.Task] > 0 && onBranch {
			all = append(all, outcome{known.Sighting{Task: g.Task, Build: g.Build, Branch: g.Branch, Commit: g.Commit, At: g.At}, true})
		}
	}
	slices.SortStableFunc(all, func(a, b outcome) int {
		if a.Task == b.Task {
			return cmp.Compare(b.Build, a.Build)
		}
		return b.At.Compare(a.At)
	})
	var out []lines.Line
	for _, o := range all {
		name := ""
		if o.Task != this.Task {
			name = within(names[o.Task], phoneColumns/3) + " "
		}
		state := logsapi.Failed
		if o.passed {
			state = logsapi.Succeeded
		}
		first := textsOf(state).sign + " " + name + "#" + itoa(o.Build)
		if o.Branch+o.Commit != "" {
			first += " · " + revisionWithin(o.Branch, o.Commit, phoneColumns-lines.Columns(first+" · "))
		}
		out = append(out, lines.Line{Text: within(first, phoneColumns)})
		if who := dotted(within(o.Who, 14), day(o.At)); !o.passed && who != "" {
			out = append(out, lines.Line{Text: within("  "+who, phoneColumns)})
		}
	}
	return out
}
