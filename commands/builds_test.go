package commands_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/commands"
	"logbot/commands/access"
)

func TestBuildsIsACompactTable(t *testing.T) {
	c, _ := over(shop(), access.Open(), broken)
	answer := c.Run(t.Context(), commands.Request{Text: "builds web"})
	assert.Equal(t, "The last builds of web", answer.Heading)
	assert.Equal(t, strings.Join([]string{
		"#12 running   main@1f0c2d9         ann",
		"#11 failed    feature/disc@c07b1e2 bob 11-20 14:02 1m35s",
		"#10 succeeded main                 ann             3m0s",
		"#9  aborted",
	}, "\n"), answer.Excerpt())
	assert.Equal(t, "times as in CodeArts (UTC+8)", answer.Source)
	assert.Equal(t, "/logs fail web 11", answer.Try[0].Line)

	c, _ = over(noBuilds{}, access.Open(), broken)
	answer = c.Run(t.Context(), commands.Request{Text: "builds web"})
	assert.True(t, answer.Refused)
	assert.Contains(t, answer.Body, "does not list builds here")
}
