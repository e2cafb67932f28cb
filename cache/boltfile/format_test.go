package boltfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"
)

// opened opens a file that one version of the program would write, adds a row to it,
// closes it and returns the rows that were found.
func opened(path string, o Options, row string) (rows []string, said bool, err error) {
	o.What, o.Temporary = "store", true
	o.Warnf = func(string, ...any) { said = true }
	f, aside, err := Open(path, o, func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte("rows"))
		if err != nil {
			return err
		}
		if err := b.ForEach(func(k, _ []byte) error {
			rows = append(rows, string(k))
			return nil
		}); err != nil {
			return err
		}
		return b.Put([]byte(row), []byte("x"))
	})
	if err != nil {
		return nil, said, err
	}
	said = said || aside != ""
	return rows, said, f.Close()
}

func TestAnOlderVersionDoesNotTouchWhatANewerOneWrote(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	precious := func(format int) Options { return Options{Precious: true, Format: format} }
	_, _, err := opened(path, Options{Precious: true}, "a") // as before formats were recorded
	require.NoError(t, err)
	rows, said, err := opened(path, precious(2), "b")
	require.NoError(t, err)
	assert.Equal(t, []string{"a"}, rows)
	assert.False(t, said)

	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, _, err = opened(path, precious(1), "c")
	require.ErrorIs(t, err, ErrNewer)
	assert.ErrorContains(t, err, "its format is 2, and this version reads up to 1")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, before, after, "not a byte changed")

	rows, _, err = opened(path, precious(2), "d")
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, rows)
}

func TestACacheOfANewerVersionIsEmptied(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pages.db")
	_, _, err := opened(path, Options{Format: 2}, "a")
	require.NoError(t, err)
	rows, said, err := opened(path, Options{Format: 1}, "b")
	require.NoError(t, err)
	assert.Empty(t, rows)
	assert.True(t, said)
	rows, _, err = opened(path, Options{Format: 2}, "c")
	require.NoError(t, err)
	assert.Equal(t, []string{"b"}, rows, "the newer one reads what the older one wrote")
}
