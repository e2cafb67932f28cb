package people

import (
	"context"
	"fmt"
	"strings"

	"logbot/bot/delivery/send"
	"logbot/bot/envelope"
	"logbot/commands/access"
)

// Home is the workspace of the bot, as auth.test tells. An app that is installed in a
// whole organisation is at home in all its workspaces.
type Home struct {
	Team       string
	Enterprise string // the organisation of the workspace; empty if it is in none
}

// side is where a team is from, as far as it is said.
type side int

const (
	unsaid side = iota
	home
	foreign  // certainly
	doubtful // another workspace, perhaps of the same organisation
)

// side says where somebody is from who has these ids. Either may be that of an
// organisation: a user of one can have it in place of a workspace.
func (h Home) side(team, enterprise string) side {
	isHome := func(id string) bool { return id != "" && (id == h.Team || id == h.Enterprise) }
	switch {
	case isHome(team), isHome(enterprise):
		return home
	case h.Team == "", team == "" && enterprise == "":
		return unsaid
	case h.Enterprise == "", enterprise != "":
		return foreign
	}
	return doubtful
}

// Standing is what a sender is to the workspace. What the envelope says of them counts;
// where it leaves a doubt, and to know guests, Slack is asked (users.info, scope
// users:read). Guests are taken for members without that scope, and if a proxy refuses
// the question while the envelope names our workspace. shared says that strangers read
// the channel. The error is that nobody has said who it is: try again.
func (l *Lookup) Standing(ctx context.Context, h Home, from envelope.Sender, shared bool) (access.Standing, error) {
	if from.App {
		return access.App, nil
	}
	said := h.side(from.Team, from.Enterprise)
	if said == foreign {
		return access.Stranger, nil
	}
	u, err := l.User(ctx, from.User)
	switch {
	case err == nil:
		return u.standing(h, said), nil
	case !isRefusal(err) && !(isBlocked(err) && said == home):
		return access.Stranger, fmt.Errorf("ask Slack whether %s is a member: %w", from.User, err)
	case said == doubtful, said == unsaid && (shared || isUnseen(code(err))):
		return access.Stranger, nil
	}
	l.warnOnce("guests of the workspace are answered like members, because Slack does not tell who they are (users.info, scope users:read): %s", send.Explain(err).Code)
	return access.Member, nil
}

// isUnseen reports whether Slack refused because the user is not of this workspace.
func isUnseen(code string) bool {
	return code == "user_not_visible" || code == "user_not_found" || code == "users_not_found"
}

func (u User) standing(h Home, said side) access.Standing {
	known := h.side(u.Team, u.Enterprise)
	switch {
	case u.Foreign, known == foreign, known == doubtful && said != home, known == unsaid && said == doubtful:
		return access.Stranger
	case u.App:
		return access.App
	case u.Guest:
		return access.Guest
	}
	return access.Member
}

// Shared reports whether people of other organisations read a channel: as an event has
// said, else as Slack tells (conversations.info, scopes channels:read and groups:read).
// If Slack does not tell, the channel counts as internal.
func (l *Lookup) Shared(ctx context.Context, channel string, said *bool) bool {
	if said != nil {
		return *said
	}
	if channel == "" || strings.HasPrefix(channel, "D") { // a conversation of two; Slack tells only of the bot's own
		return false
	}
	c, err := l.channel(ctx, channel)
	switch {
	case err == nil, code(err) == "channel_not_found":
	case isRefusal(err), isBlocked(err):
		l.warnOnce("channels count as internal where Slack does not tell whether other organisations read them (conversations.info, scopes channels:read and groups:read): %s", send.Explain(err).Code)
	default:
		l.log.WithField("channel", channel).Warnf("the channel counts as internal, because Slack does not tell whether other organisations read it: %v", err)
	}
	return c.Shared && err == nil
}

// Sees reports whether a user sees a channel now (conversations.info and
// conversations.members): anybody of the workspace but guests sees a public one, its
// members a private one. known is false if Slack does not tell, such as without the
// scopes or of a private channel that the bot is not in.
func (l *Lookup) Sees(ctx context.Context, user string, s access.Standing, channel string) (sees, known bool) {
	if strings.HasPrefix(channel, "D") {
		return true, true
	}
	c, err := l.channel(ctx, channel)
	if err == nil && !c.Private && s == access.Member {
		return true, true
	}
	if err == nil {
		sees, err = l.slack.InChannel(ctx, user, channel)
	}
	return sees && err == nil, err == nil
}
