package commands

import (
	"context"
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"logbot/commands/read"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// Bounds of a search.
const (
	// maxExpression is how long an expression may be, in characters.
	maxExpression = 200
	// maxProgram is how large an expression may be when it is compiled, in
	// instructions. Go's expressions run in linear time, but the factor grows with
	// their size: a{1000} has a thousand.
	maxProgram = 500
	// maxAround is how many lines around a match may be asked for.
	maxAround = 10
	// maxSkip is how many matches may be passed over.
	maxSkip = 1_000_000
)

// searchEnd ends the line of an Example whose Place is AskFirst.
const searchEnd = " --grep"

// SearchForm is what a form asks for a search.
type SearchForm struct {
	Expression string // of Go; one without a capital letter finds capitals, too
	Context    int    // how many lines around each match, 0 to 10
	Step       string // name or position of a step; empty for the whole log. Check runs have none: their About has no build
}

// SearchLine is the whole line of a search: base is the line of an Example whose
// Place is AskFirst. An error says what is wrong with the form; Sentence says it in
// a language.
func SearchLine(base string, f SearchForm) (string, error) {
	if !utf8.ValidString(f.Expression) {
		return "", wrong(texts.ExpressionOdd.With())
	}
	expression := visible(f.Expression)
	if _, says := compile(expression); !says.Empty() {
		return "", wrong(says)
	}
	if f.Context < 0 || f.Context > maxAround {
		return "", wrong(texts.ContextBad.With(f.Context, maxAround))
	}
	line := strings.TrimSuffix(base, searchEnd) + searchEnd + " " + quoted(expression)
	if f.Context > 0 {
		line += " --context " + strconv.Itoa(f.Context)
	}
	if step := strings.TrimSpace(visible(f.Step)); step != "" {
		if strings.ContainsFunc(step, unicode.IsControl) || !utf8.ValidString(f.Step) || utf8.RuneCountInString(step) > maxExpression {
			return "", wrong(texts.NoStepNumber.With(texts.Quote(step)))
		}
		line += " --step " + quoted(step)
	}
	return line, nil
}

// compile makes an expression ready for a search. One without a capital letter
// finds capitals too; what stands behind a backslash is no letter in this sense.
func compile(expression string) (*regexp.Regexp, texts.Phrase) {
	n := utf8.RuneCountInString(expression)
	switch {
	case strings.TrimSpace(expression) == "":
		return nil, texts.ExpressionEmpty.With()
	case n > maxExpression:
		return nil, texts.ExpressionLong.With(n, maxExpression)
	case !utf8.ValidString(expression) || strings.ContainsFunc(expression, unicode.IsControl):
		return nil, texts.ExpressionOdd.With()
	}
	flags := syntax.Perl
	if !hasCapital(expression) {
		flags |= syntax.FoldCase
	}
	parsed, err := syntax.Parse(expression, flags)
	if wrong, ok := errors.AsType[*syntax.Error](err); ok {
		return nil, texts.ExpressionBad.With(texts.Quote(expression), texts.ExpressionFault(wrong.Code.String()))
	}
	if err != nil {
		return nil, texts.ExpressionBad.With(texts.Quote(expression), err.Error())
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > maxProgram {
		return nil, texts.ExpressionLarge.With()
	}
	compiled, err := regexp.Compile(parsed.String())
	if err != nil {
		return nil, texts.ExpressionLarge.With()
	}
	return compiled, texts.Phrase{}
}

func hasCapital(expression string) bool {
	escaped := false
	for _, r := range expression {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case unicode.IsUpper(r):
			return true
		}
	}
	return false
}

// search shows the lines that match, with their neighbours, and counts all.
func (c *Commands) search(ctx context.Context, in *call, what texts.Phrase, from read.Request) (reply.Reply, logsapi.Log, error) {
	s, err := in.searched()
	if err != nil {
		return reply.Reply{}, nil, err
	}
	from.Whole = true
	seen, err := c.reader.Forward(ctx, from, 0, s.Line)
	if err != nil {
		return reply.Reply{}, nil, err
	}
	r := reply.Reply{Heading: in.say(texts.FoundIn, texts.Quote(in.flags["grep"]), what), Lines: s.Window.Lines}
	switch {
	case seen.Log == nil:
		r.Body = in.say(texts.NoLogText)
		return r, nil, nil
	case s.Matches == 0:
		r.Body = in.say(texts.NoMatch)
	case s.Shown == 0:
		r.Body = in.say(texts.NoMoreMatch)
	}
	matches, lines := texts.Match.Count(s.Matches), texts.LineNoun.Count(seen.Lines)
	parts := []any{texts.MatchesIn.With(matches, lines)}
	if s.Shown > 0 && s.Shown < s.Matches {
		parts[0] = texts.MatchesOf.With(texts.Thousands(s.Skip+1), texts.Thousands(s.Skip+s.Shown), matches, lines)
	}
	if seen.Limited {
		parts = append(parts, texts.SearchLimit.With(texts.Page.Count(seen.Pages)))
	}
	r.Source = texts.Join(texts.Dot, append(parts, wasRead(seen.Pages, r.Lines)...)...).In(in.request.Lang)
	if next := s.Skip + s.Shown; s.Shown > 0 && next < s.Matches {
		r.Try = []reply.Example{{
			Line: in.again("skip", strconv.Itoa(next)), Does: in.say(texts.DoesNext), Button: in.say(texts.Next), Place: reply.InThread,
		}}
	}
	return r, seen.Log, nil
}

// searched reads the flags of a search.
func (in *call) searched() (*read.Search, error) {
	var s read.Search
	var says texts.Phrase
	if s.Expression, says = compile(in.flags["grep"]); !says.Empty() {
		return nil, wrong(says, in.again("grep", literal(in.flags["grep"])))
	}
	var err error
	if s.Window.Most, err = in.number("lines", read.DefaultLines, 1, read.MaxLines); err != nil {
		return nil, err
	}
	if s.Around, err = in.number("context", 0, 0, maxAround); err != nil {
		return nil, err
	}
	s.Skip, err = in.number("skip", 0, 0, maxSkip)
	return &s, err
}

// literal is an expression that finds the text of one that cannot be searched
// for.
func literal(expression string) string {
	text := strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, expression))
	if r := []rune(text); len(r) > maxExpression/4 {
		text = string(r[:maxExpression/4])
	}
	if text == "" {
		return "error"
	}
	return regexp.QuoteMeta(text)
}
