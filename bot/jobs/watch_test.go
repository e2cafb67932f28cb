package jobs_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs"
	"logbot/cache/state"
	"logbot/commands/access"
	"logbot/logsapi/codeartsim"
)

// history is what happened to task 1 before a test began, and then the builds one
// after the other: each is asked for so long after the beginning and takes a
// minute.
func history(before string, then ...any) yardOptions {
	plans := []plan{{task: 1, number: 1, state: before, asked: -time.Hour, took: time.Minute}}
	for i := 0; i < len(then); i += 2 {
		plans = append(plans, plan{task: 1, number: 2 + i/2, asked: then[i].(time.Duration), state: then[i+1].(string), took: time.Minute})
	}
	return yardOptions{plans: plans}
}

func TestAFailureIsToldWithin30SecondsOnceOverAllReplicas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, history("FAILURE", 5*time.Minute, "FAILURE"))
		r := y.replica()
		y.replica()
		y.replica()
		answer := r.typed("watch task-1")
		assert.False(t, answer.Refused)
		assert.Contains(t, answer.Body, "watched here from now on")
		assert.Contains(t, answer.Body, "What failed before is not told")
		assert.NotContains(t, answer.Body, "looked at by itself")
		pass(6 * time.Minute)
		assert.Empty(t, y.slack.all(), "what failed before, and what runs, is not told")
		pass(10 * time.Minute)
		all := y.slack.all()
		require.Len(t, all, 1)
		assert.Equal(t, builds, all[0].channel)
		assert.Empty(t, all[0].thread)
		assert.Contains(t, all[0].answer.Heading, "task-1 #2 failed")
		assert.Contains(t, all[0].answer.Reason, "undeclared identifier")
		assert.NotContains(t, all[0].answer.Source, "repeat")
		ended := time.Date(2000, 1, 1, 0, 6, 0, 0, time.UTC)
		assert.WithinDuration(t, ended.Add(15*time.Second), all[0].at, 15*time.Second)
	})
}

func TestFurtherFailuresAreCountedInTheThreadUntilItWorksAgain(t *testing.T) {
	t.Parallel()
	for _, every := range []bool{false, true} {
		t.Run(fmt.Sprintf("every %v", every), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := history("SUCCESS", 2*time.Minute, "FAILURE", 5*time.Minute, "FAILURE", 8*time.Minute, "ABORTED", 11*time.Minute, "FAILURE",
					14*time.Minute, "SUCCESS", 17*time.Minute, "SUCCESS", 20*time.Minute, "FAILURE", 23*time.Minute, "SUCCESS")
				y := newYard(t, o)
				r := y.replica()
				typed, in := "watch task-1", "> "
				if every {
					typed, in = "watch task-1 --every", ""
				}
				require.False(t, r.typed(typed).Refused)
				pass(13 * time.Minute)
				assert.Contains(t, r.typed("watches").Excerpt(), "task-1 failed 3×")
				pass(20 * time.Minute)
				assert.Equal(t, []string{
					`task-1 #2 failed in "Compile" after 1 min 0 s`,
					in + `task-1 #3 failed in "Compile" after 1 min 0 s`,
					in + `task-1 #5 failed in "Compile" after 1 min 0 s`,
					in + "task-1 works again: #6 succeeded after 3 failures",
					`task-1 #8 failed in "Compile" after 1 min 0 s`,
					in + "task-1 works again: #9 succeeded",
				}, y.slack.headings())
				all := y.slack.all()
				assert.NotContains(t, all[0].answer.Source, "failure")
				assert.Contains(t, all[1].answer.Source, "failure 2 since it worked last")
				assert.Contains(t, all[2].answer.Source, "failure 3 since it worked last")
				if !every {
					assert.Equal(t, all[0].ts, all[3].thread)
					assert.Equal(t, all[4].ts, all[5].thread)
				}
				assert.Contains(t, r.typed("watches").Excerpt(), "no new failure")
			})
		})
	}
}

func TestBuildsThatFailBetweenTwoLooksAreNotMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := history("SUCCESS")
		// Thirty builds of two seconds each: more than are listed at first.
		for i := range 30 {
			s := "FAILURE"
			if i%10 == 5 {
				s = "SUCCESS"
			}
			o.plans = append(o.plans, plan{task: 1, number: 2 + i, state: s, asked: 5*time.Minute + time.Duration(i)*500*time.Millisecond, took: 400 * time.Millisecond})
		}
		y := newYard(t, o)
		r := y.replica()
		require.False(t, r.typed("watch task-1").Refused)
		pass(10 * time.Minute)
		told := strings.Join(y.slack.headings(), "\n")
		assert.Len(t, y.slack.all(), 30)
		last := -1
		for i := range 30 {
			at := strings.Index(told, fmt.Sprintf("#%d ", 2+i))
			require.GreaterOrEqual(t, at, 0, "build %d", 2+i)
			assert.Greater(t, at, last, "build %d is told in its turn", 2+i)
			last = at
		}
	})
}

func TestBuildsThatEndOutOfOrderAreNotMissed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, yardOptions{plans: []plan{
			{task: 1, number: 1, state: "SUCCESS", asked: -time.Hour, took: time.Minute},
			{task: 1, number: 2, state: "FAILURE", asked: 10 * time.Second, took: 20 * time.Minute}, // runs when the watch begins
			{task: 1, number: 3, state: "SUCCESS", asked: 2 * time.Minute, took: time.Minute},
			{task: 1, number: 4, state: "FAILURE", asked: 4 * time.Minute, took: 8 * time.Minute},
			{task: 1, number: 5, state: "FAILURE", asked: 5 * time.Minute, took: time.Minute},
		}})
		r := y.replica()
		pass(30 * time.Second)
		require.False(t, r.typed("watch task-1").Refused)
		pass(30 * time.Minute)
		all := y.slack.all()
		require.Len(t, all, 3, y.slack.headings())
		for i, want := range []struct {
			build int
			ended time.Duration
		}{{5, 6 * time.Minute}, {4, 12 * time.Minute}, {2, 20*time.Minute + 10*time.Second}} {
			assert.Contains(t, all[i].answer.Heading, fmt.Sprintf("#%d failed", want.build))
			late := all[i].at.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(want.ended))
			assert.LessOrEqual(t, late, 30*time.Second)
		}
	})
}

func TestACrashBetweenPostAndNoteIsTheOnlyRepeatAndIsMarked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after bool
		messages      int
		marked        bool
	}{
		"before the post": {before: true, messages: 1, marked: true}, // whether it arrived is not known
		"after the post":  {after: true, messages: 2, marked: true},
		"never":           {messages: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t, history("SUCCESS", time.Minute, "FAILURE", 10*time.Minute, "FAILURE"))
				r := y.replica()
				require.False(t, r.typed("watch task-1").Refused)
				y.slack.onPost(func(*message) error {
					if c.before && !r.mortal.dead.Load() {
						r.die()
						return errDead
					}
					return nil
				})
				y.slack.onPosted(func(*message) {
					if c.after {
						r.die()
					}
				})
				pass(3 * time.Minute)
				next := y.replica()
				pass(5 * time.Minute)
				all := y.slack.all()
				require.Len(t, all, c.messages)
				assert.Equal(t, c.marked, strings.Contains(all[len(all)-1].answer.Source, "may be a repeat"))
				if c.marked {
					assert.Equal(t, int64(1), next.Stats().Repeats)
				}
				pass(10 * time.Minute)
				all = y.slack.all()
				require.Len(t, all, c.messages+1)
				assert.Equal(t, all[c.messages-1].ts, all[c.messages].thread, "the thread is that of the last")
				assert.Contains(t, all[c.messages].answer.Source, "failure 2 since")
			})
		})
	}
}

func TestAPostWhoseNoteTheStoreMissedIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]time.Duration{"for a failover": 3 * time.Second, "for most of the lease": 12 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t, history("SUCCESS", time.Minute, "FAILURE"))
				r := y.replica()
				require.False(t, r.typed("watch task-1").Refused)
				y.slack.onPosted(func(*message) {
					r.mortal.away.Store(true)
					time.AfterFunc(away, func() { r.mortal.away.Store(false) })
				})
				pass(10 * time.Minute)
				require.Len(t, y.slack.headings(), 1)
				assert.Zero(t, r.Stats().Repeats)
			})
		})
	}
}

func TestAWatchEndsWithItsOwnersRightOrAccount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lose func(*yard)
		says string
	}{
		"the right": {func(y *yard) {
			p, err := access.New([]access.Rule{{Users: []string{"U0BOB00001"}, Tasks: []string{"*"}}})
			require.NoError(y.t, err)
			y.rules.Store(p)
		}, "may not read it here any longer"},
		"the account": {func(y *yard) { y.left.Store(ann, true) }, "has left the workspace"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t, history("SUCCESS", time.Minute, "FAILURE", 5*time.Minute, "FAILURE"))
				r := y.replica()
				require.False(t, r.typed("watch task-1").Refused)
				r.stop()
				c.lose(y)
				y.replica() // rules are read when a process begins
				pass(10 * time.Minute)
				all := y.slack.all()
				require.Len(t, all, 1)
				assert.Contains(t, all[0].answer.Body, c.says)
				assert.Contains(t, all[0].answer.Try[0].Line, "/logs watch task-1")
				assert.Empty(t, all[0].answer.Lines, "nothing of the log is shown")
				watches, err := y.store.Watches.ListWatches(t.Context(), builds)
				require.NoError(t, err)
				assert.Empty(t, watches)
				n, err := y.store.Intents.Len(t.Context())
				require.NoError(t, err)
				assert.Zero(t, n, "nobody looks any more")
			})
		})
	}
}

func TestAWatchWhoseChannelTakesNothingEndsAndTellsItsOwner(t *testing.T) {
	t.Parallel()
	for name, dies := range map[string]bool{"in one go": false, "also when a process dies of it": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t, history("SUCCESS", time.Minute, "FAILURE", 30*time.Minute, "FAILURE"))
				r := y.replica()
				require.False(t, r.typed("watch task-1").Refused)
				refused := 0
				refuses := closed(builds)
				y.slack.onPost(func(m *message) error {
					if m.channel == builds {
						refused++
					}
					return refuses(m)
				})
				y.slack.onPosted(func(*message) {
					if dies && !r.mortal.dead.Load() {
						r.die()
						y.replica()
					}
				})
				pass(3 * time.Minute)
				assert.Equal(t, 1, refused)
				assert.Empty(t, y.slack.all(), "one refusal does not end it")
				pass(20 * time.Minute)
				all := y.slack.all()
				if dies {
					require.Len(t, all, 2)
					assert.Contains(t, all[1].answer.Source, "may be a repeat")
				} else {
					require.Len(t, all, 1)
				}
				assert.Equal(t, ann, all[0].channel)
				assert.Empty(t, all[0].thread)
				assert.Equal(t, builds, all[0].answer.Channel)
				assert.Contains(t, all[0].answer.Body, "task-1 is not watched in that channel any more")
				assert.Contains(t, all[0].answer.Try[0].Line, "/logs watch task-1")
				assert.Empty(t, all[0].answer.Lines, "nothing of the log is shown")
				watches, err := y.store.Watches.ListWatches(t.Context(), builds)
				require.NoError(t, err)
				assert.Empty(t, watches)
				pass(20 * time.Minute)
				assert.Len(t, y.slack.all(), len(all), "once")
				n, err := y.store.Intents.Len(t.Context())
				require.NoError(t, err)
				assert.Zero(t, n, "nobody looks any more")
			})
		})
	}
}

func TestAWatchOutlivesARefusalThatPasses(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]error{
		"invited again":    jobs.ErrClosed,
		"slack in trouble": errors.New("chat.postMessage: internal_error"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t, history("SUCCESS", time.Minute, "FAILURE"))
				r := y.replica()
				require.False(t, r.typed("watch task-1").Refused)
				refused := 0
				y.slack.onPost(func(*message) error {
					if refused++; refused > 1 && errors.Is(refusal, jobs.ErrClosed) {
						return nil
					}
					return refusal
				})
				pass(15 * time.Minute)
				y.slack.onPost(nil)
				pass(5 * time.Minute)
				all := y.slack.all()
				require.Len(t, all, 1)
				assert.Equal(t, builds, all[0].channel)
				assert.Contains(t, all[0].answer.Heading, "task-1 #2 failed")
				watches, err := y.store.Watches.ListWatches(t.Context(), builds)
				require.NoError(t, err)
				assert.Len(t, watches, 1)
			})
		})
	}
}

func TestAWatchWhoseOwnerCannotBeToldEndsAfterADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, history("SUCCESS", time.Minute, "FAILURE"))
		r := y.replica()
		require.False(t, r.typed("watch task-1").Refused)
		y.slack.onPost(func(m *message) error {
			if m.channel == builds {
				return jobs.ErrClosed
			}
			return errors.New("missing_scope")
		})
		pass(5 * time.Minute)
		r.stop()
		pass(24 * time.Hour) // cheaper with nobody at work
		y.replica()
		pass(10 * time.Minute)
		watches, err := y.store.Watches.ListWatches(t.Context(), builds)
		require.NoError(t, err)
		assert.Empty(t, watches)
	})
}

func TestUnwatchEndsAWatchAlsoWhileSomethingWaitsToBeTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, history("SUCCESS", time.Minute, "FAILURE"))
		r := y.replica()
		require.False(t, r.typed("watch task-1").Refused)
		y.slack.onPost(func(*message) error { return errors.New("slack is down") })
		pass(2*time.Minute + 30*time.Second)
		assert.Contains(t, r.typed("unwatch TASK-1").Body, "not watched here any more")
		assert.Contains(t, r.typed("unwatch task-1").Body, "is not watched here")
		y.slack.onPost(nil)
		pass(5 * time.Minute)
		assert.Empty(t, y.slack.all())
		n, err := y.store.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
		require.False(t, r.typed("watch task-1").Refused, "and it may begin anew")
		pass(time.Minute)
		n, err = y.store.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, n)
	})
}

func TestFailuresAreToldInTheirOrderAfterSlackWasDownForLong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, history("SUCCESS", time.Minute, "FAILURE", 2*time.Minute+10*time.Second, "FAILURE", 5*time.Minute, "SUCCESS"))
		r := y.replica()
		require.False(t, r.typed("watch task-1").Refused)
		y.slack.onPost(func(*message) error { return errors.New("slack is down") })
		pass(30 * time.Minute)
		y.slack.onPost(nil)
		pass(5 * time.Minute)
		all := y.slack.all()
		require.Len(t, all, 3)
		assert.Contains(t, all[0].answer.Heading, "#2 failed")
		assert.NotContains(t, all[0].answer.Source, "repeat", "what was refused does not stand there")
		assert.Contains(t, all[1].answer.Heading, "#3 failed")
		assert.Contains(t, all[2].answer.Heading, "works again: #4")
		assert.Equal(t, all[0].ts, all[1].thread)
	})
}

func TestAPostThatMayHaveArrivedIsRepeatedAndMarked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, history("SUCCESS", time.Minute, "FAILURE"))
		r := y.replica()
		require.False(t, r.typed("watch task-1").Refused)
		y.slack.onPost(func(*message) error { return fmt.Errorf("post: %w", jobs.ErrUnsure) })
		pass(20 * time.Minute)
		y.slack.onPost(nil)
		pass(5 * time.Minute)
		all := y.slack.all()
		require.Len(t, all, 1)
		assert.Contains(t, all[0].answer.Source, "may be a repeat")
	})
}

func TestAWatchCannotBeSetWhereNothingIsKeptOrSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := history("SUCCESS", time.Minute, "FAILURE")
		o.faults = []codeartsim.Fault{"not-published=record-list", "not-published=period-history"}
		y := newYard(t, o)
		r := y.replica()
		answer := r.typed("watch task-1")
		assert.True(t, answer.Refused)
		assert.Contains(t, answer.Body, "cannot be watched")
		assert.Contains(t, answer.Try[0].Line, "/logs fail task-1")
	})
}

func TestATaskOfNoKnownProjectIsLookedAtByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := history("SUCCESS", 5*time.Minute, "FAILURE", 10*time.Minute, "SUCCESS")
		o.of = func(int) int { return -1 }
		o.listed = []string{}
		y := newYard(t, o)
		r := y.replica()
		answer := r.typed("watch task-1")
		assert.Contains(t, answer.Body, "looked at by itself")
		pass(20 * time.Minute)
		assert.Equal(t, []string{`task-1 #2 failed in "Compile" after 1 min 0 s`, "> task-1 works again: #3 succeeded"}, y.slack.headings())
		assert.LessOrEqual(t, y.sim.Counts()["running-status"], int64(22))
	})
}

func TestATaskThatLeavesTheListIsStillWatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := history("SUCCESS", 5*time.Minute, "FAILURE")
		y := newYard(t, o)
		r := y.replica()
		require.False(t, r.typed("watch task-1").Refused)
		pass(time.Minute)
		require.NoError(t, y.sim.SetFaults("forbidden=job-list", "forbidden=jobs-v3"))
		pass(10 * time.Minute)
		assert.Equal(t, []string{`task-1 #2 failed in "Compile" after 1 min 0 s`}, y.slack.headings())
	})
}

func TestTroubleOfTheServiceDelaysAndLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, history("SUCCESS", time.Minute, "FAILURE", 3*time.Minute, "FAILURE"))
		r := y.replica()
		require.False(t, r.typed("watch task-1").Refused)
		require.NoError(t, y.sim.SetFaults(codeartsim.BadGateway+"=1"))
		pass(6 * time.Minute)
		assert.Empty(t, y.slack.all())
		require.NoError(t, y.sim.SetFaults())
		pass(2 * time.Minute)
		assert.Len(t, y.slack.all(), 2)
	})
}

func TestAWatchedFailureIsToldAfterTheStoreWasAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, history("SUCCESS", time.Minute, "FAILURE"))
		r := y.replica()
		require.False(t, r.typed("watch task-1").Refused)
		pass(30 * time.Second)
		r.mortal.away.Store(true)
		pass(5 * time.Minute)
		assert.Empty(t, y.slack.all())
		r.mortal.away.Store(false)
		pass(time.Minute)
		assert.Len(t, y.slack.all(), 1)
	})
}

func TestAMissingLookIsPutAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, history("SUCCESS", 2*time.Minute, "FAILURE"))
		// As after an import: a watch, and no intent.
		_, _, err := y.store.Watches.AddWatch(t.Context(), state.Watch{Channel: builds, Task: taskID(1), TaskName: "task-1", Project: projectID(0), Owner: ann})
		require.NoError(t, err)
		y.replica()
		pass(5 * time.Minute)
		headings := y.slack.headings()
		require.NotEmpty(t, headings)
		assert.Contains(t, headings[len(headings)-1], "task-1 #2 failed")
	})
}

// watchLoad is 500 tasks in 20 projects, some of which fail in a few
// minutes.
func watchLoad() (o yardOptions, fails map[string]time.Duration) {
	fails = map[string]time.Duration{}
	for n := range 500 {
		o.plans = append(o.plans, plan{task: n, number: 1, state: "SUCCESS", asked: -time.Hour, took: time.Minute})
		if n%30 != 0 {
			continue
		}
		// Seventeen builds in four minutes, three at a time; each second one fails.
		asked := time.Minute + time.Duration(n/90)*40*time.Second + time.Duration(n%90/30)*3*time.Second
		p := plan{task: n, number: 2, state: "SUCCESS", asked: asked, took: 40 * time.Second}
		if n%60 == 0 {
			p.state = "FAILURE"
			fails[taskName(n)+" #2"] = asked + p.took
		}
		o.plans = append(o.plans, p)
	}
	o.of = func(task int) int { return task % 20 }
	return o, fails
}

func TestFiveHundredWatchedTasksCostLessThanARequestASecondAndNoFailureIsLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, fails := watchLoad()
		y := newYard(t, o)
		var setting sync.WaitGroup
		for n := range 500 {
			setting.Go(func() {
				_, _, err := y.store.Watches.AddWatch(t.Context(), state.Watch{
					Channel: fmt.Sprintf("C0BUILDS%02d", n%7), Task: taskID(n), TaskName: taskName(n), Project: projectID(n % 20), Owner: ann,
					Seen: jobs.Baseline(mustBuilds(t, y, n)),
				})
				assert.NoError(t, err)
			})
		}
		setting.Wait()
		polled := func() int64 {
			c := y.sim.Counts()
			return c["job-list"] + c["jobs-v3"] + c["record-list"] + c["period-history"] + c["running-status"]
		}
		y.replica()
		y.replica()
		began, most := polled(), int64(0)
		for range 7 {
			before := polled()
			pass(time.Minute)
			most = max(most, polled()-before)
		}
		assert.LessOrEqual(t, polled()-began, int64(7*60), "requests in 7 minutes")
		assert.LessOrEqual(t, most, int64(60), "requests in a minute")
		slowest := time.Duration(0)
		all := y.slack.all()
		assert.Len(t, all, len(fails))
		for _, m := range all {
			name, _, _ := strings.Cut(m.answer.Heading, " failed")
			ended, ok := fails[name]
			require.True(t, ok, m.answer.Heading)
			late := m.at.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(ended))
			slowest = max(slowest, late)
		}
		assert.LessOrEqual(t, slowest, 30*time.Second)
		t.Logf("%d requests in 7 min, at most %d in a minute; the slowest failure was told after %v", polled()-began, most, slowest)
	})
}
