package work

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"logbot/logsapi/pace"
)

func TestAdmissionIsLimitedInTotalAndPerChannel(t *testing.T) {
	a := NewAdmission(pace.Rate{})
	admit := func(channel string) bool {
		p, ok := a.Admit(channel)
		assert.Zero(t, p.Wait, "there is no limit")
		return ok
	}
	admitted := 0
	for admit("C1") {
		admitted++
	}
	assert.Equal(t, MaxPerChannel, admitted)
	for c := 2; admit(fmt.Sprint("C", c)); c++ {
		admitted++
	}
	assert.Equal(t, MaxCommands, admitted)
	a.Release("C1")
	assert.True(t, admit("C1"))
	assert.False(t, admit("C1"))
}

func TestAPlaceCountsTheUnansweredAndTheTimeTheirAnswersTake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := NewAdmission(pace.Rate{PerSecond: 1, Burst: 3})
		place := func(channel string) Place {
			p, ok := a.Admit(channel)
			assert.True(t, ok)
			return p
		}
		for i := range 12 {
			assert.Equal(t, Place{Ahead: i, Wait: max(0, time.Duration(i-2)*time.Second)}, place("C1"))
		}
		assert.Equal(t, Place{}, place("C2"), "channels do not wait for each other")
		time.Sleep(6 * time.Second)
		for range 9 {
			a.Release("C1")
		}
		assert.Equal(t, Place{Ahead: 3, Wait: 4 * time.Second}, place("C1"))
		time.Sleep(time.Minute)
		assert.Equal(t, Place{Ahead: 4}, place("C1"), "slow commands are no queue for Slack's limit")
	})
}
