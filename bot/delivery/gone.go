package delivery

// Gone reports whether Slack refused something that trying again does not mend:
// the bot may not write in the channel (Outside), the channel is archived, or the
// message that was to be changed is not there or may not be changed.
func Gone(err error) bool {
	switch refusal(err) {
	case "message_not_found", "cant_update_message", "edit_window_closed", "is_archived":
		return true
	}
	return Outside(err)
}
