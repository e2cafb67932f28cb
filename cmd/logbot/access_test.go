package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

const explained = `aliases: {web: 48c66c6002964721be537cdc6ce0297b, shop: 48c66c6002964721be537cdc6ce0297b, api: 5a90e1c47d3b4f2683bc0d1fe2a5b719}
checks: {style: a777ff00d3cf4d369d87066806ae51c4, web: a777ff00d3cf4d369d87066806ae51c5}
access:
  - channels: [C0BUILDS01]
    tasks: [web]
    verbs: [fail, show]
  - users: [U0ANN00001]
    tasks: ["*"]
  - channels: [C0GENERAL1]
    groups: [S0ENG00001]
    tasks: [api]
  - channels: [C0STYLE001]
    checks: [web]
    guests: true
`

func TestAccessExplainNamesTheRuleThatAllowsOrWhyNoneDoes(t *testing.T) {
	env := map[string]string{"LOGBOT_CONFIG": write(t, "rules.yaml", explained)}
	for _, c := range []struct {
		args    string
		allowed bool
		says    []string
	}{
		{"--user U0BOB00001 --channel C0BUILDS01 --task web", true, []string{"U0BOB00001 may use fail on web in C0BUILDS01, and the answer may be posted there: rule 1 (", "rules.yaml, line 4) allows it"}},
		{"--user U0BOB00001 --channel C0BUILDS01 --task shop --verb show", true, []string{"rule 1"}},
		{"--user U0BOB00001 --channel C0BUILDS01 --task 48C66C6002964721BE537CDC6CE0297B", true, []string{"rule 1"}},
		{"--user U0BOB00001 --channel C0BUILDS01 --task web --verb full", false, []string{"may not use full", "nearest is rule 1", "verbs: full is not among fail, show"}},
		{"--user U0ANN00001 --channel C0BUILDS01 --task web --verb full", true, []string{"but not post it in C0BUILDS01: rule 2", "line 7", "To post it there, the nearest is rule 1", "verbs: full is not among"}},
		{"--user U0ANN00001 --channel C0NOWHERE1 --task web", true, []string{"the nearest is rule 1", "channels: C0NOWHERE1 is not among C0BUILDS01"}},
		{"--user U0ANN00001 --channel C0GENERAL1 --task style", true, []string{"rule 2", "channels: the rule names none, so its answers are private"}},
		{"--user U0BOB00001 --channel C0GENERAL1 --task api", false, []string{"nearest is rule 3", "groups: U0BOB00001 is not known to be in S0ENG00001", "give --group, or set SLACK_BOT_TOKEN"}},
		{"--user U0BOB00001 --channel C0GENERAL1 --task api --group S0ENG00001", true, []string{"rule 3"}},
		{"--user U0BOB00001 --channel C0STYLE001 --task web --check", true, []string{"may use check on web", "rule 4"}},
		{"--user U0BOB00001 --channel C0STYLE001 --task web", false, []string{"nearest is rule 1"}},
		{"--user U0GUS00001 --channel C0BUILDS01 --task web --standing guest", false, []string{"guests: the rule does not say guests: true"}},
		{"--user U0ANN00001 --channel C0BUILDS01 --task web --shared", false, []string{"shared: other organisations read C0BUILDS01"}},
		{"--user U0ANN00001 --channel C0BUILDS01 --task web --bot B0CI000001", false, []string{"B0CI000001 may not use fail", "bots: B0CI000001 is not among"}},
		{"--user U0ANN00001 --channel C0BUILDS01 --task wbe", false, []string{`"wbe" is neither an alias`}},
		{"--user U0ANN00001 --channel C0BUILDS01 --task web --verb fial", false, []string{`there is no command "fial"`}},
		{"--user U0ANN00001 --task web", false, []string{`required flag(s) "channel" not set`}},
	} {
		status, out, errs := program(t, env, append([]string{"access", "explain"}, strings.Fields(c.args)...)...)
		assert.Equal(t, c.allowed, status == 0, c.args)
		for _, says := range c.says {
			assert.Contains(t, out+errs, says, c.args)
		}
	}
	status, out, _ := program(t, map[string]string{"LOGBOT_OPEN": "true"}, "access", "explain", "--user", "U0ANN00001", "--channel", "C0BUILDS01", "--task", webID)
	assert.Zero(t, status)
	assert.Contains(t, out, "LOGBOT_OPEN lets every member read everything")
}

func TestAccessExplainAsksSlackForGroupsAndCodeArtsForProjects(t *testing.T) {
	sim, env := codearts(t)
	project := sim.Projects()["shop"]
	env["LOGBOT_PROJECTS"] = project
	slack := slacksim.New(slacksim.Config{Groups: []slacksim.UserGroup{{ID: "S0ENG00001", Members: []string{"U0ANN00001"}}}, Scopes: []string{"usergroups:read"}})
	require.NoError(t, slack.Start())
	t.Cleanup(func() { assert.NoError(t, slack.Close()) })
	env["SLACK_BOT_TOKEN"], env["SLACK_API_URL"] = slack.BotToken(), slack.APIURL()
	env["LOGBOT_CONFIG"] = write(t, "c.yaml", "access: [{channels: [C0BUILDS01], groups: [S0ENG00001], projects: ["+project+"]}]\n")
	for user, status := range map[string]int{"U0ANN00001": 0, "U0BOB00001": 1} {
		got, out, errs := program(t, env, "access", "explain", "--user", user, "--channel", "C0BUILDS01", "--task", webID)
		assert.Equal(t, status, got, out+errs)
	}
	got, out, errs := program(t, env, "access", "explain", "--user", "U0ANN00001", "--channel", "C0BUILDS01", "--task", strings.Repeat("0", 32))
	assert.Equal(t, 1, got, out+errs)
	assert.Contains(t, out, "its project is not known, not "+project)
}
