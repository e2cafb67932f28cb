package people

import (
	"context"
	"errors"
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
}

func (f *fakeSlack) User(context.Context, string) (User, error) { f.asked++; return f.user, f.err }
func (f *fakeSlack) Shared(context.Context, string) (bool, error) {
	f.asked++
	return f.shared, f.err
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
