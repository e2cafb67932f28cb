package follow_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs/jobstest"
	"logbot/commands"
	"logbot/commands/reply"
)

// growingBuild is a build that is asked for after ten seconds and runs two minutes.
func growingBuild(state string) jobstest.Options {
	return jobstest.Options{Builds: []jobstest.Build{
		{Task: 1, Number: 1, State: "SUCCESS", Asked: -time.Hour, Took: time.Minute},
		{Task: 1, Number: 2, State: state, Asked: 10 * time.Second, Took: 2 * time.Minute},
	}}
}

func TestAFollowIsOneMessageUntilTheOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, jobstest.Options{}) // web 129 of the demo runs from the beginning
		r := h.Start()
		jobstest.Pass(10 * time.Second)
		require.Empty(t, r.Type("follow web 129"))
		jobstest.Pass(time.Second)
		require.Len(t, h.Slack.Messages(), 1, "it stands at once")
		first := h.Slack.Messages()[0]
		assert.Contains(t, first.Reply.Heading, "web #129 running")
		assert.Contains(t, first.Text(), "/logs follow web 129 --stop")
		jobstest.Pass(5 * time.Minute)
		all := h.Slack.Messages()
		require.Len(t, all, 1)
		m := all[0]
		assert.Contains(t, m.Reply.Heading, `web #129 failed · Maven test`)
		assert.NotEmpty(t, m.Reply.Reason)
		assert.Greater(t, len(m.Updates), 20)
		last := m.At
		for _, at := range m.Updates {
			assert.GreaterOrEqual(t, at.Sub(last), 3*time.Second-10*time.Millisecond)
			last = at
		}
		nothingIsLeft(t, h)
	})
}

func TestAnUnchangedMessageIsNotUpdated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, growingBuild("SUCCESS"))
		r := h.Start()
		jobstest.Pass(15 * time.Second)
		require.Empty(t, r.Type("follow task-1"))
		jobstest.Pass(90 * time.Second)
		// All of its log is there from the beginning.
		assert.LessOrEqual(t, len(h.Slack.Messages()[0].Updates), 1)
		jobstest.Pass(2 * time.Minute)
		m := h.Slack.Messages()[0]
		assert.Contains(t, m.Reply.Heading, "task-1 #2 succeeded")
		assert.LessOrEqual(t, len(m.Updates), 2)
	})
}

func TestAFollowSurvivesARestart(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*jobstest.Replica){"told to stop": func(r *jobstest.Replica) { r.Stop() }, "killed": func(r *jobstest.Replica) { r.Die() }} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, r := following(t)
				jobstest.Pass(30 * time.Second)
				before := len(h.Slack.Messages()[0].Updates)
				end(r)
				h.Start()
				jobstest.Pass(30 * time.Second)
				require.Len(t, h.Slack.Messages(), 1, "it is the same message")
				assert.Greater(t, len(h.Slack.Messages()[0].Updates), before+2)
				jobstest.Pass(5 * time.Minute)
				require.Len(t, h.Slack.Messages(), 1)
				assert.Contains(t, h.Slack.Messages()[0].Reply.Heading, "web #129 failed")
			})
		})
	}
}

func TestAFirstMessageThatMayBeARepeatSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, jobstest.Options{})
		r := h.Start()
		h.Slack.OnPosted(func(*jobstest.Message) { r.Die() }) // between the post and its note
		jobstest.Pass(10 * time.Second)
		require.Empty(t, r.Type("follow web 129"))
		jobstest.Pass(2 * time.Second)
		h.Slack.OnPosted(nil)
		assert.NotContains(t, h.Slack.Messages()[0].Reply.Source, "repeat")
		h.Start()
		jobstest.Pass(20 * time.Second)
		all := h.Slack.Messages()
		require.Len(t, all, 2)
		assert.Contains(t, all[1].Reply.Source, "may be a repeat")
	})
}

func TestStopEndsAFollow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, jobstest.Options{})
		r, other := h.Start(), h.Start()
		jobstest.Pass(10 * time.Second)
		require.Empty(t, r.Type("follow web 129"))
		jobstest.Pass(20 * time.Second)
		answer := other.Type("follow web 129 --stop")
		assert.Contains(t, answer.Body, "Stopped following")
		jobstest.Pass(3 * time.Second)
		m := h.Slack.Messages()[0]
		assert.Contains(t, m.Reply.Body, "Stopped following.")
		assert.Equal(t, jobstest.Ann, m.Reply.StoppedBy)
		assert.NotContains(t, m.Text(), "--stop")
		jobstest.Pass(5 * time.Minute)
		assert.Len(t, h.Slack.Messages()[0].Updates, len(m.Updates), "nothing comes after it")
		assert.Contains(t, r.Type("follow web 129 --stop").Body, "isn't followed in this channel")
	})
}

func TestABuildIsFollowedOnceInAChannel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, r := following(t)
		jobstest.Pass(4 * time.Second)
		again := r.Type("follow web")
		assert.True(t, again.Private)
		assert.Contains(t, again.Body, "already followed in this channel")
		assert.Contains(t, again.Try[0].Line, "/logs follow web 129 --stop")
		r.Type("follow web 129 --stop")
		jobstest.Pass(5 * time.Second)
		require.Empty(t, r.Type("follow web 129"), "after it was stopped")
		jobstest.Pass(5 * time.Second)
		assert.Len(t, h.Slack.Messages(), 2)
	})
}

func TestWithoutAStoreAFollowShowsTheBuildOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, jobstest.Options{})
		r := h.Start()
		jobstest.Pass(10 * time.Second)
		r.Intents.Away.Store(true)
		answer := r.Type("follow web 129")
		assert.Contains(t, answer.Body, "the state store is unavailable")
		assert.Contains(t, answer.Heading, "web #129 running")
		assert.NotEmpty(t, answer.Lines)
		assert.Nil(t, answer.Follow)
		assert.Empty(t, answer.Try)
		assert.Contains(t, r.Type("follow web 129 --stop").Body, "Couldn't stop it")
	})
}

func TestAFollowSurvivesRefusedUpdatesAndEndsWithItsMessage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := following(t)
		jobstest.Pass(10 * time.Second)
		h.Slack.FailUpdates(errors.New("slack is busy"))
		jobstest.Pass(time.Minute)
		h.Slack.FailUpdates(nil)
		jobstest.Pass(10 * time.Second)
		assert.Contains(t, h.Slack.Messages()[0].Reply.Heading, "running")
		assert.WithinDuration(t, time.Now(), h.Slack.Messages()[0].Updates[len(h.Slack.Messages()[0].Updates)-1], 5*time.Second)
		h.Slack.FailUpdates(jobstest.ErrMessageDeleted)
		jobstest.Pass(20 * time.Second)
		nothingIsLeft(t, h)
	})
}

func TestTheCallerIsToldThatAChannelWasClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h, _ := following(t)
		jobstest.Pass(10 * time.Second)
		h.Slack.FailUpdates(jobstest.ErrChannelClosed)
		jobstest.Pass(time.Minute)
		all := h.Slack.Messages()
		require.Len(t, all, 2)
		assert.Equal(t, jobstest.Ann, all[1].Channel)
		assert.Equal(t, jobstest.Channel, all[1].Reply.Channel)
		assert.Contains(t, all[1].Reply.Body, "Stopped following web #129")
		assert.Contains(t, all[1].Reply.Try[0].Line, "/logs follow web 129")
		nothingIsLeft(t, h)
	})
}

func TestAFinishedBuildIsNotFollowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := jobstest.New(t, growingBuild("FAILURE"))
		r := h.Start()
		jobstest.Pass(5 * time.Minute)
		answer := r.Type("follow task-1 2")
		assert.Contains(t, answer.Heading, "task-1 #2 failed")
		assert.Contains(t, answer.Reason, "undeclared identifier")
		assert.Equal(t, reply.Reply{}.Follow, answer.Follow)
	})
}

func TestTheCallerIsToldThatAFollowDoesNotCome(t *testing.T) {
	t.Parallel()
	for refused, says := range map[error]string{jobstest.ErrMessageDeleted: `refused message_not_found: "ann"`, errors.New("slack is broken"): `sorry: "ann"`} {
		synctest.Test(t, func(t *testing.T) {
			h := jobstest.New(t, jobstest.Options{})
			r := h.Start()
			jobstest.Pass(10 * time.Second)
			h.Slack.OnPost(func(*jobstest.Message) error { return refused })
			begun := r.Commands.Run(t.Context(), commands.Request{Text: "follow web 129", Channel: jobstest.Channel, User: jobstest.Ann})
			require.NotNil(t, begun.Follow)
			begun.Follow.Caller = []byte(`"ann"`)
			_, posted := r.Follows.Start(t.Context(), jobstest.Channel, "", begun)
			require.True(t, posted)
			jobstest.Pass(time.Hour)
			assert.Equal(t, []string{says}, h.Slack.Told())
			assert.Empty(t, h.Slack.Messages())
		})
	}
}
