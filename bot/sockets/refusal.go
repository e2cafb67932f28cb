package sockets

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/slack-go/slack"
)

const newToken = "make a new one at https://api.slack.com/apps: your app, Basic Information, App-Level Tokens, scope connections:write"

// permanent returns an error that no further attempt will cure, with what to do
// about it, and nil for all others. slack-go's own client retries most of them
// forever.
func permanent(err error) error {
	if status, is := errors.AsType[slack.StatusCodeError](err); is && status.Code == http.StatusNotFound {
		return fmt.Errorf("SLACK_API_URL is not the address of a Slack: %w", err)
	}
	answer, is := errors.AsType[slack.SlackErrorResponse](err)
	if !is {
		return nil
	}
	advice := ""
	switch answer.Err {
	case "invalid_auth", "not_authed":
		advice = "Slack does not know this token; " + newToken
	case "token_expired", "token_revoked", "account_inactive":
		advice = "this token is expired, revoked, or of a deactivated account; " + newToken
	case "not_allowed_token_type":
		advice = "this is not an app-level token, which begins with xapp-; " + newToken
	case "missing_scope", "no_permission":
		advice = "this token lacks the scope connections:write; " + newToken
	case "access_denied", "accesslimited", "forbidden_team", "ekm_access_denied", "enterprise_is_restricted",
		"team_access_not_granted", "two_factor_setup_required", "method_deprecated":
		advice = "Slack does not let this app connect; ask an admin of the workspace"
	default:
		return nil
	}
	return fmt.Errorf("SLACK_APP_TOKEN: %s (apps.connections.open: %w)", advice, answer)
}
