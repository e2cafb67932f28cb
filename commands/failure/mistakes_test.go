package failure

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/excerpt"
)

// ofLog is the failure that the program finds in a log.
func ofLog(log string) Failure {
	found, tests := excerptOf(log, "", excerpt.Options{})
	return Of(&found, tests)
}

func pytestLog(failed ...string) string {
	const module = "tests/test_invoice.py"
	log := "============================= test session starts ==============================\ncollected 41 items\n\n" + module + " ....F....\n\n=================================== FAILURES ===================================\n"
	summary := "=========================== short test summary info ============================\n"
	for _, f := range failed {
		name, says, _ := strings.Cut(f, ": ")
		log += "_________________________ " + name + " _________________________\n\n    def " + name + "():\n>       check()\nE       " + says + "\n\n" + module + ":27: " + strings.SplitN(says, ":", 2)[0] + "\n"
		summary += "FAILED " + module + "::" + name + " - " + says + "\n"
	}
	return log + summary + "========================= 1 failed, 40 passed in 3.21s =========================\n##[error]Process completed with exit code 1.\n"
}

func bazelLog(target, file, message string) string {
	return "INFO: Analyzed 212 targets (0 packages loaded, 0 targets configured).\nINFO: Found 212 targets...\n" +
		"ERROR: /home/ci/app/" + strings.TrimPrefix(target, "//") + "/BUILD:12:11: Compiling " + file + " failed: (Exit 1): gcc failed: error executing command /usr/bin/gcc -U_FORTIFY_SOURCE -c " + file + "\n" +
		file + ":31:7: error: " + message + "\n   31 |   x();\n      |   ^\n" +
		"Use --sandbox_debug to see verbose messages from the sandbox\nINFO: Elapsed time: 14.201s, Critical Path: 3.90s\nERROR: Build did NOT complete successfully\n##[error]Process completed with exit code 1.\n"
}

func scriptLog(lines ...string) string {
	return "+ ./ci/build.sh\n" + strings.Join(lines, "\n") + "\n##[error]Process completed with exit code 1.\n"
}

// Bots that compare failures were wrong in these ways: a line that many failures share
// was taken for what broke, or a part of what broke for the whole.
func TestFailuresThatAreAlikeInPartAreNotTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		one, other string
		bothKeyed  bool
	}{
		"only how the process ended": {
			scriptLog("packing the sources", "uploading nothing"), scriptLog("syncing the mirror", "sealing the archive"), false},
		"the end, behind two causes": {
			scriptLog("cp: cannot stat 'dist/app.js': No such file or directory"), scriptLog("curl: (6) Could not resolve host: packages.example.com"), true},
		"the file, and another test": {
			pytestLog("test_rounds_half_up: AssertionError: assert 10 == 11"), pytestLog("test_negative_total: AssertionError: assert 10 == 11"), true},
		"one of two failed tests": {
			pytestLog("test_rounds_half_up: AssertionError: assert 10 == 11"), pytestLog("test_rounds_half_up: AssertionError: assert 10 == 11", "test_negative_total: KeyError: 'total'"), true},
		"the test, and another error": {
			pytestLog("test_rounds_half_up: KeyError: 'currency'"), pytestLog("test_rounds_half_up: ConnectionRefusedError: database is not reachable"), true},
		"what the build tool says of each failure": {
			bazelLog("//billing", "billing/invoice.cc", "'totl' was not declared in this scope"), bazelLog("//mail", "mail/queue.cc", "no member named 'push_front' in 'Queue'"), true},
		"the file, and another error": {
			bazelLog("//billing", "billing/invoice.cc", "'totl' was not declared in this scope"), bazelLog("//billing", "billing/invoice.cc", "no member named 'push_front' in 'Queue'"), true},
		"a header that names the file alone": {
			scriptLog(">>> Lint for src/invoice.py:", "  error: 'os' imported but unused", "  12 | import os"), scriptLog(">>> Lint for src/invoice.py:", "  error: undefined name 'totl'", "  40 | return totl"), false},
	} {
		t.Run(name, func(t *testing.T) {
			one, other := ofLog(c.one), ofLog(c.other)
			if c.bothKeyed {
				require.NotEmpty(t, one.Key)
				require.NotEmpty(t, other.Key)
			}
			if one.Key != "" {
				assert.NotEqual(t, one.Key, other.Key, "%q and %q", one.Text, other.Text)
			}
			t.Logf("%s\n%s", one.Text, other.Text)
		})
	}
}

func TestTheSameFailureHasOneKeyWhateverIsAroundIt(t *testing.T) {
	log := pytestLog("test_rounds_half_up: KeyError: 'currency'", "test_negative_total: KeyError: 'total'")
	want := ofLog(log)
	require.NotEmpty(t, want.Key)
	swapped := pytestLog("test_negative_total: KeyError: 'total'", "test_rounds_half_up: KeyError: 'currency'")
	shifted := strings.NewReplacer(":27:", ":31:", "3.21s", "184.00s", "41 items", "58 items", "40 passed", "57 passed").Replace(log)
	for name, other := range map[string]string{
		"other order": swapped, "other lines and times": shifted, "CodeArts form": inCodeArtsForm(log), "another step before": strings.Repeat("compiled one more file\n", 3000) + log,
		"colours": strings.ReplaceAll(log, "FAILED", "\x1b[31mFAILED\x1b[0m"),
	} {
		assert.Equal(t, want, ofLog(other), name)
		found, tests := excerptOf(other, "end", excerpt.Options{})
		assert.Equal(t, want, Of(&found, tests), name+", from the end")
	}
}

func TestABuildThatDidNotFailHasNoKey(t *testing.T) {
	log := pytestLog("test_rounds_half_up: KeyError: 'currency'")
	for _, o := range []excerpt.Outcome{excerpt.Aborted, excerpt.Succeeded} {
		found, tests := excerptOf(log, "", excerpt.Options{})
		found.Outcome = o
		assert.Zero(t, Of(&found, tests), o)
	}
	assert.Zero(t, Of(&excerpt.Excerpt{}, nil))
	assert.Zero(t, ofLog("all is well\n"))
}
