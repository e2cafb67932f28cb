package find

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
	"logbot/logsapi/lazyregexp"
)

// RecentBuilds is how many builds a list shows unless more are asked for, and how far
// back "last-N" reaches.
const RecentBuilds = 10

// maxBranches bounds the branches that an error offers.
const maxBranches = 4

// Build reads the second word of a query as a build of t: a number, #128, one of the
// last builds that have ended (last, latest, last-1, ~1, 最后), or the newest build
// of a branch or a commit that has ended; if none of these has, the newest. Left out, it is the one that a pasted address names, else
// the last one that has ended.
func (n *Names) Build(ctx context.Context, q Query, t Task) (int64, error) {
	if len(q.Words) < 2 {
		if number, err := n.atAddressBuild(ctx, q, t); number > 0 || err != nil {
			return number, err
		}
		return n.recentBuild(ctx, q, t, 0)
	}
	word := buildWordOf(q.Words[1])
	if number, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 64); err == nil && number > 0 {
		return number, nil
	}
	if dailyNumber.MatchString(word) {
		return n.dailyBuild(ctx, q, t, word)
	}
	if back, ok := typed.Back(word); ok {
		return n.recentBuild(ctx, q, t, back)
	}
	return n.buildOf(ctx, q, t, word, false)
}

// buildWordOf is a word for a build without the marks that end a sentence.
func buildWordOf(word string) string {
	return strings.TrimRight(typed.Narrow(word), ".,;:!?。、")
}

// buildOf is the newest build of a branch or commit among those that are listed. One
// that has ended goes first, unless running says that it need not.
func (n *Names) buildOf(ctx context.Context, q Query, t Task, word string, running bool) (int64, error) {
	builds, err := n.lists.Builds(ctx, t.id, logsapi.MaxBuilds)
	if err != nil && !logsapi.OutOfReach(err) && !errors.Is(err, logsapi.ErrNotFound) {
		return 0, err
	}
	ended := slices.DeleteFunc(slices.Clone(builds), func(b logsapi.Build) bool {
		return !running && (b.State == logsapi.Running || b.State == logsapi.Queued)
	})
	if number := cmp.Or(newestOf(ended, word), newestOf(builds, word)); number > 0 {
		return number, nil
	}
	quoted, lower := texts.Quote(q.Words[1]), strings.ToLower(word)
	branches := branchesOf(builds)
	switch near := typed.Nearest(lower, append([]string{LastWord, "latest"}, branches...)); {
	case near != "" && slices.Contains(branches, near):
		return 0, typed.Wrong(texts.MeantBuild.With(quoted, t.Name), q.WithBuild(t.Word, near))
	case near != "":
		return 0, typed.Wrong(texts.MeantLast.With(quoted), q.WithBuild(t.Word, LastWord))
	case strings.HasPrefix(lower, LastWord):
		return 0, typed.Wrong(texts.NoBuildWord.With(quoted, RecentBuilds-1), q.WithBuild(t.Word, LastWord))
	case len(builds) == 0 || strings.Trim(lower, "-#0123456789") == "":
		return 0, typed.Wrong(texts.NoBuildNumber.With(quoted), q.WithBuild(t.Word, LastWord), typed.Line("builds", t.Word))
	}
	lines := []string{q.WithBuild(t.Word, LastWord)}
	for _, branch := range branches[:min(len(branches), maxBranches)] {
		lines = append(lines, q.WithBuild(t.Word, branch))
	}
	return 0, typed.Wrong(texts.NoSuchWord.With(quoted, t.Name, texts.BuildNoun.Count(len(builds))), append(lines, typed.Line("builds", t.Word))...)
}

// shortCommit is how many digits of a commit are enough to name it.
const shortCommit = 4

var commitWord = lazyregexp.New(`^[0-9a-fA-F]+$`)

// newestOf is the number of the newest of builds, the newest first, that is of a
// branch, whatever its letter case, or of a commit, by its first digits; 0 if none is.
func newestOf(builds []logsapi.Build, word string) int64 {
	branch := word
	for _, prefix := range []string{"refs/heads/", "origin/"} {
		branch = strings.TrimPrefix(branch, prefix)
	}
	isCommit := len(word) >= shortCommit && commitWord.MatchString(word)
	for _, fits := range []func(b logsapi.Build) bool{
		func(b logsapi.Build) bool { return b.Branch == word || b.Branch == branch },
		func(b logsapi.Build) bool { return strings.EqualFold(b.Branch, branch) },
		func(b logsapi.Build) bool {
			return isCommit && strings.HasPrefix(strings.ToLower(b.Commit), strings.ToLower(word))
		},
	} {
		if i := slices.IndexFunc(builds, fits); i >= 0 {
			return builds[i].Number
		}
	}
	return 0
}

// branchesOf are the branches of builds that can be typed, each once.
func branchesOf(builds []logsapi.Build) []string {
	var out []string
	for _, b := range builds {
		if typed.Typeable(b.Branch) && !slices.Contains(out, b.Branch) {
			out = append(out, b.Branch)
		}
	}
	return out
}

// atAddressBuild is the build that a pasted address names, 0 if it names none.
func (n *Names) atAddressBuild(ctx context.Context, q Query, t Task) (int64, error) {
	switch {
	case t.build > 0:
		return t.build, nil
	case t.daily != "":
		return n.dailyBuild(ctx, q, t, t.daily)
	case t.record == "":
		return 0, nil
	}
	number, err := n.lists.RecordBuild(ctx, t.record)
	if logsapi.OutOfReach(err) {
		return 0, typed.Wrong(texts.WhichBuild.With(t.Name), q.WithBuild(t.id, numberWord))
	}
	return number, err
}

// dailyBuild is the build with a number of its day among the newest of t.
func (n *Names) dailyBuild(ctx context.Context, q Query, t Task, daily string) (int64, error) {
	builds, err := n.lists.Builds(ctx, t.id, logsapi.MaxBuilds)
	if err != nil && !logsapi.OutOfReach(err) {
		return 0, err
	}
	for _, b := range builds {
		if b.Daily == daily {
			return b.Number, nil
		}
	}
	return 0, typed.Wrong(texts.NoDaily.With(t.Name, daily, texts.BuildNoun.Count(len(builds))), q.WithBuild(t.id, "NUMBER"), typed.Line("builds", t.id))
}

// recentBuild is the build that many before the last one that has ended.
func (n *Names) recentBuild(ctx context.Context, q Query, t Task, back int) (int64, error) {
	if back >= RecentBuilds {
		return 0, typed.Wrong(texts.NoBuildWord.With(texts.Quote(q.Words[1]), RecentBuilds-1), q.WithBuild(t.Word, LastWord))
	}
	builds, err := n.lists.Builds(ctx, t.id, RecentBuilds)
	if logsapi.OutOfReach(err) {
		return 0, typed.Wrong(texts.WhichBuild.With(t.Name), q.WithBuild(t.Word, numberWord))
	}
	if errors.Is(err, logsapi.ErrNotFound) {
		p := typed.Wrong(texts.NoBuilds.With(t.Name), "builds")
		p.Cause = err
		return 0, p
	}
	if err != nil {
		return 0, err
	}
	for _, b := range builds {
		if b.State == logsapi.Running || b.State == logsapi.Queued {
			continue // one whose state is unknown is not passed over: it may be the one that is meant
		}
		if back == 0 {
			return b.Number, nil
		}
		back--
	}
	return 0, typed.Wrong(texts.NoSuchBuild.With(t.Name, texts.BuildNoun.Count(len(builds))), typed.Line("builds", t.Word))
}

// Running reads the second word of a query as a build of t, as Build does. Left out,
// it is the one that a pasted address names, else the one that runs; so is last.
func (n *Names) Running(ctx context.Context, q Query, t Task) (int64, error) {
	if len(q.Words) > 1 {
		switch back, ok := typed.Back(buildWordOf(q.Words[1])); {
		case ok && back > 0, LikeID(buildWordOf(q.Words[1])) && !ok:
			return n.Build(ctx, q, t)
		case !ok:
			return n.buildOf(ctx, q, t, buildWordOf(q.Words[1]), true)
		}
	} else if number, err := n.atAddressBuild(ctx, q, t); number > 0 || err != nil {
		return number, err
	}
	builds, err := n.lists.Builds(ctx, t.id, RecentBuilds)
	if logsapi.OutOfReach(err) {
		return 0, typed.Wrong(texts.FollowWhich.With(t.Name), typed.Line("follow", t.Word, numberWord))
	}
	if err != nil {
		return 0, err
	}
	for _, b := range builds {
		if !b.State.Finished() { // also if it is not known to run
			return b.Number, nil
		}
	}
	try := []string{typed.Line("watch", t.Word)}
	if len(builds) > 0 {
		try = append([]string{failLine(t.Word, builds[0].Number)}, try...)
	}
	return 0, typed.Wrong(texts.FollowNothing.With(t.Name), try...)
}

// failLine is the line that explains a build.
func failLine(word string, build int64) string {
	return typed.Line(typed.Fail, word, strconv.FormatInt(build, 10))
}
