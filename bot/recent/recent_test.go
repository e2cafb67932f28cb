package recent

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheOldestKeyMakesRoomForANewOne(t *testing.T) {
	m := NewMap[int](3)
	for i := range 4 {
		m.Set(fmt.Sprint(i), i)
	}
	m.Set("2", 22) // keeps its age
	_, ok := m.Get("0")
	assert.False(t, ok)
	m.Set("4", 4)
	m.Set("5", 5)
	_, ok = m.Get("2")
	assert.False(t, ok)
	v, ok := m.Get("3")
	assert.True(t, ok)
	assert.Equal(t, 3, v)
	assert.Equal(t, 3, len(m.entries))
}

func TestAKeyThatWasRemovedAndSetAgainLivesAsLongAsAnyNewOne(t *testing.T) {
	for _, between := range []int{0, 1, 2} {
		m := NewMap[int](3)
		m.Set("again", 1)
		for i := range between {
			m.Set(fmt.Sprint("between", i), i)
		}
		m.Remove("again")
		_, ok := m.Get("again")
		assert.False(t, ok)
		m.Set("again", 2)
		m.Set("later", 3)
		m.Set("last", 4)
		v, ok := m.Get("again")
		assert.True(t, ok, "with %d keys between", between)
		assert.Equal(t, 2, v)
		m.Set("one more", 5)
		_, ok = m.Get("again")
		assert.False(t, ok)
		assert.LessOrEqual(t, len(m.entries), 3)
	}
}

// keys is how many keys a map of these tests has.
const keys = 10

func TestAKeyThatWasRemovedAndAddedLaterIsKnownAsLongAsOthers(t *testing.T) {
	e := NewMap[struct{}](keys)
	assert.True(t, e.Add("Ev1", struct{}{}))
	e.Remove("Ev1")
	assert.True(t, e.Add("Ev1", struct{}{}))
	for i := range keys - 1 {
		assert.True(t, e.Add(fmt.Sprint("other", i), struct{}{}))
	}
	assert.False(t, e.Add("Ev1", struct{}{}))
}

func TestAKeyIsAddedOnceUntilItIsRemoved(t *testing.T) {
	e := NewMap[struct{}](keys)
	assert.True(t, e.Add("a", struct{}{}))
	assert.False(t, e.Add("a", struct{}{}))
	e.Remove("a")
	assert.True(t, e.Add("a", struct{}{}))
	for i := range keys {
		assert.True(t, e.Add(fmt.Sprint(i), struct{}{}))
	}
	assert.True(t, e.Add("a", struct{}{}), "the oldest is forgotten")
}
