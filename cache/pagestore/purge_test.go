package pagestore

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
	"logbot/logsapi"
)

// keeper is what File and Redis offer to operators.
type keeper interface {
	Store
	Purge(context.Context, Selection) (int64, error)
	Usage(context.Context) (Usage, error)
}

func TestAnOperatorSeesAndRemovesWhatAStoreHolds(t *testing.T) {
	t.Parallel()
	for name, openStore := range map[string]func(t *testing.T) keeper{
		"file":    func(t *testing.T) keeper { return openTestFile(t, filepath.Join(t.TempDir(), "pages.db"), 0) },
		"Redis":   func(t *testing.T) keeper { return openRedis(t, redistest.Start(t).URL()) },
		"Cluster": func(t *testing.T) keeper { return openRedis(t, redistest.StartCluster(t).URL()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t)
			const pagesOfBuild = 700 // more than one step
			set := func(scope string, log logsapi.Log, at int) {
				key, ok := Key(scope, logsapi.PageRequest{Log: log, At: logsapi.Cursor{End: int64(at)}})
				require.True(t, ok)
				require.Eventually(t, func() bool { // a busy machine may be late
					return s.Set(t.Context(), key, []byte("value"), time.Hour) == nil
				}, longest, time.Millisecond)
			}
			for i := range pagesOfBuild {
				set("eu1", liveLog, i)
			}
			set("eu2", finishedLog, 0)
			set("eu1", logsapi.LiveLog{TaskID: taskID, Build: 77}, 0)
			set("eu1", logsapi.LiveLog{TaskID: runID, Build: 7}, 0)
			set("eu1", checkLog, 0)
			require.NoError(t, s.Set(t.Context(), "somebody else's", []byte("value"), time.Hour))

			held, err := s.Usage(t.Context())
			require.NoError(t, err)
			assert.EqualValues(t, pagesOfBuild+4, held.Pages)
			assert.EqualValues(t, 5, held.Builds)
			assert.EqualValues(t, 5*(pagesOfBuild+4), held.Bytes)
			for _, c := range []struct {
				choice Selection
				want   int
			}{
				{Selection{ID: taskID, Build: 8}, 0},
				{Selection{ID: "48c6"}, 0},
				{Selection{ID: "*"}, 0},
				{Selection{ID: taskID, Build: 7}, pagesOfBuild + 1},
				{Selection{ID: taskID, Build: 7}, 0},
				{Selection{ID: taskID}, 1},
				{Selection{ID: runID}, 2},
			} {
				n, err := s.Purge(t.Context(), c.choice)
				require.NoError(t, err)
				assert.EqualValues(t, c.want, n, "%+v", c.choice)
			}
			_, err = s.Get(t.Context(), "somebody else's")
			assert.NoError(t, err)
		})
	}
}

func TestAnOperatorIsToldWhichRightIsMissing(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	server.Do("acl", "setuser", "pages", "on", ">s3cret", "~*", "+@all", "-scan")
	s := openRedis(t, strings.Replace(server.URL(), "redis://", "redis://pages:s3cret@", 1))
	_, err := s.Purge(t.Context(), Selection{ID: taskID})
	assert.ErrorContains(t, err, "ACL SETUSER pages +scan")
	_, err = s.Usage(t.Context())
	assert.ErrorContains(t, err, "ACL SETUSER pages +scan")
}

func TestACompactedFileHoldsTheSameInLessRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pages.db")
	s := openTestFile(t, path, 0)
	key := func(i int) string {
		k, _ := Key("", logsapi.PageRequest{Log: liveLog, At: logsapi.Cursor{End: int64(i)}})
		return k
	}
	for i := range 100 {
		ttl := time.Hour
		if i >= 10 {
			ttl = time.Millisecond
		}
		require.NoError(t, s.Set(t.Context(), key(i), []byte(noise(100_000)), ttl))
	}
	_, _, err := Compact(path, nil)
	require.ErrorIs(t, err, ErrLocked)
	assert.ErrorContains(t, err, path)
	require.NoError(t, s.Close())

	before, after, err := Compact(path, nil)
	require.NoError(t, err)
	assert.Less(t, after, before/2)
	size, err := sizeOf(path)
	require.NoError(t, err)
	assert.Equal(t, after, size)
	again, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	require.NoError(t, err)
	assert.Equal(t, []string{path}, again, "nothing is left behind")

	s = openTestFile(t, path, 0)
	for i := range 10 {
		value, err := s.Get(t.Context(), key(i))
		require.NoError(t, err)
		assert.Len(t, value, 100_000)
	}
	says, counted, entries := held(t, s)
	assert.Equal(t, counted, says)
	assert.Equal(t, 10, entries)
	is, err := s.Usage(t.Context())
	require.NoError(t, err)
	assert.Equal(t, Usage{Pages: 10, Builds: 1, Bytes: 1_000_000, Limit: defaultFileLimit}, is)
}
