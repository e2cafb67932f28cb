package bot

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands/texts"
)

// people of a workspace in which carl is an admin.
func withAdmin() slacksim.Config {
	return slacksim.Config{Users: []slacksim.User{{ID: "U0ANN00001", Name: "ann"}, {ID: bob, Name: "bob"}, {ID: "U0CARL0001", Name: "carl", Admin: true}}}
}

func TestRemoveTakesTheMessageAndWhatItsButtonsSentAway(t *testing.T) {
	for who, c := range map[string]struct {
		user    string
		options Options
	}{
		"whoever asked":               {"U0ANN00001", Options{}},
		"an admin of the workspace":   {"U0CARL0001", Options{}},
		"one the configuration names": {bob, Options{Admins: func(user string) bool { return user == bob }}},
	} {
		t.Run(who, func(t *testing.T) {
			settled := make(chan string, 100)
			c.options.Commands, c.options.Answered = &shelf{}, func(envelope string) { settled <- envelope }
			c.options.Lang = texts.Chinese // so that nobody's language is asked for
			o := workIn(t, withAdmin(), c.options)
			o.types(t, o.channel, "fail web 128")
			m := o.said(t, o.channel, 1)[0]
			o.press(t, bob, m, "Full log")
			o.wait(t, "the record", func() bool { return strings.Contains(o.Render(o.channel, o.user), "Full log · @bob") })
			calls := o.Counts()["users.info"]

			pressed := o.press(t, c.user, o.now(t, m), "删除")
			for envelope := range settled {
				if envelope == pressed.EnvelopeID {
					break
				}
			}
			assert.True(t, o.Files()[0].Deleted)
			shown := o.Render(o.channel, o.user)
			assert.Contains(t, shown, "This message was deleted.")
			for _, gone := range []string{"OrderApiTest", "started by a push", "[Full log]"} {
				assert.NotContains(t, shown, gone)
			}
			asked := 0
			if c.user == "U0CARL0001" {
				asked = 1
			}
			assert.Equal(t, asked, o.Counts()["users.info"]-calls, "Slack is asked at the press, and only where it decides")
			logged := false
			for _, e := range o.logged.AllEntries() {
				logged = logged || e.Message == "removed a message" && e.Data["user"] == c.user && e.Data["asker"] == "U0ANN00001"
			}
			assert.True(t, logged, "a line in our log remains")
		})
	}
}

func TestNobodyElseMayRemove(t *testing.T) {
	o := workIn(t, withAdmin(), Options{Commands: &shelf{}})
	o.types(t, o.channel, "fail web 128")
	m := o.said(t, o.channel, 1)[0]
	o.press(t, bob, m, "Remove")
	o.wait(t, "an answer", func() bool { return strings.Contains(o.Render(o.channel, bob), "Only whoever asked for this") })
	assert.Contains(t, o.Render(o.channel, bob), "OrderApiTest")
}

func TestWithoutItsScopeNobodyIsTakenForAnAdmin(t *testing.T) {
	like := withAdmin()
	like.Scopes = append([]string{}, scopes[:len(scopes)-1]...)
	o := workIn(t, like, Options{Commands: &shelf{}})
	o.types(t, o.channel, "fail web 128")
	o.press(t, "U0CARL0001", o.said(t, o.channel, 1)[0], "Remove")
	o.wait(t, "an answer", func() bool { return strings.Contains(o.Render(o.channel, "U0CARL0001"), "Only whoever asked for this") })
}

func TestAnotherProcessCanRemoveAfterARestart(t *testing.T) {
	o := workIn(t, withAdmin(), Options{Commands: &shelf{}})
	o.types(t, private, "fail web 128") // not even a member
	m := o.said(t, private, 1)[0]
	o.stop()
	require.NoError(t, <-o.ended)
	o.wait(t, "the sockets to close", func() bool { return o.Connections() == 0 })
	o.again(t, Options{Commands: &shelf{}})
	o.press(t, o.user, o.now(t, m), "Remove")
	o.wait(t, "an empty channel", func() bool { return len(o.said(t, private, 0)) == 0 })
}

func TestAnswersInTheThreadGoWithTheirMessage(t *testing.T) {
	o := workIn(t, withAdmin(), Options{Commands: &shelf{}})
	o.types(t, o.channel, "show web 128")
	m := o.said(t, o.channel, 1)[0]
	o.press(t, bob, m, "Next")
	o.wait(t, "the next", func() bool {
		return len(o.Thread(o.channel, m.TS)) == 2 && strings.Contains(o.Render(o.channel, o.user), "Next · @bob")
	})
	o.press(t, o.user, o.now(t, m), "Remove")
	o.wait(t, "an empty channel", func() bool { return len(o.said(t, o.channel, 0)) == 0 })
}
