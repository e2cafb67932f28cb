package send

import (
	"context"
	"fmt"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
)

func TestPermanentRefusalsOfAChannelAreToldFromFailures(t *testing.T) {
	for code, closed := range map[string]bool{
		"not_in_channel": true, "channel_not_found": true, "is_archived": true, "restricted_action": true,
		"restricted_action_read_only_channel": true, "restricted_action_thread_only_channel": true,
		"message_not_found": false, "internal_error": false, "service_unavailable": false, "ratelimited": false,
		"team_access_not_granted": false, "missing_scope": false, "account_inactive": false, "token_revoked": false, "invalid_blocks": false,
	} {
		err := fmt.Errorf("post: %w", slack.SlackErrorResponse{Err: code})
		assert.Equal(t, closed, IsChannelClosed(err), code)
		assert.Equal(t, code == "message_not_found", IsUneditable(err), code)
	}
	assert.False(t, IsChannelClosed(slack.StatusCodeError{Code: 503}))
	assert.False(t, IsChannelClosed(context.DeadlineExceeded))
}
