package blockkit

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A type that is named but not described would let anything through.
func TestEveryNamedTypeIsDescribed(t *testing.T) {
	s := NewSchema()
	for _, kind := range slices.Concat(messageBlocks, richTextLeaves, viewBlocks, interactiveElements, inputElements,
		[]string{KindIconButton, KindFeedbackButtons}) {
		assert.Contains(t, s, kind)
	}
	for kind := range s {
		block := map[string]any{"type": "rich_text", "elements": []any{map[string]any{"type": kind, "nonsense": true}}}
		require.NotNil(t, s.CheckMessage([]any{block}), kind)
	}
}
