package work

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAdmissionIsLimitedInTotalAndPerChannel(t *testing.T) {
	a := NewAdmission()
	admitted := 0
	for a.Admit("C1") {
		admitted++
	}
	assert.Equal(t, MaxPerChannel, admitted)
	for c := 2; a.Admit(fmt.Sprint("C", c)); c++ {
		admitted++
	}
	assert.Equal(t, MaxCommands, admitted)
	a.Release("C1")
	assert.True(t, a.Admit("C1"))
	assert.False(t, a.Admit("C1"))
}

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
