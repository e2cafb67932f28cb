package redisclient

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redistest"
)

var (
	pages = Role{Stores: "pages", Version: "4.0", Because: "for UNLINK", Keys: "logbot:p1:*", Uses: [][]any{
		{"getrange", "logbot:p1:{check}", 0, 0}, {"unlink", "logbot:p1:{check}"}, {"eval", "return 0", 1, "logbot:p1:{check}"},
	}}
	state = Role{Stores: "state", Durable: true, Version: "6.2", Because: "for ZADD GT", Keys: "logbot:s1:*"}
)

func TestWhatAServerSaysOfItselfIsJudgedByTheRole(t *testing.T) {
	for _, c := range []struct {
		role Role
		info map[string]string
		want string // "": nothing is wrong
	}{
		{pages, map[string]string{"redis_version": "7.0.15", "maxmemory": "0", "maxmemory_policy": "volatile-lru"}, "CONFIG SET maxmemory 256mb"},
		{pages, map[string]string{"redis_version": "7.0.15", "maxmemory": "100", "maxmemory_policy": "allkeys-lru"}, ""},
		{pages, map[string]string{"redis_version": "7.0.15", "maxmemory": "100", "maxmemory_human": "100B", "maxmemory_policy": "noeviction"}, "maxmemory 100B"},
		{pages, map[string]string{"redis_version": "3.2.12"}, "4.0 or newer is needed for UNLINK"},
		{pages, map[string]string{"redis_version": "10.0"}, ""},
		{pages, map[string]string{}, ""},
		{state, map[string]string{"redis_version": "6.2.0", "maxmemory": "0", "maxmemory_policy": "noeviction"}, ""},
		{state, map[string]string{"redis_version": "6.2.0", "maxmemory": "100", "maxmemory_policy": "noeviction"}, ""},
		{state, map[string]string{"redis_version": "6.10.0", "maxmemory": "100", "maxmemory_policy": "volatile-lru"}, ""},
		{state, map[string]string{"redis_version": "6.0.16"}, "6.2 or newer"},
		{state, map[string]string{"redis_version": "7.2.4", "maxmemory": "0", "maxmemory_policy": "allkeys-lfu"}, "CONFIG SET maxmemory-policy volatile-lfu"},
	} {
		said := strings.Join(c.role.judge(c.info), "\n")
		if c.want == "" {
			assert.Empty(t, said, c.info)
			continue
		}
		assert.Contains(t, said, c.want)
		assert.NotContains(t, said, "\n")
	}
}

var bounded = []string{"--maxmemory", "100mb", "--maxmemory-policy", "volatile-lru"}

func check(t *testing.T, address string, role Role) []string {
	t.Helper()
	a, err := Parse(address)
	require.NoError(t, err)
	return Check(t.Context(), openClient(t, address), a.User(), role)
}

func TestAFitServerGivesNothingToSay(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	for _, node := range append(cluster.Masters, cluster.Replicas...) {
		node.Do("config", "set", "maxmemory", "100mb")
		node.Do("config", "set", "maxmemory-policy", "volatile-lru")
	}
	for _, address := range []string{redistest.Start(t, bounded...).URL(), cluster.URL()} {
		assert.Empty(t, check(t, address, pages))
	}
}

// What the check says to type is typed, and nothing is left to say.
func TestTheLinesOfTheCheckMendWhatItFound(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--maxmemory-policy", "allkeys-lru",
		"--user", "logbot", "on", ">s3cret", "~other:*", "+@connection", "+getrange")
	address := "redis://logbot:s3cret@" + server.Addr
	both := pages
	both.Durable = true
	for range 4 {
		lines := check(t, address, both)
		if len(lines) == 0 {
			return
		}
		for _, line := range lines {
			assert.NotContains(t, line, "s3cret")
			_, typed, found := strings.Cut(strings.Replace(line, "type on every node: ", "type: ", 1), "type: ")
			require.True(t, found, line)
			typed, _, _ = strings.Cut(typed, ", and")
			var args []any
			for _, word := range strings.Fields(typed) {
				args = append(args, word)
			}
			server.Do(args...)
		}
	}
	t.Error("still something to say: ", check(t, address, both))
}

func TestWhatEndsTheCheckIsExplained(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--requirepass", "right")
	for address, want := range map[string]string{
		"redis://:wrong@" + server.Addr:            "the user or the password",
		server.URL():                               "the user or the password",
		server.URL() + "?cluster=true":             "the user or the password",
		redistest.Start(t).URL() + "?cluster=true": "no Cluster",
		"redis://127.0.0.1:1":                      "could not be checked",
	} {
		lines := check(t, address, pages)
		require.Len(t, lines, 1, address)
		assert.Contains(t, lines[0], want)
		assert.NotContains(t, lines[0], "wrong@")
	}
}

func TestTheCheckOfAServerThatHangsEndsWithItsTime(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	client := openClient(t, server.URL())
	server.Freeze()
	defer server.Thaw()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	assert.Len(t, Check(ctx, client, "default", pages), 1)
}
