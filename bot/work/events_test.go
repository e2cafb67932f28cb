package work

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnEventThatWasForgottenAndAcceptedLaterIsKnownAsLongAsOthers(t *testing.T) {
	e := NewEvents()
	assert.True(t, e.Accept("Ev1"))
	e.Forget("Ev1")
	assert.True(t, e.Accept("Ev1"), "Slack brings it again")
	for i := range maxEvents - 1 {
		assert.True(t, e.Accept(fmt.Sprint("other", i)))
	}
	assert.False(t, e.Accept("Ev1"))
}

func TestAnEventIsAcceptedOnceUntilItIsForgotten(t *testing.T) {
	e := NewEvents()
	assert.True(t, e.Accept("a"))
	assert.False(t, e.Accept("a"))
	e.Forget("a")
	assert.True(t, e.Accept("a"))
	for i := range maxEvents {
		assert.True(t, e.Accept(fmt.Sprint(i)))
	}
	assert.True(t, e.Accept("a"), "the oldest is forgotten")
}
