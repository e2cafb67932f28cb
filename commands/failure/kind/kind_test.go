package kind

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEachRuleMatchesItsExamplesAndNoCounterExample(t *testing.T) {
	set, err := parse(source)
	require.NoError(t, err)
	for i := range set {
		r := &set[i]
		for _, line := range r.yes {
			assert.True(t, r.holds(line, strings.ToLower(line)), "line %d does not match its example %q", r.line, line)
			assert.Equal(t, r.kind, set.of(line, !r.why), "line %d: a rule before it decides on %q", r.line, line)
		}
		for _, line := range r.no {
			assert.False(t, r.holds(line, strings.ToLower(line)), "line %d matches %q", r.line, line)
		}
	}
}
