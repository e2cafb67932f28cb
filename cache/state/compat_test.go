package state

import (
	"encoding/binary"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"logbot/cache/redistest"
	"logbot/cache/store"
)

// What versions before the tables wrote, and must be able to read.
var (
	oldAlias     = Alias{Channel: "C1", Name: "Web", Target: "t1", By: "U1", At: at(0)}
	oldAliasKey  = "C1\x00web"
	oldAliasJSON = `{"channel":"C1","name":"Web","target":"t1","by":"U1","at":"2026-09-10T12:00:00Z"}`

	oldWatch = Watch{
		Channel: "C1", Task: "t1", TaskName: "web", Project: "p1", Owner: "U1", Created: at(0), Version: "V1",
		Seen: WatchState{Build: 7, Outcome: "failed", Thread: "100.1", Failures: 2, At: at(0), Note: "n"},
	}
	oldWatchKey  = "C1:t1"
	oldWatchOpen = `{"channel":"C1","task":"t1","name":"web","project":"p1","owner":"U1","created":"2026-09-10T12:00:00Z",` +
		`"seen":{"build":7,"outcome":"failed","thread":"100.1","failures":2,"at":"2026-09-10T12:00:00Z","note":"n"}`

	oldBuild     = Build{Task: "t1", Build: 128, At: at(0), Outcome: "failed", Votes: map[string]bool{"U1": true, "U2": false}}
	oldBuildJSON = `{"task":"t1","build":128,"at":"2026-09-10T12:00:00Z","outcome":"failed"`
	oldRead      = Event{At: at(0), User: "U1", Verb: "fail", Result: "answered"}
	oldReadJSON  = `{"at":"2026-09-10T12:00:00Z","user":"U1","verb":"fail","allowed":true}`
)

func TestAliasesAndWatchesInRedisHaveTheFormOfOlderVersions(t *testing.T) {
	client := clientAt(t, redistest.Start(t).URL())
	ctx := t.Context()
	const aliases, watches = "logbot:s1:{main.aliases}:all", "logbot:s1:{main.watches}:all"
	require.NoError(t, client.HSet(ctx, aliases, oldAliasKey, oldAliasJSON).Err())
	require.NoError(t, client.HSet(ctx, watches, oldWatchKey, "V1 "+oldWatchOpen+"}").Err())
	s := open(client, Options{})
	assert.Equal(t, []Alias{oldAlias}, must[[]Alias](t)(s.Aliases.Named(ctx, "C1", "WEB")))
	assert.Equal(t, []Alias{oldAlias}, must[[]Alias](t)(s.Aliases.AllAliases(ctx)))
	assert.Equal(t, oldWatch, must[Watch](t)(s.Watches.Watch(ctx, "C1", "t1")))

	require.NoError(t, client.Del(ctx, aliases).Err())
	require.NoError(t, s.Aliases.SetAlias(ctx, oldAlias, nil))
	assert.Equal(t, oldAliasJSON, client.HGet(ctx, aliases, oldAliasKey).Val())
	now, err := s.Watches.Advance(ctx, oldWatch, oldWatch.Seen)
	require.NoError(t, err)
	assert.Equal(t, now.Version+" "+oldWatchOpen+"}", client.HGet(ctx, watches, oldWatchKey).Val())
	assert.NotEqual(t, "V1", now.Version)
}

func TestTheHistoryOfAnOlderVersionInRedisIsMoved(t *testing.T) {
	client := clientAt(t, redistest.Start(t).URL())
	ctx := t.Context()
	s := open(client, Options{CallerClock: true})
	const tasks, of = "logbot:s1:{main.history}:tasks", "logbot:s1:{main.history.t1}:of"
	write := func() {
		require.NoError(t, client.ZAdd(ctx, tasks, redis.Z{Member: "t1", Score: float64(at(0).UnixMilli())}).Err())
		require.NoError(t, client.HSet(ctx, of,
			"b:128", "1788955200000 "+oldBuildJSON+"}", "v:128:U1", "1", "v:128:U2", "0",
			"b:9", `1788955200000 {"task":"t1","build":9,"at":"2026-09-10T12:00:00Z","outcome":"succeeded"}`,
			"b:10", "1788955200000 {", "v:11:U1", "1",
		).Err())
	}
	earlier := Build{Task: "t1", Build: 9, At: at(0), Outcome: "succeeded"}
	for use, check := range map[string]func(){
		"read": func() {
			assert.Equal(t, []Build{oldBuild, earlier}, must[[]Build](t)(s.History.Builds(ctx, "t1", 0)))
		},
		"export": func() { assert.Equal(t, []string{"t1"}, tasksOf(t, s.History)) },
		"vote": func() {
			rights, wrongs, err := s.History.Vote(ctx, "t1", 128, "U2", true)
			require.NoError(t, err)
			assert.Equal(t, [2]int{2, 0}, [2]int{rights, wrongs})
		},
		"record": func() {
			require.NoError(t, s.History.Record(ctx, Build{Task: "t1", Build: 128, At: at(time.Minute), Outcome: "failed", Reason: "known now", Votes: map[string]bool{"U3": true}}))
			got := must[[]Build](t)(s.History.Builds(ctx, "t1", 1))[0]
			assert.Equal(t, "known now", got.Reason)
			assert.Equal(t, map[string]bool{"U1": true, "U2": false, "U3": true}, got.Votes)
		},
	} {
		t.Run(use, func(t *testing.T) {
			require.NoError(t, client.FlushDB(ctx).Err())
			write()
			check()
			assert.Len(t, must[[]Build](t)(s.History.Builds(ctx, "t1", 0)), 2)
			assert.Zero(t, client.Exists(ctx, tasks, of).Val())
		})
	}
	t.Run("again by a replica that is not upgraded yet", func(t *testing.T) {
		require.NoError(t, client.FlushDB(ctx).Err())
		write()
		_, _, err := s.History.Vote(ctx, "t1", 128, "U2", true)
		require.NoError(t, err)
		write()
		assert.Equal(t, map[string]bool{"U1": true, "U2": true}, must[[]Build](t)(s.History.Builds(ctx, "t1", 0))[0].Votes, "what was voted since stays")
		assert.Zero(t, client.Exists(ctx, tasks, of).Val())
	})
}

func TestTheAuditLogOfAnOlderVersionInRedisExpires(t *testing.T) {
	client := clientAt(t, redistest.Start(t).URL())
	ctx := t.Context()
	const stream = "logbot:s1:{main.audit}:reads"
	require.NoError(t, client.XAdd(ctx, &redis.XAddArgs{Stream: stream, Values: []string{"r", oldReadJSON}}).Err())
	require.NoError(t, open(client, Options{}).Audit.Append(ctx, oldRead))
	assert.InDelta(t, AuditAge, client.PTTL(ctx, stream).Val(), float64(time.Minute))
	require.NoError(t, client.PExpire(ctx, stream, time.Hour).Err())
	require.NoError(t, open(client, Options{}).Audit.Append(ctx, oldRead))
	assert.LessOrEqual(t, client.PTTL(ctx, stream).Val(), time.Hour, "another replica does not prolong it")
}

func TestAFileOfAnOlderVersionIsTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	ms := at(0).UnixMilli()
	stamp := func(ms int64, rest string) string { return string(append(store.AppendStamp(nil, ms), rest...)) }
	buildKey := "t1\x00" + string(binary.BigEndian.AppendUint64(nil, 128))
	buckets := map[string]map[string]string{
		"intents":   {"i1": `{"id":"i1","kind":"follow","due":"2026-09-10T12:00:00Z","created":"2026-09-10T12:00:00Z","next":` + "1788955200000" + `}`},
		"due":       {stamp(1788955200000, "i1"): ""},
		"done":      {"i0": stamp(ms+time.Hour.Milliseconds(), "TOKEN")},
		"doneby":    {stamp(ms+time.Hour.Milliseconds(), "i0"): ""},
		"aliases":   {oldAliasKey: oldAliasJSON},
		"watches":   {oldWatchKey: oldWatchOpen + `,"version":"V1"}`},
		"history":   {buildKey: oldBuildJSON + `,"votes":{"U1":true,"U2":false}}`},
		"tasks":     {"t1": stamp(ms, "")},
		"audit":     {stamp(ms, stamp(1, "")): oldReadJSON},
		"presses":   {"p": stamp(ms+1000, "stop")},
		"pressesby": {stamp(ms+1000, "p"): ""},
		"counts":    {"intents": stamp(1, ""), "aliases": stamp(1, ""), "watches": stamp(1, ""), "audit": stamp(1, "")},
	}
	db, err := bolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bolt.Tx) error {
		for name, entries := range buckets {
			b, err := tx.CreateBucket([]byte(name))
			require.NoError(t, err)
			for k, v := range entries {
				require.NoError(t, b.Put([]byte(k), []byte(v)))
			}
		}
		return nil
	}))
	require.NoError(t, db.Close())

	for range 2 {
		log := &testLog{}
		s := openFile(t, path, Options{Log: log, Temporary: true})
		ctx := t.Context()
		assert.Equal(t, []Alias{oldAlias}, must[[]Alias](t)(s.Aliases.Named(ctx, "C1", "web")))
		assert.Equal(t, oldWatch, must[Watch](t)(s.Watches.Watch(ctx, "C1", "t1")))
		assert.Equal(t, []Build{oldBuild}, must[[]Build](t)(s.History.Builds(ctx, "t1", 0)))
		assert.Equal(t, []Event{oldRead}, must[[]Event](t)(s.Audit.Events(ctx, EventFilter{})))
		assert.Equal(t, []string{"i1"}, ids(must[[]Intent](t)(s.Intents.List(ctx, ""))))
		assert.Equal(t, 1, must[int](t)(s.Intents.Len(ctx)))
		assert.False(t, must[bool](t)(s.Intents.Put(ctx, at(time.Minute), Intent{ID: "i0"})), "known to be done")
		assert.Empty(t, log.text())
		require.NoError(t, s.Close())
	}

	s := openFile(t, path, Options{Temporary: true})
	require.NoError(t, s.Aliases.SetAlias(t.Context(), oldAlias, nil))
	w, err := s.Watches.Rename(t.Context(), oldWatch, "web", "p1")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	db, err = bolt.Open(path, 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.View(func(tx *bolt.Tx) error {
		assert.Equal(t, oldAliasJSON, string(tx.Bucket([]byte("aliases")).Get([]byte(oldAliasKey))))
		assert.Equal(t, oldWatchOpen+`,"version":"`+w.Version+`"}`, string(tx.Bucket([]byte("watches")).Get([]byte(oldWatchKey))))
		assert.Nil(t, tx.Bucket([]byte("history")))
		assert.Nil(t, tx.Bucket([]byte("tasks")))
		assert.Nil(t, tx.Bucket([]byte("audit")))
		return nil
	}))
	require.NoError(t, db.Close())
}
