package state

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache/redisclient"
	"logbot/cache/redistest"
	"logbot/cache/store"
)

// doneTwice is what a server does when the client asks again because it did not
// hear the first answer.
type doneTwice struct{ redis.Hook }

func (doneTwice) DialHook(next redis.DialHook) redis.DialHook { return next }

func (doneTwice) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (doneTwice) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := next(ctx, cmd); err != nil {
			return err
		}
		return next(ctx, cmd)
	}
}

func TestACallThatIsDoneTwiceSaysWhatTheFirstSaid(t *testing.T) {
	server := redistest.Start(t)
	client := clientAt(t, server.URL())
	client.AddHook(doneTwice{})
	s := open(client, Options{CallerClock: true})
	q, ctx := s.Intents, t.Context()
	putIntent(t, q, at(0), Intent{ID: "a"})
	assert.False(t, must[bool](t)(q.Put(ctx, at(0), Intent{ID: "a"})))
	c, added, err := q.PutClaimed(ctx, at(0), Intent{ID: "b"}, lease)
	require.NoError(t, err)
	require.True(t, added)
	require.NoError(t, q.Renew(ctx, at(1), c, lease))
	require.NoError(t, q.Note(ctx, at(0), c, []byte("x")))
	require.NoError(t, q.Done(ctx, at(2), c))
	assert.Equal(t, 1, must[int](t)(q.Len(ctx)))
	c = claimOne(t, open(clientAt(t, server.URL()), Options{CallerClock: true}).Intents, at(2*lease), lease)
	require.NoError(t, q.Again(ctx, at(2*lease), c, at(time.Hour), []byte("next")))
	require.ErrorIs(t, q.Again(ctx, at(2*lease), c, at(2*time.Hour), []byte("not mine any more")), ErrLeaseLost)
	assert.Equal(t, "next", string(must[Intent](t)(q.Get(ctx, "a")).Payload))
	assert.True(t, must[bool](t)(q.Cancel(ctx, at(2*lease), "a")))
	assert.False(t, must[bool](t)(q.Cancel(ctx, at(2*lease), "a")))
	assert.False(t, must[bool](t)(q.Cancel(ctx, at(2*lease), "b")), "it was done")
	putIntent(t, q, at(2*lease), Intent{ID: "a"})

	w, added, err := s.Watches.AddWatch(ctx, Watch{Channel: "C1", Task: "t1"})
	require.NoError(t, err)
	assert.True(t, added)
	next, err := s.Watches.Advance(ctx, w, WatchState{Build: 1})
	require.NoError(t, err)
	_, err = s.Watches.Advance(ctx, w, WatchState{Build: 1})
	assert.ErrorIs(t, err, ErrChanged)
	assert.Equal(t, next, must[Watch](t)(s.Watches.Watch(ctx, "C1", "t1")))

	require.NoError(t, s.Aliases.SetAlias(ctx, Alias{Name: "a", Target: "t"}, nil))
	assert.Equal(t, 1, saw(t, s, broke("1:npe", "web", 1, 0)).Count)
	assert.Equal(t, 2, saw(t, s, broke("1:npe", "web", 2, 1)).Count)
	assert.Equal(t, "U1", must[FailureClaim](t)(claimed(t, s, "1:npe", "web", 2, "U1", false)).User)
	require.NoError(t, s.History.Record(ctx, Build{Task: "t", Build: 1, At: at(0)}))
	rights, wrongs, err := s.History.Vote(ctx, "t", 1, "U1", true)
	require.NoError(t, err)
	assert.Equal(t, [2]int{1, 0}, [2]int{rights, wrongs})
}

// The clocks of two replicas differ by an hour; that of the server counts.
func TestClocksOfReplicasNeedNotAgree(t *testing.T) {
	client := clientAt(t, redistest.Start(t).URL())
	behind, ahead := open(client, Options{}).Intents, open(client, Options{}).Intents
	slow, fast := func() time.Time { return time.Now().Add(-time.Hour) }, func() time.Time { return time.Now().Add(time.Hour) }
	ctx := t.Context()

	c, added, err := behind.PutClaimed(ctx, slow(), Intent{ID: "command"}, MaxLease)
	require.NoError(t, err)
	require.True(t, added)
	claimNone(t, ahead, fast())
	putIntent(t, behind, slow(), Intent{ID: "later", Due: slow().Add(time.Minute)})
	claimNone(t, ahead, fast())
	require.NoError(t, behind.Done(ctx, slow(), c))
	assert.False(t, must[bool](t)(ahead.Put(ctx, fast(), Intent{ID: "command"})), "done an instant ago, by any clock")

	putIntent(t, ahead, fast(), Intent{ID: "at once"})
	c = claimOne(t, behind, slow(), MaxLease)
	assert.Equal(t, "at once", c.ID)
	claimNone(t, ahead, fast())
	require.NoError(t, behind.Again(ctx, slow(), c, slow().Add(time.Minute), nil))
	claimNone(t, ahead, fast())
	assert.True(t, must[bool](t)(behind.Cancel(ctx, slow(), "at once")))

	putIntent(t, ahead, fast(), Intent{ID: "soon", Due: fast().Add(30 * time.Millisecond)})
	require.Eventually(t, func() bool {
		claims, err := behind.ClaimDue(ctx, slow(), 1, lease)
		return assert.NoError(t, err) && len(claims) == 1 && claims[0].ID == "soon"
	}, 20*time.Second, 5*time.Millisecond)
}

// everyCall calls each part of a state once.
func everyCall(ctx context.Context, s *Store) map[string]error {
	c := Claim{Intent: Intent{ID: "a"}, Token: "x"}
	errs := map[string]error{}
	_, errs["Put"] = s.Intents.Put(ctx, at(0), Intent{ID: "a"})
	_, _, errs["PutClaimed"] = s.Intents.PutClaimed(ctx, at(0), Intent{ID: "a"}, lease)
	_, errs["ClaimDue"] = s.Intents.ClaimDue(ctx, at(0), 1, lease)
	errs["Renew"] = s.Intents.Renew(ctx, at(0), c, lease)
	errs["Note"] = s.Intents.Note(ctx, at(0), c, nil)
	errs["Again"] = s.Intents.Again(ctx, at(0), c, at(0), nil)
	errs["Done"] = s.Intents.Done(ctx, at(0), c)
	_, errs["Cancel"] = s.Intents.Cancel(ctx, at(0), "a")
	_, errs["Get"] = s.Intents.Get(ctx, "a")
	_, errs["List"] = s.Intents.List(ctx, "")
	_, errs["Len"] = s.Intents.Len(ctx)
	errs["SetAlias"] = s.Aliases.SetAlias(ctx, Alias{Name: "a", Target: "t"}, nil)
	_, errs["DeleteAlias"] = s.Aliases.DeleteAlias(ctx, "", "a", anyAlias)
	_, errs["Named"] = s.Aliases.Named(ctx, "", "a")
	_, errs["ListAliases"] = s.Aliases.ListAliases(ctx, "")
	_, errs["AllAliases"] = s.Aliases.AllAliases(ctx)
	_, _, errs["AddWatch"] = s.Watches.AddWatch(ctx, Watch{Channel: "C", Task: "t"})
	_, errs["RemoveWatch"] = s.Watches.RemoveWatch(ctx, "C", "t")
	_, errs["Watch"] = s.Watches.Watch(ctx, "C", "t")
	_, errs["ListWatches"] = s.Watches.ListWatches(ctx, "C")
	_, errs["WatchesByProject"] = s.Watches.WatchesByProject(ctx)
	_, errs["Advance"] = s.Watches.Advance(ctx, Watch{Channel: "C", Task: "t", Version: "x"}, WatchState{})
	_, errs["Rename"] = s.Watches.Rename(ctx, Watch{Channel: "C", Task: "t", Version: "x"}, "n", "p")
	_, errs["Move"] = s.Watches.Move(ctx, Watch{Channel: "C", Task: "t", Version: "x"}, "p", WatchState{})
	_, errs["SomeWatches"] = s.Watches.SomeWatches(ctx, []string{"C:t"})
	_, errs["Stamp"] = s.Watches.Stamp(ctx)
	errs["Record"] = s.History.Record(ctx, Build{Task: "t", Build: 1, At: at(0)})
	_, errs["Builds"] = s.History.Builds(ctx, "t", 0)
	_, _, errs["Vote"] = s.History.Vote(ctx, "t", 1, "U", true)
	errs["EachTask"] = s.History.EachTask(ctx, func(string, []Build) error { return nil })
	errs["Append"] = s.Audit.Append(ctx, Event{At: at(0)})
	_, errs["Events"] = s.Audit.Events(ctx, EventFilter{})
	_, errs["Cut"] = s.Audit.Cut(ctx)
	errs["Show"] = s.Audit.Show(ctx, AuditRun{Process: "p", Seen: at(0)})
	errs["End"] = s.Audit.End(ctx, "p")
	_, errs["Crashed"] = s.Audit.Crashed(ctx, at(0), "p")
	errs["Pause"] = s.Limits.Pause(ctx, "paused", time.Hour)
	errs["Leave"] = s.Presses.Leave(ctx, "p", nil)
	_, errs["Waiting"] = s.Presses.Waiting(ctx)
	_, errs["Take"] = s.Presses.Take(ctx, "p")
	errs["Remember"] = s.Locales.Remember(ctx, "U", "zh-CN", at(0))
	_, _, errs["Recall"] = s.Locales.Recall(ctx, "U")
	_, errs["First"] = s.Notices.First(ctx, "t", at(0))
	return errs
}

func TestARedisThatIsAwayIsSaidAtOnce(t *testing.T) {
	server := redistest.Start(t)
	for name, trouble := range map[string]func(*redistest.Proxy){
		"refused": (*redistest.Proxy).Refuse,
		"slow":    func(p *redistest.Proxy) { p.Delay(time.Minute) },
		"cut":     func(p *redistest.Proxy) { p.Cut(1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := redistest.StartProxy(t, server.Addr)
			log := &testLog{}
			s := NewRedis(clientAt(t, proxy.URL()), Options{Scope: newScope(), Log: log, Budget: 100 * time.Millisecond})
			trouble(proxy)
			began := time.Now()
			for range 100 {
				for call, err := range everyCall(t.Context(), s) {
					assert.ErrorIs(t, err, ErrAway, call)
				}
			}
			assert.Less(t, time.Since(began), 20*time.Second, "3,200 calls")
			assert.Contains(t, log.text(), "paused, tried again")

			assert.NotZero(t, must[time.Duration](t)(s.Limits.Take(t.Context(), "paused", 1000, 1, 1)), "the pause is known here")

			proxy.Delay(0)
			proxy.Cut(0)
			if name == "refused" {
				proxy.Accept()
			}
			require.Eventually(t, func() bool {
				_, err := s.Intents.Put(t.Context(), time.Now(), Intent{ID: "back"})
				return err == nil
			}, 30*time.Second, 20*time.Millisecond)
			assert.Contains(t, log.text(), "works again")
		})
	}
}

func TestAWriteWhoseAnswerWasLostIsStillItsWriters(t *testing.T) {
	proxy := redistest.StartProxy(t, redistest.Start(t).Addr)
	client := clientAt(t, proxy.URL())
	s := NewRedis(client, Options{Budget: 100 * time.Millisecond})
	warm := open(client, Options{}) // connected, and the script is known
	_, _, err := warm.Intents.PutClaimed(t.Context(), time.Now(), Intent{ID: "other"}, lease)
	require.NoError(t, err)
	proxy.Delay(2 * time.Second)
	c, _, err := s.Intents.PutClaimed(t.Context(), time.Now(), Intent{ID: "command"}, MaxLease)
	require.ErrorIs(t, err, ErrAway)
	proxy.Delay(0)
	require.Eventually(t, func() bool { // behind the breaker's pause
		return s.Intents.Renew(t.Context(), time.Now(), c, lease) == nil
	}, 30*time.Second, 20*time.Millisecond)
	require.NoError(t, s.Intents.Done(t.Context(), time.Now(), c))
}

func TestAFullServerRefusesWithoutBeingAwayForReaders(t *testing.T) {
	server := redistest.Start(t)
	log := &testLog{}
	s := open(clientAt(t, server.URL()), Options{CallerClock: true, Log: log})
	fill(t, s)
	want := exported(t, s)
	server.Do("config", "set", "maxmemory", "1")
	for range 10 {
		_, err := s.Intents.Put(t.Context(), at(0), Intent{ID: "more"})
		require.ErrorIs(t, err, ErrAway)
		require.ErrorContains(t, err, "OOM")
	}
	assert.Equal(t, want, exported(t, s), "reading goes on")
	assert.Equal(t, 1, strings.Count(log.text(), "it refuses"), log.text())
	server.Do("config", "set", "maxmemory", "0")
	putIntent(t, s.Intents, at(0), Intent{ID: "more"})
}

func TestADamagedIntentDoesNotHideTheOthers(t *testing.T) {
	server := redistest.Start(t)
	log := &testLog{}
	s := open(clientAt(t, server.URL()), Options{CallerClock: true, Log: log})
	var same []string // in one part of the queue
	for n := 0; len(same) < 3; n++ {
		if id := strconv.Itoa(n); partOf(id) == partOf("0") {
			same = append(same, id)
			putIntent(t, s.Intents, at(0), Intent{ID: id, Due: at(time.Duration(n))})
		}
	}
	server.Do("hset", intentKeys("main", partOf("0"), "body")[0], same[0], "{")
	claims, err := s.Intents.ClaimDue(t.Context(), at(time.Second), 10, lease)
	require.NoError(t, err)
	assert.ElementsMatch(t, same[1:], idsOf(claims))
	assert.Contains(t, log.text(), "intent "+same[0])
}

// What keys.go says of the keyspace.
func TestTheKeyspaceIsAsDocumented(t *testing.T) {
	server := redistest.Start(t)
	client := clientAt(t, server.URL())
	s := open(client, Options{CallerClock: true, Scope: "team {1}"})
	fill(t, s)
	ctx := t.Context()
	require.NoError(t, s.Presses.Leave(ctx, "p", []byte("stop")))
	_, err := s.Limits.Take(ctx, "chat.postMessage", 0.01, 5, 1)
	require.NoError(t, err)
	require.NoError(t, s.Limits.Pause(ctx, "chat.update", time.Hour))
	require.NoError(t, s.Audit.Append(ctx, Event{At: at(0)}))
	require.NoError(t, s.Locales.Remember(ctx, "U0ANN00001", "zh-CN", at(0)))
	assert.True(t, must[bool](t)(s.Notices.First(ctx, "t", at(0))))
	require.NoError(t, s.Audit.Show(ctx, AuditRun{Process: "p", Seen: at(0)}))
	require.NoError(t, client.HSet(ctx, store.Keys("team {1}", []string{"reads"}, "cut")[0], "old", 1).Err())
	require.NoError(t, s.Audit.Append(ctx, Event{At: at(0), Number: 1}))
	require.NoError(t, s.Announce(ctx))
	saw(t, s, broke("1:npe", "web", 1, 0))
	require.NoError(t, s.Failures.SawGreen(ctx, at(time.Hour), []Green{{Task: "web", Build: 2, At: at(0)}}))

	scope := regexp.QuoteMeta(store.Plain("team {1}"))
	forms := map[string]bool{ // whether it has a lifetime
		`intents\.[0-3]\}:(due|body|note|tries|held|done)`: false,
		`aliases\}:all`:   false,
		`watches\}:all`:   false,
		`stamps\}:all`:    false,
		`format\}:newest`: false,
		`(builds|reads|presses|locales|notices|runs)\}:(all|order|ends)`: true,
		`failures\}:(failures|sightings|greens):(all|order|ends)`:        true,
		`failures\}:wrote`: true,
		`reads\}:cut`:      true,
		`(aliases|builds|watches|notices)\}:wrote`:    true,
		`replicas\}:seen`:                             true,
		`limit\.chat\.(postMessage|update)\}:(at|no)`: true,
	}
	seen := map[string]bool{}
	keys, err := client.Keys(ctx, "*").Result()
	require.NoError(t, err)
	for _, key := range keys {
		for form, mortal := range forms {
			if regexp.MustCompile(`^logbot:s1:\{` + scope + `\.` + form + `$`).MatchString(key) {
				seen[key], seen[form] = true, true
				assert.Equal(t, mortal, must[time.Duration](t)(client.PTTL(ctx, key).Result()) > 0, key)
			}
		}
		assert.True(t, seen[key], "%s is not documented", key)
	}
	for form := range forms {
		assert.True(t, seen[form], form)
	}
}

func TestAPressThatNobodyTookGoesFromRedis(t *testing.T) {
	client := clientAt(t, redistest.Start(t).URL())
	s := open(client, Options{})
	ctx := t.Context()
	keys := store.Keys("main", []string{"presses"}, "all", "order", "ends")
	for i := range MaxPresses {
		require.NoError(t, s.Presses.Leave(ctx, strconv.Itoa(i), []byte("stop")))
		require.NoError(t, client.ZAdd(ctx, keys[2], redis.Z{Member: strconv.Itoa(i), Score: float64(time.Now().Add(-time.Hour).UnixMilli())}).Err())
	}
	assert.Empty(t, must[map[string][]byte](t)(s.Presses.Waiting(ctx)))
	assert.False(t, must[bool](t)(s.Presses.Take(ctx, "7")))
	require.NoError(t, s.Presses.Leave(ctx, "p", []byte("far")))
	assert.Equal(t, map[string][]byte{"p": []byte("far")}, must[map[string][]byte](t)(s.Presses.Waiting(ctx)))
}

func TestScopesDoNotMix(t *testing.T) {
	client := clientAt(t, redistest.Start(t).URL())
	one, other := open(client, Options{CallerClock: true, Scope: "one"}), open(client, Options{CallerClock: true, Scope: "other"})
	fill(t, one)
	assert.Len(t, exported(t, other), 1, "nothing but the end")
	claimNone(t, other.Intents, at(time.Hour))
}

func TestTheAuditLogInRedisIsReadInPages(t *testing.T) {
	client := clientAt(t, redistest.Start(t).URL())
	s := open(client, Options{})
	const n = 1007
	var events []Event
	for i := range n {
		// Several within one millisecond.
		events = append(events, Event{At: at(time.Duration(i) * 300 * time.Microsecond), Build: int64(i), Number: uint64(i)})
	}
	for some := range slices.Chunk(events, MaxAppend) {
		require.NoError(t, s.Audit.Append(t.Context(), some...))
	}
	all := must[[]Event](t)(s.Audit.Events(t.Context(), EventFilter{Limit: 10 * n}))
	require.Len(t, all, n)
	for i, r := range all {
		require.EqualValues(t, n-1-i, r.Build)
	}
	some := must[[]Event](t)(s.Audit.Events(t.Context(), EventFilter{Since: at(30 * time.Millisecond), Until: at(30*time.Millisecond + 500*time.Microsecond)}))
	assert.Len(t, some, 2)
}

func TestTheRightsThatTheCheckNamesAreEnough(t *testing.T) {
	server := redistest.Start(t)
	server.Do("acl", "setuser", "state", "on", ">s3cret", "+@connection", "+info")
	url := strings.Replace(server.URL(), "redis://", "redis://state:s3cret@", 1)
	client := clientAt(t, url)
	check := func() []string { return redisclient.Check(t.Context(), client, "state", redisRole()) }
	for range 6 { // the rights to keys and to commands may come one after the other
		for _, line := range check() {
			_, typed, found := strings.Cut(line, "type on every node: ")
			require.True(t, found, line)
			var args []any
			for _, word := range strings.Fields(typed) {
				args = append(args, word)
			}
			server.Do(args...)
		}
	}
	require.Empty(t, check())
	s := open(client, Options{CallerClock: true})
	for call, err := range everyCall(t.Context(), s) {
		assert.NotErrorIs(t, err, ErrAway, call)
	}
	_, err := s.Limits.Take(t.Context(), "x", 1, 1, 1)
	require.NoError(t, err)
	s = open(client, Options{Scope: "server"})
	for call, err := range everyCall(t.Context(), s) {
		assert.NotErrorIs(t, err, ErrAway, call)
	}
	fill(t, open(client, Options{CallerClock: true, Scope: "full"}))

	server.Do("config", "set", "maxmemory-policy", "allkeys-lru")
	assert.Contains(t, strings.Join(check(), "\n"), "may throw state away")
}

func TestWhileAPartOfTheQueueIsAwayTheOthersGoOn(t *testing.T) {
	cluster := redistest.StartCluster(t)
	client := clientAt(t, cluster.URL())
	s := NewRedis(client, Options{CallerClock: true, Budget: time.Second})
	q, ctx := s.Intents, t.Context()
	masters := map[int][]string{}
	for i := range 60 {
		id := strconv.Itoa(i)
		putIntent(t, q, at(0), Intent{ID: id})
		m := cluster.MasterOf(intentKeys("main", partOf(id), "due")[0])
		masters[m] = append(masters[m], id)
	}
	require.Greater(t, len(masters), 1, "the parts are on more than one master")
	var frozen int
	for m := range masters {
		frozen = m
	}
	cluster.Masters[frozen].Freeze()
	defer cluster.Masters[frozen].Thaw()
	got := map[string]bool{}
	require.Eventually(t, func() bool {
		claims, _ := q.ClaimDue(ctx, at(0), 100, lease)
		for _, c := range claims {
			got[c.ID] = true
		}
		return len(got) >= 60-len(masters[frozen])
	}, 30*time.Second, 10*time.Millisecond)
	for m, ids := range masters {
		for _, id := range ids {
			if m != frozen {
				assert.True(t, got[id], id)
			}
		}
	}
}

// A master that fails loses what its replicas had not heard of yet.
func TestAHolderMakesUpForWhatTheServerLost(t *testing.T) {
	server := redistest.Start(t)
	client := clientAt(t, server.URL())
	for name, c := range map[string]struct {
		does func(context.Context, Intents, Claim) error
		then func(*testing.T, Intents)
	}{
		"renews": {
			func(ctx context.Context, q Intents, c Claim) error { return q.Renew(ctx, at(time.Second), c, lease) },
			func(t *testing.T, q Intents) {
				claimNone(t, q, at(time.Second+lease-time.Millisecond))
				c := claimOne(t, q, at(time.Second+lease), lease)
				assert.Equal(t, "fail web", string(c.Payload))
				assert.Equal(t, "command", c.Kind)
			},
		},
		"notes": {
			func(ctx context.Context, q Intents, c Claim) error {
				return q.Note(ctx, at(time.Second), c, []byte("posted"))
			},
			func(t *testing.T, q Intents) {
				assert.Equal(t, "posted", string(claimOne(t, q, at(time.Minute), lease).Progress))
			},
		},
		"reschedules": {
			func(ctx context.Context, q Intents, c Claim) error {
				return q.Again(ctx, at(time.Second), c, at(time.Minute), []byte("next"))
			},
			func(t *testing.T, q Intents) {
				claimNone(t, q, at(time.Minute-time.Millisecond))
				assert.Equal(t, "next", string(claimOne(t, q, at(time.Minute), lease).Payload))
			},
		},
		"ends": {
			func(ctx context.Context, q Intents, c Claim) error { return q.Done(ctx, at(time.Second), c) },
			func(t *testing.T, q Intents) {
				claimNone(t, q, at(time.Minute))
				added, err := q.Put(t.Context(), at(time.Minute), Intent{ID: "env"})
				require.NoError(t, err)
				assert.False(t, added, "delivered again it is not new")
			},
		},
		"comes back after long": {
			func(ctx context.Context, q Intents, c Claim) error {
				err := q.Renew(ctx, at(time.Hour), c, lease)
				if !errors.Is(err, ErrLeaseLost) {
					return fmt.Errorf("it may have been done since: %w", err)
				}
				return nil
			},
			func(t *testing.T, q Intents) { claimNone(t, q, at(2*time.Hour)) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			q := open(client, Options{CallerClock: true}).Intents
			claim, added, err := q.PutClaimed(t.Context(), at(0), Intent{ID: "env", Kind: "command", Payload: []byte("fail web")}, lease)
			require.NoError(t, err)
			require.True(t, added)
			server.Do("flushall")
			require.NoError(t, c.does(t.Context(), q, claim))
			c.then(t, q)
			server.Do("flushall")
		})
	}
}

func TestAnEndThatTheServerLostIsSaidAgain(t *testing.T) {
	server := redistest.Start(t)
	client := clientAt(t, server.URL())
	q := open(client, Options{CallerClock: true}).Intents
	claim, _, err := q.PutClaimed(t.Context(), at(0), Intent{ID: "env"}, lease)
	require.NoError(t, err)
	heard := map[string]string{} // by the replica that takes over
	for _, key := range client.Keys(t.Context(), "*").Val() {
		heard[key] = client.Dump(t.Context(), key).Val()
	}
	require.NoError(t, q.Done(t.Context(), at(time.Second), claim))
	server.Do("flushall")
	for key, value := range heard {
		require.NoError(t, client.Restore(t.Context(), key, 0, value).Err())
	}
	require.NoError(t, q.Done(t.Context(), at(6*time.Second), claim))
	claimNone(t, q, at(time.Minute))
	added, err := q.Put(t.Context(), at(time.Minute), Intent{ID: "env"})
	require.NoError(t, err)
	assert.False(t, added, "delivered again it is not new")
}

func TestACommandTakenWhileRedisWasAwayIsKeptWhenItIsBack(t *testing.T) {
	proxy := redistest.StartProxy(t, redistest.Start(t).Addr)
	q := NewRedis(clientAt(t, proxy.URL()), Options{}).Intents
	proxy.Refuse()
	c, _, err := q.PutClaimed(t.Context(), time.Now(), Intent{ID: "command"}, lease)
	require.ErrorIs(t, err, ErrAway)
	proxy.Accept()
	require.Eventually(t, func() bool { return q.Renew(t.Context(), time.Now(), c, lease) == nil }, 30*time.Second, 20*time.Millisecond)
	_, err = q.Get(t.Context(), "command")
	require.NoError(t, err)
	require.NoError(t, q.Done(t.Context(), time.Now(), c))
}
