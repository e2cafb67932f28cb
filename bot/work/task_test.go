package work

import (
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
)

func TestTheNotesComeAtASlowPace(t *testing.T) {
	p := SlowNotes()
	assert.Equal(t, 2*time.Second, p.First)
	assert.GreaterOrEqual(t, p.Every, 3*time.Second)
	assert.Len(t, p.Later, 2, "one note, two more, the answer and one in reserve make five")
}

func TestAPressIsTakenWithinASecond(t *testing.T) {
	p := QuickPresses()
	assert.Less(t, p.Every, time.Second)
	assert.GreaterOrEqual(t, p.Within, 4*p.Every, "a living process has looked by then")
}

func TestATaskThatWasTakenOverListensForThePressOfItsOldNote(t *testing.T) {
	log, _ := logtest.NewNullLogger()
	tasks := NewTasks(nil, SlowNotes(), log)
	assert.False(t, tasks.anyNoted())
	task := tasks.Begin(t.Context(), Command{ID: "E1", Resumed: true}, func(error) {})
	assert.True(t, tasks.anyNoted())
	task.Close()
	assert.False(t, tasks.anyNoted())
}
