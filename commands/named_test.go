package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/commands/texts"
)

func TestTheBuildThatAFailureIsComparedWithIsNamedOnce(t *testing.T) {
	for verdict, named := range map[string]bool{
		"":                                      false,
		"New in #128 · last green #127":         true,
		"Last green #127, then 1f0c2d9":         true,
		"Same as #126, green in between (#127)": true,
		"Last green #1270":                      false,
		"Same as #127":                          false,
	} {
		b := buildFacts{in: &command{request: Request{Lang: texts.English}}}
		assert.Equal(t, named, b.names(verdict, 127), verdict)
	}
	b := buildFacts{in: &command{request: Request{Lang: texts.Chinese}}}
	assert.True(t, b.names("#128 首次出现 · 上次成功 #127", 127))
}
