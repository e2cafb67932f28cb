package render

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"logbot/commands/texts"
)

func TestALogWithoutStepsIsNotAskedForOne(t *testing.T) {
	v := SearchView("x", false, texts.Chinese)
	assert.Len(t, v.Blocks.BlockSet, 2)
	assert.Equal(t, "搜索日志", v.Title.Text)
}

func TestTheContextOfASearchIsALimitedNumberOfLines(t *testing.T) {
	for typed, want := range map[string]int{"": 0, "3": 3, "-1": 0, "99": 10, "x": 0} {
		expression, context, step := SearchInput(map[string]map[string]string{
			"expression": {"value": "timed out"}, "context": {"value": typed}, "step": {"value": "3"},
		})
		assert.Equal(t, []any{"timed out", want, "3"}, []any{expression, context, step})
	}
}
