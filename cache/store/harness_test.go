package store

import (
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/cache/redisclient"
	"logbot/cache/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }

// patient is a budget that a busy machine does not use up.
const patient = 10 * time.Second

var noon = time.Date(2026, 9, 10, 12, 0, 0, 0, time.UTC)

func at(after time.Duration) time.Time { return noon.Add(after) }

// opens makes an empty table in a backend.
type opens func(testing.TB, Spec) Table

// backends start each backend.
func backends() map[string]func(testing.TB) opens {
	return map[string]func(testing.TB) opens{
		"file": func(testing.TB) opens {
			return func(t testing.TB, spec Spec) Table {
				return openFile(t, filepath.Join(t.TempDir(), "tables.db"), Layout{Tables: []Spec{spec}}).Table(spec)
			}
		},
		"Redis":   func(t testing.TB) opens { return redisTables(t, redistest.Start(t).URL()) },
		"Cluster": func(t testing.TB) opens { return redisTables(t, redistest.StartCluster(t).URL()) },
	}
}

// openFile opens a file that is closed with the test.
func openFile(t testing.TB, path string, l Layout) *File {
	t.Helper()
	f, err := OpenFile(path, Options{Budget: patient, Temporary: true}, l)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

func redisTables(t testing.TB, url string) opens {
	client := openClient(t, url)
	var scopes atomic.Int64
	return func(t testing.TB, spec Spec) Table {
		scope := "test" + strconv.FormatInt(scopes.Add(1), 10)
		return NewRedis(client, Options{Budget: patient, Scope: scope, CallerClock: true}).Table(spec)
	}
}

// openClient opens a client that is closed with the test.
func openClient(t testing.TB, url string) redis.UniversalClient {
	t.Helper()
	address, err := redisclient.Parse(url)
	require.NoError(t, err)
	client, err := redisclient.Open(t.Context(), address, nil)
	require.NoError(t, err)
	t.Cleanup(func() { client.Close() })
	return client
}
