package cache

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/logsapi"
)

func TestASetOfLinesIsKeptForItsEditionOfABuild(t *testing.T) {
	store := pagestore.NewMemory(1 << 20)
	defer store.Close()
	one := New(serving(logsapi.Page{}, nil), Options{Scope: "s", Store: store})
	set := []byte{0, 0xff, 3}
	one.KeepLines(taskID, 7, "1-a", set)
	assert.Equal(t, set, one.Lines(t.Context(), taskID, 7, "1-a"))
	one.Close() // the set is in the store
	assert.Nil(t, one.Lines(t.Context(), taskID, 7, "1-a"), "closed")

	two := open(t, serving(logsapi.Page{}, nil), Options{Scope: "s", Store: store})
	for range 2 { // from the store, from memory
		assert.Equal(t, set, two.Lines(t.Context(), taskID, 7, "1-a"))
	}
	assert.Nil(t, two.Lines(t.Context(), taskID, 7, "1-b"), "another run")
	assert.Nil(t, two.Lines(t.Context(), taskID, 8, "1-a"), "another build")
	other := open(t, serving(logsapi.Page{}, nil), Options{Scope: "other", Store: store})
	assert.Nil(t, other.Lines(t.Context(), taskID, 7, "1-a"), "another account")
}

func TestASetOfLinesIsNotServedAfterTheAccountWasRefused(t *testing.T) {
	pages := open(t, serving(logsapi.Page{}, &logsapi.Error{Kind: logsapi.ErrUnauthorized}), Options{Scope: "s"})
	pages.KeepLines(taskID, 7, "1-a", []byte("set"))
	require.NotNil(t, pages.Lines(t.Context(), taskID, 7, "1-a"))
	_, err := pages.Page(t.Context(), logsapi.PageRequest{Log: finishedLog})
	require.Error(t, err)
	assert.Nil(t, pages.Lines(t.Context(), taskID, 7, "1-a"))
}

func TestASetOfLinesThatIsTooLargeIsDropped(t *testing.T) {
	pages := open(t, serving(logsapi.Page{}, nil), Options{Scope: "s"})
	pages.KeepLines(taskID, 7, "1-a", bytes.Repeat([]byte("set"), maxText/2))
	assert.Nil(t, pages.Lines(t.Context(), taskID, 7, "1-a"))
}

func TestPurgingABuildPurgesItsSetOfLines(t *testing.T) {
	store, err := pagestore.OpenFile(t.TempDir()+"/pages", 0, nil)
	require.NoError(t, err)
	defer store.Close()
	pages := New(serving(logsapi.Page{}, nil), Options{Scope: "s", Store: store})
	pages.KeepLines(taskID, 7, "1-a", []byte("set"))
	pages.KeepLines(taskID, 8, "1-a", []byte("set"))
	pages.Close()
	purged, err := store.Purge(t.Context(), pagestore.Selection{ID: taskID, Build: 7})
	require.NoError(t, err)
	assert.Equal(t, int64(1), purged)
	again := open(t, serving(logsapi.Page{}, nil), Options{Scope: "s", Store: store})
	assert.Nil(t, again.Lines(t.Context(), taskID, 7, "1-a"))
	assert.NotNil(t, again.Lines(t.Context(), taskID, 8, "1-a"))
}
