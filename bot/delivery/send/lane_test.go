package send

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
)

func TestTheQueueOfALaneIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHarness(t, nil, slack.StatusCodeError{Code: 503})
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range maxLane + 1 {
			all.Go(func() { _ = h.post(ctx, "C1") })
		}
		synctest.Wait()
		assert.ErrorIs(t, h.post(ctx, "C1"), errLaneFull)
		cancel()
		all.Wait()
		assert.Empty(t, h.lanes.byKey)
	})
}
