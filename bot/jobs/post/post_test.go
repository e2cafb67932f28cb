package post

import (
	"errors"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"

	"logbot/bot/delivery/send"
)

func TestOnlyClosedChannelsAndMessagesThatCannotBeChangedArePermanent(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"is_archived": true, "not_in_channel": true, "message_not_found": true, "internal_error": false} {
		assert.Equal(t, want, IsPermanent(slack.SlackErrorResponse{Err: code}), code)
	}
	assert.False(t, IsPermanent(nil))
	assert.False(t, IsPermanent(errors.Join(send.ErrOutcomeUnknown, slack.SlackErrorResponse{Err: "is_archived"})))
}

func TestProgressThatCannotBeReadCountsAsAPostThatMayHaveArrived(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Progress{}, ProgressOf(nil))
	assert.Equal(t, Progress{TS: "1.2"}, ProgressOf([]byte(`{"ts":"1.2"}`)))
	assert.Equal(t, Progress{Posting: true}, ProgressOf([]byte("nonsense")))
}
