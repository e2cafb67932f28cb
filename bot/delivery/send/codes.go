package send

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"
)

// Remedy is what helps against an error of Slack's.
type Remedy int

// The remedies.
const (
	Final Remedy = iota // nothing does; another attempt fails as well
	Fix                 // somebody changes a setting or invites the bot; until then attempts fail
	Retry               // another attempt at Slack's pace
)

// Cause is what an error of Slack's means for the person who waits for an answer.
type Cause int

// The causes.
const (
	Unknown    Cause = iota // a code that is not in the table
	Trouble                 // Slack is busy, not available or cannot be reached
	Token                   // the bot token is not valid any more
	Scope                   // the app lacks a scope
	Policy                  // a rule of the workspace or organisation
	Blocked                 // something between the bot and Slack: HTTP 401, 403, 404 or 407
	NotMember               // the bot must be a member of the conversation
	ReadOnly                // only certain people may post in the channel
	ThreadOnly              // the channel takes posts only in threads
	NoThread                // the thread takes no reply
	Archived                // the channel is archived
	NoDirect                // the app takes no direct messages
	Quota                   // the workspace has used up its messages
	FilesOff                // uploads are switched off
	FileKind                // files of this type are not allowed
	FileSize                // files of this size are not allowed
	Storage                 // the workspace has no space for files
	Partner                 // a rule of the other organisation in a shared channel
	Gone                    // what was named does not exist any more or cannot be changed
	TooLate                 // a trigger or response_url is used up or too old
	Form                    // the blocks or the length of a message
	BadRequest              // anything else about the request: an error of logbot's
	causeCount
)

// causeNames are the causes as words for a log, in their order.
const causeNames = "unknown trouble token scope policy blocked not_member read_only thread_only no_thread archived no_direct quota files_off file_kind file_size storage partner gone too_late form bad_request"

// Causes are all causes.
func Causes() []Cause {
	var all []Cause
	for i := range strings.Fields(causeNames) {
		all = append(all, Cause(i))
	}
	return all
}

// String is the cause as a word.
func (c Cause) String() string { return strings.Fields(causeNames)[c] }

// row is one line of the table of codes.
type row struct {
	remedy  Remedy
	outcome outcome // of an attempt that ends with one of these codes
	cause   Cause
	codes   string // separated by spaces
}

// table has every error code that Slack documents for the methods that the bot calls
// (docs.slack.dev/reference/methods). A code that is not in it is final.
func table() []row {
	return []row{
		{Retry, limited, Trouble, "ratelimited rate_limited"},
		{Retry, missed, Trouble, "service_unavailable request_timeout external_channel_migrating"},
		// The workspace moves into an organisation; that takes a while.
		{Retry, missed, Trouble, "team_added_to_org org_login_required"},
		// "Some aspect of the operation" may have succeeded.
		{Retry, unsure, Trouble, "internal_error fatal_error update_failed"},

		{Fix, refused, Token, "not_authed invalid_auth account_inactive token_revoked token_expired not_allowed_token_type"},
		{Fix, refused, Scope, "missing_scope"},
		{Fix, refused, Policy, "access_denied accesslimited ekm_access_denied enterprise_is_restricted team_access_not_granted " +
			"two_factor_setup_required forbidden_team plan_upgrade_required channel_is_limited_access file_deleting_disabled"},
		// Slack on no_permission: "make sure your app is a member of the conversation".
		{Fix, refused, NotMember, "not_in_channel channel_not_found user_not_in_channel no_permission"},
		{Fix, refused, ReadOnly, "restricted_action restricted_action_read_only_channel posting_to_channel_denied"},
		{Fix, refused, ThreadOnly, "restricted_action_thread_only_channel"},
		{Fix, refused, Archived, "is_archived is_inactive"},
		{Fix, refused, NoDirect, "messages_tab_disabled"},
		{Fix, refused, Quota, "message_limit_exceeded"},
		{Fix, refused, FilesOff, "file_uploads_disabled file_uploads_except_images_disabled unable_to_share_files"},
		{Fix, refused, FileKind, "file_type_not_allowed blocked_file_type"},
		{Fix, refused, FileSize, "file_upload_size_restricted"},
		{Fix, refused, Storage, "storage_limit_reached"},
		{Fix, refused, Partner, "slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked " +
			"slack_connect_file_link_sharing_blocked slack_connect_file_upload_sharing_blocked slack_connect_lists_sharing_blocked"},

		{Final, refused, NoThread, "cannot_reply_to_message restricted_action_thread_locked restricted_action_non_threadable_channel"},
		{Final, refused, Gone, "message_not_found cant_update_message edit_window_closed cant_delete_message " +
			"file_not_found file_deleted file_is_deleted file_update_failed cant_delete_file delete_not_allowed " +
			"user_not_found user_not_visible not_visible not_found hash_conflict no_such_subteam"},
		{Final, refused, TooLate, "expired_trigger_id exchanged_trigger_id invalid_trigger_id used_url expired_url"},
		{Final, refused, Form, "invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long invalid_attachments " +
			"too_many_attachments attachment_payload_limit_exceeded too_many_contact_cards block_mismatch"},
		{Final, refused, BadRequest, "invalid_arg_name invalid_arguments invalid_array_arg invalid_charset invalid_form_data invalid_post_type " +
			"missing_post_type missing_argument missing_args method_deprecated deprecated_endpoint insecure_request invalid_cursor " +
			"invalid_channel channels_limit_exceeded team_not_found too_many_users no_text markdown_text_conflict as_user_not_supported " +
			"unknown_snippet_type snippet_too_large unknown_subtype alt_txt_too_large missing_file_data " +
			"file_share_limit_reached max_file_sharing_exceeded view_too_large duplicate_external_id streaming_state_conflict " +
			"invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app metadata_too_large " +
			"cant_broadcast_message no_dual_broadcast_content_update duplicate_channel_not_found duplicate_message_not_found " +
			"draft_already_deleted draft_already_sent draft_has_conflict draft_not_found " +
			"canvas_disabled_file_team canvas_disabled_user_team canvas_globally_disabled template_not_visible"},
	}
}

// Codes returns every code of the table. Codes of one row mean the same.
func Codes() (rows [][]string) {
	for _, r := range table() {
		rows = append(rows, strings.Fields(r.codes))
	}
	return rows
}

// rowOf is the row of a code. The row of a code that is not in the table is final.
func rowOf(code string) row {
	for _, r := range table() {
		if slices.Contains(strings.Fields(r.codes), code) {
			return r
		}
	}
	return row{Final, refused, Unknown, code}
}

// rowOfStatus is what an HTTP status without a code means.
func rowOfStatus(status int) row {
	switch {
	case status == http.StatusTooManyRequests:
		return row{Retry, limited, Trouble, ""}
	case status == http.StatusServiceUnavailable, status == http.StatusRequestTimeout:
		// "unable to handle the request", "did not receive a complete request": RFC 9110
		return row{Retry, missed, Trouble, ""}
	case status >= http.StatusInternalServerError:
		return row{Retry, unsure, Trouble, ""} // a gateway may have passed it on
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound, status == http.StatusProxyAuthRequired:
		return row{Fix, refused, Blocked, ""} // Slack itself answers 200 with a code
	case status == http.StatusBadRequest:
		return row{Final, refused, Form, ""} // how a response_url refuses blocks
	}
	return row{Final, refused, Unknown, ""}
}

// Refusal explains an error of Slack's.
type Refusal struct {
	Code   string // Slack's name of the error, such as is_archived, or the status, such as HTTP 403
	Scope  string // the scope that Slack says is missing; may be empty
	Remedy Remedy
	Cause  Cause
}

// Explain explains the error of a request. An error of the network is Trouble.
func Explain(err error) Refusal {
	var answer slack.SlackErrorResponse
	var status slack.StatusCodeError
	switch {
	case errors.As(err, &answer):
		r := rowOf(answer.Err)
		return Refusal{answer.Err, answer.Needed, r.remedy, r.cause}
	case errors.As(err, &status):
		r := rowOfStatus(status.Code)
		return Refusal{"HTTP " + strconv.Itoa(status.Code), "", r.remedy, r.cause}
	case errors.As(err, new(*slack.RateLimitedError)):
		return Refusal{"ratelimited", "", Retry, Trouble}
	case errors.Is(err, ErrURLSpent):
		return Refusal{"expired_url", "", Final, TooLate}
	}
	return Refusal{Code: "no answer", Remedy: Retry, Cause: Trouble}
}

// IsChannel reports whether Slack takes nothing from the bot in that conversation, and
// may do so elsewhere.
func (r Refusal) IsChannel() bool {
	return slices.Contains([]Cause{NotMember, ReadOnly, ThreadOnly, Archived, NoDirect}, r.Cause)
}

// IsApp reports whether Slack refuses the app everywhere: other calls with the same
// token fail, too.
func (r Refusal) IsApp() bool {
	return r.Cause == Token || r.Cause == Blocked || r.Cause == Scope && (r.Scope == "" || strings.Contains(r.Scope, "chat:write"))
}
