package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAMistypedLineIsOneErrorWithWhatToType(t *testing.T) {
	_, env := codearts(t)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"doctr"}, "logbot: logbot has no command \"doctr\"; did you mean logbot doctor?\n"},
		{[]string{"nonsense"}, "logbot: logbot has no command \"nonsense\"; logbot --help lists them\n"},
		{[]string{"sim", "foo"}, "logbot: logbot sim has no command \"foo\"; logbot sim --help lists them\n"},
		{[]string{"sim", "slak"}, "logbot: logbot sim has no command \"slak\"; did you mean logbot sim slack?\n"},
		{[]string{"state", "foo"}, "logbot: logbot state has no command \"foo\"; logbot state --help lists them\n"},
		{[]string{"run", "--foo"}, "logbot: unknown flag: --foo; logbot run --help lists the flags\n"},
		{[]string{"run"}, "logbot: requires at least 1 arg(s), only received 0\n"},
		{[]string{"run", "-o", filepath.Join(t.TempDir(), "x.log"), "/logs builds " + webID}, "logbot: --output is for a command that sends a file"},
	} {
		status, _, errs := program(t, env, c.args...)
		assert.Equal(t, 1, status, c.args)
		assert.True(t, strings.HasPrefix(errs, c.says), errs)
		assert.Equal(t, 1, strings.Count(errs, "\n"), "one line: %s", errs)
	}
}

func TestTheHelpIsGroupedAndHasExamples(t *testing.T) {
	status, out, _ := program(t, nil)
	assert.Equal(t, 0, status)
	at := -1
	for _, part := range []string{"Examples:", "logbot doctor ", "Try it, without an account:", "  demo ", "Run it:", "  serve ", "Look after it:", "  state ", "More:", "  completion "} {
		i := strings.Index(out, part)
		assert.Greater(t, i, at, part)
		at = i
	}
	_, out, _ = program(t, nil, "serve", "--help")
	for _, line := range []string{
		"* is required; of those with + one way is.", "\nSlack:\n* SLACK_BOT_TOKEN ", "\n* HUAWEICLOUD_REGION ", "\n+ HUAWEICLOUD_SDK_AK ", "\n  LOGBOT_RATE ", "\n+ LOGBOT_OPEN ", "Examples:",
	} {
		assert.Contains(t, out, line)
	}
	_, out, _ = program(t, nil, "run", "--help")
	assert.Less(t, strings.Index(out, "Usage:"), 400, "the usage comes soon")
}
