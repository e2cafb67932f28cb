package commands

import (
	"context"
	"strconv"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/commands/typed"
	"logbot/logsapi"
)

// maxSkip is how many matches may be passed over.
const maxSkip = 1_000_000

// showMatches shows the lines that match, with their neighbours, and counts all.
func showMatches(ctx context.Context, r read.Reader, in *command, name texts.Phrase, what read.Request) (reply.Reply, logsapi.Log, error) {
	s, err := in.searched()
	if err != nil {
		return reply.Reply{}, nil, err
	}
	what.Whole = true
	seen, err := r.Forward(ctx, what, 0, s.Line)
	if err != nil {
		return reply.Reply{}, nil, err
	}
	answer := reply.Reply{Heading: in.say(texts.FoundIn, texts.Quote(in.Flags["grep"]), name), Lines: s.Window.Lines}
	switch {
	case seen.Log == nil:
		answer.Body = in.say(texts.NoLogText)
		return answer, nil, nil
	case s.Matches == 0 && seen.Cut != nil:
		answer.Body = in.say(texts.NoMatchYet)
	case s.Matches == 0:
		answer.Body = in.say(texts.NoMatch)
	case s.Shown == 0:
		answer.Body = in.say(texts.NoMoreMatch)
	}
	matches, lines := texts.Match.Count(s.Matches), texts.LineNoun.Count(seen.Lines)
	parts := []any{texts.MatchesIn.With(matches, lines)}
	if s.Shown > 0 && s.Shown < s.Matches {
		parts[0] = texts.MatchesOf.With(texts.Thousands(s.Skip+1), texts.Thousands(s.Skip+s.Shown), matches, lines)
	}
	if seen.Limited {
		parts = append(parts, texts.SearchLimit.With(texts.Page.Count(seen.Pages)))
	}
	if seen.Cut != nil {
		parts = append(parts, texts.SearchCut.With(typed.Briefly(seen.Cut)))
	}
	answer.Failure = failureOf(seen.Cut)
	answer.Source = texts.Join(texts.Dot, append(parts, hidden(answer)...)...).In(in.request.Lang)
	if next := s.Skip + s.Shown; s.Shown > 0 && next < s.Matches {
		answer.Try = []reply.Example{{
			Line: in.Again("skip", strconv.Itoa(next)), Does: in.say(texts.DoesNext), Button: in.say(texts.Next), Place: reply.InThread,
		}}
	}
	return answer, seen.Log, nil
}

// searched reads the flags of a search.
func (in *command) searched() (*read.Search, error) {
	var s read.Search
	var err error
	if s.Expression, err = in.Expression(); err != nil {
		return nil, err
	}
	if s.Window.Most, err = in.Number("lines", read.DefaultLines, 1, read.MaxLines); err != nil {
		return nil, err
	}
	if s.Around, err = in.Number("context", 0, 0, typed.MaxAround); err != nil {
		return nil, err
	}
	s.Skip, err = in.Number("skip", 0, 0, maxSkip)
	return &s, err
}
