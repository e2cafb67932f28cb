package watch_test

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

	"logbot/bot/delivery/send"
	"logbot/bot/jobs/jobstest"
	"logbot/bot/jobs/watch"
	"logbot/cache/state"
	"logbot/commands/access"
	"logbot/logsapi/codeartsim"
)

// history is what happened to task 1 before a test began, and then the builds one
// after the other: each is asked for so long after the beginning and takes a
// minute.
func history(before string, then ...any) jobstest.Options {
	builds := []jobstest.Build{{Task: 1, Number: 1, State: before, Asked: -time.Hour, Took: time.Minute}}
	for i := 0; i < len(then); i += 2 {
		builds = append(builds, jobstest.Build{Task: 1, Number: 2 + i/2, Asked: then[i].(time.Duration), State: then[i+1].(string), Took: time.Minute})
	}
	return jobstest.Options{Builds: builds}
}

func TestAFailureIsToldWithin30SecondsOnceOverAllReplicas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("FAILURE", 5*time.Minute, "FAILURE"))
		r := h.Start()
		h.Start()
		h.Start()
		answer := r.Type("watch task-1")
		assert.False(t, answer.Refused)
		assert.Contains(t, answer.Body, "Watching ")
		assert.Contains(t, answer.Body, "Earlier failures aren't posted.")
		assert.NotContains(t, answer.Body, "isn't listed in LOGBOT_PROJECTS")
		jobstest.Pass(6 * time.Minute)
		assert.Empty(t, h.Slack.Messages(), "what failed before, and what runs, is not told")
		jobstest.Pass(10 * time.Minute)
		all := h.Slack.Messages()
		require.Len(t, all, 1)
		assert.Equal(t, jobstest.Channel, all[0].Channel)
		assert.Empty(t, all[0].Thread)
		assert.Contains(t, all[0].Reply.Heading, "task-1 #2 failed")
		assert.Contains(t, all[0].Reply.Reason, "undeclared identifier")
		assert.NotContains(t, all[0].Reply.Source, "repeat")
		ended := time.Date(2000, 1, 1, 0, 6, 0, 0, time.UTC)
		assert.WithinDuration(t, ended.Add(15*time.Second), all[0].At, 15*time.Second)
	})
}

func TestFurtherFailuresAreCountedInTheThreadUntilItWorksAgain(t *testing.T) {
	t.Parallel()
	for _, every := range []bool{false, true} {
		t.Run(fmt.Sprintf("every %v", every), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := history("SUCCESS", 2*time.Minute, "FAILURE", 5*time.Minute, "FAILURE", 8*time.Minute, "ABORTED", 11*time.Minute, "FAILURE",
					14*time.Minute, "SUCCESS", 17*time.Minute, "SUCCESS", 20*time.Minute, "FAILURE", 23*time.Minute, "SUCCESS")
				h := jobstest.New(t, o)
				r := h.Start()
				typed, in := "watch task-1", "> "
				if every {
					typed, in = "watch task-1 --every", ""
				}
				require.False(t, r.Type(typed).Refused)
				jobstest.Pass(13 * time.Minute)
				assert.Contains(t, r.Type("watches").Excerpt(), "task-1 failed 3×")
				jobstest.Pass(20 * time.Minute)
				assert.Equal(t, []string{
					`task-1 #2 failed · Compile · 1 min 0 s`,
					in + `task-1 #3 failed · Compile · 1 min 0 s`,
					in + `task-1 #5 failed · Compile · 1 min 0 s`,
					in + "task-1 works again: #6 succeeded after 3 failures",
					`task-1 #8 failed · Compile · 1 min 0 s`,
					in + "task-1 works again: #9 succeeded",
				}, h.Slack.Headings())
				all := h.Slack.Messages()
				assert.NotContains(t, all[0].Reply.Source, "failure")
				assert.Contains(t, all[1].Reply.Source, "failure 2 since the last success")
				assert.Contains(t, all[2].Reply.Source, "failure 3 since the last success")
				if !every {
					assert.Equal(t, all[0].TS, all[3].Thread)
					assert.Equal(t, all[4].TS, all[5].Thread)
				}
				assert.Contains(t, r.Type("watches").Excerpt(), "no new failure")
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
			o.Builds = append(o.Builds, jobstest.Build{Task: 1, Number: 2 + i, State: s, Asked: 5*time.Minute + time.Duration(i)*500*time.Millisecond, Took: 400 * time.Millisecond})
		}
		h := jobstest.New(t, o)
		r := h.Start()
		require.False(t, r.Type("watch task-1").Refused)
		jobstest.Pass(10 * time.Minute)
		told := strings.Join(h.Slack.Headings(), "\n")
		assert.Len(t, h.Slack.Messages(), 30)
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
		h := jobstest.New(t, jobstest.Options{Builds: []jobstest.Build{
			{Task: 1, Number: 1, State: "SUCCESS", Asked: -time.Hour, Took: time.Minute},
			{Task: 1, Number: 2, State: "FAILURE", Asked: 10 * time.Second, Took: 20 * time.Minute}, // runs when the watch begins
			{Task: 1, Number: 3, State: "SUCCESS", Asked: 2 * time.Minute, Took: time.Minute},
			{Task: 1, Number: 4, State: "FAILURE", Asked: 4 * time.Minute, Took: 8 * time.Minute},
			{Task: 1, Number: 5, State: "FAILURE", Asked: 5 * time.Minute, Took: time.Minute},
		}})
		r := h.Start()
		jobstest.Pass(30 * time.Second)
		require.False(t, r.Type("watch task-1").Refused)
		jobstest.Pass(30 * time.Minute)
		all := h.Slack.Messages()
		require.Len(t, all, 3, h.Slack.Headings())
		for i, want := range []struct {
			build int
			ended time.Duration
		}{{5, 6 * time.Minute}, {4, 12 * time.Minute}, {2, 20*time.Minute + 10*time.Second}} {
			assert.Contains(t, all[i].Reply.Heading, fmt.Sprintf("#%d failed", want.build))
			late := all[i].At.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(want.ended))
			assert.LessOrEqual(t, late, 30*time.Second)
		}
	})
}

func TestOnlyACrashBetweenPostAndRecordCausesAMarkedRepeat(t *testing.T) {
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
				h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE", 10*time.Minute, "FAILURE"))
				r := h.Start()
				require.False(t, r.Type("watch task-1").Refused)
				h.Slack.OnPost(func(*jobstest.Message) error {
					if c.before && !r.Intents.Dead.Load() {
						r.Die()
						return jobstest.ErrDead
					}
					return nil
				})
				h.Slack.OnPosted(func(*jobstest.Message) {
					if c.after {
						r.Die()
					}
				})
				jobstest.Pass(3 * time.Minute)
				next := h.Start()
				jobstest.Pass(5 * time.Minute)
				all := h.Slack.Messages()
				require.Len(t, all, c.messages)
				assert.Equal(t, c.marked, strings.Contains(all[len(all)-1].Reply.Source, "may be a repeat"))
				if c.marked {
					assert.Equal(t, int64(1), next.Stats().Repeats)
				}
				jobstest.Pass(10 * time.Minute)
				all = h.Slack.Messages()
				require.Len(t, all, c.messages+1)
				assert.Equal(t, all[c.messages-1].TS, all[c.messages].Thread, "the thread is that of the last")
				assert.Contains(t, all[c.messages].Reply.Source, "failure 2 since")
			})
		})
	}
}

func TestAPostWhoseRecordTheStoreMissedIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]time.Duration{"for a failover": 3 * time.Second, "for most of the lease": 12 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE"))
				r := h.Start()
				require.False(t, r.Type("watch task-1").Refused)
				h.Slack.OnPosted(func(*jobstest.Message) {
					r.Intents.Away.Store(true)
					time.AfterFunc(away, func() { r.Intents.Away.Store(false) })
				})
				jobstest.Pass(10 * time.Minute)
				require.Len(t, h.Slack.Headings(), 1)
				assert.Zero(t, r.Stats().Repeats)
			})
		})
	}
}

func TestAWatchEndsWhenItsOwnerLeavesOrLosesTheRight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lose func(*jobstest.Harness)
		says string
	}{
		"the right": {func(h *jobstest.Harness) {
			p, err := access.New([]access.Rule{{Users: []string{"U0BOB00001"}, Tasks: []string{"*"}}})
			require.NoError(t, err)
			h.SetPolicy(p)
		}, "can no longer read it here"},
		"the account": {func(h *jobstest.Harness) { h.Leave(jobstest.Ann) }, "has left the workspace"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE", 5*time.Minute, "FAILURE"))
				r := h.Start()
				require.False(t, r.Type("watch task-1").Refused)
				r.Stop()
				c.lose(h)
				h.Start() // rules are read when a process begins
				jobstest.Pass(10 * time.Minute)
				all := h.Slack.Messages()
				require.Len(t, all, 1)
				assert.Contains(t, all[0].Reply.Body, c.says)
				assert.Contains(t, all[0].Reply.Try[0].Line, "/logs watch task-1")
				assert.Empty(t, all[0].Reply.Lines, "nothing of the log is shown")
				watches, err := h.Store.Watches.ListWatches(t.Context(), jobstest.Channel)
				require.NoError(t, err)
				assert.Empty(t, watches)
				n, err := h.Store.Intents.Len(t.Context())
				require.NoError(t, err)
				assert.Zero(t, n, "no looks are left")
			})
		})
	}
}

// closed refuses posts in a channel as if it were archived.
func closed(channel string) func(*jobstest.Message) error {
	return func(m *jobstest.Message) error {
		if m.Channel == channel {
			return jobstest.ErrChannelClosed
		}
		return nil
	}
}

func TestAWatchInAClosedChannelEndsAndItsOwnerIsTold(t *testing.T) {
	t.Parallel()
	for name, dies := range map[string]bool{"in one go": false, "also when a process dies of it": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE", 30*time.Minute, "FAILURE"))
				r := h.Start()
				require.False(t, r.Type("watch task-1").Refused)
				refused := 0
				refuses := closed(jobstest.Channel)
				h.Slack.OnPost(func(m *jobstest.Message) error {
					if m.Channel == jobstest.Channel {
						refused++
					}
					return refuses(m)
				})
				h.Slack.OnPosted(func(*jobstest.Message) {
					if dies && !r.Intents.Dead.Load() {
						r.Die()
						h.Start()
					}
				})
				jobstest.Pass(3 * time.Minute)
				assert.Equal(t, 1, refused)
				assert.Empty(t, h.Slack.Messages(), "one refusal does not end it")
				jobstest.Pass(20 * time.Minute)
				all := h.Slack.Messages()
				if dies {
					require.Len(t, all, 2)
					assert.Contains(t, all[1].Reply.Source, "may be a repeat")
				} else {
					require.Len(t, all, 1)
				}
				assert.Equal(t, jobstest.Ann, all[0].Channel)
				assert.Empty(t, all[0].Thread)
				assert.Equal(t, jobstest.Channel, all[0].Reply.Channel)
				assert.Contains(t, all[0].Reply.Body, "Stopped watching task-1: logbot can't post")
				assert.Contains(t, all[0].Reply.Try[0].Line, "/logs watch task-1")
				assert.Empty(t, all[0].Reply.Lines, "nothing of the log is shown")
				watches, err := h.Store.Watches.ListWatches(t.Context(), jobstest.Channel)
				require.NoError(t, err)
				assert.Empty(t, watches)
				jobstest.Pass(20 * time.Minute)
				assert.Len(t, h.Slack.Messages(), len(all), "once")
				n, err := h.Store.Intents.Len(t.Context())
				require.NoError(t, err)
				assert.Zero(t, n, "no looks are left")
			})
		})
	}
}

func TestAWatchSurvivesATemporaryRefusal(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]error{
		"invited again":    jobstest.ErrChannelClosed,
		"slack in trouble": errors.New("chat.postMessage: internal_error"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE"))
				r := h.Start()
				require.False(t, r.Type("watch task-1").Refused)
				refused := 0
				h.Slack.OnPost(func(*jobstest.Message) error {
					if refused++; refused > 1 && errors.Is(refusal, jobstest.ErrChannelClosed) {
						return nil
					}
					return refusal
				})
				jobstest.Pass(15 * time.Minute)
				h.Slack.OnPost(nil)
				jobstest.Pass(5 * time.Minute)
				all := h.Slack.Messages()
				require.Len(t, all, 1)
				assert.Equal(t, jobstest.Channel, all[0].Channel)
				assert.Contains(t, all[0].Reply.Heading, "task-1 #2 failed")
				watches, err := h.Store.Watches.ListWatches(t.Context(), jobstest.Channel)
				require.NoError(t, err)
				assert.Len(t, watches, 1)
			})
		})
	}
}

func TestAWatchWhoseOwnerCannotBeToldEndsAfterADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE"))
		r := h.Start()
		require.False(t, r.Type("watch task-1").Refused)
		h.Slack.OnPost(func(m *jobstest.Message) error {
			if m.Channel == jobstest.Channel {
				return jobstest.ErrChannelClosed
			}
			return errors.New("missing_scope")
		})
		jobstest.Pass(5 * time.Minute)
		r.Stop()
		jobstest.Pass(24 * time.Hour) // cheaper with nobody at work
		h.Start()
		jobstest.Pass(10 * time.Minute)
		watches, err := h.Store.Watches.ListWatches(t.Context(), jobstest.Channel)
		require.NoError(t, err)
		assert.Empty(t, watches)
	})
}

func TestUnwatchEndsAWatchWithPendingBuilds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE"))
		r := h.Start()
		require.False(t, r.Type("watch task-1").Refused)
		h.Slack.OnPost(func(*jobstest.Message) error { return errors.New("slack is down") })
		jobstest.Pass(2*time.Minute + 30*time.Second)
		assert.Contains(t, r.Type("unwatch TASK-1").Body, "Stopped watching")
		assert.Contains(t, r.Type("unwatch task-1").Body, "isn't watched here")
		h.Slack.OnPost(nil)
		jobstest.Pass(5 * time.Minute)
		assert.Empty(t, h.Slack.Messages())
		n, err := h.Store.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
		require.False(t, r.Type("watch task-1").Refused, "and it may begin anew")
		jobstest.Pass(time.Minute)
		n, err = h.Store.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, n)
	})
}

func TestFailuresAreToldInOrderAfterAnOutageOfSlack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE", 2*time.Minute+10*time.Second, "FAILURE", 5*time.Minute, "SUCCESS"))
		r := h.Start()
		require.False(t, r.Type("watch task-1").Refused)
		h.Slack.OnPost(func(*jobstest.Message) error { return errors.New("slack is down") })
		jobstest.Pass(30 * time.Minute)
		h.Slack.OnPost(nil)
		jobstest.Pass(5 * time.Minute)
		all := h.Slack.Messages()
		require.Len(t, all, 3)
		assert.Contains(t, all[0].Reply.Heading, "#2 failed")
		assert.NotContains(t, all[0].Reply.Source, "repeat", "refused posts did not arrive")
		assert.Contains(t, all[1].Reply.Heading, "#3 failed")
		assert.Contains(t, all[2].Reply.Heading, "works again: #4")
		assert.Equal(t, all[0].TS, all[1].Thread)
	})
}

func TestAPostWithUnknownOutcomeIsRepeatedAndMarked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE"))
		r := h.Start()
		require.False(t, r.Type("watch task-1").Refused)
		h.Slack.OnPost(func(*jobstest.Message) error { return fmt.Errorf("post: %w", send.ErrOutcomeUnknown) })
		jobstest.Pass(20 * time.Minute)
		h.Slack.OnPost(nil)
		jobstest.Pass(5 * time.Minute)
		all := h.Slack.Messages()
		require.Len(t, all, 1)
		assert.Contains(t, all[0].Reply.Source, "may be a repeat")
	})
}

func TestATaskWithoutReadableBuildsCannotBeWatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := history("SUCCESS", time.Minute, "FAILURE")
		o.Faults = []codeartsim.Fault{"not-published=record-list", "not-published=period-history"}
		h := jobstest.New(t, o)
		r := h.Start()
		answer := r.Type("watch task-1")
		assert.True(t, answer.Refused)
		assert.Contains(t, answer.Body, "can't be watched")
		assert.Contains(t, answer.Try[0].Line, "/logs fail task-1")
	})
}

func TestATaskWithoutAKnownProjectIsLookedAtAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := history("SUCCESS", 5*time.Minute, "FAILURE", 10*time.Minute, "SUCCESS")
		o.Project = func(int) int { return -1 }
		o.Listed = []string{}
		h := jobstest.New(t, o)
		r := h.Start()
		answer := r.Type("watch task-1")
		assert.Contains(t, answer.Body, "isn't listed in LOGBOT_PROJECTS")
		jobstest.Pass(20 * time.Minute)
		assert.Equal(t, []string{`task-1 #2 failed · Compile · 1 min 0 s`, "> task-1 works again: #3 succeeded"}, h.Slack.Headings())
		assert.LessOrEqual(t, h.Sim.Counts()["running-status"], int64(22))
	})
}

func TestATaskThatLeavesTheListIsStillWatched(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := history("SUCCESS", 5*time.Minute, "FAILURE")
		h := jobstest.New(t, o)
		r := h.Start()
		require.False(t, r.Type("watch task-1").Refused)
		jobstest.Pass(time.Minute)
		require.NoError(t, h.Sim.SetFaults("forbidden=job-list", "forbidden=jobs-v3"))
		jobstest.Pass(10 * time.Minute)
		assert.Equal(t, []string{`task-1 #2 failed · Compile · 1 min 0 s`}, h.Slack.Headings())
	})
}

func TestAnOutageOfCodeArtsDelaysButLosesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE", 3*time.Minute, "FAILURE"))
		r := h.Start()
		require.False(t, r.Type("watch task-1").Refused)
		require.NoError(t, h.Sim.SetFaults(codeartsim.BadGateway+"=1"))
		jobstest.Pass(6 * time.Minute)
		assert.Empty(t, h.Slack.Messages())
		require.NoError(t, h.Sim.SetFaults())
		jobstest.Pass(2 * time.Minute)
		assert.Len(t, h.Slack.Messages(), 2)
	})
}

func TestAWatchedFailureIsToldAfterTheStoreWasAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("SUCCESS", time.Minute, "FAILURE"))
		r := h.Start()
		require.False(t, r.Type("watch task-1").Refused)
		jobstest.Pass(30 * time.Second)
		r.Intents.Away.Store(true)
		jobstest.Pass(5 * time.Minute)
		assert.Empty(t, h.Slack.Messages())
		r.Intents.Away.Store(false)
		jobstest.Pass(time.Minute)
		assert.Len(t, h.Slack.Messages(), 1)
	})
}

func TestAMissingLookIsScheduledAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, history("SUCCESS", 2*time.Minute, "FAILURE"))
		// As after an import: a watch, and no intent.
		_, _, err := h.Store.Watches.AddWatch(t.Context(), state.Watch{Channel: jobstest.Channel, Task: jobstest.TaskID(1), TaskName: "task-1", Project: jobstest.ProjectID(0), Owner: jobstest.Ann})
		require.NoError(t, err)
		h.Start()
		jobstest.Pass(5 * time.Minute)
		headings := h.Slack.Headings()
		require.NotEmpty(t, headings)
		assert.Contains(t, headings[len(headings)-1], "task-1 #2 failed")
	})
}

// watchLoad is 500 tasks in 20 projects, some of which fail in a few
// minutes.
func watchLoad() (o jobstest.Options, fails map[string]time.Duration) {
	fails = map[string]time.Duration{}
	for n := range 500 {
		o.Builds = append(o.Builds, jobstest.Build{Task: n, Number: 1, State: "SUCCESS", Asked: -time.Hour, Took: time.Minute})
		if n%30 != 0 {
			continue
		}
		// Seventeen builds in four minutes, three at a time; each second one fails.
		asked := time.Minute + time.Duration(n/90)*40*time.Second + time.Duration(n%90/30)*3*time.Second
		p := jobstest.Build{Task: n, Number: 2, State: "SUCCESS", Asked: asked, Took: 40 * time.Second}
		if n%60 == 0 {
			p.State = "FAILURE"
			fails[jobstest.TaskName(n)+" #2"] = asked + p.Took
		}
		o.Builds = append(o.Builds, p)
	}
	o.Project = func(task int) int { return task % 20 }
	return o, fails
}

func TestFiveHundredWatchesKeepToTheirShareOfTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, fails := watchLoad()
		h := jobstest.New(t, o)
		var setting sync.WaitGroup
		for n := range 500 {
			setting.Go(func() {
				_, _, err := h.Store.Watches.AddWatch(t.Context(), state.Watch{
					Channel: fmt.Sprintf("C0BUILDS%02d", n%7), Task: jobstest.TaskID(n), TaskName: jobstest.TaskName(n), Project: jobstest.ProjectID(n % 20), Owner: jobstest.Ann,
					Seen: watch.Baseline(h.NewestBuilds(n)),
				})
				assert.NoError(t, err)
			})
		}
		setting.Wait()
		polled := func() int64 {
			c := h.Sim.Counts()
			return c["job-list"] + c["jobs-v3"] + c["record-list"] + c["period-history"] + c["running-status"]
		}
		h.Start()
		h.Start()
		began, most := polled(), int64(0)
		for range 7 {
			before := polled()
			jobstest.Pass(time.Minute)
			most = max(most, polled()-before)
		}
		assert.LessOrEqual(t, polled()-began, int64(7*80), "requests in 7 minutes")
		assert.LessOrEqual(t, most, int64(4*60), "requests in a minute")
		slowest := time.Duration(0)
		all := h.Slack.Messages()
		assert.Len(t, all, len(fails))
		for _, m := range all {
			name, _, _ := strings.Cut(m.Reply.Heading, " failed")
			ended, ok := fails[name]
			require.True(t, ok, m.Reply.Heading)
			late := m.At.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(ended))
			slowest = max(slowest, late)
		}
		assert.LessOrEqual(t, slowest, 30*time.Second)
		t.Logf("%d requests in 7 min, at most %d in a minute; the slowest failure was told after %v", polled()-began, most, slowest)
	})
}

func TestReplicasOnRedisTellAFailureOnce(t *testing.T) {
	t.Parallel()
	o := jobstest.Options{Store: jobstest.OpenRedis(t), Builds: []jobstest.Build{
		{Task: 1, Number: 1, State: "SUCCESS", Asked: -2 * time.Hour, Took: time.Minute},
		{Task: 1, Number: 2, State: "FAILURE", Asked: -time.Hour, Took: time.Minute},
	}, Start: time.Now()}
	h := jobstest.New(t, o)
	told := make(chan struct{})
	h.Slack.OnPosted(func(*jobstest.Message) { close(told) }) // twice is a panic
	list := h.NewestBuilds(1)
	require.Len(t, list, 2)
	_, _, err := h.Store.Watches.AddWatch(t.Context(), state.Watch{
		Channel: jobstest.Channel, Task: jobstest.TaskID(1), TaskName: "task-1", Project: jobstest.ProjectID(0), Owner: jobstest.Ann,
		Seen: watch.Baseline(list[1:]), // it was set before the second
	})
	require.NoError(t, err)
	for range 3 {
		h.Start()
	}
	jobstest.Receive(t, told)
	var w state.Watch
	require.Eventually(t, func() bool {
		w, err = h.Store.Watches.Watch(t.Context(), jobstest.Channel, jobstest.TaskID(1))
		return err != nil || w.Seen.Failures > 0
	}, 10*time.Second, 20*time.Millisecond)
	require.NoError(t, err)
	assert.Equal(t, h.Slack.Messages()[0].TS, w.Seen.Thread)
	assert.Contains(t, h.Slack.Messages()[0].Reply.Heading, "task-1 #2 failed")
}
