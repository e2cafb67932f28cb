package testlog

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/logsapi/lines"
)

// reported is the report of a log that is written in pieces of so many bytes.
func reported(log string, piece int) Report {
	c := New(nil)
	for len(log) > 0 {
		n := min(piece, len(log))
		c.Write([]byte(log[:n]))
		log = log[n:]
	}
	return c.Report()
}

func TestWhereALogIsCutChangesNothing(t *testing.T) {
	logs, err := filepath.Glob("testdata/*.log")
	require.NoError(t, err)
	for _, log := range logs {
		text, err := os.ReadFile(log)
		require.NoError(t, err)
		want := reported(string(text), len(text)+1)
		for _, piece := range []int{1, 7, 4096} {
			assert.Equal(t, want, reported(string(text), piece), log)
		}
		c := New(nil)
		for line := range strings.Lines(string(text)) {
			c.Line(string(lines.Plain(nil, []byte(strings.TrimSuffix(line, "\n")))))
		}
		assert.Equal(t, want, c.Report(), log)
	}
}

func TestALogWithoutTestsHasNone(t *testing.T) {
	for _, log := range []string{
		"", "\n", "main.c:3:1: error: expected ';'\n", "BUILD FAILED\n", "> Task :app:compileJava FAILED\n",
		"Package installation FAILED\n", "12: not the output of a test\n", " FAIL  src/a.css: too large\n",
	} {
		assert.Equal(t, Report{Tests: []Test{}}, reported(log, 100), "%q", log)
	}
}

func TestModulesAndRunnersAddUp(t *testing.T) {
	got := reported(strings.Repeat("[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 1\n", 3)+
		"Tests:       1 failed, 1 todo, 5 passed, 7 total\n", 100)
	assert.Equal(t, Counts{Failed: 1, Passed: 14, Skipped: 4, Whole: true}, got.Counts)
}

func TestATestThatPassedSaysNothingOfTheNext(t *testing.T) {
	got := reported("=== RUN   TestA\n    a_test.go:3: only a remark\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n    b_test.go:9: 错误\n--- FAIL: TestB (0.00s)\nFAIL\nFAIL\texample.org/a\t0.1s\n", 100)
	assert.Equal(t, []Test{{Runner: "go", Suite: "example.org/a", Name: "TestB", At: "b_test.go:9", Says: "错误"}}, got.Tests)
}

func TestMemoryIsBoundedWhateverTheLog(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	c := New(nil)
	long := strings.Repeat("长", 5000)
	for i := range 3_000 {
		fmt.Fprintf(c, "=== RUN   Test%d%s\n    a_test.go:%d: %s\n", i, long[:30], i, long[:300])
		if i%2 == 0 {
			fmt.Fprintf(c, "--- FAIL: Test%d%s (0.00s)\n", i, long[:30])
		}
	}
	c.Write([]byte(strings.Repeat("x", 1<<20)))
	runtime.GC()
	runtime.ReadMemStats(&after)
	assert.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(4<<20))
	got := c.Report()
	assert.Len(t, got.Tests, MaxTests)
	assert.Equal(t, 1_500, got.Counts.Failed)
	for _, x := range got.Tests[:3] {
		assert.LessOrEqual(t, len(x.Says), maxText)
		assert.True(t, utf8.ValidString(x.Says))
	}
}

func TestFormatsCanBeAdded(t *testing.T) {
	formats, err := ParseFormats(strings.NewReader(embedded + `
[frob]
failed ^frob: (?P<name>\S+) broke at (?P<at>\S+): (?P<says>.*)$
  has frob:
total ^frob: (?P<passed>\d+) well$
  has frob:
`))
	require.NoError(t, err)
	c := New(formats)
	c.Write([]byte("frob: sum broke at a.fr:3: 3 is not 4\nfrob: 7 well\n"))
	got := c.Report()
	assert.Equal(t, []Test{{Runner: "frob", Name: "sum", At: "a.fr:3", Says: "3 is not 4"}}, got.Tests)
	assert.Equal(t, 7, got.Counts.Passed)
}

func TestAWrongFormatIsRefusedWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"failed x":               `line 1: "failed x" stands before the first [runner]`,
		"[]":                     `line 1: runner "[]": write [name]`,
		"[a]\nbroken x":          `line 2: no event "broken"`,
		"[a]\nfailed (":          "line 2: error parsing regexp: missing closing ): `(`",
		"[a]\n  has x":           `line 2: "has" stands outside an event or has no text`,
		"[a]\nfailed x\n  had x": `line 3: no property "had"`,
	} {
		_, err := ParseFormats(strings.NewReader(text))
		assert.EqualError(t, err, want)
	}
}

// FuzzCollector holds what is promised of every log: no panic, bounds, valid text, and
// the same report however it is written.
func FuzzCollector(f *testing.F) {
	f.Add("=== RUN   Test库存/扣减\n    a_test.go:3: 库存为负\n--- FAIL: Test库存/扣减 (0.00s)\nFAIL\texample.org/a\t0.1s\n", uint8(3))
	f.Add("____ test_订单 ____\nE   assert 1 == 2\n\nt.py:3: AssertionError\nFAILED t.py::test_订单 - assert\n== 1 failed, 2 passed in 0.1s ==\n", uint8(1))
	f.Add("FAIL a.test.js\n  ● 订单 › 合计\n\n    Expected: 1\n Tests  1 failed | 2 passed (3)\n FAIL  a.test.js > 订单 > 合计\nError: x\n ❯ a.test.js:3:1\n", uint8(9))
	f.Add("[INFO] Running a.B\n[ERROR] 合计  Time elapsed: 1 s  <<< FAILURE!\njava.lang.AssertionError: x\n\tat a.B.合计(B.java:3)\na.B > 合计 FAILED\n9 tests completed, 1 failed\n", uint8(40))
	f.Add("Test project /b\n    Start 1: 库存\n1: [ RUN      ] A.库存\n1: a.cc:3: Failure\n1: Failed\n1: [  FAILED  ] A.库存 (0 ms)\n1/1 Test #1: 库存 ...***Failed  0.1 sec\n", uint8(200))
	f.Fuzz(func(t *testing.T, log string, piece uint8) {
		got := reported(log, len(log)+1)
		if cut := reported(log, int(piece)+1); fmt.Sprint(cut) != fmt.Sprint(got) {
			t.Fatalf("in pieces of %d: %+v, want %+v", int(piece)+1, cut, got)
		}
		if len(got.Tests) > MaxTests || got.Counts.Failed < 0 || got.Counts.Passed < 0 || got.Counts.Skipped < 0 {
			t.Fatalf("%+v", got.Counts)
		}
		for _, x := range got.Tests {
			for _, text := range []string{x.Suite, x.Name, x.At, x.Says} {
				if len(text) > maxText || !utf8.ValidString(text) || strings.ContainsAny(text, "\n\r\x1b") {
					t.Fatalf("%q of %q", text, log)
				}
			}
		}
	})
}

func BenchmarkCollector(b *testing.B) {
	log := []byte(strings.Repeat("[INFO] Compiling module 12 of 30 to /build/target/classes\ncopied a file to its place, 3 ms\n", 10_000))
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		New(nil).Write(log)
	}
}
