package typed

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"logbot/commands/texts"
	"logbot/logsapi/lines"
)

// Bounds of a search.
const (
	// maxExpression is how long an expression may be, in characters.
	maxExpression = 200
	// maxProgram is how large an expression may be when it is compiled, in
	// instructions. Go's expressions run in linear time, but the factor grows with
	// their size: a{1000} has a thousand.
	maxProgram = 500
	// MaxAround is how many lines around a match may be asked for.
	MaxAround = 10
)

// SearchEnd ends the line of an example that a form completes.
const SearchEnd = " --grep"

// SearchForm is what a form asks for a search.
type SearchForm struct {
	Expression string // of Go; one without a capital letter finds capitals, too
	Context    int    // lines around each match, 0 to MaxAround
	Step       string // name or position of a step; empty for the whole log, and for check runs, which have none
}

// SearchLine is the whole line of a search. base is the line of an example that
// ends in SearchEnd. An error says what is wrong with the form; see Sentence.
func SearchLine(base string, f SearchForm) (string, error) {
	if !utf8.ValidString(f.Expression) {
		return "", Wrong(texts.ExpressionOdd.With())
	}
	expression := visible(f.Expression)
	if _, says := compile(expression); !says.Empty() {
		return "", Wrong(says)
	}
	if f.Context < 0 || f.Context > MaxAround {
		return "", Wrong(texts.ContextBad.With(f.Context, MaxAround))
	}
	line := strings.TrimSuffix(base, SearchEnd) + SearchEnd + " " + Quoted(expression)
	if f.Context > 0 {
		line += " --context " + strconv.Itoa(f.Context)
	}
	if step := strings.TrimSpace(visible(f.Step)); step != "" {
		if strings.ContainsFunc(step, unicode.IsControl) || !utf8.ValidString(f.Step) || utf8.RuneCountInString(step) > maxExpression {
			return "", Wrong(texts.NoStepNumber.With(texts.Quote(step)))
		}
		line += " --step " + Quoted(step)
	}
	return line, nil
}

// Expression reads the expression of --grep.
func (c *Command) Expression() (*regexp.Regexp, error) {
	text := c.Flags["grep"]
	expression, says := compile(text)
	if !says.Empty() {
		return nil, Wrong(says, c.Again("grep", literal(text)))
	}
	return expression, nil
}

// compile makes an expression ready for a search. One without a capital letter
// finds capitals too; a letter behind a backslash does not count.
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

// literal is an expression that finds the text of one that cannot be searched for.
func literal(expression string) string {
	text := strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, expression))
	text = lines.HeadBy(text, maxExpression/4, func(rune) int { return 1 })
	if text == "" {
		return "error"
	}
	return regexp.QuoteMeta(text)
}
