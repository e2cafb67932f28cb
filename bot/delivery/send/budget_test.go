package send

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheOldestResponseURLIsForgottenFirst(t *testing.T) {
	b := newBudgets()
	for i := range maxBudgets + 1 {
		require.True(t, b.take(fmt.Sprint(i), 0))
	}
	_, known := b.byURL.Get("0")
	assert.False(t, known)
	_, known = b.byURL.Get("1")
	assert.True(t, known)
}
