package state

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"logbot/cache/redistest"
)

func TestAFileOfANewerVersionIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	require.NoError(t, openFile(t, path, Options{Temporary: true}).Close())
	db, err := bolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte("format")).Put([]byte("newest"), []byte("3")) }))
	require.NoError(t, db.Close())
	_, err = OpenFile(path, Options{Temporary: true})
	require.ErrorIs(t, err, ErrNewer)
	assert.ErrorContains(t, err, path)
}

func TestARedisOfANewerVersionIsRefused(t *testing.T) {
	server := redistest.Start(t)
	client := clientAt(t, server.URL())
	openRedis := func(scope string) error {
		s, err := OpenRedis(t.Context(), server.URL(), Options{Budget: patient, Scope: scope})
		if err != nil {
			return err
		}
		defer s.Close()
		return s.Announce(t.Context())
	}
	const key = "logbot:s1:{main.format}:newest"
	s, err := OpenRedis(t.Context(), server.URL(), Options{Budget: patient})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	assert.Zero(t, client.Exists(t.Context(), key).Val(), "who only looks leaves nothing")
	require.NoError(t, openRedis(""))
	assert.Equal(t, "2", must[string](t)(client.Get(t.Context(), key).Result()), "left for older versions")

	require.NoError(t, client.Set(t.Context(), key, "3", 0).Err())
	err = openRedis("")
	require.ErrorIs(t, err, ErrNewer)
	assert.ErrorContains(t, err, "its format is 3, and this version reads up to 2")
	assert.Equal(t, "3", must[string](t)(client.Get(t.Context(), key).Result()))
	assert.NoError(t, openRedis("other"), "another bot in the same Redis")
}
