package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
	"logbot/cache/state"
)

func TestStateMovesFromAFileToRedisAndBack(t *testing.T) {
	folder, ctx := t.TempDir(), t.Context()
	s, err := state.OpenFile(filepath.Join(folder, "state.db"), state.Options{Budget: patientBudget})
	require.NoError(t, err)
	require.NoError(t, s.Aliases.SetAlias(ctx, state.Alias{Name: "接口", Target: "48c66c6002964721be537cdc6ce0297b", By: "U1"}, nil))
	for _, task := range []string{"t1", "t2"} {
		_, _, err = s.Watches.AddWatch(ctx, state.Watch{Channel: "C1", Task: task, Seen: state.WatchState{Build: 7, Thread: "100.1"}})
		require.NoError(t, err)
	}
	_, err = s.Intents.Put(ctx, time.Now(), state.Intent{ID: "follow:1", Kind: "follow"})
	require.NoError(t, err)

	inFile := map[string]string{"LOGBOT_DATA": folder}
	status, _, stderr := program(t, inFile, "state", "export")
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "is in use; stop \"logbot serve\" there first")
	require.NoError(t, s.Close())

	file := filepath.Join(folder, "state.jsonl")
	status, _, stderr = program(t, inFile, "state", "export", "-o", file)
	require.Equal(t, 0, status, stderr)
	is, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), is.Mode())
	status, _, stderr = program(t, inFile, "state", "export", "-o", file)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "file exists")

	inRedis := map[string]string{"REDIS_URL": redistest.Start(t).URL(), "LOGBOT_SCOPE": "team"}
	status, out, stderr := program(t, inRedis, "state", "import", file)
	require.Equal(t, 0, status, stderr)
	assert.Equal(t, "1 alias added\n2 watches added\n0 builds of the history added\n1 piece of work not yet done added\n", out)
	status, out, _ = program(t, inRedis, "state", "import", file)
	require.Equal(t, 0, status)
	assert.Contains(t, out, "0 watches added, 2 already there\n")

	status, moved, stderr := program(t, inRedis, "state", "export")
	require.Equal(t, 0, status, stderr)
	status, kept, stderr := program(t, inFile, "state", "export")
	require.Equal(t, 0, status, stderr)
	withoutTime := func(s string) string { _, rest, _ := strings.Cut(s, "\n"); return rest }
	assert.Equal(t, withoutTime(kept), withoutTime(moved))
	assert.Contains(t, moved, `"thread":"100.1"`)

	wrong := filepath.Join(folder, "wrong.jsonl")
	require.NoError(t, os.WriteFile(wrong, []byte(strings.Replace(moved, `"task":"t1"`, `"task":""`, 1)), 0o600))
	status, _, stderr = program(t, inRedis, "state", "import", wrong)
	assert.Equal(t, 1, status)
	assert.Contains(t, stderr, "line 3: keep a watch of task \"\"")
}

func TestStateThatIsNowhere(t *testing.T) {
	empty := t.TempDir()
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		says string
	}{
		"no place":       {nil, []string{"state", "export"}, "set REDIS_URL, or LOGBOT_DATA to a folder"},
		"no file":        {map[string]string{"LOGBOT_DATA": empty}, []string{"state", "export"}, "there is no state in " + empty},
		"a wrong URL":    {map[string]string{"REDIS_URL": "http://x"}, []string{"state", "export"}, "REDIS_URL: open the state store"},
		"Redis is away":  {map[string]string{"REDIS_URL": "redis://127.0.0.1:1"}, []string{"state", "export"}, "the state store is away"},
		"no such export": {map[string]string{"LOGBOT_DATA": empty}, []string{"state", "import", empty + "/none"}, "no such file"},
	} {
		status, out, stderr := program(t, c.env, c.args...)
		assert.Equal(t, 1, status, name)
		assert.Contains(t, stderr, c.says, name)
		assert.Empty(t, out, name)
	}
	left, err := os.ReadDir(empty)
	require.NoError(t, err)
	assert.Empty(t, left)
}
