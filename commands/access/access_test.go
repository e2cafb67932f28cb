package access

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	web     = "48c66c6002964721be537cdc6ce0297b"
	other   = "a777ff00d3cf4d369d87066806ae0000"
	builds  = "C024BE91L"
	private = "G024BE91M"
	ann     = "U012A3CDE"
	bob     = "W012A3CDF"
)

func allows(p *Policy, c Caller, t Task) bool { return p.Grant(c, t, AnyVerb) != Refused }

func TestWithoutRulesOnlyOpenAllows(t *testing.T) {
	var none *Policy
	here := Caller{Channel: builds, User: ann}
	assert.Equal(t, Refused, none.Grant(here, Task{ID: web}, "fail"))
	assert.Equal(t, Refused, new(Policy).Grant(here, Task{ID: web}, "fail"))
	assert.Equal(t, Posted, Open().Grant(here, Task{ID: web}, "fail"))
	assert.Equal(t, Posted, Open().Grant(Caller{}, Task{}, AnyVerb))
	assert.True(t, Open().AllowsAll(here))
	assert.False(t, none.AllowsAll(here))
}

func TestAPolicyKeepsItsRules(t *testing.T) {
	rules := []Rule{{Channels: []string{builds}, Users: []string{ann}, Tasks: []string{web}, Verbs: []string{"fail"}}}
	p, err := New(rules)
	require.NoError(t, err)
	rules[0].Channels[0], rules[0].Users[0], rules[0].Tasks[0], rules[0].Verbs[0] = private, bob, "*", "full"
	assert.Equal(t, Posted, p.Grant(Caller{Channel: builds, User: ann}, Task{ID: web}, "fail"))
	assert.Equal(t, Refused, p.Grant(Caller{Channel: private, User: bob}, Task{ID: other}, "full"))
	e := p.Explain(Caller{}, Task{}, "", Posted)
	e.Rule.Tasks[0] = "*"
	assert.Equal(t, Refused, p.Grant(Caller{Channel: builds, User: ann}, Task{ID: other}, "fail"), "nor does an explanation lead into it")
}

func TestAPolicySaysWhatItsRulesName(t *testing.T) {
	p, err := New([]Rule{
		{Channels: []string{builds}, Users: []string{bob, ann}, Groups: []string{"S0ENG00001"}, Tasks: []string{web}},
		{Channels: []string{"*"}, Users: []string{ann}, Groups: []string{"S0ENG00001", "S0ARC00001"}, Projects: []string{web}, Verbs: []string{"fail"}},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"S0ARC00001", "S0ENG00001"}, p.Groups())
	assert.Equal(t, []string{ann, bob}, p.Users())
	assert.Equal(t, []string{builds}, p.Channels())
	assert.True(t, p.NamesProjects())
	assert.False(t, Open().NamesProjects())
	assert.False(t, p.AllowsAll(Caller{Channel: builds, User: ann}))
	assert.True(t, p.AllowsVerb(Caller{Channel: private, User: ann}, "fail"))
	assert.False(t, p.AllowsVerb(Caller{Channel: private, User: ann}, "full"))
}

func TestAWrongRuleIsNamed(t *testing.T) {
	good := Rule{Tasks: []string{"*"}}
	cases := []struct {
		name  string
		rules []Rule
		want  []string // parts of the message
	}{
		{"no rules", nil, []string{"at least one rule", "LOGBOT_OPEN=true"}},
		{"a channel's name", []Rule{{Channels: []string{"#builds"}, Tasks: []string{"*"}}}, []string{"rule 1", "channels", `"#builds"`, "C024BE91L"}},
		{"a user's id among the channels", []Rule{{Channels: []string{ann}, Tasks: []string{"*"}}}, []string{"rule 1", "channels", ann}},
		{"a channel id with a blank", []Rule{{Channels: []string{builds + " "}, Tasks: []string{"*"}}}, []string{"rule 1", "channels"}},
		{"an empty channel", []Rule{{Channels: []string{""}, Tasks: []string{"*"}}}, []string{"rule 1", "channels", `""`}},
		{"a user's name", []Rule{good, {Users: []string{ann, "@bob"}, Tasks: []string{"*"}}}, []string{"rule 2", "users", `"@bob"`, "U012A3CDE"}},
		{"a star for users", []Rule{good, {Users: []string{"*"}, Tasks: []string{"*"}}}, []string{"rule 2", "users", `"*"`}},
		{"no tasks", []Rule{good, good, {Channels: []string{builds}}}, []string{"rule 3", "tasks", "none given", "32 hex digits"}},
		{"an empty list of channels", []Rule{{Channels: []string{}, Tasks: []string{"*"}}}, []string{"rule 1", "channels: the list is empty", `channels: ["*"]`}},
		{"an empty list of users", []Rule{{Users: []string{}, Tasks: []string{"*"}}}, []string{"rule 1", "users: the list is empty"}},
		{"an empty list of groups", []Rule{{Groups: []string{}, Tasks: []string{"*"}}}, []string{"rule 1", "groups: the list is empty"}},
		{"an empty list of tasks", []Rule{{Tasks: []string{}}}, []string{"rule 1", "tasks: the list is empty"}},
		{"an empty list of checks", []Rule{{Checks: []string{}, Tasks: []string{"web"}}}, []string{"rule 1", "checks: the list is empty"}},
		{"an empty list of projects", []Rule{{Projects: []string{}, Tasks: []string{"web"}}}, []string{"rule 1", "projects: the list is empty"}},
		{"an empty list of verbs", []Rule{{Tasks: []string{"*"}, Verbs: []string{}}}, []string{"rule 1", "verbs: the list is empty", "every command"}},
		{"an empty list of bots", []Rule{{Tasks: []string{"*"}, Bots: []string{}}}, []string{"rule 1", "bots: the list is empty"}},
		{"a star beside a channel", []Rule{{Channels: []string{"*", builds}, Tasks: []string{"*"}}}, []string{"rule 1", "channels", "stands alone"}},
		{"a star beside a task", []Rule{{Tasks: []string{"web", "*"}}}, []string{"rule 1", "tasks", "stands alone"}},
		{"a star beside projects", []Rule{{Tasks: []string{"*"}, Projects: []string{web}}}, []string{"rule 1", "tasks", "take checks and projects away"}},
		{"a group's handle", []Rule{{Groups: []string{"@eng"}, Tasks: []string{"*"}}}, []string{"rule 1", "groups", `"@eng"`, "S0615G0KT"}},
		{"a project's name", []Rule{{Projects: []string{"shop"}}}, []string{"rule 1", "projects", `"shop"`, "32 hex digits"}},
		{"a verb in capitals", []Rule{{Tasks: []string{"*"}, Verbs: []string{"Fail"}}}, []string{"rule 1", "verbs", `"Fail"`}},
		{"a zero-width space in an alias", []Rule{{Tasks: []string{"we\u200bb"}}}, []string{"rule 1", "tasks", `"we\u200bb"`}},
		{"shared, but no channel is named", []Rule{{Channels: []string{"*"}, Tasks: []string{"*"}, Shared: true}}, []string{"rule 1", "shared", "must name them"}},
		{"bots without channels", []Rule{{Bots: []string{"B012A3CDE"}, Tasks: []string{"*"}}}, []string{"rule 1", "bots", "must name channels"}},
		{"all that is wrong at once", []Rule{{Channels: []string{"#a"}, Users: []string{"@b"}, Tasks: []string{"*"}}, {Tasks: []string{""}}}, []string{`"#a"`, `"@b"`, "rule 2"}},
		{"a pattern", []Rule{{Tasks: []string{"web-*"}}}, []string{"rule 1", "tasks", `"web-*"`, `"*" alone`}},
		{"an empty task", []Rule{{Tasks: []string{""}}}, []string{"rule 1", "tasks", `""`}},
		{"two words", []Rule{{Tasks: []string{"web api"}}}, []string{"rule 1", "tasks", "one word"}},
		{"a control character", []Rule{{Tasks: []string{"web\x00"}}}, []string{"rule 1", "tasks", `"web\x00"`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := New(c.rules)
			require.Error(t, err)
			assert.Nil(t, p)
			for _, part := range c.want {
				assert.ErrorContains(t, err, part)
			}
		})
	}
}

func TestSomeTaskMayBeReadWhereARuleIsForTheChannelAndTheUser(t *testing.T) {
	p, err := New([]Rule{{Channels: []string{builds}, Users: []string{ann}, Tasks: []string{"web"}}})
	require.NoError(t, err)
	assert.True(t, p.AllowsSome(Caller{Channel: builds, User: ann}))
	assert.False(t, p.AllowsSome(Caller{Channel: builds, User: bob}))
	assert.False(t, p.AllowsSome(Caller{Channel: private, User: ann}))
	assert.False(t, p.AllowsSome(Caller{Channel: "", User: ann}))
	assert.True(t, Open().AllowsSome(Caller{Channel: "", User: ""}))
	var none *Policy
	assert.False(t, none.AllowsSome(Caller{Channel: builds, User: ann}))
}

func TestAdminsAreThoseThatAreNamed(t *testing.T) {
	p, err := Open().WithAdmins(ann)
	require.NoError(t, err)
	assert.True(t, p.Admin(ann))
	assert.False(t, p.Admin(bob), "that everyone may read everything makes nobody an admin")
	assert.False(t, p.Admin(""))
	assert.True(t, allows(p, Caller{Channel: builds, User: bob}, Task{ID: web}), "the rest of the policy stays")
	assert.False(t, Open().Admin(ann))
	var none *Policy
	assert.False(t, none.Admin(ann))

	_, err = Open().WithAdmins(ann, "bob")
	assert.ErrorContains(t, err, `admin 2: "bob"`)
}

func FuzzRulesNeverAllowWhatTheyDoNotName(f *testing.F) {
	f.Add(builds, ann, "web", web)
	f.Add("", "", "*", "")
	f.Add(private, bob, "固件", other)
	f.Add("#构建", "@小明", web, "固件")
	f.Fuzz(func(t *testing.T, channel, user, name, id string) {
		p, err := New([]Rule{{Channels: []string{channel}, Users: []string{user}, Tasks: []string{name}}})
		if err != nil {
			return
		}
		assert.False(t, allows(p, Caller{Channel: "", User: user}, Task{ID: name, Aliases: []string{name}}))
		assert.False(t, allows(p, Caller{Channel: channel, User: ""}, Task{ID: name, Aliases: []string{name}}))
		assert.False(t, allows(p, Caller{Channel: channel + "X", User: user}, Task{ID: name, Aliases: []string{name}}))
		assert.True(t, allows(p, Caller{Channel: channel, User: user}, Task{ID: name, Aliases: []string{name}}))
		if name != "*" && id != name {
			assert.False(t, allows(p, Caller{Channel: channel, User: user}, Task{Aliases: []string{id}}))
		}
	})
}
