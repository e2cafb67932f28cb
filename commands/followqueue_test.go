package commands_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands/reply"
	"logbot/logsapi/codeartsim"
)

func TestAQueuedBuildIsWaitedForAndThenFollowedToItsOutcome(t *testing.T) {
	for _, faults := range [][]codeartsim.Fault{
		{"queued=10m"},
		{"queued=10m", codeartsim.QueuedRefused},
		{"queued=10m", codeartsim.QueuedRefused, fiveEndpoints},
		{"queued=50m"}, // longer than a log may bring nothing
	} {
		t.Run(fmt.Sprint(faults), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newBubbleHarness(t, nil, nil, faults...)
				time.Sleep(8 * time.Second)
				before, began := h.codearts.Requests(), time.Now()
				r := h.typed(t, "follow web 129")
				require.NotNil(t, r.Follow, shown(r))
				assert.Contains(t, r.Heading, "web #129 queued")
				var waited time.Duration
				var asked codeartsim.Requests
				lines, last, _ := followed(t, h, *r.Follow, func(r reply.Reply, s reply.FollowState) {
					if s.Waiting {
						assert.Contains(t, r.Heading, "web #129 queued")
						assert.Empty(t, r.Lines)
						waited, asked = time.Since(began), h.codearts.Requests()
					}
				})
				assert.Greater(t, waited, 9*time.Minute)
				polls := int64(waited/(10*time.Second)) + 1
				const first = 5 // for a log that may be there in a moment, if no record tells
				assert.LessOrEqual(t, asked.LiveLog-before.LiveLog+asked.RecordInfo-before.RecordInfo, polls+first, "one request every ten seconds")
				assert.Contains(t, last.Heading, "web #129 failed")
				assert.NotEmpty(t, last.Reason)
				sameLines(t, h.whole(t, 129), lines)
			})
		})
	}
}

func TestWaitingForAQueuedBuildEndsWithTheLimitOfAFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newBubbleHarness(t, nil, nil, "queued=30h", codeartsim.QueuedRefused)
		time.Sleep(8 * time.Second)
		began := time.Now()
		_, last, _ := followed(t, h, *h.typed(t, "follow web 129").Follow, nil)
		assert.InDelta(t, 2*time.Hour, time.Since(began), float64(time.Minute))
		assert.Contains(t, last.Body, "two hours")
		assert.Contains(t, last.Heading, "queued")
	})
}

func TestAFollowSurvivesALogThatIsNotThereYet(t *testing.T) {
	for _, fault := range []codeartsim.Fault{"not-ready=3", "archiving=3"} {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newBubbleHarness(t, nil, nil, fault)
				time.Sleep(20 * time.Second)
				r := h.typed(t, "follow web 129")
				require.NotNil(t, r.Follow, shown(r))
				lines, last, _ := followed(t, h, *r.Follow, nil)
				assert.Contains(t, last.Heading, "web #129 failed")
				sameLines(t, h.whole(t, 129), append(r.Follow.Fresh, lines...))
			})
		})
	}
}
