package bot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
)

// withAdmin is a workspace in which carl is an admin.
func withAdmin() slacksim.Config {
	return slacksim.Config{Users: []slacksim.User{{ID: ann, Name: "ann"}, {ID: bob, Name: "bob"}, {ID: "U0CARL0001", Name: "carl", Admin: true}}}
}

func TestRemoveDeletesTheMessageAndWhatItsButtonsSent(t *testing.T) {
	for who, c := range map[string]struct {
		user    string
		options Options
	}{
		"the caller":                  {ann, Options{}},
		"an admin of the workspace":   {"U0CARL0001", Options{}},
		"one the configuration names": {bob, Options{Admins: func(user string) bool { return user == bob }}},
	} {
		t.Run(who, func(t *testing.T) {
			c.options.Commands = &sampleRunner{}
			audit := &recordedAudit{}
			c.options.Audit = audit.add
			c.options.Locales = everybody("zh-CN")
			h := newHarnessIn(t, withAdmin(), c.options)
			h.slash(t, h.channel, "fail web 128")
			m := h.posted(t, h.channel, 1)[0]
			h.press(t, bob, m, "Full log")
			h.wait(t, "the record", func() bool { return strings.Contains(h.Render(h.channel, h.user), "Full log · @bob") })
			calls := h.Counts()["users.info"]

			pressed := h.remove(t, c.user, h.current(t, m))
			h.settled(t, pressed.EnvelopeID)
			assert.True(t, h.Files()[0].Deleted)
			shown := h.Render(h.channel, h.user)
			assert.Contains(t, shown, "This message was deleted.")
			for _, removed := range []string{"OrderApiTest", "round half up", "[Full log]"} {
				assert.NotContains(t, shown, removed)
			}
			asked := 0
			if c.user == "U0CARL0001" {
				asked = 1
			}
			assert.Equal(t, asked, h.Counts()["users.info"]-calls, "Slack is asked at the press, and only where it decides")
			logged := false
			for _, e := range h.logged.AllEntries() {
				logged = logged || e.Message == "removed a message" && e.Data["user"] == c.user && e.Data["asker"] == ann
			}
			assert.True(t, logged, "a line in our log remains")
			require.Len(t, audit.all(), 1)
			e := audit.all()[0]
			assert.Equal(t, commands.AuditEvent{At: e.At, User: c.user, Channel: h.channel, Verb: "remove", Name: m.TS, Result: commands.Answered, Reason: "asked by " + ann}, e)
		})
	}
}

func TestNobodyElseMayRemove(t *testing.T) {
	audit := &recordedAudit{}
	h := newHarnessIn(t, withAdmin(), Options{Commands: &sampleRunner{}, Audit: audit.add})
	h.slash(t, h.channel, "fail web 128")
	m := h.posted(t, h.channel, 1)[0]
	h.remove(t, bob, m)
	h.wait(t, "an answer", func() bool { return strings.Contains(h.Render(h.channel, bob), "Only the person who asked") })
	assert.Contains(t, h.Render(h.channel, bob), "OrderApiTest")
	require.Len(t, audit.all(), 1)
	assert.Equal(t, commands.Refused, audit.all()[0].Result)
}

func TestNobodyIsAnAdminWithoutTheScopeToAsk(t *testing.T) {
	like := withAdmin()
	like.Scopes = without("users:read")
	h := newHarnessIn(t, like, Options{Commands: &sampleRunner{}})
	h.slash(t, h.channel, "fail web 128")
	h.remove(t, "U0CARL0001", h.posted(t, h.channel, 1)[0])
	h.wait(t, "an answer", func() bool { return strings.Contains(h.Render(h.channel, "U0CARL0001"), "Only the person who asked") })
}

func TestAnotherProcessCanRemoveAfterARestart(t *testing.T) {
	h := newHarnessIn(t, withAdmin(), Options{Commands: &sampleRunner{}})
	h.slash(t, private, "fail web 128") // not even a member
	m := h.posted(t, private, 1)[0]
	h.stop()
	require.NoError(t, <-h.ended)
	h.wait(t, "the sockets to close", func() bool { return h.Connections() == 0 })
	h.restart(t, Options{Commands: &sampleRunner{}})
	h.remove(t, h.user, h.current(t, m))
	h.wait(t, "an empty channel", func() bool { return len(h.posted(t, private, 0)) == 0 })
}

func TestAnswersInTheThreadAreRemovedWithTheirMessage(t *testing.T) {
	h := newHarnessIn(t, withAdmin(), Options{Commands: &sampleRunner{}})
	h.slash(t, h.channel, "show web 128")
	m := h.posted(t, h.channel, 1)[0]
	h.press(t, bob, m, "Next")
	h.wait(t, "the next", func() bool {
		return len(h.Thread(h.channel, m.TS)) == 2 && strings.Contains(h.Render(h.channel, h.user), "Next · @bob")
	})
	h.remove(t, h.user, h.current(t, m))
	h.wait(t, "an empty channel", func() bool { return len(h.posted(t, h.channel, 0)) == 0 })
}
