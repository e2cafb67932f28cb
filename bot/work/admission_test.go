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
