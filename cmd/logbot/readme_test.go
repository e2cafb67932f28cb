package main

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
)

var update = flag.Bool("update", false, "write the transcript of the demo into README.md")

const readme = "../../README.md"

// clocks are the parts of a transcript that depend on when it was made.
var clocks = regexp.MustCompile(`(?m)^logbot \(app\)  \d\d:\d\d|(, |  )(today|yesterday|[A-Z][a-z]+ \d+(st|nd|rd|th)?(, \d{4})?)( at)? \d\d:\d\d( UTC)?( · asked by @ann)?$`)

func TestTheReadmeListsEveryCommand(t *testing.T) {
	page, err := os.ReadFile(readme)
	require.NoError(t, err)
	for _, verb := range commands.VerbNames() {
		row := regexp.MustCompile("(?m)^\\| `/logs (.*`)?" + verb + `\b`)
		assert.True(t, row.Match(page), "no row of the table in README.md has /logs %s", verb)
	}
}

func TestTheReadmeShowsARealTranscript(t *testing.T) {
	status, out, _ := program(t, nil, "demo", "--once", "/logs fail web 128", "--once", "/logs fail firmware 12",
		"--once", "/logs full web 128 stage3", "--once", "/logs fial api 57")
	require.Equal(t, 0, status)
	page, err := os.ReadFile(readme)
	require.NoError(t, err)
	const begin, end = "<!-- transcript -->\n```text\n", "```\n<!-- /transcript -->"
	before, rest, ok := strings.Cut(string(page), begin)
	require.True(t, ok, "README.md has a transcript")
	shown, after, ok := strings.Cut(rest, end)
	require.True(t, ok)
	if *update {
		require.NoError(t, os.WriteFile(readme, []byte(before+begin+strings.TrimSpace(out)+"\n"+end+after), 0o644))
		return
	}
	plain := func(s string) string { return clocks.ReplaceAllString(strings.TrimSpace(s), "TIME") }
	assert.Equal(t, plain(out), plain(shown), "go test ./cmd/logbot -run Readme -update writes it anew")
}
