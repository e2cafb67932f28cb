package find

import (
	"context"
	"strconv"
	"strings"

	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// RecentBuilds is how many builds a table shows, and how far back "last-N"
// reaches.
const RecentBuilds = 10

// Build reads the second word of a query as a build of t: a number, #128, "last" or
// "last-1". Left out, it is the one that a pasted address names, else the last one
// that has ended.
func (n *Names) Build(ctx context.Context, q Query, t Task) (int64, error) {
	word := lastWord
	if len(q.Words) > 1 {
		word = strings.TrimRight(strings.ToLower(typed.Narrow(q.Words[1])), ".,;:!?。、")
	} else if number, err := n.atAddressBuild(ctx, q, t); number > 0 || err != nil {
		return number, err
	}
	if dailyNumber.MatchString(word) {
		return n.dailyBuild(ctx, q, t, word)
	}
	if back, ok := strings.CutPrefix(word, lastWord); ok {
		return n.recentBuild(ctx, q, t, back)
	}
	number, err := strconv.ParseInt(strings.TrimPrefix(word, "#"), 10, 64)
	if err == nil && number > 0 {
		return number, nil
	}
	if typed.Nearest(word, []string{lastWord}) != "" {
		return 0, typed.Wrong(texts.MeantLast.With(texts.Quote(q.Words[1])), q.WithBuild(t.Word, lastWord))
	}
	return 0, typed.Wrong(texts.NoBuildNumber.With(texts.Quote(q.Words[1])), q.WithBuild(t.Word, lastWord), typed.Line("builds", t.Word))
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
		return 0, typed.Wrong(texts.WhichBuild.With(t.Name), q.WithBuild(t.id, exampleBuild))
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

// recentBuild is the build that many before the last one that has ended: back is
// "" or "-1" and alike.
func (n *Names) recentBuild(ctx context.Context, q Query, t Task, back string) (int64, error) {
	at := 0
	if back != "" {
		var err error
		if at, err = strconv.Atoi(back); err != nil || at > -1 || at <= -RecentBuilds {
			return 0, typed.Wrong(texts.NoBuildWord.With(texts.Quote(lastWord+back), RecentBuilds-1), q.WithBuild(t.Word, lastWord))
		}
	}
	builds, err := n.lists.Builds(ctx, t.id, RecentBuilds)
	if logsapi.OutOfReach(err) {
		return 0, typed.Wrong(texts.WhichBuild.With(t.Name), q.WithBuild(t.Word, exampleBuild))
	}
	if err != nil {
		return 0, err
	}
	for _, b := range builds {
		if b.State == logsapi.Running || b.State == logsapi.Queued {
			continue // one whose state is unknown is not passed over: it may be the one that is meant
		}
		if at == 0 {
			return b.Number, nil
		}
		at++
	}
	return 0, typed.Wrong(texts.NoSuchBuild.With(t.Name, texts.BuildNoun.Count(len(builds))), typed.Line("builds", t.Word))
}

// Running reads the second word of a query as the number of a build of t. Left out,
// it is the one that a pasted address names, else the one that runs.
func (n *Names) Running(ctx context.Context, q Query, t Task) (int64, error) {
	if len(q.Words) > 1 {
		number, err := strconv.ParseInt(strings.TrimPrefix(typed.Narrow(q.Words[1]), "#"), 10, 64)
		if err != nil || number < 1 {
			return 0, typed.Wrong(texts.FollowNumber.With(texts.Quote(q.Words[1])), n.Examples(q.Caller, q.Verb)...)
		}
		return number, nil
	}
	if number, err := n.atAddressBuild(ctx, q, t); number > 0 || err != nil {
		return number, err
	}
	builds, err := n.lists.Builds(ctx, t.id, RecentBuilds)
	if logsapi.OutOfReach(err) {
		return 0, typed.Wrong(texts.FollowWhich.With(t.Name), typed.Line("follow", t.Word, exampleBuild))
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
