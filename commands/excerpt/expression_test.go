package excerpt

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExpressionsOfTheRulesMatchAsPackageRegexpDoes(t *testing.T) {
	texts := map[int][][]byte{}        // that a rule is asked about
	rules, err := parseRules(embedded) // with their examples
	require.NoError(t, err)
	m := newMatcher(rules)
	for _, line := range corpusLines(t) {
		m.judge(line, m.rules.gate.scan(nil, line))
		for _, rule := range m.asks {
			texts[int(rule)] = append(texts[int(rule)], line)
		}
	}
	for _, r := range rules.rules {
		if r.expr == nil {
			continue
		}
		for _, line := range append(r.yes, r.no...) {
			texts[r.index] = append(texts[r.index], []byte(line), []byte(line[:len(line)/2]), []byte(strings.ToUpper(line)))
		}
		want := regexp.MustCompile(r.expr.source)
		for _, text := range texts[r.index] {
			if got := r.expr.Match(text); got != want.Match(text) {
				t.Fatalf("%s on %q: %v", want, text, got)
			}
		}
	}
}

func TestExpressionsWithTooManyStatesOrClassesMatch(t *testing.T) {
	letters := ""
	for r := '一'; r < '一'+300; r++ {
		letters += string(r) + string(r+1) + "|"
	}
	for _, source := range []string{`a.{12}c`, letters + "x"} {
		e := &expression{source: source}
		require.NoError(t, e.check())
		want := regexp.MustCompile(source)
		var text strings.Builder
		for i := uint32(1); i < 2000; i++ {
			text.WriteString([]string{"a", "b", "一丁"}[i*i*2654435761>>16%3])
		}
		assert.Equal(t, want.MatchString(text.String()), e.Match([]byte(text.String())))
		for from := 0; from < text.Len(); from += 61 {
			for _, end := range []int{from, from + 13, from + 14, from + 40} {
				part := []byte(text.String()[from:min(end, text.Len())])
				assert.Equal(t, want.Match(part), e.Match(part), "%.20s on %q", source, part)
			}
		}
		assert.NotNil(t, e.slow)
	}
}

func TestAnExpressionIsUsedBySeveralAtATime(t *testing.T) {
	e := &expression{source: `^(?:\w+ ){0,3}error\b|失败$`}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 200 {
				words := strings.Repeat("ab ", i%5)
				assert.Equal(t, i%5 < 4, e.Match([]byte(words+"error 1")))
				assert.True(t, e.Match([]byte(words+"失败")))
			}
		})
	}
	all.Wait()
}

func FuzzExpression(f *testing.F) {
	f.Add(`(?i)^\W*error\b.*失败$`, "Error: 编译失败")
	f.Add(`\bK[^a-zé]+\B|(?m)^x$|(?s:.)\z`, "\u212a\xff\n失败x\nx")
	f.Add(`(?:\.\.|\s\s)(?:FAIL|FAILED)(?: \([\d.]+ ?m?s\))?$`, "sum...FAILED (3 ms)")
	f.Add(`(?:^|b)*|(?:a|\b)+$`, "ab")
	f.Fuzz(func(t *testing.T, source, text string) {
		want, err := regexp.Compile(source)
		if err != nil || len(source) > 200 {
			return
		}
		e := &expression{source: source}
		for _, text := range []string{text, text + text, "x" + text + "\n", text + source} {
			if got := e.Match([]byte(text)); got != want.MatchString(text) {
				t.Fatalf("%q on %q: %v", source, text, got)
			}
		}
	})
}
