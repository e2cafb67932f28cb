package redact

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// Extra is what an operator adds to a gate.
type Extra struct {
	Values      []string // masked in all spellings, as those of New
	Expressions []string // masked where they match: their first group, else all of the match
	Exceptions  []string // values that stay, unless New or Values know them: literals, or /expressions/ that match all of one
}

// maxLine is the length in bytes after which a line is cut for expressions.
const maxLine = 16 << 10

type expression struct{ *regexp.Regexp }

// NewWith returns a gate that knows the given values and what is extra. The error
// names the expression that is wrong.
func NewWith(extra Extra, secrets ...string) (*Gate, error) {
	g := New(secrets...)
	g.know(extra.Values)
	for _, text := range extra.Expressions {
		e, err := parseExpression(text)
		if err != nil {
			return nil, err
		}
		g.expressions = append(g.expressions, e)
	}
	g.exceptions.literals = map[string]bool{}
	for _, text := range extra.Exceptions {
		switch e, err := parseException(text); {
		case err != nil:
			return nil, err
		case e != nil:
			g.exceptions.expressions = append(g.exceptions.expressions, e)
		default:
			g.exceptions.literals[text] = true
		}
	}
	return g, nil
}

// CheckExpression returns the error of [NewWith] if text cannot be one of
// Extra.Expressions.
func CheckExpression(text string) error {
	_, err := parseExpression(text)
	return err
}

// CheckException returns the error of [NewWith] if text cannot be one of
// Extra.Exceptions.
func CheckException(text string) error {
	_, err := parseException(text)
	return err
}

func parseExpression(text string) (expression, error) {
	e, err := regexp.Compile(text)
	if err != nil {
		return expression{}, fmt.Errorf("expression %q: %w", text, err)
	}
	if e.MatchString("") {
		return expression{}, fmt.Errorf("expression %q matches the empty text", text)
	}
	return expression{e}, nil
}

// parseException returns nil for a literal.
func parseException(text string) (*regexp.Regexp, error) {
	inner, ok := strings.CutPrefix(text, "/")
	if !ok || !strings.HasSuffix(inner, "/") || len(inner) < 2 {
		return nil, nil
	}
	e, err := regexp.Compile("^(?:" + inner[:len(inner)-1] + ")$")
	if err != nil {
		return nil, fmt.Errorf("exception %q: %w", text, err)
	}
	return e, nil
}

// findExpressions searches the lines that start before scanTo.
func (s *stream) findExpressions(t *window, scanTo int) {
	if len(s.gate.expressions) == 0 {
		s.lines = max(s.lines, scanTo)
		return
	}
	most := min(maxLine, s.reach)
	for s.lines < scanTo {
		line := t.text[s.lines:min(s.lines+most, len(t.text))]
		if nl := bytes.IndexByte(line, '\n'); nl >= 0 {
			line = line[:nl+1]
		}
		for _, e := range s.gate.expressions {
			for _, m := range e.FindAllSubmatchIndex(line, -1) {
				if len(m) > 2 && m[2] >= 0 {
					m = m[2:]
				}
				t.hide(s.lines+m[0], s.lines+m[1])
			}
		}
		s.lines += len(line)
	}
}
