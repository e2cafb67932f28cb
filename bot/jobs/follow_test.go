package jobs_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs"
	"logbot/commands"
	"logbot/commands/reply"
)

// growingBuild is a build that is asked for after ten seconds and runs two minutes.
func growingBuild(state string) yardOptions {
	return yardOptions{plans: []plan{
		{task: 1, number: 1, state: "SUCCESS", asked: -time.Hour, took: time.Minute},
		{task: 1, number: 2, state: state, asked: 10 * time.Second, took: 2 * time.Minute},
	}}
}

func TestAFollowIsOneMessageThatGrowsToItsOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, yardOptions{}) // web 129 of the demo runs from the beginning
		r := y.replica()
		pass(10 * time.Second)
		require.Empty(t, r.typed("follow web 129"))
		pass(time.Second)
		require.Len(t, y.slack.all(), 1, "it stands at once")
		first := y.slack.all()[0]
		assert.Contains(t, first.answer.Heading, "web #129 is running")
		assert.Contains(t, first.text(), "/logs follow web 129 --stop")
		pass(5 * time.Minute)
		all := y.slack.all()
		require.Len(t, all, 1)
		m := all[0]
		assert.Contains(t, m.answer.Heading, `web #129 failed in "Maven test"`)
		assert.NotEmpty(t, m.answer.Reason)
		assert.Greater(t, len(m.updates), 20)
		last := m.at
		for _, at := range m.updates {
			assert.GreaterOrEqual(t, at.Sub(last), 3*time.Second-10*time.Millisecond)
			last = at
		}
		n, err := y.store.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n, "nothing is left")
	})
}

func TestNothingNewIsNoUpdate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, growingBuild("SUCCESS"))
		r := y.replica()
		pass(15 * time.Second)
		require.Empty(t, r.typed("follow task-1"))
		pass(90 * time.Second)
		// All of its log is there from the beginning.
		assert.LessOrEqual(t, len(y.slack.all()[0].updates), 1)
		pass(2 * time.Minute)
		m := y.slack.all()[0]
		assert.Contains(t, m.answer.Heading, "task-1 #2 succeeded")
		assert.LessOrEqual(t, len(m.updates), 2)
	})
}

func TestAFollowSurvivesARestart(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*replica){"told to stop": func(r *replica) { r.stop() }, "killed": func(r *replica) { r.die() }} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				y := newYard(t, yardOptions{})
				r := y.replica()
				pass(10 * time.Second)
				require.Empty(t, r.typed("follow web 129"))
				pass(30 * time.Second)
				before := len(y.slack.all()[0].updates)
				end(r)
				y.replica()
				pass(30 * time.Second)
				require.Len(t, y.slack.all(), 1, "it is the same message")
				assert.Greater(t, len(y.slack.all()[0].updates), before+2)
				pass(5 * time.Minute)
				require.Len(t, y.slack.all(), 1)
				assert.Contains(t, y.slack.all()[0].answer.Heading, "web #129 failed")
			})
		})
	}
}

func TestAFirstMessageThatMayBeARepeatSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, yardOptions{})
		r := y.replica()
		y.slack.onPosted(func(*message) { r.die() }) // between the post and its note
		pass(10 * time.Second)
		require.Empty(t, r.typed("follow web 129"))
		pass(2 * time.Second)
		y.slack.onPosted(nil)
		assert.NotContains(t, y.slack.all()[0].answer.Source, "repeat")
		y.replica()
		pass(20 * time.Second)
		all := y.slack.all()
		require.Len(t, all, 2)
		assert.Contains(t, all[1].answer.Source, "may be a repeat")
	})
}

func TestStopEndsAFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, yardOptions{})
		r, other := y.replica(), y.replica()
		pass(10 * time.Second)
		require.Empty(t, r.typed("follow web 129"))
		pass(20 * time.Second)
		answer := other.typed("follow web 129 --stop")
		assert.Contains(t, answer.Body, "not followed any longer")
		pass(3 * time.Second)
		m := y.slack.all()[0]
		assert.Contains(t, m.answer.Body, "Not followed any longer.")
		assert.Equal(t, ann, m.answer.StoppedBy)
		assert.NotContains(t, m.text(), "--stop")
		pass(5 * time.Minute)
		assert.Len(t, y.slack.all()[0].updates, len(m.updates), "nothing comes after it")
		assert.Contains(t, r.typed("follow web 129 --stop").Body, "not followed in this channel")
	})
}

func TestABuildIsFollowedOnceInAChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, yardOptions{})
		r := y.replica()
		pass(10 * time.Second)
		require.Empty(t, r.typed("follow web 129"))
		pass(4 * time.Second)
		again := r.typed("follow web")
		assert.True(t, again.Private)
		assert.Contains(t, again.Body, "followed in this channel already")
		assert.Contains(t, again.Try[0].Line, "/logs follow web 129 --stop")
		r.typed("follow web 129 --stop")
		pass(5 * time.Second)
		require.Empty(t, r.typed("follow web 129"), "after it was stopped")
		pass(5 * time.Second)
		assert.Len(t, y.slack.all(), 2)
	})
}

func TestWithoutAStoreAFollowShowsHowItStands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, yardOptions{})
		r := y.replica()
		pass(10 * time.Second)
		r.mortal.away.Store(true)
		answer := r.typed("follow web 129")
		assert.Contains(t, answer.Body, "the state store is away")
		assert.Contains(t, answer.Heading, "web #129 is running")
		assert.NotEmpty(t, answer.Lines)
		assert.Nil(t, answer.Follow)
		assert.Empty(t, answer.Try)
		assert.Contains(t, r.typed("follow web 129 --stop").Body, "cannot be stopped right now")
	})
}

func TestAFollowGoesOnThroughASlackThatRefusesAndEndsWithItsMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, yardOptions{})
		r := y.replica()
		pass(10 * time.Second)
		require.Empty(t, r.typed("follow web 129"))
		pass(10 * time.Second)
		y.slack.refuseUpdates(errors.New("slack is busy"))
		pass(time.Minute)
		y.slack.refuseUpdates(nil)
		pass(10 * time.Second)
		assert.Contains(t, y.slack.all()[0].answer.Heading, "is running")
		assert.WithinDuration(t, time.Now(), y.slack.all()[0].updates[len(y.slack.all()[0].updates)-1], 5*time.Second)
		y.slack.refuseUpdates(jobs.ErrGone)
		pass(20 * time.Second)
		n, err := y.store.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

func TestAFollowWhoseChannelTakesNothingAnyMoreSaysSoToWhoeverAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, yardOptions{})
		r := y.replica()
		pass(10 * time.Second)
		require.Empty(t, r.typed("follow web 129"))
		pass(10 * time.Second)
		y.slack.refuseUpdates(jobs.ErrClosed)
		pass(time.Minute)
		all := y.slack.all()
		require.Len(t, all, 2)
		assert.Equal(t, ann, all[1].channel)
		assert.Equal(t, builds, all[1].answer.Channel)
		assert.Contains(t, all[1].answer.Body, "web #129 is not followed in that channel")
		assert.Contains(t, all[1].answer.Try[0].Line, "/logs follow web 129")
		n, err := y.store.Intents.Len(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
	})
}

// closed refuses what is posted in a channel as one that takes nothing any more.
func closed(channel string) func(*message) error {
	return func(m *message) error {
		if m.channel == channel {
			return jobs.ErrClosed
		}
		return nil
	}
}

func TestAFinishedBuildIsNotFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		y := newYard(t, growingBuild("FAILURE"))
		r := y.replica()
		pass(5 * time.Minute)
		answer := r.typed("follow task-1 2")
		assert.Contains(t, answer.Heading, "task-1 #2 failed")
		assert.Contains(t, answer.Reason, "undeclared identifier")
		assert.Equal(t, reply.Reply{}.Follow, answer.Follow)
	})
}

func (b *slackBoard) refuseUpdates(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.update = err
}

func TestWhoeverAskedIsToldThatAFollowDoesNotCome(t *testing.T) {
	t.Parallel()
	for refused, says := range map[error]string{jobs.ErrGone: `uninvited: "ann"`, errors.New("slack is broken"): `sorry: "ann"`} {
		synctest.Test(t, func(t *testing.T) {
			y := newYard(t, yardOptions{})
			r := y.replica()
			pass(10 * time.Second)
			y.slack.onPost(func(*message) error { return refused })
			begun := r.c.Run(t.Context(), commands.Request{Text: "follow web 129", Channel: builds, User: ann})
			require.NotNil(t, begun.Follow)
			begun.Follow.Caller = []byte(`"ann"`)
			_, posted := r.follows.Start(t.Context(), builds, "", begun)
			require.True(t, posted)
			pass(time.Hour)
			assert.Equal(t, []string{says}, y.slack.told)
			assert.Empty(t, y.slack.all())
		})
	}
}
