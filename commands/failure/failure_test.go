package failure

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/commands/excerpt"
	"logbot/commands/testlog"
)

// keyed is the failure that a reason and failed tests make.
func keyed(reason string, tests ...testlog.Test) Failure {
	line := excerpt.Line{Number: 7, Text: reason, Rule: "error"}
	return Of(&excerpt.Excerpt{Reason: line, Reasons: []excerpt.Line{line}, Confidence: 90, Outcome: excerpt.Failed}, tests)
}

func TestWhatChangesFromBuildToBuildDoesNotChangeTheKey(t *testing.T) {
	for name, lines := range map[string][]string{
		"numbers":       {"expected 12 rows in table orders but got 7", "expected 8 rows in table orders but got 123"},
		"times":         {"2026-11-30T08:07:59.123Z timeout of pool after 1.2 s", "2026-11-29 23:01:02,100 timeout of pool after 350 ms"},
		"lines":         {"main.go:12:3: undefined: total", "main.go:14:3: undefined: total", "main.go:7: undefined: total"},
		"ids":           {"container 4f5e6a7b8c9d of api is gone", "container 00aa11bb22cc of api is gone"},
		"uuids":         {"task 0b9c1d2e-aaaa-bbbb-cccc-0123456789ab lost its lease", "task 1b9c1d2e-aaaa-bbbb-dddd-1123456789ab lost its lease"},
		"ports":         {"listen tcp 127.0.0.1:8080: bind: address already in use", "listen tcp 10.0.0.17:41233: bind: address already in use"},
		"hosts":         {"Could not resolve host: repo.example.com", "Could not resolve host: mirror-2.example.cn"},
		"mails":         {"author ann@example.com has not signed the agreement", "author bob.lee@example.org has not signed the agreement"},
		"workspaces":    {"/home/travis/build/acme/web/src/main.c:3: unknown type name 'u8x'", "/devcloud/slavespace/workspace/j_1A2b/src/main.c:9: unknown type name 'u8x'", `C:\agent\_work\17\s\src\main.c:9: unknown type name 'u8x'`},
		"temp folders":  {"cannot open /tmp/tmp.aB3xYz/report.xml", "cannot open /var/folders/zz9/report.xml"},
		"quotes":        {"unknown type name ‘u8x’", "unknown type name `u8x'"},
		"colours":       {"\x1b[31munknown type name 'u8x'\x1b[0m", "unknown type name 'u8x'"},
		"Chinese":       {"第 12 行：变量“总数”未定义", "第 9 行：变量“总数”未定义"},
		"registry link": {"404 Not Found - GET https://registry.example.com/left-padd", "404 Not Found - GET http://10.1.2.3:4873/left-padd"},
	} {
		t.Run(name, func(t *testing.T) {
			first := keyed(lines[0])
			assert.NotEmpty(t, first.Key)
			for _, l := range lines[1:] {
				assert.Equal(t, first.Text, keyed(l).Text)
				assert.Equal(t, first.Key, keyed(l).Key)
			}
		})
	}
}

func TestGenericLinesMakeNoKey(t *testing.T) {
	for _, line := range []string{
		"", "---", "Script exited with status 1", `The command "npm test" exited with 1.`, "BUILD FAILURE", "[ERROR] BUILD FAILED in 12s",
		"make: *** [Makefile:12: all] Error 2", "npm ERR! code ELIFECYCLE", "Error: Process completed with exit code 1.", "Failures:", "FAILED", "1 error",
		"There were test failures", "构建失败", "ERROR:",
	} {
		assert.Equal(t, Failure{}, keyed(line), line)
	}
}

func TestAnUnsureReasonMakesNoKey(t *testing.T) {
	e := excerpt.Excerpt{Reason: excerpt.Line{Text: "main.go:12:3: undefined: total"}, Confidence: 10, Outcome: excerpt.Failed}
	assert.Equal(t, Failure{}, Of(&e, nil))
}
