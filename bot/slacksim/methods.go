package slacksim

import "strings"

// Calls per minute (apis/web-api/rate-limits). Special limits, which the pages of
// some methods mention, are not counted here; see Config.PostBurst for
// chat.postMessage.
const (
	special = 0
	tier2   = 20
	tier3   = 50
	tier4   = 100
)

// method is one method of the Web API.
type method struct {
	scopes string // the token needs one of these; empty if it needs none
	tier   int    // calls per minute
	errors string // that it may return in addition to commonErrors
	app    bool   // takes the app token, in the header only
	form   bool   // does not read JSON bodies
	open   bool   // needs no token
}

// Errors that several methods share.
const (
	blockErrors = " invalid_blocks invalid_blocks_format msg_blocks_too_long invalid_attachments no_text"
	viewErrors  = " view_too_large duplicate_external_id"
	readScopes  = "channels:read,groups:read,im:read,mpim:read"
)

// commonErrors may be returned by every method.
const commonErrors = "not_authed invalid_auth not_allowed_token_type missing_scope invalid_arguments " +
	"invalid_form_data access_denied fatal_error ratelimited internal_error service_unavailable request_timeout"

// methodTable returns the methods with the scopes, rate limits and errors of their
// pages in Slack's documentation.
func methodTable() map[string]method {
	return map[string]method{
		"apps.connections.open": {app: true, scopes: "connections:write", tier: tier3},
		"auth.test":             {tier: special},
		"blocks.validate":       {tier: special, open: true, errors: "invalid_blocks invalid_message invalid_view"},

		"chat.postMessage": {scopes: "chat:write", tier: special,
			errors: "channel_not_found not_in_channel is_archived cannot_reply_to_message" + blockErrors},
		"chat.postEphemeral": {scopes: "chat:write", tier: tier4,
			errors: "channel_not_found not_in_channel is_archived cannot_reply_to_message user_not_in_channel" + blockErrors},
		"chat.update": {scopes: "chat:write", tier: tier3,
			errors: "channel_not_found message_not_found cant_update_message is_inactive msg_too_long block_mismatch" + blockErrors},
		"chat.delete": {scopes: "chat:write", tier: tier3,
			errors: "channel_not_found message_not_found cant_delete_message"},
		"chat.getPermalink": {tier: special, errors: "channel_not_found message_not_found"},

		"conversations.info": {scopes: readScopes, tier: tier3, errors: "channel_not_found"},
		"conversations.join": {scopes: "channels:join", tier: tier3,
			errors: "channel_not_found is_archived method_not_supported_for_channel_type"},
		"conversations.members": {scopes: readScopes, tier: tier4, errors: "channel_not_found invalid_limit invalid_cursor fetch_members_failed"},
		"conversations.open": {scopes: "channels:manage,groups:write,im:write,mpim:write", tier: tier3,
			errors: "channel_not_found method_not_supported_for_channel_type users_list_not_supplied user_not_found"},

		"files.getUploadURLExternal": {scopes: "files:write", tier: tier4, form: true,
			errors: "missing_argument file_upload_size_restricted snippet_too_large unknown_snippet_type alt_txt_too_large storage_limit_reached"},
		"files.completeUploadExternal": {scopes: "files:write", tier: tier4,
			errors: "channel_not_found not_in_channel posting_to_channel_denied channels_limit_exceeded file_not_found invalid_blocks"},
		"files.info":   {scopes: "files:read", tier: tier4, errors: "file_not_found file_deleted"},
		"files.delete": {scopes: "files:write", tier: tier3, errors: "file_not_found file_deleted"},

		"reactions.add": {scopes: "reactions:write", tier: tier3,
			errors: "channel_not_found message_not_found already_reacted invalid_name bad_timestamp no_item_specified is_archived too_many_emoji"},
		"usergroups.list":       {scopes: "usergroups:read", tier: tier2, errors: "team_not_found"},
		"usergroups.users.list": {scopes: "usergroups:read", tier: tier2, errors: "no_such_subteam"},
		"users.info":            {scopes: "users:read", tier: tier4, errors: "user_not_found"},

		"views.open": {tier: tier4,
			errors: "invalid_trigger_id exchanged_trigger_id expired_trigger_id" + viewErrors},
		"views.push": {tier: tier4,
			errors: "invalid_trigger_id exchanged_trigger_id expired_trigger_id not_found push_limit_reached" + viewErrors},
		"views.update": {tier: tier4, errors: "not_found hash_conflict" + viewErrors},
	}
}

// permitted reports whether a token with the given scopes may call the method.
func (m method) permitted(scoped func(string) bool) bool {
	if m.scopes == "" {
		return true
	}
	for scope := range strings.SplitSeq(m.scopes, ",") {
		if scoped(scope) {
			return true
		}
	}
	return false
}

// Origins of messages and calls that are not methods of the Web API.
const (
	viaResponseURL = "response_url"
	viaUpload      = "upload"
	viaAck         = "ack"
	viaCommand     = "command"
	viaComposer    = "composer"
	viaSlack       = "slack"
	viaWebhook     = "webhook"
)
