package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExcerptPrintsTheKeyOfTheFailure(t *testing.T) {
	out, _, err := runExcerpt(t, failedLog(500), "--key")
	require.NoError(t, err)
	assert.Regexp(t, regexp.MustCompile(`^[-:0-9A-Za-z]{1,64}\tmain\.go:# ?: undefined: 总数\n$`), out)

	fromEnd, _, err := runExcerpt(t, failedLog(5000), "--key", "--from-end", "--page", "200")
	require.NoError(t, err)
	assert.Equal(t, out, fromEnd)
}

func TestExcerptPrintsADashForAFailureWithoutKey(t *testing.T) {
	for _, log := range []string{"", "all is well\n", "Script exited with status 1\n"} {
		out, _, err := runExcerpt(t, log, "--key")
		require.NoError(t, err)
		assert.Equal(t, "-\n", out, "%q", log)
	}
}
