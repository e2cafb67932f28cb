package redact

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnOperatorAddsValuesExpressionsAndExceptions(t *testing.T) {
	g, err := NewWith(Extra{
		Values:      []string{"customer-seven"},
		Expressions: []string{`\bACME-[0-9]{4}\b`, `badge (\d+)`, `工号[:：](\d{4})`},
		Exceptions:  []string{somePassword, "/ACME-00../"},
	}, ours)
	require.NoError(t, err)
	text := "ACME-1234 ACME-0012 badge 77 工号：1234 customer-seven\n" + ours + " password=" + somePassword + " password=" + somePassword + "x\n"
	want := Mask + " ACME-0012 badge " + Mask + " 工号：" + Mask + " " + Mask + "\n" + Mask + " password=" + somePassword + " password=" + Mask + "\n"
	got, hidden := g.String(text)
	assert.Equal(t, want, got)
	assert.Equal(t, 6, hidden)

	for _, n := range []int{1, 7, 64} {
		streamed, err := io.ReadAll(g.Reader(&slow{text: strings.Repeat(text, 9), n: n}))
		require.NoError(t, err)
		assert.Equal(t, strings.Repeat(want, 9), string(streamed))
	}
}

// slow returns n bytes at a time.
type slow struct {
	text string
	n    int
}

func (s *slow) Read(p []byte) (int, error) {
	if s.text == "" {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.n)], s.text)
	s.text = s.text[n:]
	return n, nil
}

func TestAnOwnValueHasNoExceptions(t *testing.T) {
	g, err := NewWith(Extra{Exceptions: []string{ours, "/.*/"}}, ours)
	require.NoError(t, err)
	assert.Equal(t, "a "+Mask, g.Text("a "+ours))
	assert.Equal(t, "password="+somePassword, g.Text("password="+somePassword))
}

func TestAWrongExpressionIsAnError(t *testing.T) {
	for _, extra := range []Extra{{Expressions: []string{"("}}, {Expressions: []string{"a*"}}, {Exceptions: []string{"/(/"}}} {
		_, err := NewWith(extra)
		assert.Error(t, err)
	}
}
