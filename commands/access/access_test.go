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

func TestARuleAllowsOnlyWhatItNames(t *testing.T) {
	cases := []struct {
		name          string
		rule          Rule
		channel, user string
		task          Task
		want          bool
	}{
		{"everything is named", Rule{Channels: []string{builds}, Users: []string{ann}, Tasks: []string{web}}, builds, ann, Task{ID: web}, true},
		{"another channel", Rule{Channels: []string{builds}, Users: []string{ann}, Tasks: []string{web}}, private, ann, Task{ID: web}, false},
		{"another user", Rule{Channels: []string{builds}, Users: []string{ann}, Tasks: []string{web}}, builds, bob, Task{ID: web}, false},
		{"another task", Rule{Channels: []string{builds}, Users: []string{ann}, Tasks: []string{web}}, builds, ann, Task{ID: other}, false},
		{"no channels: any channel", Rule{Channels: nil, Users: []string{ann}, Tasks: []string{web}}, private, ann, Task{ID: web}, true},
		{"no channels, but another user", Rule{Channels: nil, Users: []string{ann}, Tasks: []string{web}}, private, bob, Task{ID: web}, false},
		{"no users: anyone", Rule{Channels: []string{builds}, Users: nil, Tasks: []string{web}}, builds, bob, Task{ID: web}, true},
		{"no users, but another channel", Rule{Channels: []string{builds}, Users: nil, Tasks: []string{web}}, "D024BE91N", bob, Task{ID: web}, false},
		{"channel not known", Rule{Channels: []string{builds}, Users: nil, Tasks: []string{web}}, "", ann, Task{ID: web}, false},
		{"user not known", Rule{Channels: nil, Users: []string{ann}, Tasks: []string{web}}, builds, "", Task{ID: web}, false},
		{"one of several", Rule{Channels: []string{private, builds}, Users: []string{bob, ann}, Tasks: []string{other, web}}, builds, ann, Task{ID: web}, true},
		{"by alias", Rule{Channels: nil, Users: nil, Tasks: []string{"web"}}, builds, ann, Task{ID: web, Aliases: []string{"web"}}, true},
		{"by an alias in Chinese", Rule{Channels: nil, Users: nil, Tasks: []string{"固件"}}, builds, ann, Task{ID: web, Aliases: []string{"固件"}}, true},
		{"by the first of its aliases", Rule{Channels: nil, Users: nil, Tasks: []string{"shop"}}, builds, ann, Task{ID: web, Aliases: []string{"shop", "web"}}, true},
		{"by the last of its aliases", Rule{Channels: nil, Users: nil, Tasks: []string{"web"}}, builds, ann, Task{ID: web, Aliases: []string{"shop", "web"}}, true},
		{"by none of its aliases", Rule{Channels: nil, Users: nil, Tasks: []string{"api"}}, builds, ann, Task{ID: web, Aliases: []string{"shop", "web"}}, false},
		{"by id though it has an alias", Rule{Channels: nil, Users: nil, Tasks: []string{web}}, builds, ann, Task{ID: web, Aliases: []string{"web"}}, true},
		{"an alias in another case is another", Rule{Channels: nil, Users: nil, Tasks: []string{"web"}}, builds, ann, Task{ID: web, Aliases: []string{"Web"}}, false},
		{"the hex digits of an id in another case", Rule{Channels: nil, Users: nil, Tasks: []string{"48C66C6002964721BE537CDC6CE0297B"}}, builds, ann, Task{ID: web}, true},
		{"an alias that looks like an allowed id", Rule{Channels: nil, Users: nil, Tasks: []string{web}}, builds, ann, Task{ID: other, Aliases: []string{web}}, false},
		{"an id that looks like an allowed alias", Rule{Channels: nil, Users: nil, Tasks: []string{"web"}}, builds, ann, Task{ID: "web"}, false},
		{"every task", Rule{Channels: nil, Users: nil, Tasks: []string{"*"}}, builds, ann, Task{ID: other}, true},
		{"every task, in another channel", Rule{Channels: []string{builds}, Users: nil, Tasks: []string{"*"}}, private, ann, Task{ID: other}, false},
		{"no task", Rule{Channels: nil, Users: nil, Tasks: []string{"*"}}, builds, ann, Task{}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := New([]Rule{c.rule})
			require.NoError(t, err)
			assert.Equal(t, c.want, p.Allows(Caller{Channel: c.channel, User: c.user}, c.task))
		})
	}
}

func TestRulesAddUpAndDoNotMix(t *testing.T) {
	p, err := New([]Rule{
		{Channels: []string{builds}, Tasks: []string{"web"}},
		{Users: []string{ann}, Tasks: []string{"api"}},
	})
	require.NoError(t, err)
	assert.True(t, p.Allows(Caller{Channel: builds, User: bob}, Task{Aliases: []string{"web"}}), "first rule")
	assert.True(t, p.Allows(Caller{Channel: private, User: ann}, Task{Aliases: []string{"api"}}), "second rule")
	assert.False(t, p.Allows(Caller{Channel: builds, User: bob}, Task{Aliases: []string{"api"}}), "channel of one rule, task of the other")
	assert.False(t, p.Allows(Caller{Channel: private, User: ann}, Task{Aliases: []string{"web"}}), "user of one rule, task of the other")
}

func TestWithoutRulesOnlyOpenAllows(t *testing.T) {
	var none *Policy
	assert.False(t, none.Allows(Caller{Channel: builds, User: ann}, Task{ID: web}))
	assert.False(t, new(Policy).Allows(Caller{Channel: builds, User: ann}, Task{ID: web}))
	assert.True(t, Open().Allows(Caller{Channel: builds, User: ann}, Task{ID: web}))
	assert.True(t, Open().Allows(Caller{Channel: "", User: ""}, Task{}))
}

func TestAPolicyKeepsItsRules(t *testing.T) {
	rules := []Rule{{Channels: []string{builds}, Users: []string{ann}, Tasks: []string{web}}}
	p, err := New(rules)
	require.NoError(t, err)
	rules[0].Channels[0], rules[0].Users[0], rules[0].Tasks[0] = private, bob, "*"
	assert.True(t, p.Allows(Caller{Channel: builds, User: ann}, Task{ID: web}))
	assert.False(t, p.Allows(Caller{Channel: private, User: bob}, Task{ID: other}))
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
	assert.True(t, p.Allows(Caller{Channel: builds, User: bob}, Task{ID: web}), "the rest of the policy stays")
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
		assert.False(t, p.Allows(Caller{Channel: "", User: user}, Task{ID: name, Aliases: []string{name}}))
		assert.False(t, p.Allows(Caller{Channel: channel, User: ""}, Task{ID: name, Aliases: []string{name}}))
		assert.False(t, p.Allows(Caller{Channel: channel + "X", User: user}, Task{ID: name, Aliases: []string{name}}))
		assert.True(t, p.Allows(Caller{Channel: channel, User: user}, Task{ID: name, Aliases: []string{name}}))
		if name != "*" && id != name {
			assert.False(t, p.Allows(Caller{Channel: channel, User: user}, Task{Aliases: []string{id}}))
		}
	})
}
