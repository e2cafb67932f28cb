package requestid

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEveryProcessGivesARequestTheSameID(t *testing.T) {
	assert.Equal(t, For("command:env-1"), For("command:env-1"))
	assert.NotEqual(t, For("command:env-1"), For("command:env-2"))
	assert.Regexp(t, "^[a-z2-7]{8}$", For(""))
	assert.NotEqual(t, New(), New())
}

func TestTheContextCarriesTheID(t *testing.T) {
	assert.Empty(t, Of(t.Context()))
	assert.Equal(t, "abc", Of(In(t.Context(), "abc")))
}
