package bot

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheOldestKeyMakesRoomForANewOne(t *testing.T) {
	l := newLatest[int](3)
	for i := range 4 {
		l.set(fmt.Sprint(i), i)
	}
	l.set("2", 22) // keeps its age
	_, ok := l.get("0")
	assert.False(t, ok)
	l.set("4", 4)
	l.set("5", 5)
	_, ok = l.get("2")
	assert.False(t, ok)
	v, ok := l.get("3")
	assert.True(t, ok)
	assert.Equal(t, 3, v)
	assert.Len(t, l.entries, 3)
}

func TestAKeyThatWasRemovedAndSetAgainLivesAsLongAsAnyNewOne(t *testing.T) {
	for _, between := range []int{0, 1, 2} {
		l := newLatest[int](3)
		l.set("again", 1)
		for i := range between {
			l.set(fmt.Sprint("between", i), i)
		}
		l.remove("again")
		_, ok := l.get("again")
		assert.False(t, ok)
		l.set("again", 2)
		l.set("later", 3)
		l.set("last", 4)
		v, ok := l.get("again")
		assert.True(t, ok, "with %d keys between", between)
		assert.Equal(t, 2, v)
		l.set("one more", 5)
		_, ok = l.get("again")
		assert.False(t, ok)
		assert.LessOrEqual(t, len(l.entries), 3)
	}
}

func TestAnEventThatWasTurnedAwayAndTakenLaterIsKnownAsLongAsOthers(t *testing.T) {
	r := newRecent()
	assert.True(t, r.first("Ev1"))
	r.forget("Ev1")
	assert.True(t, r.first("Ev1"), "Slack brings it again")
	for i := range remembered - 1 {
		assert.True(t, r.first(fmt.Sprint("other", i)))
	}
	assert.False(t, r.first("Ev1"))
}
