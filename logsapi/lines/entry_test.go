package lines

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParseSplitsTheFormsSeenInRealLogs(t *testing.T) {
	const stamp = "[2026/09/10 17:26:22.772 GMT+08:00]"
	for _, c := range []struct {
		name, line               string
		stamp, level, step, text string
	}{
		{"platform entry", stamp + " [INFO] [PRE_ENV:slave_create] : starts", stamp, "INFO", "PRE_ENV:slave_create", "starts"},
		{"localised step", stamp + " [WARNING] [代码检出:external_pre_checkout] : 该步骤开始执行", stamp, "WARNING", "代码检出:external_pre_checkout", "该步骤开始执行"},
		{"no step", stamp + " [INFO]  : [JobStatusPlugin] onStarted: j_1 #1", stamp, "INFO", "", "[JobStatusPlugin] onStarted: j_1 #1"},
		{"tool output", stamp + " + set -euo pipefail", stamp, "", "", "+ set -euo pipefail"},
		{"tool output keeps its indentation", stamp + "   at Foo.bar", stamp, "", "", "  at Foo.bar"},
		{"a tool's own level", stamp + " [INFO] Building jar", stamp, "", "", "[INFO] Building jar"},
		{"a tool's own brackets", stamp + " [ERROR] [x] y", stamp, "", "", "[ERROR] [x] y"},
		{"empty platform entry", stamp + " [INFO] [a:b] : ", stamp, "INFO", "a:b", ""},
		{"stamp alone", stamp, stamp, "", "", ""},
		{"no stamp", "(Reading database ... 5%", "", "", "", "(Reading database ... 5%"},
		{"cut stamp", "[2026/09/10 17:26:2", "", "", "", "[2026/09/10 17:26:2"},
		{"empty", "", "", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := Parse([]byte(c.line))
			assert.Equal(t, []string{c.stamp, c.level, c.step, c.text},
				[]string{string(e.Stamp), string(e.Level), string(e.Step), string(e.Text)})
		})
	}
}

func TestCutSeparatesGluedEntries(t *testing.T) {
	const a, b = "[2026/09/10 17:26:23.426 GMT+08:00]", "[2026/09/10 17:26:23.427 GMT+08:00]"
	for _, c := range []struct{ name, line, first, rest string }{
		{"glued", a + " username and password**** " + b + " scmType is gitcode", a + " username and password****", b + " scmType is gitcode"},
		{"glued behind a line without stamp", "Reading... " + b + " x", "Reading...", b + " x"},
		{"one entry", a + " plain GMT text", a + " plain GMT text", ""},
		{"empty", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			first, rest := Cut([]byte(c.line))
			assert.Equal(t, c.first, string(first))
			assert.Equal(t, c.rest, string(rest))
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("[2026/09/10 17:26:22.772 GMT+08:00] [INFO] [代码检出:x] : 失败 [2026/09/10 17:26:22.772 GMT+08:00]")
	f.Add("[2026/09/10 17:26:22.772 GMT+08:00")
	f.Fuzz(func(t *testing.T, line string) {
		Parse([]byte(line))
		first, rest := Cut([]byte(line))
		if len(first)+len(rest) > len(line) {
			t.Fatalf("Cut(%q) made text up: %q, %q", line, first, rest)
		}
		if len(rest) > 0 && !HasStamp(rest) {
			t.Fatalf("Cut(%q): rest %q has no stamp", line, rest)
		}
	})
}
