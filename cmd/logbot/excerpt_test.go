package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/excerpt"
	"logbot/commands/redact"
)

// failedLog is a log of so many lines whose failure is followed by teardown.
func failedLog(lines int) string {
	return strings.Repeat("compiled one more file\n", lines) + "main.go:3:2: undefined: 总数\nScript exited with status 1\n" + strings.Repeat("cleaning up\n", 100)
}

// runExcerpt runs the command on log as standard input.
func runExcerpt(t *testing.T, log string, args ...string) (out, errs string, err error) {
	t.Helper()
	cmd := newExcerptCommand(func(string) string { return "" })
	var stdout, stderr bytes.Buffer
	cmd.SetIn(strings.NewReader(log))
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	cmd.SetArgs(args)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	err = cmd.Execute()
	return stdout.String(), stderr.String(), err
}

func fileOf(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "build.log")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func TestExcerptPrintsNumberAndText(t *testing.T) {
	out, _, err := runExcerpt(t, failedLog(500))
	require.NoError(t, err)
	assert.Contains(t, out, "501: main.go:3:2: undefined: 总数\n")
	assert.NotContains(t, out, "cleaning up")

	fromFile, _, err := runExcerpt(t, "", fileOf(t, failedLog(500)))
	require.NoError(t, err)
	assert.Equal(t, out, fromFile)
}

func TestExcerptReadsPagesFromTheEnd(t *testing.T) {
	for name, args := range map[string][]string{"standard input": nil, "file": {fileOf(t, failedLog(50_000))}} {
		t.Run(name, func(t *testing.T) {
			out, _, err := runExcerpt(t, failedLog(50_000), append([]string{"--from-end", "--page", "200", "--json"}, args...)...)
			require.NoError(t, err)
			var found struct {
				Reason excerpt.Line
				Pages  int
				Whole  bool
			}
			require.NoError(t, json.Unmarshal([]byte(out), &found))
			assert.Equal(t, -102, found.Reason.Number)
			assert.Equal(t, 1, found.Pages)
			assert.False(t, found.Whole)
		})
	}
}

func TestExcerptPagesAreWholeAndMissNothing(t *testing.T) {
	log := "one\ntwo\n" + strings.Repeat("a long line ", 20_000) + "\nfour\nfive"
	for _, lines := range []int{1, 2, 3, 100} {
		var pages []string
		for end := int64(len(log)); end > 0; {
			page, err := pageBefore(strings.NewReader(log), end, lines)
			require.NoError(t, err)
			pages = append([]string{string(page)}, pages...)
			end -= int64(len(page))
		}
		assert.Equal(t, log, strings.Join(pages, ""))
		assert.Len(t, pages, (5+lines-1)/lines)
	}
}

func TestExcerptFlags(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"reason", []string{"--reason"}, "11: main.go:3:2: undefined: 总数\n"},
		{"one line", []string{"-n", "1"}, "11: main.go:3:2: undefined: 总数\n"},
		{"few characters", []string{"-n", "1", "--chars", "24"}, "11: main.go:3:2: …: 总数\n"},
		{"explain", []string{"-n", "1", "--explain"}, "outcome failed"},
		{"explain names the rule", []string{"--explain"}, "go-build"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, _, err := runExcerpt(t, failedLog(10), c.args...)
			require.NoError(t, err)
			assert.Contains(t, out, c.want)
		})
	}
}

func TestExcerptWithTheLastGreenLog(t *testing.T) {
	const known, fresh = "ERROR: metrics are away\n", "ERROR: the database is away\n"
	out, _, err := runExcerpt(t, "start\n"+fresh+known+known, "-n", "1", "--green", fileOf(t, "start\n"+known))
	require.NoError(t, err)
	assert.Equal(t, "2: "+fresh, out)
}

func TestExcerptOfASuccessSaysSo(t *testing.T) {
	out, errs, err := runExcerpt(t, "error: simulated\nFinished: SUCCESS\n")
	require.NoError(t, err)
	assert.Equal(t, "2: Finished: SUCCESS\n", out)
	assert.Contains(t, errs, "succeeded")

	out, _, err = runExcerpt(t, "Finished: SUCCESS\n", "--reason")
	require.NoError(t, err)
	assert.Empty(t, out)
}

func TestExcerptRefusesWhatItCannotRead(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"/no/such/log"}, "read the log: open /no/such/log"},
		{[]string{"--green", "/no/such/log"}, "read the green log: open /no/such/log"},
		{[]string{"--from-end", "--page", "0"}, "a page of 0 lines"},
		{[]string{"a", "b"}, "accepts at most 1 arg"},
	} {
		_, _, err := runExcerpt(t, "", c.args...)
		assert.ErrorContains(t, err, c.says)
	}
}

func TestExcerptHidesSecrets(t *testing.T) {
	log := write(t, "build.log", "$ git push\nfatal: cannot read https://ci:s3cr3t-Pa55@git.example.com/x\nScript exited with status 1\n")
	for _, args := range [][]string{{"excerpt", log}, {"excerpt", "--from-end", log}, {"excerpt", "--reason", log}, {"excerpt", "--json", log}} {
		status, out, errs := program(t, nil, args...)
		require.Equal(t, 0, status, errs)
		assert.Contains(t, out, "fatal: cannot read https://ci:"+redact.Mask+"@git.example.com/x")
	}
}

func TestRulesOfTheConfigurationChooseLines(t *testing.T) {
	log := write(t, "build.log", "starting\nthe flux capacitor says hello\n"+strings.Repeat("all is well\n", 40)+"Script exited with status 1\n")
	reason := func(env map[string]string) string {
		status, out, errs := program(t, env, "excerpt", "--reason", log)
		require.Equal(t, 0, status, errs)
		return out
	}
	assert.NotContains(t, reason(nil), "capacitor")
	assert.Contains(t, reason(map[string]string{"LOGBOT_CONFIG": write(t, "config.yaml",
		"excerpt: |\n  [ours]\n  capacitor cause 10\n    has flux capacitor\n    yes the flux capacitor says no\n")}), "capacitor")
}

func TestAnEmptyLogHasTheEmptyExcerpt(t *testing.T) {
	assert.Equal(t, excerpt.New(excerpt.Options{}).Excerpt(), excerpt.Excerpt{Whole: true}, "as the command has it")
	for _, args := range [][]string{nil, {"--from-end"}} {
		out, errs, err := runExcerpt(t, "", args...)
		require.NoError(t, err)
		assert.Empty(t, out+errs)
	}
}
