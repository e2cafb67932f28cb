package cache

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/logsapi"
)

func TestAFileOutlivesItsProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pages.db")
	upstream := serving(aPage, nil)
	for range 3 {
		store, err := pagestore.OpenFile(path, 0, nil)
		require.NoError(t, err)
		run(t, upstream, Options{Store: store}, threeRequests...)
		require.NoError(t, store.Close())
	}
	assert.Equal(t, len(threeRequests), upstream.count())
}

func TestAFileDamagedWhileInUseCostsTheCacheOnly(t *testing.T) {
	for name, harm := range map[string]func(*os.File, int64) error{
		"cut to two pages": func(f *os.File, _ int64) error { return f.Truncate(8 << 10) },
		"emptied":          func(f *os.File, _ int64) error { return f.Truncate(0) },
		"overwritten": func(f *os.File, size int64) error {
			_, err := f.WriteAt([]byte(noise(int(size))), 0)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "pages.db")
			log := &testLog{}
			store, err := pagestore.OpenFile(path, 0, log)
			require.NoError(t, err)
			upstream := &service{answer: func(_ context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
				return logsapi.Page{Text: noise(50_000), Next: logsapi.Cursor{End: r.At.End + 1}}, nil
			}}
			use := func() {
				for range 2 {
					p := New(upstream, Options{Store: store})
					for i := range 20 {
						page := ask(t, p, logsapi.PageRequest{Log: liveLog, At: logsapi.Cursor{End: int64(i)}})
						require.Len(t, page.Text, 50_000)
					}
					p.Close()
				}
			}
			use()
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			require.NoError(t, err)
			is, err := f.Stat()
			require.NoError(t, err)
			require.NoError(t, harm(f, is.Size()))
			require.NoError(t, f.Close())
			use()
			assert.Contains(t, log.text(), "begun anew")
			require.NoError(t, store.Close())

			asked := upstream.count()
			store, err = pagestore.OpenFile(path, 0, log)
			require.NoError(t, err)
			use()
			require.NoError(t, store.Close())
			assert.Equal(t, asked+20, upstream.count(), "one run fills the new file, the next reads it")
		})
	}
}
