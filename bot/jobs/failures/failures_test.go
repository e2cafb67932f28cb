package failures_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/failures"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/failure/known"
)

const taskID = "48c66c6002964721be537cdc6ce0297b"

func TestTheMemoryOfFailuresIsStoredInTheState(t *testing.T) {
	kept, err := state.OpenFile(filepath.Join(t.TempDir(), "state.db"), state.Options{Budget: time.Minute})
	require.NoError(t, err)
	ctx, now := t.Context(), time.Now().UTC().Truncate(time.Millisecond)
	store := failures.Store{Failures: kept.Failures}
	b := known.Sighting{
		Key: "1:npe", Text: "NPE", Kind: "test", Task: taskID, Name: "web", Build: 128, Branch: "main", Commit: "1f0c2d9", Who: "王磊", Step: "编译", At: now,
	}
	green := known.Green{Task: taskID, Build: 129, Branch: "other", Commit: "c0ffee1", At: now}
	require.NoError(t, store.SawGreen(ctx, []known.Green{green}))
	f, err := store.Saw(ctx, b)
	require.NoError(t, err)
	want := known.Failure{
		Key: "1:npe", Text: "NPE", Kind: "test", First: now, Last: now, Count: 1, Builds: []known.Sighting{b},
		Tasks: []known.Task{{ID: taskID, Name: "web", Count: 1}}, Branches: []known.Counted{{Name: "main", Count: 1}}, People: []known.Counted{{Name: "王磊", Count: 1}},
		Greens: []known.Green{green},
	}
	assert.Equal(t, want, f)
	of, err := store.OfTask(ctx, strings.ToUpper(taskID), 3)
	require.NoError(t, err)
	assert.Equal(t, []known.Sighting{b}, of, "ids are the same in any case")
	one, found, err := store.OfBuild(ctx, taskID, 128)
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, b, one)

	c := known.NewClaim{Key: "1:npe", Task: taskID, Build: 128, User: "U0ANN00001", Name: "wang.lei", At: now}
	claim, err := store.Claim(ctx, c)
	require.NoError(t, err)
	assert.Equal(t, known.Claim{User: "U0ANN00001", Name: "wang.lei", At: now, Task: taskID}, claim)
	f, found, err = store.Failure(ctx, "1:npe")
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, &claim, f.Claim)
	c.Build = 127
	_, err = store.Claim(ctx, c)
	require.ErrorIs(t, err, commands.ErrNotSeen)
	was, ended, err := store.Release(ctx, "1:npe", "U0ANN00001")
	require.NoError(t, err)
	assert.True(t, ended)
	assert.Equal(t, &claim, was)
	green.Branch, green.Build = "main", 130
	require.NoError(t, store.SawGreen(ctx, []known.Green{green}))
	c.Build = 128
	_, err = store.Claim(ctx, c)
	require.ErrorIs(t, err, commands.ErrGreenSince)

	require.NoError(t, kept.Close())
	_, err = store.Saw(ctx, b)
	require.ErrorIs(t, err, commands.ErrStoreAway)
	require.ErrorIs(t, store.SawGreen(ctx, []known.Green{{Task: taskID, Build: 131, At: now}}), commands.ErrStoreAway)
	_, _, err = store.Failure(ctx, "1:npe")
	require.ErrorIs(t, err, commands.ErrStoreAway)
	_, err = store.Claim(ctx, c)
	require.ErrorIs(t, err, commands.ErrStoreAway)
}
