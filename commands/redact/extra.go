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
		e, err := regexp.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("expression %q: %w", text, err)
		}
		if e.MatchString("") {
			return nil, fmt.Errorf("expression %q matches the empty text", text)
		}
		g.expressions = append(g.expressions, expression{e})
	}
	g.exceptions.literals = map[string]bool{}
	for _, text := range extra.Exceptions {
		if inner, ok := strings.CutPrefix(text, "/"); ok && strings.HasSuffix(inner, "/") && len(inner) > 1 {
			e, err := regexp.Compile("^(?:" + inner[:len(inner)-1] + ")$")
			if err != nil {
				return nil, fmt.Errorf("exception %q: %w", text, err)
			}
			g.exceptions.expressions = append(g.exceptions.expressions, e)
			continue
		}
		g.exceptions.literals[text] = true
	}
	return g, nil
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
