package people

import (
	"context"
	"slices"
	"sync"

	"logbot/bot/delivery/send"
)

// Groups are those of some user groups, by id, whose member a user is (usergroups.users.list,
// scope usergroups:read). An answer of Slack's counts for ten minutes, and for an hour
// while Slack gives no new one. What Slack refuses to tell gives no right: the user is in
// no such group.
func (l *Lookup) Groups(ctx context.Context, user string, groups []string) []string {
	if user == "" || len(groups) == 0 {
		return nil
	}
	member := make([]bool, len(groups))
	var asked sync.WaitGroup
	for i, id := range groups {
		asked.Go(func() {
			users, err := look(ctx, l.flights, l.groups, staleGroups, id, l.slack.Members)
			if err != nil && ctx.Err() == nil {
				l.warnOnce("nobody counts as a member of the user group %s, which a rule names, because Slack does not tell its members (usergroups.users.list, scope usergroups:read): %s", id, send.Details(err))
			}
			member[i] = err == nil && slices.Contains(users, user)
		})
	}
	asked.Wait()
	var in []string
	for i, id := range groups {
		if member[i] {
			in = append(in, id)
		}
	}
	return in
}
