package excerpt

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parseRules reads rules as Rules.With does, without others. Every rule is tried on its
// own examples, those of rules.txt, too.
func parseRules(text string) (*Rules, error) {
	rules, err := new(parser).parse(strings.SplitSeq(text, "\n"))
	if err != nil {
		return nil, err
	}
	return compile(rules)
}

func TestTheRulesOfTheProgramHoldTheirExamples(t *testing.T) {
	rules, err := parseRules(embedded) // tries each example
	require.NoError(t, err)
	assert.Greater(t, len(rules.rules), 200)
	for _, r := range rules.rules {
		for _, line := range r.yes {
			var asked bool
			for _, literal := range rules.gate.scan(nil, []byte(line)) {
				for _, i := range rules.of[literal] {
					asked = asked || int(i) == r.index
				}
			}
			assert.True(t, asked, "the gate does not ask rule %s about %q", r.id, line)
		}
	}
}

func TestARuleThatIsWrongIsRefusedWithItsLine(t *testing.T) {
	const good = "[t]\na cause 5\n  has fatal\n  yes fatal error\n"
	for _, c := range []struct{ name, text, says string }{
		{"no tool", "a cause 5\n", `line 1: rule "a" stands before the first [tool]`},
		{"a tool without a name", "[]\n", "line 1: tool"},
		{"a word too few", "[t]\n\na cause\n", `line 3: rule "a": write ID ROLE WEIGHT`},
		{"unknown role", "[t]\na reason 5\n", `line 2: rule "a": no role "reason"`},
		{"weight that is no number", "[t]\na cause much\n", `line 2: rule "a": weight "much"`},
		{"weight zero", "[t]\na cause 0\n", `line 2: rule "a": weight "0"`},
		{"weight NaN", "[t]\na cause NaN\n", `line 2: rule "a": weight "NaN"`},
		{"weight too high", "[t]\na cause 11\n", `line 2: rule "a": weight "11"`},
		{"unknown property", "[t]\na cause 5 under 2\n", `no property "under"`},
		{"too many lines", "[t]\na cause 5 after 400\n", `after "400"`},
		{"twice", good + "a cause 5\n  has xxxx\n  yes xxxx\n", `line 5: rule "a" stands here twice`},
		{"short literal", "[t]\na cause 5\n  has abc\n  yes abc\n", `line 3: rule "a": literal "abc" is shorter than 4 bytes`},
		{"expression", "[t]\na cause 5\n  has abcd\n  re (\n  yes abcd\n", `line 4: rule "a": error parsing regexp`},
		{"two expressions", "[t]\na cause 5\n  has abcd\n  re a\n  re b\n  yes abcd\n", "line 5: rule \"a\" has two expressions"},
		{"no literal", "[t]\na cause 5\n  yes abcd\n", `line 2: rule "a" has no literal`},
		{"no example", "[t]\na cause 5\n  has abcd\n", `line 2: rule "a" has no example`},
		{"example that does not match", "[t]\na cause 5\n  has abcd\n  re ^x\n  yes abcd\n", `line 2: rule "a" does not match its example "abcd"`},
		{"counterexample that matches", "[t]\na cause 5\n  has abcd\n  yes abcd\n  no xabcd\n", `line 2: rule "a" matches "xabcd"`},
		{"property outside a rule", "[t]\n  has abcd\n", `line 2: "has" stands outside a rule`},
		{"line too long", "[t]\n# " + strings.Repeat("x", 1<<17), "line 2: 131074 bytes, more than 65536"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := parseRules(c.text)
			require.ErrorContains(t, err, c.says)
			_, err = Embedded().With(strings.NewReader(c.text))
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestAllMistakesAreTold(t *testing.T) {
	_, err := parseRules("[t]\na reason 5\nb cause 5\n  has x\n")
	assert.ErrorContains(t, err, "line 2")
	assert.ErrorContains(t, err, "line 4")
}

func TestMoreRulesThanASetHoldsAreRefused(t *testing.T) {
	var text strings.Builder
	text.WriteString("[t]\n")
	for i := range maxRules + 1 {
		fmt.Fprintf(&text, "r%d cause 5\n  has abcd\n  yes abcd\n", i)
	}
	_, err := parseRules(text.String())
	assert.ErrorContains(t, err, "4001 rules")
}

func TestAddedRulesTakePart(t *testing.T) {
	const log = "step one\nour frobnicator says no\nstep two\nanother line\n"
	rules, err := Embedded().With(strings.NewReader("[ours]\nfrob cause 9\n  has frobnicator\n  yes frobnicator says no\n"))
	require.NoError(t, err)
	assert.Equal(t, "frob", excerptOf(t, log, Options{Rules: rules}).Reason.Rule)
	assert.NotEqual(t, "frob", excerptOf(t, log, Options{}).Reason.Rule, "the set of the program has not changed")
}

func TestNoiseTakesALineOutUnlessACauseWeighsMore(t *testing.T) {
	rules, err := parseRules("[t]\nlow cause 3\n  has fatal\n  yes fatal\nhigh cause 8\n  has fatal crash\n  yes fatal crash\nquiet noise 5\n  has (expected)\n  yes (expected)\n")
	require.NoError(t, err)
	m := newMatcher(rules)
	assert.Equal(t, "low", m.judge([]byte("fatal"), m.rules.gate.scan(nil, []byte("fatal"))).best.id)
	v := m.judge([]byte("fatal (expected)"), m.rules.gate.scan(nil, []byte("fatal (expected)")))
	assert.Nil(t, v.best)
	assert.Equal(t, "quiet", v.noise.id)
	v = m.judge([]byte("fatal crash (expected)"), m.rules.gate.scan(nil, []byte("fatal crash (expected)")))
	assert.Equal(t, "high", v.best.id)
	assert.Nil(t, v.noise)
}
