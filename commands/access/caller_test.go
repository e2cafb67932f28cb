package access

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const bot = "B012A3CDE"

func TestOnlyMembersAreAdmittedUnlessARuleSaysSo(t *testing.T) {
	plain := Rule{Channels: []string{builds}, Tasks: []string{"*"}}
	with := func(change func(*Rule)) Rule {
		r := plain
		change(&r)
		return r
	}
	everyone := with(func(r *Rule) { r.Guests, r.Strangers, r.Shared = true, true, true })
	for _, c := range []struct {
		name     string
		rule     Rule
		standing Standing
		shared   bool
		want     Verdict
	}{
		{"a member", plain, Member, false, Admitted},
		{"a guest", plain, Guest, false, NoGuests},
		{"a stranger", plain, Stranger, false, NoStrangers},
		{"an app", plain, App, false, NoApps},
		{"a member in a shared channel", plain, Member, true, NotShared},
		{"a stranger in a shared channel", plain, Stranger, true, NoStrangers},
		{"a guest in a shared channel", plain, Guest, true, NoGuests},
		{"guests: true", with(func(r *Rule) { r.Guests = true }), Guest, false, Admitted},
		{"guests: true, a stranger", with(func(r *Rule) { r.Guests = true }), Stranger, false, NoStrangers},
		{"guests: true, in a shared channel", with(func(r *Rule) { r.Guests = true }), Guest, true, NotShared},
		{"strangers: true alone, in a shared channel", with(func(r *Rule) { r.Strangers = true }), Stranger, true, NotShared},
		{"strangers: true, elsewhere", with(func(r *Rule) { r.Strangers = true }), Stranger, false, Admitted},
		{"shared: true, a member", with(func(r *Rule) { r.Shared = true }), Member, true, Admitted},
		{"shared: true, a stranger", with(func(r *Rule) { r.Shared = true }), Stranger, true, NoStrangers},
		{"all three, a stranger", everyone, Stranger, true, Admitted},
		{"all three, an app", everyone, App, true, NoApps},
		{"bots: that one", with(func(r *Rule) { r.Bots = []string{bot} }), App, false, Admitted},
		{"bots: another", with(func(r *Rule) { r.Bots = []string{"B0ANOTHER1"} }), App, false, NoApps},
		{"another user", with(func(r *Rule) { r.Guests, r.Users = true, []string{bob} }), Guest, false, NoGuests},
		{"another channel", with(func(r *Rule) { r.Shared, r.Channels = true, []string{private} }), Member, true, NotShared},
	} {
		t.Run(c.name, func(t *testing.T) {
			caller := Caller{Channel: builds, User: ann, Standing: c.standing, Shared: c.shared}
			if c.standing == App {
				caller.User, caller.Bot = "", bot
			}
			p, err := New([]Rule{c.rule})
			require.NoError(t, err)
			got := p.Admit(caller)
			assert.Equal(t, c.want.String(), got.String())
			assert.Equal(t, got == Admitted, allows(p, caller, Task{ID: web}), "who is not admitted reads nothing")

			inside := c.standing == Member && !c.shared
			assert.Equal(t, inside, Open().Admit(caller) == Admitted, "LOGBOT_OPEN is for the workspace alone")
			assert.Equal(t, inside, allows(Open(), caller, Task{ID: web}))
		})
	}
}

func TestAWrongRuleAboutStrangersSaysWhatIsExpected(t *testing.T) {
	for want, r := range map[string]Rule{
		`shared: a rule for channels that other organisations read must name them`: {Shared: true, Tasks: []string{"*"}},
		`bots: "U012A3CDE" is not a Slack bot id`:                                  {Bots: []string{ann}, Tasks: []string{"*"}},
		`bots: a rule with bots and without users is for these bots alone`:         {Bots: []string{bot}, Guests: true, Tasks: []string{"*"}},
	} {
		_, err := New([]Rule{r})
		assert.ErrorContains(t, err, want)
	}
}

func TestWithoutAPolicyOnlyMembersGetAsFarAsARefusal(t *testing.T) {
	var none *Policy
	for _, s := range []Standing{Member, Guest, Stranger, App} {
		assert.Equal(t, s == Member, none.Admit(Caller{Standing: s}) == Admitted, fmt.Sprint(s))
		assert.False(t, allows(none, Caller{Standing: s}, Task{ID: web}))
	}
}
