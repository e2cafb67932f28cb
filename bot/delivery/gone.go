package delivery

// Gone reports whether Slack refused something that trying again does not mend:
// the channel takes nothing of the bot (Closed), or the message that was to be
// changed is not there or may not be changed.
func Gone(err error) bool {
	switch refusal(err) {
	case "message_not_found", "cant_update_message", "edit_window_closed":
		return true
	}
	return Closed(err)
}

// Closed reports whether the channel takes nothing of the bot: it may not write
// there (Outside), or the channel is archived or closed to apps. That Slack is in
// trouble, or refuses the app as a whole, is something else.
func Closed(err error) bool {
	switch refusal(err) {
	case "is_archived", "restricted_action_read_only_channel", "restricted_action_thread_only_channel", "messages_tab_disabled":
		return true
	}
	return Outside(err)
}
