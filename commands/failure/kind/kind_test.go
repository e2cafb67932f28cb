package kind

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/excerpt"
	"logbot/commands/testlog"
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

func TestEndKeepsTheEndOfALogHoweverItIsWritten(t *testing.T) {
	log := []byte(strings.Repeat("0123456789 abcdef\n", 40_000) + "the last line\n")
	for _, size := range []int{1000, endBytes - 1, endBytes, 5 * endBytes, len(log)} {
		var e End
		for from := 0; from < len(log); from += size {
			n, err := e.Write(log[from:min(len(log), from+size)])
			require.NoError(t, err)
			require.Equal(t, min(size, len(log)-from), n)
		}
		assert.GreaterOrEqual(t, len(e.Text()), endBytes)
		assert.LessOrEqual(t, len(e.Text()), maxHeld)
		assert.True(t, strings.HasSuffix(string(log), string(e.Text())), "written %d bytes at a time", size)
	}
}

// failed is an excerpt with these lines, of which the first is its reason.
func failed(sure int, lines ...string) *excerpt.Excerpt {
	e := &excerpt.Excerpt{Outcome: excerpt.Failed, Confidence: sure}
	for i, l := range lines {
		e.Lines = append(e.Lines, excerpt.Line{Number: i + 1, Text: l})
	}
	if len(lines) > 0 {
		e.Reason, e.Reasons = e.Lines[0], e.Lines[:1]
	}
	return e
}

func TestAKindIsNamedIfAllThatIsKnownAgrees(t *testing.T) {
	broken := testlog.Report{Tests: []testlog.Test{{Runner: "jest", Name: "connects", Says: "Error: connect ECONNREFUSED: Connection refused"}}, Counts: testlog.Counts{Failed: 1}}
	full := "cp: error writing 'a.tar': No space left on device"
	compile := "p.c:3:31: error: field designator 'z' does not refer to any field"
	for name, c := range map[string]struct {
		e     *excerpt.Excerpt
		tests testlog.Report
		end   string
		want  Kind
	}{
		"the reason says it":                          {failed(90, compile), testlog.Report{}, "make: *** [all] Error 2", Code},
		"a file with the name of a kind":              {failed(90, "timeout.c:3:31: error: expected ';' before 'return'"), testlog.Report{}, "", Code},
		"nothing says it":                             {failed(90, "it went wrong"), testlog.Report{}, "Finished: FAILURE", ""},
		"the lines disagree and no reason is sure":    {failed(20, "it went wrong", compile, full), testlog.Report{}, "", ""},
		"a sure reason among other lines":             {failed(90, compile, full), testlog.Report{}, "", Code},
		"only the end says it":                        {failed(90, "it went wrong"), testlog.Report{}, "make: *** [a.o] Killed\nKilled\n", Infrastructure},
		"the end contradicts":                         {failed(90, compile), testlog.Report{}, "Agent went offline during the build", ""},
		"what a failed test prints is of the test":    {failed(90, "Error: connect ECONNREFUSED: Connection refused"), broken, "", Test},
		"a test that runs out of memory by itself":    {failed(90, "java.lang.OutOfMemoryError: Java heap space"), broken, "", ""},
		"tests fail and nothing else is said":         {failed(20, "it went wrong"), broken, "", Test},
		"tests fail and it does not compile":          {failed(90, compile), broken, "", ""},
		"tests fail and the machine breaks":           {failed(90, "AssertionError: 1 != 2"), broken, "/bin/sh: write error: No space left on device", ""},
		"an assertion about a full disk":              {failed(90, "AssertionError: expected 'No space left on device'"), testlog.Report{}, "", ""},
		"a command that names a kind":                 {failed(20, `$ grep -q "No space left on device" build.log`), testlog.Report{}, "+ echo Killed\nKilled by nobody\n", ""},
		"by the clock":                                {failed(90, compile), testlog.Report{}, "Build timed out (after 60 minutes). Marking the build as aborted.\nFinished: ABORTED", Timeout},
		"by the clock, in Chinese":                    {failed(20, "it went wrong"), testlog.Report{}, "构建超时，任务已终止", Timeout},
		"by somebody":                                 {failed(90, compile), broken, "Aborted by wang.lei\nFinished: ABORTED", Aborted},
		"stopped, and the executor is gone":           {failed(20, "it went wrong"), testlog.Report{}, "Agent went offline during the build\nFinished: ABORTED", ""},
		"by somebody, as the outcome says":            {&excerpt.Excerpt{Outcome: excerpt.Aborted}, testlog.Report{}, "", Aborted},
		"no executor, in Chinese":                     {failed(20, "没有可用的执行机，请检查资源池"), testlog.Report{}, "", Infrastructure},
		"an image that is not there, in Chinese":      {failed(20, "拉取镜像 swr.example.com/acme/base:9 失败"), testlog.Report{}, "", Dependency},
		"a build that succeeded":                      {&excerpt.Excerpt{Outcome: excerpt.Succeeded}, testlog.Report{}, "No space left on device", ""},
		"the end in the CodeArts form":                {failed(20, "it went wrong"), testlog.Report{}, "[2026/09/10 17:26:22.772 GMT+08:00] [ERROR] [编译:make] : 执行机内存不足，任务被终止\n", Infrastructure},
		"a kind that stands long before the end only": {failed(20, "it went wrong"), testlog.Report{}, "Killed\n" + strings.Repeat("cleaning up\n", 2*lastLines), ""},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, Of(c.e, c.tests, []byte(c.end))) })
	}
}
