package send

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheOldestResponseURLIsForgottenFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBudgets()
		for i := range maxBudgets + 1 {
			require.True(t, b.take(fmt.Sprint(i), 0))
			time.Sleep(time.Millisecond)
		}
		assert.Len(t, b.byURL, maxBudgets)
		assert.NotContains(t, b.byURL, "0")
		time.Sleep(responseLife)
		require.True(t, b.take("new", 0))
		assert.Len(t, b.byURL, 1, "those that have expired are forgotten together")
	})
}
