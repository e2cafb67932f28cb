package send

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryCodeStandsInOneRowThatAgreesWithItself(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range table() {
		assert.Equal(t, r.remedy == Retry, r.outcome != refused, "%s: only what is tried again may have another outcome than refused", r.codes)
		assert.Equal(t, r.remedy == Retry, r.cause == Trouble, r.codes)
		for code := range strings.FieldsSeq(r.codes) {
			assert.False(t, seen[code], "%s stands in two rows", code)
			seen[code] = true
		}
	}
}

func TestARefusalIsExplained(t *testing.T) {
	answer := func(code, needed string) error {
		return fmt.Errorf("post: %w", slack.SlackErrorResponse{Err: code, Needed: needed})
	}
	for _, c := range []struct {
		err  error
		want Refusal
		app  bool
	}{
		{answer("is_archived", ""), Refusal{"is_archived", "", Fix, Archived}, false},
		{answer("missing_scope", "files:write"), Refusal{"missing_scope", "files:write", Fix, Scope}, false},
		{answer("missing_scope", "chat:write"), Refusal{"missing_scope", "chat:write", Fix, Scope}, true},
		{answer("token_revoked", ""), Refusal{"token_revoked", "", Fix, Token}, true},
		{answer("made_up_next_year", ""), Refusal{"made_up_next_year", "", Final, Unknown}, false},
		{slack.StatusCodeError{Code: 403}, Refusal{"HTTP 403", "", Fix, Blocked}, true},
		{slack.StatusCodeError{Code: 502}, Refusal{"HTTP 502", "", Retry, Trouble}, false},
		{fmt.Errorf("no route to host"), Refusal{"no answer", "", Retry, Trouble}, false},
	} {
		got := Explain(c.err)
		assert.Equal(t, c.want, got)
		assert.Equal(t, c.app, got.IsApp(), c.err)
	}
}

// TestSlackRulesOfCodes checks that the table has every code that Slack documents for
// the methods the bot calls. `make slack-rules` names the folder of the rules.
func TestSlackRulesOfCodes(t *testing.T) {
	folder := os.Getenv("SLACK_RULES")
	if folder == "" {
		t.Skip("make slack-rules runs this")
	}
	raw, err := os.ReadFile(filepath.Join(folder, "methods.json"))
	require.NoError(t, err)
	var page struct {
		Common  []string `json:"common_errors"`
		Methods map[string]struct{ Errors []string }
	}
	require.NoError(t, json.Unmarshal(raw, &page))
	for _, method := range []string{
		"apps.connections.open", "auth.test", "chat.delete", "chat.postEphemeral", "chat.postMessage", "chat.update", "conversations.info",
		"files.completeUploadExternal", "files.delete", "files.getUploadURLExternal", "files.info", "usergroups.users.list", "users.info", "views.open", "views.update",
	} {
		page, known := page.Methods[method]
		require.True(t, known, method)
		for _, code := range page.Errors {
			assert.NotEqual(t, Unknown, rowOf(code).cause, "%s of %s", code, method)
		}
	}
	require.NotEmpty(t, page.Common)
	for _, code := range page.Common {
		assert.NotEqual(t, Unknown, rowOf(code).cause, code)
	}
}
