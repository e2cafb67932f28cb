package people

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/envelope"
	"logbot/commands/access"
)

// fakeSlack tells the same of every user and channel.
type fakeSlack struct {
	user   User
	shared bool
	err    error
	asked  int

	private bool
	members []string // of every channel and group
	unread  error    // why they are not told
}

func (f *fakeSlack) User(context.Context, string) (User, error) { f.asked++; return f.user, f.err }
func (f *fakeSlack) Channel(context.Context, string) (Channel, error) {
	f.asked++
	return Channel{Shared: f.shared, Private: f.private}, f.err
}
func (f *fakeSlack) InChannel(_ context.Context, user, _ string) (bool, error) {
	return slices.Contains(f.members, user), f.unread
}
func (f *fakeSlack) Members(context.Context, string) ([]string, error) {
	f.asked++
	return f.members, f.unread
}

func TestStandingIsWhatTheEnvelopeAndSlackSay(t *testing.T) {
	const ours, theirs, org, otherOrg = "T0HOME0001", "T0EVIL0001", "E0HOME0001", "E0EVIL0001"
	alone, inOrg := Home{Team: ours}, Home{Team: ours, Enterprise: org}
	away := errors.New("connection refused")
	refused := func(code string) error { return slack.SlackErrorResponse{Err: code} }
	person := func(team, enterprise string) envelope.Sender {
		return envelope.Sender{User: "U1", Team: team, Enterprise: enterprise}
	}
	for name, c := range map[string]struct {
		home   Home
		from   envelope.Sender
		shared bool
		slack  fakeSlack
		want   access.Standing
		fails  bool
	}{
		"a member":                                {alone, person(ours, ""), false, fakeSlack{user: User{Team: ours}}, access.Member, false},
		"a guest":                                 {alone, person(ours, ""), false, fakeSlack{user: User{Team: ours, Guest: true}}, access.Guest, false},
		"another workspace":                       {alone, person(theirs, ""), false, fakeSlack{user: User{Team: ours}}, access.Stranger, false},
		"not said, but of another workspace":      {alone, person("", ""), false, fakeSlack{user: User{Team: theirs}}, access.Stranger, false},
		"not said, and of ours":                   {alone, person("", ""), true, fakeSlack{user: User{Team: ours}}, access.Member, false},
		"not said, and Slack does not show them":  {alone, person("", ""), false, fakeSlack{err: refused("user_not_visible")}, access.Stranger, false},
		"not said, in a shared channel, no scope": {alone, person("", ""), true, fakeSlack{err: refused("missing_scope")}, access.Stranger, false},
		"not said, elsewhere, no scope":           {alone, person("", ""), false, fakeSlack{err: refused("missing_scope")}, access.Member, false},
		"said to be ours, no scope":               {alone, person(ours, ""), true, fakeSlack{err: refused("missing_scope")}, access.Member, false},
		"Slack calls them a stranger":             {alone, person(ours, ""), false, fakeSlack{user: User{Team: ours, Foreign: true}}, access.Stranger, false},
		"said to be ours, behind a proxy":         {alone, person(ours, ""), false, fakeSlack{err: slack.StatusCodeError{Code: 403}}, access.Member, false},
		"not said, behind a proxy":                {alone, person("", ""), false, fakeSlack{err: slack.StatusCodeError{Code: 404}}, access.Stranger, true},
		"perhaps of the organisation, by a proxy": {inOrg, person("T0SISTER01", ""), false, fakeSlack{err: slack.StatusCodeError{Code: 403}}, access.Stranger, true},
		"Slack is away":                           {alone, person(ours, ""), false, fakeSlack{err: away}, access.Stranger, true},
		"the organisation in place of the team":   {inOrg, person(org, ""), false, fakeSlack{user: User{Team: "T0SISTER01", Enterprise: org}}, access.Member, false},
		"another workspace of the organisation":   {inOrg, person("T0SISTER01", ""), false, fakeSlack{user: User{Team: "T0SISTER01", Enterprise: org}}, access.Member, false},
		"perhaps of the organisation, no scope":   {inOrg, person("T0SISTER01", ""), false, fakeSlack{err: refused("missing_scope")}, access.Stranger, false},
		"another organisation":                    {inOrg, person(theirs, otherOrg), false, fakeSlack{}, access.Stranger, false},
		"another organisation, as Slack says":     {inOrg, person(theirs, ""), false, fakeSlack{user: User{Team: theirs, Enterprise: otherOrg}}, access.Stranger, false},
		"an app":                                  {alone, envelope.Sender{App: true, Bot: "B1"}, false, fakeSlack{}, access.App, false},
		"the user of an app":                      {alone, person(ours, ""), false, fakeSlack{user: User{Team: ours, App: true}}, access.App, false},
		"nobody":                                  {alone, envelope.Sender{}, false, fakeSlack{}, access.Stranger, true},
	} {
		t.Run(name, func(t *testing.T) {
			log, _ := logtest.NewNullLogger()
			got, err := NewLookup(&c.slack, log).Standing(t.Context(), c.home, c.from, c.shared)
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.fails, err != nil)
		})
	}
}

func TestAnswersOfSlackCountForTenMinutesAndLongerWhileItIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, logged := logtest.NewNullLogger()
		f := &fakeSlack{shared: true, user: User{Guest: true}}
		l := NewLookup(f, log)
		for range 3 {
			assert.True(t, l.Shared(t.Context(), "C1", nil))
		}
		assert.Equal(t, 1, f.asked)
		said := false
		assert.False(t, l.Shared(t.Context(), "C1", &said), "what an event says counts")
		time.Sleep(looksLive)
		f.shared = false
		assert.False(t, l.Shared(t.Context(), "C1", nil))
		f.err = errors.New("away")
		assert.False(t, l.Shared(t.Context(), "C2", nil))
		require.Len(t, logged.AllEntries(), 1)
		f.err = nil
		_, err := l.User(t.Context(), "U1")
		require.NoError(t, err)
		f.err = errors.New("away")
		time.Sleep(2 * looksLive)
		u, err := l.User(t.Context(), "U1")
		require.NoError(t, err)
		assert.True(t, u.Guest)
		time.Sleep(staleLives)
		_, err = l.User(t.Context(), "U1")
		assert.Error(t, err)
	})
}

func TestUserGroupsCountForTenMinutesAndNotWhenSlackRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, logged := logtest.NewNullLogger()
		f := &fakeSlack{members: []string{"U1", "U2"}}
		l := NewLookup(f, log)
		groups := func(user string) []string { return l.Groups(t.Context(), user, []string{"S1"}) }
		assert.Equal(t, []string{"S1"}, groups("U1"))
		assert.Empty(t, groups("U3"))
		assert.Empty(t, groups(""))
		assert.Empty(t, l.Groups(t.Context(), "U1", nil))
		assert.Equal(t, 1, f.asked, "one call for all people")
		f.members = []string{"U2"}
		assert.Equal(t, []string{"S1"}, groups("U1"), "for ten minutes")
		time.Sleep(looksLive)
		assert.Empty(t, groups("U1"))
		f.unread = errors.New("away")
		time.Sleep(looksLive)
		assert.Equal(t, []string{"S1"}, groups("U2"), "an old answer counts while Slack is away")
		time.Sleep(staleGroups)
		assert.Empty(t, groups("U2"), "but not for long")
		f.unread, f.members = nil, []string{"U2"}
		assert.Equal(t, []string{"S1"}, groups("U2"))
		f.unread = slack.SlackErrorResponse{Err: "missing_scope", Needed: "usergroups:read"}
		time.Sleep(looksLive)
		assert.Empty(t, groups("U2"), "a refusal is an answer: nobody is in the group")
		assert.Len(t, logged.AllEntries(), 2, "said once each")
	})
}

func TestSlackSaysWhoSeesAChannel(t *testing.T) {
	away := errors.New("away")
	for name, c := range map[string]struct {
		slack       fakeSlack
		standing    access.Standing
		channel     string
		sees, known bool
	}{
		"a public channel":                   {fakeSlack{}, access.Member, "C1", true, true},
		"a public channel, a guest":          {fakeSlack{}, access.Guest, "C1", false, true},
		"a public channel, a guest in it":    {fakeSlack{members: []string{"U1"}}, access.Guest, "C1", true, true},
		"a private channel":                  {fakeSlack{private: true, members: []string{"U2"}}, access.Member, "C1", false, true},
		"a private channel, a member":        {fakeSlack{private: true, members: []string{"U1"}}, access.Member, "G1", true, true},
		"a conversation of two":              {fakeSlack{err: away}, access.Member, "D1", true, true},
		"a channel that Slack does not tell": {fakeSlack{err: slack.SlackErrorResponse{Err: "channel_not_found"}}, access.Member, "C1", false, false},
		"members that Slack does not tell":   {fakeSlack{private: true, members: []string{"U1"}, unread: away}, access.Member, "C1", false, false},
		"the scope is missing":               {fakeSlack{err: slack.SlackErrorResponse{Err: "missing_scope"}}, access.Member, "C1", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			log, _ := logtest.NewNullLogger()
			sees, known := NewLookup(&c.slack, log).Sees(t.Context(), "U1", c.standing, c.channel)
			assert.Equal(t, [2]bool{c.sees, c.known}, [2]bool{sees, known})
		})
	}
}
