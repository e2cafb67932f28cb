package people

import "context"

// maxChecked is how many ids of a kind are looked up at the start.
const maxChecked = 30

// Unknown has a line for each of these ids that Slack does not know, such as that of a user
// group that was deleted. What Slack does not tell about is left out.
func (l *Lookup) Unknown(ctx context.Context, channels, users, groups []string) (lines []string) {
	for _, id := range first(channels) {
		if _, err := l.channel(ctx, id); code(err) == "channel_not_found" && id[0] != 'D' {
			lines = append(lines, "a rule names the channel "+id+", which Slack does not show to the bot: it does not exist, or it is private and the bot is not in it (/invite)")
		}
	}
	for _, id := range first(users) {
		if _, err := l.User(ctx, id); isUnseen(code(err)) {
			lines = append(lines, "a rule names the user "+id+", whom Slack does not know in this workspace")
		}
	}
	for _, id := range first(groups) {
		if _, err := look(ctx, l.flights, l.groups, staleGroups, id, l.slack.Members); code(err) == "no_such_subteam" {
			lines = append(lines, "a rule names the user group "+id+", which Slack does not know, or which was disabled")
		}
	}
	return lines
}

func first(ids []string) []string { return ids[:min(len(ids), maxChecked)] }
