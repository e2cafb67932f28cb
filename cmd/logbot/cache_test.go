package main

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/pagestore"
	"logbot/cache/redistest"
)

func TestTheCacheCommandShowsAndRemovesPages(t *testing.T) {
	sim, codearts := codearts(t)
	aliases := write(t, "logbot.yaml", "aliases: {web: "+webID+"}\n")
	folder := t.TempDir()
	inRedis := func(url string) map[string]string { return map[string]string{"REDIS_URL": url} }
	for name, store := range map[string]struct {
		env  func(t *testing.T) map[string]string
		says string
	}{
		"file": {func(*testing.T) map[string]string {
			return map[string]string{"LOGBOT_DATA": folder}
		}, "of at most 256.0 MiB\n  the file takes "},
		"Redis": {func(t *testing.T) map[string]string {
			return inRedis(redistest.Start(t).URL())
		}, "of memory (not bounded), 0 keys evicted, "},
		"another Redis": {func(t *testing.T) map[string]string {
			return map[string]string{"REDIS_URL": "redis://127.0.0.1:1", "LOGBOT_CACHE_REDIS_URL": redistest.Start(t, "--maxmemory", "64mb").URL()}
		}, "(of at most 64.0 MiB, noeviction)"},
		"Sentinels": {func(t *testing.T) map[string]string {
			return inRedis(redistest.StartSentinels(t).URL())
		}, "  master, port "},
		"Cluster": {func(t *testing.T) map[string]string {
			return inRedis(redistest.StartCluster(t).URL())
		}, "  127.0.0.1:"},
	} {
		t.Run(name, func(t *testing.T) {
			env := maps.Clone(codearts)
			maps.Copy(env, store.env(t))
			env["LOGBOT_CONFIG"] = aliases
			says := func(want string, args ...string) {
				t.Helper()
				status, out, errs := program(t, env, args...)
				require.Equal(t, 0, status, errs)
				require.Contains(t, out, want)
			}
			says("#128 failed", "run", "fail web 128")
			says("#127", "run", "show web 127 --tail")
			says(" of 2 builds, 0.0 MiB", "cache", "stats")
			says(store.says, "cache", "stats")
			says(": 0 pages removed", "cache", "purge", "web", "12")
			says(" removed\n", "cache", "purge", "WEB", "#128")
			says(" of 1 build, 0.0 MiB", "cache", "stats")
			says(": 0 pages removed", "cache", "purge", webID, "128")
			says(" removed\n", "cache", "purge", webID)
			says("0 pages of 0 builds", "cache", "stats")
			asked := sim.Requests().Pages()
			says("#128 failed", "run", "fail web 128")
			assert.Greater(t, sim.Requests().Pages(), asked, "it was really removed")
		})
	}
	t.Run("compact", func(t *testing.T) {
		env := map[string]string{"LOGBOT_DATA": folder}
		status, out, errs := program(t, env, "cache", "compact")
		require.Equal(t, 0, status, errs)
		assert.Regexp(t, `pages\.db: \d+\.\d MiB before, \d+\.\d MiB now`, out)

		used, err := pagestore.OpenFile(filepath.Join(folder, "pages.db"), 0, nil)
		require.NoError(t, err)
		defer used.Close()
		for _, args := range [][]string{{"cache", "compact"}, {"cache", "stats"}, {"cache", "purge", webID}} {
			status, _, errs := program(t, env, args...)
			assert.Equal(t, 1, status)
			assert.Contains(t, errs, "another process uses the file: stop the bot")
		}
	})
}

func TestTheCacheCommandSaysWhatItCannotDo(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		env  map[string]string
		args []string
		want string
	}{
		{nil, []string{"cache", "stats"}, "no page store: set REDIS_URL"},
		{nil, []string{"cache", "purge"}, "purge TASK [BUILD]"},
		{nil, []string{"cache", "purge", "web"}, `"web" is neither an id of 32 hex digits nor an alias`},
		{nil, []string{"cache", "purge", webID, "last"}, `"last" is not a build; expected a number such as 128`},
		{nil, []string{"cache", "purge", webID, "-1"}, "unknown shorthand flag"},
		{nil, []string{"cache", "purge", webID, "0"}, `"0" is not a build`},
		{nil, []string{"cache", "compact"}, "LOGBOT_DATA is not set"},
		{map[string]string{"LOGBOT_DATA": folder}, []string{"cache", "compact"}, "there is no " + filepath.Join(folder, "pages.db")},
		{map[string]string{"LOGBOT_DATA": folder}, []string{"cache", "stats"}, "no page store"},
		{map[string]string{"REDIS_URL": "redis://:s3cret@127.0.0.1:1"}, []string{"cache", "stats"}, "count pages in Redis at 127.0.0.1:1"},
		{map[string]string{"LOGBOT_CACHE_REDIS_URL": "redis://:s3cret@h/x"}, []string{"cache", "stats"}, "LOGBOT_CACHE_REDIS_URL: "},
	} {
		status, _, errs := program(t, c.env, c.args...)
		assert.Equal(t, 1, status, c.args)
		assert.Contains(t, errs, c.want)
		assert.NotContains(t, errs, "s3cret")
	}
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left, "nothing is made")
}
