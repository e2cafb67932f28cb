package excerpt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// excerptOf is the excerpt of a whole log.
func excerptOf(t testing.TB, log string, options Options) Excerpt {
	t.Helper()
	f := New(options)
	n, err := f.Write([]byte(log))
	require.NoError(t, err)
	require.Equal(t, len(log), n)
	return f.Excerpt()
}

// texts are the lines of an excerpt without their numbers.
func texts(e Excerpt) []string {
	var out []string
	for _, l := range e.Lines {
		out = append(out, l.Text)
	}
	return out
}

// healthy is n lines of a build that goes well.
func healthy(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "compiled module %d of %d in %d ms\n", i+1, n, 7*i%100)
	}
	return b.String()
}

const stamped = "[2026/09/10 17:26:22.772 GMT+08:00] "

// coded writes lines in the CodeArts form: of the platform where step is named,
// else of a tool.
func coded(step string, lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(stamped)
		if step != "" {
			b.WriteString("[INFO] [" + step + "] : ")
		}
		b.WriteString(l + "\n")
	}
	return b.String()
}

func TestTheReasonIsFound(t *testing.T) {
	for _, c := range []struct{ name, log, reason string }{
		{
			"a compiler's first error",
			healthy(50) + "main.c: In function 'f':\nmain.c:3:12: error: expected ';' before '}' token\n   int x = 1\n            ^\n" +
				"main.c:9:1: error: expected declaration\nmake: *** [Makefile:4: main.o] Error 1\nScript exited with status 2\n" + healthy(30),
			"main.c:3:12: error: expected ';' before '}' token",
		},
		{
			"the exception of a failed test",
			"OrderTest > adds up PASSED\nOrderTest > total FAILED\n    org.opentest4j.AssertionFailedError: expected: <3> but was: <4>\n        at com.acme.OrderTest.total(OrderTest.java:87)\n" +
				healthy(20) + "12 tests completed, 1 failed\nBUILD FAILED in 3s\n",
			"org.opentest4j.AssertionFailedError: expected: <3> but was: <4>",
		},
		{
			"the error at the end of a traceback",
			healthy(5) + "Traceback (most recent call last):\n  File \"deploy.py\", line 9, in <module>\n    main()\n  File \"deploy.py\", line 8, in main\n    print(cfg[\"region\"])\nKeyError: 'region'\nScript exited with status 1\n",
			"KeyError: 'region'",
		},
		{
			"a missing tool",
			healthy(5) + ".ci.sh: line 1: terrafrom: command not found\nScript exited with status 127\n",
			".ci.sh: line 1: terrafrom: command not found",
		},
		{
			"a full disk",
			healthy(5) + "cp: error writing 'a.img': No space left on device\nScript exited with status 1\n",
			"cp: error writing 'a.img': No space left on device",
		},
		{
			"a killed process",
			healthy(5) + "./run.sh: line 3:  4711 Killed                  ./server\nScript exited with status 137\n",
			"./run.sh: line 3:  4711 Killed                  ./server",
		},
		{
			"git",
			"Cloning into 'app'...\nfatal: Remote branch v9 not found in upstream origin\nScript exited with status 128\n",
			"fatal: Remote branch v9 not found in upstream origin",
		},
		{
			"Chinese",
			coded("代码检出:external_pre_checkout", "该步骤开始执行", "该步骤执行完成") + coded("编译构建:maven", "该步骤开始执行") +
				coded("", "正在上传软件包", "上传软件包失败: 文件不存在") + coded("清理:post", "该步骤开始执行", "该步骤执行完成") + coded("", "Finished: FAILURE"),
			"上传软件包失败: 文件不存在",
		},
		{
			"Chinese in GB 18030",
			healthy(5) + "main.c:3:5: \xb4\xed\xce\xf3: \xce\xb4\xc9\xf9\xc3\xf7\xb5\xc4\xb1\xe4\xc1\xbf x\nScript exited with status 1\n",
			"main.c:3:5: 错误: 未声明的变量 x",
		},
		{
			"a message without any word of failure, by its place",
			healthy(40) + "the generated files differ from those in the tree\nScript exited with status 1\n" + healthy(40),
			"the generated files differ from those in the tree",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := excerptOf(t, c.log, Options{})
			assert.Equal(t, c.reason, e.Reason.Text)
			assert.Contains(t, strings.Join(texts(e), "\n"), c.reason)
		})
	}
}

func TestBaitIsNoReason(t *testing.T) {
	log := "test test_error_is_reported ... ok\nok 3 - fails on bad input\nSetting up libgpg-error0 (1.38) ...\nBUILD finished: 0 errors, 0 warnings\n" +
		"  ✓ throws an error when the user is unknown (3 ms)\n" +
		"src/a.go:3:2: undefined: total\nScript exited with status 1\n$ tar -czf reports.tgz reports\nerror cache found, skipping\n0 errors\n"
	e := excerptOf(t, log, Options{})
	assert.Equal(t, "src/a.go:3:2: undefined: total", e.Reason.Text)
	for _, bait := range []string{"test test_error_is_reported ... ok", "error cache found, skipping", "0 errors"} {
		assert.NotContains(t, texts(e), bait)
	}
}

func TestTheFailingStepIsShownAndNotTheTeardown(t *testing.T) {
	log := coded("Code checkout:external_pre_checkout", "starts", "ends") +
		coded("BUILD:maven", "starts") +
		coded("", "[ERROR] OrderTest.total:87 expected:<3> but was:<4>", "[ERROR] Tests run: 4, Failures: 1, Errors: 0, Skipped: 0") +
		coded("BUILD:maven", "the result is FAILED") +
		strings.Repeat(coded("BUILD:post", "collecting build information", "errors: 0 in post actions"), 60)
	e := excerptOf(t, log, Options{})
	assert.Equal(t, "BUILD:maven", e.Step)
	assert.Equal(t, Failed, e.Outcome)
	assert.Equal(t, "[ERROR] OrderTest.total:87 expected:<3> but was:<4>", e.Reason.Text)
	assert.NotContains(t, texts(e), "errors: 0 in post actions")
}

func TestTheStepThePlatformBlamesCountsBeforeOneThatWasAllowedToFail(t *testing.T) {
	log := coded("A:probe", "starts") + coded("", "nc: connection refused", "Script exited with status 1") + coded("A:probe", "ends") +
		coded("B:build", "starts") + coded("", "main.go:3:2: undefined: x") + coded("B:build", "state of the action: FAILED")
	e := excerptOf(t, log, Options{})
	assert.Equal(t, "B:build", e.Step)
	assert.Equal(t, "main.go:3:2: undefined: x", e.Reason.Text)
}

func TestWhatThePlatformSaysInEveryStepIsNotShown(t *testing.T) {
	step := func(name string, tool ...string) string {
		return coded(name, "Nun geht es los") + coded(name, tool...) + coded(name, "Dieser Schritt ist vorbei")
	}
	log := step("A:checkout", "cloning") + step("B:build", "the generated files differ from those in the tree") + coded("B:build", "the state: FAILED") + step("C:post", "cleaning")
	e := excerptOf(t, log, Options{Lines: 2})
	assert.Contains(t, texts(e), "the generated files differ from those in the tree")
	assert.NotContains(t, texts(e), "Dieser Schritt ist vorbei")
}

func TestOutcomeIsWhatTheLogSays(t *testing.T) {
	for _, c := range []struct {
		name, log string
		want      Outcome
	}{
		{"nothing", "compiling\n", Unknown},
		{"failure", "compiling\nFinished: FAILURE\n", Failed},
		{"unstable", "compiling\nFinished: UNSTABLE\n", Failed},
		{"success", "compiling\nFinished: SUCCESS\n", Succeeded},
		{"aborted", "compiling\nFinished: ABORTED\n", Aborted},
		{"a command that failed", "Script exited with status 2\n", Failed},
		{"a command that failed after another's success", "Finished: SUCCESS\nScript exited with status 2\n", Failed},
		{"a tolerated failure", "Script exited with status 2\nFinished: SUCCESS\n", Succeeded},
		{"stamped", coded("", "Finished: FAILURE"), Failed},
		{"Chinese failure", coded("编译构建:build", "该步骤执行失败"), Failed},
		{"quoted", "echo 'Finished: FAILURE'\n", Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, excerptOf(t, c.log, Options{}).Outcome)
		})
	}
}

func TestASuccessInventsNoFailure(t *testing.T) {
	e := excerptOf(t, healthy(20)+"warning: error handling is deprecated\nERROR simulated\nFinished: SUCCESS\n", Options{})
	assert.Equal(t, Succeeded, e.Outcome)
	assert.Equal(t, Line{}, e.Reason)
	assert.Equal(t, []string{"Finished: SUCCESS"}, texts(e))
}

func TestNumbersAreThoseOfTheLog(t *testing.T) {
	e := excerptOf(t, healthy(100)+"fatal: no such ref\nScript exited with status 128\n"+healthy(100), Options{})
	assert.Equal(t, 101, e.Reason.Number)
	assert.Equal(t, 202, e.Read)
	assert.True(t, e.Whole)
}

func TestGluedRecordsAreSetApart(t *testing.T) {
	log := stamped + "using credentials **** " + stamped + "fatal: Authentication failed for 'https://x'\n" + stamped + "Finished: FAILURE\n"
	e := excerptOf(t, log, Options{})
	assert.Equal(t, "fatal: Authentication failed for 'https://x'", e.Reason.Text)
	assert.Equal(t, 1, e.Reason.Number)
}

func TestStampsColoursAndReturnsAreNotShown(t *testing.T) {
	log := "2026-04-23T10:41:18.7083545Z \x1b[31mfatal:\x1b[0m no such ref\r\n 10%\r 99%\rerror: it broke\nbuild\tstep one\t2026-04-23T10:41:19Z E: Unable to locate package x\n"
	assert.Equal(t, []string{"fatal: no such ref", "error: it broke", "E: Unable to locate package x"}, texts(excerptOf(t, log, Options{})))
}

func TestScriptsAndCommandsThatAreShownAreNoOutput(t *testing.T) {
	log := "##[group]Run make\nif ! make; then echo \"error: make failed\"; exit 1; fi\n##[endgroup]\n+ echo 'error: never mind'\nlib.c:3:1: error: no newline\n##[error]Process completed with exit code 2.\n"
	e := excerptOf(t, log, Options{})
	assert.Equal(t, "lib.c:3:1: error: no newline", e.Reason.Text)
}

func TestRepeatedLinesAreFolded(t *testing.T) {
	var log strings.Builder
	for i := range 40 {
		fmt.Fprintf(&log, "E: Failed to fetch part %d\n", i)
	}
	e := excerptOf(t, log.String()+"Script exited with status 100\n", Options{})
	folded, shown := 0, 0
	for _, l := range e.Lines {
		folded += l.Folded
		if strings.HasPrefix(l.Text, "E: Failed to fetch") {
			shown++
		}
	}
	assert.Equal(t, 40, folded+shown)
	assert.Less(t, shown, 5)
}

func TestACaretLineStaysWithItsError(t *testing.T) {
	e := excerptOf(t, healthy(200)+"a.c:3:1: error: expected ';'\n    int x = 1\n             ^\n"+healthy(200), Options{})
	assert.Subset(t, texts(e), []string{"a.c:3:1: error: expected ';'", "    int x = 1", "             ^"})
}

func TestATraceShowsItsHeadItsOwnFramesAndTheLastCause(t *testing.T) {
	var log strings.Builder
	log.WriteString(healthy(50) + "Exception in thread \"main\" java.lang.IllegalStateException: no key\n\tat com.acme.Order.total(Order.java:87)\n")
	for i := range 60 {
		fmt.Fprintf(&log, "\tat org.junit.runner.Frame%d.run(Frame.java:%d)\n", i, i)
	}
	log.WriteString("Caused by: java.io.IOException: disk gone\n\tat com.acme.Disk.read(Disk.java:3)\n\t... 60 more\nScript exited with status 1\n")
	assert.Subset(t, texts(excerptOf(t, log.String(), Options{})), []string{
		"Exception in thread \"main\" java.lang.IllegalStateException: no key",
		"\tat com.acme.Order.total(Order.java:87)",
		"Caused by: java.io.IOException: disk gone",
	})
}

func TestLinesThatTheGreenLogHasMakeNoneLessRare(t *testing.T) {
	noise := strings.Repeat("ERROR: simulated outage 7\n", 200)
	fresh := "ERROR: the disk is full\n"
	green := &Seen{}
	green.Write([]byte(noise))
	found := excerptOf(t, noise+fresh+noise, Options{Green: green})
	assert.Equal(t, "ERROR: the disk is full", found.Reason.Text)
}

func TestALineThatTheGreenLogLacksIsShownThoughNoRuleMatchesIt(t *testing.T) {
	usual := strings.Repeat("part 1 is ready\n", 60)
	green := &Seen{}
	green.Write([]byte(usual + "findings: 0\n" + usual))
	log := usual + "findings: 3\n" + usual
	texts := func(o Options) (all []string) {
		for _, l := range excerptOf(t, log, o).Lines {
			all = append(all, l.Text)
		}
		return all
	}
	assert.Contains(t, texts(Options{Green: green}), "findings: 3")
	assert.NotContains(t, texts(Options{}), "findings: 3")
}

func TestAGreenLogThatHasAllLinesHidesNone(t *testing.T) {
	log := "ERROR: no answer from the database\n" + strings.Repeat("stopped\n", 3)
	green := &Seen{}
	green.Write([]byte(log))
	assert.Equal(t, excerptOf(t, log, Options{}).Lines, excerptOf(t, log, Options{Green: green}).Lines)
}

func TestLinesThatTheGreenLogHasCountLess(t *testing.T) {
	const old, fresh = "ERROR: could not reach metrics at 10.0.0.%d\n", "ERROR: could not reach the database\n"
	green := &Seen{}
	_, err := green.Write([]byte(healthy(30) + fmt.Sprintf(old, 1) + fmt.Sprintf(old, 2)))
	require.NoError(t, err)
	log := healthy(30) + fresh + fmt.Sprintf(old, 3) + fmt.Sprintf(old, 4)
	assert.Equal(t, strings.TrimSpace(fresh), excerptOf(t, log, Options{Lines: 1, Green: green}).Lines[0].Text)
}

func TestHowALogIsWrittenDoesNotMatter(t *testing.T) {
	log := []byte(coded("A:b", "starts") + coded("", "\x1b[31m错误: 编译失败\x1b[0m", "main.go:3:2: undefined: x") + "progress 10%\rprogress 20%\n" + coded("A:b", "step failed") + "Finished: FAILURE")
	want := excerptOf(t, string(log), Options{})
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		f := New(Options{})
		for rest := log; len(rest) > 0; {
			n := 1 + r.IntN(min(9, len(rest)))
			f.Write(rest[:n])
			rest = rest[n:]
		}
		require.Equal(t, want, f.Excerpt())
	}
}

func TestAnEmptyLogHasAnEmptyExcerpt(t *testing.T) {
	e := excerptOf(t, "", Options{})
	assert.Empty(t, e.Lines)
	assert.Zero(t, e.Read)
	assert.Empty(t, excerptOf(t, "\n \n\t\n", Options{}).Lines)
}

func TestMemoryIsBoundedWhateverTheLog(t *testing.T) {
	const limit = 16 << 20
	block := bytes.Repeat([]byte("java.io.IOException: 失败 at line 12 of something "), 20<<10)
	for _, c := range []struct{ name, before, after string }{
		{"one line without an end", "", ""},
		{"lines of one megabyte", "", "\n"},
		{"lines of one megabyte with returns", "10%\r", "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := New(Options{})
			grown := heapGrowth(func() {
				for range 64 { // 64 MB
					f.Write([]byte(c.before))
					f.Write(block)
					f.Write([]byte(c.after))
				}
			})
			assert.NotEmpty(t, f.Excerpt().Lines)
			assert.Less(t, grown, uint64(limit))
		})
	}
	t.Run("many lines that all match", func(t *testing.T) {
		f := New(Options{Green: &Seen{}})
		grown := heapGrowth(func() {
			for i := range 30_000 {
				fmt.Fprintf(f, "src/file%d.c:%d:1: error: 未声明的 %d %s\n", i, i, i, block[:500])
			}
		})
		assert.Equal(t, 1, f.Excerpt().Lines[0].Number, "the first of an avalanche")
		assert.Less(t, grown, uint64(limit))
	})
	t.Run("a green log without an end", func(t *testing.T) {
		s := &Seen{}
		grown := heapGrowth(func() {
			for i := range maxSeen + 10_000 {
				fmt.Fprintf(s, "line %c%c%c%c of the log\n", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26, 'a'+i/17576%26)
			}
			s.Write(block)
			s.Write(block)
		})
		assert.Less(t, grown, uint64(limit))
	})
}
