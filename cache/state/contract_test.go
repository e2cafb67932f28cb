package state

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// contract is what Store promises.
var contract = map[string]func(*testing.T, *Store){
	"an intent is done when due":                                        testAnIntentIsDoneWhenDue,
	"an intent is never given out early not by a part of a millisecond": testAnIntentIsNeverGivenOutEarlyNotByAPartOfAMillisecond,
	"the same intent is not new for an hour":                            testTheSameIntentIsNotNewForAnHour,
	"a command is its writers while it renews":                          testACommandIsItsWritersWhileItRenews,
	"who lost the lease is told so":                                     testWhoLostTheLeaseIsToldSo,
	"a lease that ended and was not taken can be renewed":               testALeaseThatEndedAndWasNotTakenCanBeRenewed,
	"a lease is bounded":                                                testALeaseIsBounded,
	"a rescheduled intent begins anew":                                  testARescheduledIntentBeginsAnew,
	"due longest comes first":                                           testDueLongestComesFirst,
	"intents are listed by kind":                                        testIntentsAreListedByKind,
	"a cancelled intent may be put anew":                                testACancelledIntentMayBePutAnew,
	"intents beyond a bound are refused":                                testIntentsBeyondABoundAreRefused,
	"no two have one intent":                                            testNoTwoHaveOneIntent,
	"of many who put the same one is first":                             testOfManyWhoPutTheSameOneIsFirst,
	"aliases hold in a channel or everywhere":                           testAliasesHoldInAChannelOrEverywhere,
	"watches of a channel and of a project":                             testWatchesOfAChannelAndOfAProject,
	"a watch is advanced by one":                                        testAWatchIsAdvancedByOne,
	"the history of a task is bounded":                                  testTheHistoryOfATaskIsBounded,
	"tasks not seen for long are forgotten":                             testTasksNotSeenForLongAreForgotten,
	"votes are one a user and a build":                                  testVotesAreOneAUserAndABuild,
	"the audit log is read newest first":                                testTheAuditLogIsReadNewestFirst,
	"the audit log finds who crashed":                                   testTheAuditLogFindsWhoCrashed,
	"a press is taken by one":                                           testAPressIsTakenByOne,
	"presses beyond a bound are refused":                                testPressesBeyondABoundAreRefused,
	"a locale is recalled":                                              testALocaleIsRecalled,
	"a notice is told by one a task and a day":                          testANoticeIsToldByOneATaskAndADay,
	"a rate is kept":                                                    testARateIsKept,
	"a caller who left is not told that the store is away":              testACallerWhoLeftIsNotToldThatTheStoreIsAway,
	"a queue that is full refuses":                                      testAQueueThatIsFullRefuses,
}

func TestEveryBackendKeepsTheContract(t *testing.T) {
	all := backends()
	all["Cluster"] = clusterBackend
	for name, start := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			open := start(t)
			for name, test := range contract {
				t.Run(name, func(t *testing.T) { test(t, withMost(open(t, Options{}), mostIntents)) })
			}
		})
	}
}

func putIntent(t *testing.T, q Intents, now time.Time, i Intent) {
	t.Helper()
	added, err := q.Put(t.Context(), now, i)
	require.NoError(t, err)
	require.True(t, added, i.ID)
}

// claimOne claims the one intent that is due.
func claimOne(t *testing.T, q Intents, now time.Time, lease time.Duration) Claim {
	t.Helper()
	claims, err := q.ClaimDue(t.Context(), now, 10, lease)
	require.NoError(t, err)
	require.Len(t, claims, 1)
	return claims[0]
}

func claimNone(t *testing.T, q Intents, now time.Time) {
	t.Helper()
	claims, err := q.ClaimDue(t.Context(), now, 10, time.Second)
	require.NoError(t, err)
	require.Empty(t, claims)
}

const lease = 15 * time.Second

func testAnIntentIsDoneWhenDue(t *testing.T, s *Store) {
	q, ctx := s.Intents, t.Context()
	payload := []byte("\x00失败\xff\r\n")
	putIntent(t, q, at(0), Intent{ID: "看 1", Kind: "follow", Due: at(time.Minute), Payload: payload, Progress: []byte("100.1")})
	claimNone(t, q, at(0))
	claimNone(t, q, at(time.Minute-time.Millisecond))
	c := claimOne(t, q, at(time.Minute), lease)
	assert.Equal(t, "看 1", c.ID)
	assert.Equal(t, "follow", c.Kind)
	assert.Equal(t, payload, c.Payload)
	assert.Equal(t, "100.1", string(c.Progress))
	assert.True(t, at(0).Equal(c.Created))
	assert.True(t, at(time.Minute).Equal(c.Due))
	assert.True(t, at(time.Minute+lease).Equal(c.LeasedUntil), c.LeasedUntil)
	assert.Equal(t, 1, c.Attempts)
	assert.Equal(t, 1, must[int](t)(q.Len(ctx)))
	claimNone(t, q, at(time.Minute))
	require.NoError(t, q.Done(ctx, at(time.Minute), c))
	require.NoError(t, q.Done(ctx, at(time.Minute), c), "said again")
	claimNone(t, q, at(time.Hour))
	assert.Zero(t, must[int](t)(q.Len(ctx)))
	_, err := q.Get(ctx, "看 1")
	require.ErrorIs(t, err, ErrNotFound)
}

func testAnIntentIsNeverGivenOutEarlyNotByAPartOfAMillisecond(t *testing.T, s *Store) {
	putIntent(t, s.Intents, at(0), Intent{ID: "a", Due: at(1500 * time.Microsecond)})
	claimNone(t, s.Intents, at(1400*time.Microsecond))
	c := claimOne(t, s.Intents, at(2*time.Millisecond), lease)
	require.NoError(t, s.Intents.Done(t.Context(), at(0), c))
	putIntent(t, s.Intents, at(2500*time.Microsecond), Intent{ID: "b"})
	claimOne(t, s.Intents, at(2500*time.Microsecond), lease) // what is due at once is
}

func testTheSameIntentIsNotNewForAnHour(t *testing.T, s *Store) {
	q, ctx := s.Intents, t.Context()
	again := func(now time.Time, payload string) bool {
		t.Helper()
		return must[bool](t)(q.Put(ctx, now, Intent{ID: "Ev1", Payload: []byte(payload)}))
	}
	assert.True(t, again(at(0), "first"))
	assert.False(t, again(at(0), "second"), "while it waits")
	c := claimOne(t, q, at(time.Second), lease)
	assert.Equal(t, "first", string(c.Payload))
	assert.False(t, again(at(time.Second), "second"), "while it is done")
	_, added, err := q.PutClaimed(ctx, at(time.Second), Intent{ID: "Ev1"}, lease)
	require.NoError(t, err)
	assert.False(t, added)
	require.NoError(t, q.Done(ctx, at(2*time.Second), c))
	assert.False(t, again(at(time.Hour), "second"), "after it was done")
	assert.True(t, again(at(time.Hour+3*time.Second), "third"))
	assert.Equal(t, "third", string(claimOne(t, q, at(time.Hour+3*time.Second), lease).Payload))
	assert.ErrorIs(t, q.Done(ctx, at(time.Hour+3*time.Second), c), ErrLeaseLost, "the first holder's is another work")
}

func testACommandIsItsWritersWhileItRenews(t *testing.T, s *Store) {
	q, ctx := s.Intents, t.Context()
	c, added, err := q.PutClaimed(ctx, at(0), Intent{ID: "env", Kind: "command", Payload: []byte("fail web"), Due: at(-time.Hour)}, lease)
	require.NoError(t, err)
	require.True(t, added)
	claimNone(t, q, at(lease-time.Millisecond))
	require.NoError(t, q.Renew(ctx, at(10*time.Second), c, lease))
	claimNone(t, q, at(10*time.Second+lease-time.Millisecond))
	require.NoError(t, q.Note(ctx, at(0), c, []byte("posted 100.1")))

	other := claimOne(t, q, at(10*time.Second+lease), lease)
	assert.Equal(t, "fail web", string(other.Payload))
	assert.Equal(t, "posted 100.1", string(other.Progress))
	assert.Equal(t, 2, other.Attempts)
	assert.NotEqual(t, c.Token, other.Token)
	require.NoError(t, q.Done(ctx, at(30*time.Second), other))
	claimNone(t, q, at(time.Hour))
}

func testWhoLostTheLeaseIsToldSo(t *testing.T, s *Store) {
	q, ctx := s.Intents, t.Context()
	lost := func(why string, c Claim, now time.Time) {
		t.Helper()
		before, notFound := q.Get(ctx, c.ID)
		assert.ErrorIs(t, q.Renew(ctx, now, c, lease), ErrLeaseLost, why)
		assert.ErrorIs(t, q.Note(ctx, now, c, []byte("x")), ErrLeaseLost, why)
		assert.ErrorIs(t, q.Again(ctx, now, c, now, []byte("x")), ErrLeaseLost, why)
		assert.ErrorIs(t, q.Done(ctx, now, c), ErrLeaseLost, why)
		after, _ := q.Get(ctx, c.ID)
		assert.Equal(t, before, after, why)
		if notFound == nil {
			assert.ErrorContains(t, q.Done(ctx, now, c), c.ID)
		}
	}
	putIntent(t, q, at(0), Intent{ID: "a"})
	first := claimOne(t, q, at(0), time.Second)
	second := claimOne(t, q, at(time.Second), lease)
	lost("claimed by another", first, at(time.Second))
	require.NoError(t, q.Again(ctx, at(2*time.Second), second, at(time.Minute), nil))
	lost("rescheduled", second, at(2*time.Second))
	third := claimOne(t, q, at(time.Minute), lease)
	assert.True(t, must[bool](t)(q.Cancel(ctx, at(0), "a")))
	lost("cancelled", third, at(time.Minute))
	putIntent(t, q, at(time.Minute), Intent{ID: "a"})
	lost("put anew", third, at(time.Minute))
	lost("never claimed", Claim{Intent: Intent{ID: "a"}}, at(time.Minute))
	fourth := claimOne(t, q, at(time.Minute), lease)
	require.NoError(t, q.Done(ctx, at(time.Minute), fourth))
	lost("done by another", third, at(time.Minute))
	assert.ErrorIs(t, q.Renew(ctx, at(time.Minute), fourth, lease), ErrLeaseLost, "done")
}

func testALeaseThatEndedAndWasNotTakenCanBeRenewed(t *testing.T, s *Store) {
	putIntent(t, s.Intents, at(0), Intent{ID: "a"})
	c := claimOne(t, s.Intents, at(0), time.Second)
	require.NoError(t, s.Intents.Renew(t.Context(), at(time.Minute), c, lease))
	claimNone(t, s.Intents, at(time.Minute))
}

func testALeaseIsBounded(t *testing.T, s *Store) {
	putIntent(t, s.Intents, at(0), Intent{ID: "a"})
	c := claimOne(t, s.Intents, at(0), 24*time.Hour)
	assert.True(t, at(MaxLease).Equal(c.LeasedUntil))
	claimOne(t, s.Intents, at(MaxLease), lease)
}

func testARescheduledIntentBeginsAnew(t *testing.T, s *Store) {
	q, ctx := s.Intents, t.Context()
	putIntent(t, q, at(0), Intent{ID: "a", Kind: "follow", Payload: []byte("1")})
	claimOne(t, q, at(0), time.Second)
	c := claimOne(t, q, at(time.Second), lease)
	assert.Equal(t, 2, c.Attempts)
	require.NoError(t, q.Note(ctx, at(0), c, []byte("posted")))
	require.NoError(t, q.Again(ctx, at(2*time.Second), c, at(5*time.Second), []byte("2")))
	is := must[Intent](t)(q.Get(ctx, "a"))
	assert.Equal(t, "2", string(is.Payload))
	assert.Empty(t, is.Progress)
	assert.Zero(t, is.Attempts)
	assert.True(t, is.LeasedUntil.IsZero())
	assert.True(t, at(0).Equal(is.Created))
	assert.True(t, at(5*time.Second).Equal(is.Due))
	claimNone(t, q, at(4*time.Second))
	c = claimOne(t, q, at(5*time.Second), lease)
	assert.Equal(t, 1, c.Attempts)
	assert.Equal(t, "follow", c.Kind)
	assert.False(t, must[bool](t)(q.Put(ctx, at(5*time.Second), Intent{ID: "a"})))
}

func testDueLongestComesFirst(t *testing.T, s *Store) {
	for i := range 60 {
		putIntent(t, s.Intents, at(0), Intent{ID: strconv.Itoa(i), Due: at(time.Duration(i*37%60) * time.Second)})
	}
	var all []string
	for {
		claims, err := s.Intents.ClaimDue(t.Context(), at(29*time.Second), 7, lease)
		require.NoError(t, err)
		assert.LessOrEqual(t, len(claims), 7)
		assert.True(t, slices.IsSortedFunc(claims, func(a, b Claim) int { return a.Due.Compare(b.Due) }))
		if len(claims) == 0 {
			break
		}
		all = append(all, idsOf(claims)...)
	}
	assert.Len(t, all, 30)
	slices.Sort(all)
	assert.Len(t, slices.Compact(all), 30)
	claims, err := s.Intents.ClaimDue(t.Context(), at(time.Hour), 0, lease)
	require.NoError(t, err)
	assert.Empty(t, claims, "none asked for")
}

func testIntentsAreListedByKind(t *testing.T, s *Store) {
	q, ctx := s.Intents, t.Context()
	putIntent(t, q, at(2*time.Second), Intent{ID: "late", Kind: "follow", Due: at(time.Hour)})
	putIntent(t, q, at(1*time.Second), Intent{ID: "early", Kind: "follow", Due: at(2 * time.Hour)})
	putIntent(t, q, at(0), Intent{ID: "other", Kind: "command"})
	assert.Equal(t, []string{"early", "late"}, ids(must[[]Intent](t)(q.List(ctx, "follow"))))
	assert.Equal(t, []string{"other", "early", "late"}, ids(must[[]Intent](t)(q.List(ctx, ""))))
	assert.Empty(t, must[[]Intent](t)(q.List(ctx, "watch")))
	c := claimOne(t, q, at(3*time.Second), lease)
	is := must[Intent](t)(q.Get(ctx, c.ID))
	assert.Equal(t, c.LeasedUntil.UnixMilli(), is.LeasedUntil.UnixMilli())
	assert.Equal(t, 1, is.Attempts)
	assert.Equal(t, is, must[[]Intent](t)(q.List(ctx, "command"))[0])
}

func testACancelledIntentMayBePutAnew(t *testing.T, s *Store) {
	q, ctx := s.Intents, t.Context()
	assert.False(t, must[bool](t)(q.Cancel(ctx, at(0), "a")))
	putIntent(t, q, at(0), Intent{ID: "a"})
	assert.True(t, must[bool](t)(q.Cancel(ctx, at(0), "a")))
	claimNone(t, q, at(time.Hour))
	putIntent(t, q, at(0), Intent{ID: "a"})
	require.NoError(t, q.Done(ctx, at(0), claimOne(t, q, at(0), lease)))
	assert.False(t, must[bool](t)(q.Cancel(ctx, at(0), "a")), "it is done")
	putIntent(t, q, at(time.Second), Intent{ID: "a"})

	c := claimOne(t, q, at(time.Second), lease)
	assert.True(t, must[bool](t)(q.Cancel(ctx, at(time.Second), "a")))
	require.ErrorIs(t, q.Renew(ctx, at(2*time.Second), c, lease), ErrLeaseLost)
	require.ErrorIs(t, q.Done(ctx, at(2*time.Second), c), ErrLeaseLost)
	assert.Zero(t, must[int](t)(q.Len(ctx)), "its holder does not bring it back")
	putIntent(t, q, at(2*time.Second), Intent{ID: "a"})
	require.ErrorIs(t, q.Renew(ctx, at(2*time.Second), c, lease), ErrLeaseLost)
}

func testIntentsBeyondABoundAreRefused(t *testing.T, s *Store) {
	q, ctx := s.Intents, t.Context()
	large := make([]byte, MaxPayload+1)
	for _, i := range []Intent{
		{ID: strings.Repeat("x", MaxID+1)},
		{ID: "a", Kind: strings.Repeat("x", MaxID+1)},
		{ID: "a", Payload: large},
		{ID: "a", Progress: large},
	} {
		_, err := q.Put(ctx, at(0), i)
		assert.ErrorIs(t, err, ErrTooLarge)
		_, _, err = q.PutClaimed(ctx, at(0), i, lease)
		assert.ErrorIs(t, err, ErrTooLarge)
	}
	_, err := q.Put(ctx, at(0), Intent{Kind: "follow"})
	assert.ErrorContains(t, err, "no id")
	putIntent(t, q, at(0), Intent{ID: "a", Payload: large[1:], Progress: large[1:]})
	c := claimOne(t, q, at(0), lease)
	assert.Len(t, c.Payload, MaxPayload)
	assert.Len(t, c.Progress, MaxPayload)
	assert.ErrorIs(t, q.Note(ctx, at(0), c, large), ErrTooLarge)
	assert.ErrorIs(t, q.Again(ctx, at(0), c, at(0), large), ErrTooLarge)
}

// mostIntents is the length of the queue in the tests.
const mostIntents = 160

func testAQueueThatIsFullRefuses(t *testing.T, s *Store) {
	q, ctx := s.Intents, t.Context()
	var kept []string
	for i := range 2 * mostIntents {
		id := strconv.Itoa(i)
		added, err := q.Put(ctx, at(0), Intent{ID: id})
		assert.Equal(t, err == nil, added)
		if err == nil {
			kept = append(kept, id)
			continue
		}
		require.ErrorIs(t, err, ErrFull)
		_, _, err = q.PutClaimed(ctx, at(0), Intent{ID: id}, lease)
		require.ErrorIs(t, err, ErrFull)
	}
	assert.Len(t, kept, mostIntents)
	assert.Equal(t, mostIntents, must[int](t)(q.Len(ctx)))
	assert.False(t, must[bool](t)(q.Put(ctx, at(0), Intent{ID: kept[0]})), "known, not refused")
	require.True(t, must[bool](t)(q.Cancel(ctx, at(0), kept[7])))
	putIntent(t, q, at(0), Intent{ID: kept[7]})
}

func testNoTwoHaveOneIntent(t *testing.T, s *Store) {
	const intents, workers = 100, 8
	q, ctx := s.Intents, t.Context()
	for i := range intents {
		putIntent(t, q, at(0), Intent{ID: strconv.Itoa(i)})
	}
	var holders [intents]atomic.Int32
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				claims, err := q.ClaimDue(ctx, at(time.Second), 3, lease)
				if !assert.NoError(t, err) || len(claims) == 0 {
					return
				}
				for _, c := range claims {
					i, _ := strconv.Atoi(c.ID)
					assert.EqualValues(t, 1, holders[i].Add(1))
					assert.NoError(t, q.Renew(ctx, at(time.Second), c, lease))
					assert.NoError(t, q.Done(ctx, at(time.Second), c))
				}
			}
		})
	}
	wg.Wait()
	for i := range holders {
		assert.EqualValues(t, 1, holders[i].Load(), i)
	}
}

func testOfManyWhoPutTheSameOneIsFirst(t *testing.T, s *Store) {
	var firsts atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, added, err := s.Intents.PutClaimed(t.Context(), at(0), Intent{ID: "env"}, lease)
			if assert.NoError(t, err) && added {
				firsts.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, firsts.Load())
}

func testAliasesHoldInAChannelOrEverywhere(t *testing.T, s *Store) {
	a, ctx := s.Aliases, t.Context()
	set := func(channel, name, target string) Alias {
		alias := Alias{Channel: channel, Name: name, Target: target, By: "U1", At: at(0)}
		require.NoError(t, a.SetAlias(ctx, alias, nil))
		return alias
	}
	everywhere := set("", "Web", "t1")
	here := set("C1", "web", "t2")
	other := set("", "接口", "t3")
	check := Alias{Name: "sast", Target: "r1", Check: true}
	require.NoError(t, a.SetAlias(ctx, check, nil))

	named := func(channel, name string) []Alias { return must[[]Alias](t)(a.Named(ctx, channel, name)) }
	assert.Equal(t, []Alias{here, everywhere}, named("C1", "WEB"), "the channel's own counts first")
	assert.Equal(t, []Alias{everywhere}, named("C2", "wEb"))
	assert.Equal(t, []Alias{everywhere}, named("", "web"))
	assert.Equal(t, []Alias{other}, named("C1", "接口"))
	assert.Empty(t, named("C1", "we"))

	assert.Equal(t, []Alias{check, here, everywhere, other}, must[[]Alias](t)(a.ListAliases(ctx, "C1")))
	assert.Equal(t, []Alias{check, everywhere, other}, must[[]Alias](t)(a.ListAliases(ctx, "C")))
	assert.Equal(t, []Alias{check, everywhere, other}, must[[]Alias](t)(a.ListAliases(ctx, "")))
	assert.Equal(t, []Alias{check, everywhere, other, here}, must[[]Alias](t)(a.AllAliases(ctx)))

	here = set("C1", "WEB", "t4")
	assert.Equal(t, []Alias{here, everywhere}, named("C1", "web"))
	assert.Len(t, must[[]Alias](t)(a.AllAliases(ctx)), 4)

	of := func(target string) func(Alias) bool { return func(is Alias) bool { return is.Target == target } }
	beside := Alias{Channel: "C1", Name: "Web", Target: "t5", By: "U2", At: at(1)}
	require.NoError(t, a.SetAlias(ctx, beside, of("t5")))
	assert.Equal(t, []Alias{here, beside, everywhere}, named("C1", "web"), "one that may not be replaced stays, and counts first")
	beside.Target = "t6"
	require.NoError(t, a.SetAlias(ctx, beside, of("t5")))
	assert.Equal(t, []Alias{here, beside, everywhere}, named("C1", "web"))
	assert.Equal(t, []Alias{check, here, beside, everywhere, other}, must[[]Alias](t)(a.ListAliases(ctx, "C1")))
	assert.False(t, must[bool](t)(a.DeleteAlias(ctx, "C1", "web", of("t9"))))
	assert.True(t, must[bool](t)(a.DeleteAlias(ctx, "C1", "web", of("t4"))))
	assert.Equal(t, []Alias{beside, everywhere}, named("C1", "web"))
	for i := range MaxBeside {
		beside.Target = "b" + strconv.Itoa(i)
		err := a.SetAlias(ctx, beside, of("nothing"))
		assert.Equal(t, i == MaxBeside-1, errors.Is(err, ErrFull), "%d: %v", i, err)
	}
	for range MaxBeside {
		assert.True(t, must[bool](t)(a.DeleteAlias(ctx, "C1", "Web", anyAlias)))
	}
	assert.False(t, must[bool](t)(a.DeleteAlias(ctx, "C1", "Web", anyAlias)), "the workspace's stays")
	assert.Equal(t, []Alias{everywhere}, named("C1", "web"))

	for _, wrong := range []Alias{{Name: "a"}, {Target: "t"}, {Name: "a\x00b", Target: "t"}} {
		assert.Error(t, a.SetAlias(ctx, wrong, nil))
	}
	assert.ErrorIs(t, a.SetAlias(ctx, Alias{Name: strings.Repeat("a", MaxID+1), Target: "t"}, nil), ErrTooLarge)
}

func anyAlias(Alias) bool { return true }

func testWatchesOfAChannelAndOfAProject(t *testing.T, s *Store) {
	w, ctx := s.Watches, t.Context()
	add := func(watch Watch) Watch {
		now, added, err := w.AddWatch(ctx, watch)
		require.NoError(t, err)
		require.True(t, added)
		assert.NotEmpty(t, now.Version)
		return now
	}
	web := add(Watch{Channel: "C1", Task: "t1", TaskName: "web", Project: "p1", Owner: "U1", Created: at(0)})
	api := add(Watch{Channel: "C1", Task: "t2", TaskName: "api", Project: "p2", Every: true})
	far := add(Watch{Channel: "U10", Task: "t1", TaskName: "web", Project: "p1", Rights: "C10", Mine: true, Branch: "main"})
	assert.Equal(t, far, must[Watch](t)(w.Watch(ctx, "U10", "t1")))
	lone := add(Watch{Channel: "C1", Task: "t3", TaskName: "固件"})

	assert.Equal(t, []Watch{api, web, lone}, must[[]Watch](t)(w.ListWatches(ctx, "C1")))
	assert.Empty(t, must[[]Watch](t)(w.ListWatches(ctx, "C")))
	assert.Equal(t, web, must[Watch](t)(w.Watch(ctx, "C1", "t1")))
	grouped := must[map[string][]Watch](t)(w.WatchesByProject(ctx))
	assert.ElementsMatch(t, []Watch{web, far}, grouped["p1"])
	assert.Equal(t, []Watch{api}, grouped["p2"])
	assert.Equal(t, []Watch{lone}, grouped[""])
	assert.Len(t, grouped, 3)

	assert.Equal(t, []Watch{lone, web}, must[[]Watch](t)(w.SomeWatches(ctx, []string{lone.ID(), "C9:none", web.ID()})))
	assert.Empty(t, must[[]Watch](t)(w.SomeWatches(ctx, nil)))
	testTheStampOfWatches(t, w, lone)

	assert.True(t, must[bool](t)(w.RemoveWatch(ctx, "C1", "t1")))
	assert.False(t, must[bool](t)(w.RemoveWatch(ctx, "C1", "t1")))
	_, err := w.Watch(ctx, "C1", "t1")
	assert.ErrorIs(t, err, ErrNotFound)
	_, err = w.Advance(ctx, web, WatchState{Build: 9})
	assert.ErrorIs(t, err, ErrNotFound, "nothing comes back to life")
	for _, wrong := range []Watch{{Channel: "C1"}, {Task: "t"}} {
		_, _, err := w.AddWatch(ctx, wrong)
		assert.Error(t, err)
	}
	_, err = w.Advance(ctx, api, WatchState{Note: strings.Repeat("x", maxNote+1)})
	assert.ErrorIs(t, err, ErrTooLarge)
}

// testTheStampOfWatches ends with one of them in project p3.
func testTheStampOfWatches(t *testing.T, w Watches, one Watch) {
	ctx := t.Context()
	last := must[string](t)(w.Stamp(ctx))
	changed := func(want bool, after string) {
		t.Helper()
		now := must[string](t)(w.Stamp(ctx))
		assert.Equal(t, want, now != last, after)
		last = now
	}
	now, err := w.Advance(ctx, one, WatchState{Build: 3})
	require.NoError(t, err)
	changed(false, "what was observed is another")
	_, _, err = w.AddWatch(ctx, Watch{Channel: "C7", Task: "t7"})
	require.NoError(t, err)
	changed(true, "one more")
	must[bool](t)(w.RemoveWatch(ctx, "C7", "t7"))
	changed(true, "one less")
	now, err = w.Rename(ctx, now, "固件", "p2")
	require.NoError(t, err)
	changed(true, "another project")
	moved, err := w.Move(ctx, now, "p3", WatchState{Build: 4})
	require.NoError(t, err)
	changed(true, "another project")
	assert.Equal(t, moved, must[[]Watch](t)(w.SomeWatches(ctx, []string{one.ID()}))[0])
	assert.Equal(t, "p3", moved.Project)
	assert.EqualValues(t, 4, moved.Seen.Build)
	_, err = w.Move(ctx, now, "p4", WatchState{})
	assert.ErrorIs(t, err, ErrChanged)
	changed(false, "nothing was written")
}

func testAWatchIsAdvancedByOne(t *testing.T, s *Store) {
	w, ctx := s.Watches, t.Context()
	first, _, err := w.AddWatch(ctx, Watch{Channel: "C1", Task: "t1", Project: "p1", Owner: "U1"})
	require.NoError(t, err)
	to := WatchState{Build: 128, Outcome: "failed", Thread: "100.1", Failures: 1, At: at(0), Note: "x"}
	var posts atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			now, err := w.Advance(ctx, first, to)
			if err == nil {
				posts.Add(1)
				assert.Equal(t, to, now.Seen)
			} else {
				assert.ErrorIs(t, err, ErrChanged)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, posts.Load(), "the same state does not make it the same change")

	second := must[Watch](t)(w.Watch(ctx, "C1", "t1"))
	assert.Equal(t, to, second.Seen)
	assert.Equal(t, "U1", second.Owner)
	third, err := w.Rename(ctx, second, "web", "p2")
	require.NoError(t, err)
	assert.Equal(t, to, third.Seen)
	_, err = w.Advance(ctx, second, WatchState{})
	assert.ErrorIs(t, err, ErrChanged)

	fourth, added, err := w.AddWatch(ctx, Watch{Channel: "C1", Task: "t1", Every: true, Owner: "U2", Branch: "main"})
	require.NoError(t, err)
	assert.False(t, added)
	assert.True(t, fourth.Every)
	assert.Equal(t, "U2", fourth.Owner)
	assert.Equal(t, "p2", fourth.Project, "what is known stays")
	assert.Equal(t, to, fourth.Seen)
	_, err = w.Advance(ctx, third, WatchState{})
	assert.ErrorIs(t, err, ErrChanged)
	_, err = w.Advance(ctx, fourth, WatchState{})
	assert.NoError(t, err)
}

func testTheHistoryOfATaskIsBounded(t *testing.T, s *Store) {
	h, ctx := s.History, t.Context()
	for i := range MaxBuilds + 10 {
		n := int64(i*7%(MaxBuilds+10) + 1)
		require.NoError(t, h.Record(ctx, Build{Task: "t1", Build: n, At: at(time.Duration(n) * time.Minute), Outcome: "failed", Reason: "f" + strconv.FormatInt(n, 10), Step: "编译"}))
	}
	require.NoError(t, h.Record(ctx, Build{Task: "t2", Build: 5, At: at(0), Outcome: "succeeded"}))
	is := must[[]Build](t)(h.Builds(ctx, "t1", 0))
	require.Len(t, is, MaxBuilds)
	for i, b := range is {
		assert.EqualValues(t, MaxBuilds+10-i, b.Build)
		assert.Equal(t, fmt.Sprintf("f%d", b.Build), b.Reason)
	}
	last := must[[]Build](t)(h.Builds(ctx, "t1", 3))
	assert.Equal(t, is[:3], last)
	assert.ElementsMatch(t, []string{"t1", "t2"}, tasksOf(t, h))

	require.NoError(t, h.Record(ctx, Build{Task: "t1", Build: 100, At: at(HistoryAge + 30*time.Minute), Outcome: "failed"}))
	is = must[[]Build](t)(h.Builds(ctx, "t1", 0))
	for _, b := range is {
		assert.Greater(t, b.Build, int64(30), "too old by now")
	}
	assert.Len(t, is, 31)
	assert.Empty(t, must[[]Build](t)(h.Builds(ctx, "t", 0)))
	for _, wrong := range []Build{{Build: 1, At: at(0)}, {Task: "t", At: at(0)}, {Task: "t", Build: 1}} {
		assert.Error(t, h.Record(ctx, wrong))
	}
}

// tasksOf are the tasks with builds in the history.
func tasksOf(t *testing.T, h History) (tasks []string) {
	t.Helper()
	require.NoError(t, h.EachTask(t.Context(), func(task string, builds []Build) error {
		assert.NotEmpty(t, builds)
		tasks = append(tasks, task)
		return nil
	}))
	return tasks
}

func testTasksNotSeenForLongAreForgotten(t *testing.T, s *Store) {
	h, ctx := s.History, t.Context()
	require.NoError(t, h.Record(ctx, Build{Task: "old", Build: 1, At: at(0)}))
	require.NoError(t, h.Record(ctx, Build{Task: "young", Build: 1, At: at(24 * time.Hour)}))
	require.NoError(t, h.Record(ctx, Build{Task: "new", Build: 1, At: at(HistoryAge + time.Hour)}))
	assert.ElementsMatch(t, []string{"young", "new"}, tasksOf(t, h))
}

func testVotesAreOneAUserAndABuild(t *testing.T, s *Store) {
	h, ctx := s.History, t.Context()
	build := Build{Task: "t1", Build: 7, At: at(0), Outcome: "failed"}
	vote := func(user string, right bool, rights, wrongs int) {
		t.Helper()
		r, w, err := h.Vote(ctx, "t1", 7, user, right)
		require.NoError(t, err)
		assert.Equal(t, [2]int{rights, wrongs}, [2]int{r, w})
	}
	_, _, err := h.Vote(ctx, "t1", 7, "U1", true)
	require.ErrorIs(t, err, ErrNotFound)
	require.NoError(t, h.Record(ctx, build))
	vote("U1", true, 1, 0)
	vote("U2", true, 2, 0)
	vote("U1", false, 1, 1)
	build.Reason = "known now"
	require.NoError(t, h.Record(ctx, build), "what is said of a build again leaves the votes")
	vote("U3", false, 1, 2)
	is := must[[]Build](t)(h.Builds(ctx, "t1", 0))
	require.Len(t, is, 1)
	assert.Equal(t, "known now", is[0].Reason)
	assert.Equal(t, map[string]bool{"U1": false, "U2": true, "U3": false}, is[0].Votes)
	_, _, err = h.Vote(ctx, "t1", 7, "", true)
	assert.Error(t, err)
	for i := range MaxVotes - 3 {
		_, _, err := h.Vote(ctx, "t1", 7, fmt.Sprint("V", i), true)
		require.NoError(t, err)
	}
	_, _, err = h.Vote(ctx, "t1", 7, "one more", true)
	assert.ErrorIs(t, err, ErrFull)
	_, _, err = h.Vote(ctx, "t1", 7, "U1", true)
	assert.NoError(t, err)
}

func testAPressIsTakenByOne(t *testing.T, s *Store) {
	p, ctx := s.Presses, t.Context()
	assert.Empty(t, must[map[string][]byte](t)(p.Waiting(ctx)))
	require.NoError(t, p.Leave(ctx, "p1", []byte(`{"停止":1}`)))
	require.NoError(t, p.Leave(ctx, "p2", []byte("far")))
	require.NoError(t, p.Leave(ctx, "p2", []byte("far")), "asked again by the client")
	want := map[string][]byte{"p1": []byte(`{"停止":1}`), "p2": []byte("far")}
	assert.Equal(t, want, must[map[string][]byte](t)(p.Waiting(ctx)))
	assert.Equal(t, want, must[map[string][]byte](t)(p.Waiting(ctx)), "looking takes nothing")

	var took atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			taken, err := p.Take(ctx, "p1")
			if assert.NoError(t, err) && taken {
				took.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, took.Load())
	assert.Equal(t, map[string][]byte{"p2": []byte("far")}, must[map[string][]byte](t)(p.Waiting(ctx)))
	assert.False(t, must[bool](t)(p.Take(ctx, "never")))
}

func testPressesBeyondABoundAreRefused(t *testing.T, s *Store) {
	p, ctx := s.Presses, t.Context()
	assert.Error(t, p.Leave(ctx, "", nil))
	assert.ErrorIs(t, p.Leave(ctx, strings.Repeat("x", MaxID+1), nil), ErrTooLarge)
	assert.ErrorIs(t, p.Leave(ctx, "x", make([]byte, MaxPress+1)), ErrTooLarge)
	for i := range MaxPresses {
		require.NoError(t, p.Leave(ctx, strconv.Itoa(i), []byte("x")))
	}
	assert.ErrorIs(t, p.Leave(ctx, "more", []byte("x")), ErrFull)
	assert.True(t, must[bool](t)(p.Take(ctx, "7")))
	assert.NoError(t, p.Leave(ctx, "more", []byte("x")))
}

func testALocaleIsRecalled(t *testing.T, s *Store) {
	l, ctx := s.Locales, t.Context()
	locale, _, err := l.Recall(ctx, "U0ANN00001")
	require.NoError(t, err)
	assert.Empty(t, locale)
	told := time.Now().Add(-time.Hour).Truncate(time.Millisecond)
	require.NoError(t, l.Remember(ctx, "U0ANN00001", "en-US", told.Add(-time.Hour)))
	require.NoError(t, l.Remember(ctx, "U0ANN00001", "zh-CN", told))
	require.NoError(t, l.Remember(ctx, "U0BOB00001", "de-DE", told))
	locale, at, err := l.Recall(ctx, "U0ANN00001")
	require.NoError(t, err)
	assert.Equal(t, "zh-CN", locale)
	assert.WithinDuration(t, told, at, 0)
	require.NoError(t, l.Remember(ctx, "U0OLD00001", "zh-CN", time.Now().Add(-LocaleAge-time.Minute)))
	locale, _, err = l.Recall(ctx, "U0OLD00001")
	require.NoError(t, err)
	assert.Empty(t, locale, "people leave")
	assert.Error(t, l.Remember(ctx, "", "zh-CN", told))
	assert.Error(t, l.Remember(ctx, "U0ANN00001", "", told))
	assert.ErrorIs(t, l.Remember(ctx, strings.Repeat("U", MaxID+1), "zh-CN", told), ErrTooLarge)
}

func testANoticeIsToldByOneATaskAndADay(t *testing.T, s *Store) {
	ctx, noon := t.Context(), time.Now().UTC().Truncate(24*time.Hour).Add(12*time.Hour)
	first := func(task string, now time.Time) bool { return must[bool](t)(s.Notices.First(ctx, task, now)) }
	var all sync.WaitGroup
	var firsts atomic.Int32
	for range 8 {
		all.Go(func() {
			if told, err := s.Notices.First(ctx, "task", noon); assert.NoError(t, err) && told {
				firsts.Add(1)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, firsts.Load())
	assert.False(t, first("task", noon.Add(11*time.Hour)))
	assert.False(t, first("task", noon.Add(11*time.Hour).In(time.FixedZone("", 8*3600))), "a day of UTC")
	assert.True(t, first("task", noon.Add(12*time.Hour)), "the next day")
	assert.True(t, first("other", noon))
	_, err := s.Notices.First(ctx, "", noon)
	assert.Error(t, err)
	_, err = s.Notices.First(ctx, strings.Repeat("t", MaxID+1), noon)
	assert.ErrorIs(t, err, ErrTooLarge)
}

// The rates are so that the time the test itself takes does not count.
func testARateIsKept(t *testing.T, s *Store) {
	l, ctx := s.Limits, t.Context()
	const aDay = 1.0 / (24 * 3600)
	take := func(name string, cost int) time.Duration {
		return must[time.Duration](t)(l.Take(ctx, name, aDay, 5, cost))
	}
	for range 3 {
		assert.Zero(t, take("chat.postMessage:C1", 1))
	}
	assert.Zero(t, take("chat.postMessage:C1", 2), "a burst is there at once")
	wait := take("chat.postMessage:C1", 1)
	assert.InDelta(t, 24, wait.Hours(), 0.1)
	assert.InDelta(t, 48, take("chat.postMessage:C1", 2).Hours(), 0.1, "asking took nothing")
	assert.Zero(t, take("chat.postMessage:C2", 5), "another name")

	assert.Zero(t, must[time.Duration](t)(l.Take(ctx, "fast", 1e6, 1, 1)))
	await := func(ctx context.Context, name string) error {
		for {
			wait, err := l.Take(ctx, name, 1e6, 1, 1)
			if err != nil || wait <= 0 {
				return err
			}
			time.Sleep(wait)
		}
	}
	require.NoError(t, await(ctx, "fast"))

	require.NoError(t, l.Pause(ctx, "fast", time.Hour))
	require.NoError(t, l.Pause(ctx, "fast", time.Minute))
	assert.InDelta(t, 60, must[time.Duration](t)(l.Take(ctx, "fast", 1e6, 1, 1)).Minutes(), 1, "a pause is not shortened")
	require.NoError(t, l.Pause(ctx, "brief", 10*time.Millisecond))
	require.NoError(t, await(ctx, "brief"))

	reserve := func(name string, cost int) float64 {
		return must[time.Duration](t)(l.Reserve(ctx, name, aDay, 5, cost)).Hours()
	}
	assert.Zero(t, reserve("looks", 0))
	assert.Zero(t, reserve("looks", 4))
	assert.InDelta(t, 24*2, reserve("looks", 3), 0.1, "also tokens that have yet to come, and more than the burst")
	assert.InDelta(t, 24*2, reserve("looks", 0), 0.1, "asking takes nothing")
	assert.InDelta(t, 24*9, reserve("looks", 7), 0.1, "the next one waits behind")
	assert.InDelta(t, 24*10, must[time.Duration](t)(l.Take(ctx, "looks", aDay, 5, 1)).Hours(), 0.1, "and so does Take")
	require.NoError(t, l.Pause(ctx, "paused", time.Hour))
	assert.InDelta(t, 1, must[time.Duration](t)(l.Reserve(ctx, "paused", 1e6, 5, 0)).Hours(), 0.1)

	gone, cancel := context.WithCancel(ctx)
	cancel()
	assert.ErrorIs(t, await(gone, "fast"), context.Canceled)
	_, err := l.Reserve(gone, "fast", 1, 1, 1)
	assert.ErrorIs(t, err, context.Canceled)
	for _, wrong := range []func() (time.Duration, error){
		func() (time.Duration, error) { return l.Take(ctx, "", 1, 1, 1) },
		func() (time.Duration, error) { return l.Take(ctx, "x", 0, 1, 1) },
		func() (time.Duration, error) { return l.Take(ctx, "x", -1, 1, 1) },
		func() (time.Duration, error) { return l.Take(ctx, "x", 1, 1, 2) },
		func() (time.Duration, error) { return l.Take(ctx, "x", 1, 1, 0) },
		func() (time.Duration, error) { return l.Reserve(ctx, "", 1, 1, 1) },
		func() (time.Duration, error) { return l.Reserve(ctx, "x", 0, 1, 1) },
		func() (time.Duration, error) { return l.Reserve(ctx, "x", 1, 1, -1) },
	} {
		_, err := wrong()
		assert.ErrorContains(t, err, "expected a name, a rate above 0")
	}
}

func testACallerWhoLeftIsNotToldThatTheStoreIsAway(t *testing.T, s *Store) {
	ctx, cancel := context.WithCancelCause(t.Context())
	left := errors.New("stopped by the user")
	cancel(left)
	for range 20 { // nor does that count against the store
		_, err := s.Intents.Put(ctx, at(0), Intent{ID: "a"})
		assert.ErrorIs(t, err, left)
		assert.NotErrorIs(t, err, ErrAway)
		_, err = s.Intents.Get(ctx, "a")
		assert.ErrorIs(t, err, left)
	}
	assert.Zero(t, must[int](t)(s.Intents.Len(t.Context())), "nothing was begun")
	_, err := s.Intents.Get(t.Context(), "never")
	assert.ErrorIs(t, err, ErrNotFound)
}
