package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExcerptPrintsTheKeyOfTheFailure(t *testing.T) {
	out, _, err := runExcerpt(t, failedLog(500), "--key")
	require.NoError(t, err)
	assert.Regexp(t, regexp.MustCompile(`^[-:0-9A-Za-z]{1,64}\tmain\.go:# ?: undefined: 总数\n$`), out)

	for name, log := range map[string]string{"longer": failedLog(5000), "CodeArts form": inCodeArtsForm(failedLog(5000)), "other line": strings.ReplaceAll(failedLog(5000), ":3:2", ":40:7")} {
		for _, args := range [][]string{{"--key"}, {"--key", "--from-end", "--page", "200"}, {"--key", "--from-end", "--page", "1000", fileOf(t, log)}} {
			same, _, err := runExcerpt(t, log, args...)
			require.NoError(t, err)
			assert.Equal(t, out, same, "%s, %v", name, args)
		}
	}
}

func TestTheKeyOfALogShowsNoSecret(t *testing.T) {
	const secret = "hunter2-hunter2-99"
	out, _, err := runExcerpt(t, "compiled\nmain.go:3:2: cannot log in with password="+secret+" to the mirror\nScript exited with status 1\n", "--key")
	require.NoError(t, err)
	assert.Contains(t, out, "\tmain.go:#: cannot log in with password=")
	assert.NotContains(t, out, "hunter2")
}

// inCodeArtsForm is a log as CodeArts writes it, with a step before and one after.
func inCodeArtsForm(log string) string {
	const stamp = "[2026/11/30 14:23:32.169 GMT+08:00] "
	var b strings.Builder
	b.WriteString(stamp + "[INFO] [checkout:external_pre_checkout] : The action ends.\n")
	for line := range strings.Lines(log) {
		b.WriteString(stamp + line)
	}
	b.WriteString(stamp + "[INFO] [build:external_post_build] : Start to clean the workspace.\n")
	return b.String()
}

func TestExcerptPrintsADashForAFailureWithoutKey(t *testing.T) {
	for _, log := range []string{"", "all is well\n", "Script exited with status 1\n"} {
		out, _, err := runExcerpt(t, log, "--key")
		require.NoError(t, err)
		assert.Equal(t, "-\n", out, "%q", log)
	}
}
