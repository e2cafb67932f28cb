package main

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs"
	"logbot/bot/slacksim"
	"logbot/cache/state"
	"logbot/cmd/logbot/config"
)

func TestServeAnswersInSlackAndStopsWhenTold(t *testing.T) {
	_, env := codearts(t)
	slack := startSlack(t, env)
	env["SLACK_BOT_TOKEN_FILE"], env["SLACK_BOT_TOKEN"] = write(t, "token", slack.BotToken()+"\n"), ""
	env["LOGBOT_SOCKETS"] = "3"
	env["LOGBOT_CONFIG"] = write(t, "config.yaml", "aliases: {web: "+webID+"}\naccess: [{channels: [C0BUILDS01], tasks: [web]}]\n")

	var out bytes.Buffer
	stop := start(t, env, &out, "serve")
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, slack.Wait(soon, func() bool { return slack.Connections() == 3 }))
	_, err := slack.Slash(t.Context(), slacksim.SlashCommand{Channel: "C0BUILDS01", User: "U0ANN00001", Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	_, err = slack.Slash(t.Context(), slacksim.SlashCommand{Channel: "C0GENERAL1", User: "U0ANN00001", Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	require.NoError(t, slack.Wait(soon, func() bool {
		return strings.Contains(slack.Render("C0BUILDS01", "U0BOB00001"), "total expected:<10> but was:<11>")
	}))
	require.NoError(t, slack.Wait(soon, func() bool { return len(slack.Ephemerals("C0GENERAL1", "U0ANN00001")) > 0 }))
	assert.Contains(t, slack.Render("C0GENERAL1", "U0ANN00001"), "You can't read this here")
	status, errs := stop()
	assert.Equal(t, 0, status, errs)
	for _, secret := range []string{"sk-of-the-tests-0123", "s3cr3t-Pa55", slack.BotToken()} {
		assert.NotContains(t, out.String()+errs, secret)
	}
	seen, err := slack.Search("s3cr3t-Pa55")
	require.NoError(t, err)
	assert.Empty(t, seen, "no secret reached Slack")
}

func TestWhatIsMissingOrWrongIsSaidAtStart(t *testing.T) {
	_, good := codearts(t)
	good["SLACK_BOT_TOKEN"], good["SLACK_APP_TOKEN"], good["LOGBOT_OPEN"] = "xoxb-1", "xapp-1", "true"
	for _, c := range []struct{ name, value, says string }{
		{"LOGBOT_OPEN", "", "nobody may read anything yet"},
		{"LOGBOT_OPEN", "yes", `LOGBOT_OPEN: "yes" is neither true nor false`},
		{"SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN: expected a bot token"},
		{"SLACK_APP_TOKEN", "xoxb-1", "SLACK_APP_TOKEN: expected an app-level token"},
		{"HUAWEICLOUD_SDK_SK", "", "access key and secret key are both required"},
		{"LOGBOT_IAM_USER", "ci", "more than one credential"},
		{"LOGBOT_PROJECTS", "shop", "LOGBOT_PROJECTS"},
		{"LOGBOT_RATE", "fast", "LOGBOT_RATE"},
		{"LOGBOT_AUTH_TOKEN", "both-a-key-and-a-token", "one of them is expected"},
		{"LOGBOT_BUILD_URL", "ftp://x", "build"},
		{"LOGBOT_UNPACED", "yes", `LOGBOT_UNPACED: "yes" is neither`},
		{"LOGBOT_UNPACED", "true", "wants its limits kept"},
		{"LOGBOT_SOCKETS", "11", `LOGBOT_SOCKETS: "11" is not a number of connections; expected 1 to 10`},
		{"LOGBOT_SOCKETS", "0", "LOGBOT_SOCKETS"},
		{"LOGBOT_COMMAND", "logs", "LOGBOT_COMMAND"},
		{"LOGBOT_LOG_LEVEL", "loud", "LOGBOT_LOG_LEVEL"},
		{"LOGBOT_LANG", "klingon", `LOGBOT_LANG: "klingon" is none of en, zh`},
		{"LOGBOT_CONSOLE_URL", "https://x/{job}", "LOGBOT_CONSOLE_URL"},
		{"LOGBOT_CONSOLE_URL", "https://x/all", "{task} is missing"},
		{"LOGBOT_CONFIG", write(t, "g.yaml", "admins: [ann]\n"), `admin 1: "ann"`},
		{"REDIS_URL", "http://x", "REDIS_URL"},
		{"SLACK_BOT_TOKEN_FILE", "/nonexistent", "both set"},
		{"LOGBOT_CONFIG", "/nonexistent/file", "LOGBOT_CONFIG"},
		{"LOGBOT_CONFIG", write(t, "a.yaml", "aliases: {web: 123}\n"), "expected an id of 32 hex digits"},
		{"LOGBOT_CONFIG", write(t, "b.yaml", "alias: {}\n"), `line 1: the key "alias" is unknown; did you mean "aliases"?`},
		{"LOGBOT_CONFIG", write(t, "c.yaml", "aliases: {fail: "+webID+"}\n"), "is the name of a command"},
		{"LOGBOT_CONFIG", write(t, "e.yaml", "checks: {}\nexcerpt: |\n  [ours]\n  bad cause 9\n    has abc\n    yes abc\n"), "line 5"},
		{"LOGBOT_CONFIG", write(t, "f.yaml", "excerpt: [a]\n"), "expected the rules as a text"},
		{"LOGBOT_CONFIG", write(t, "h.yaml", "aliases: {web: "+webID+"}\naccess: [{tasks: [wbe]}]\n"), `access rule 1: tasks: "wbe" is not an alias of this file; did you mean "web"?`},
		{"LOGBOT_CONFIG", write(t, "i.yaml", "aliases: {web: "+webID+"}\naccess: [{tasks: [WEB]}]\n"), `access rule 1: tasks: "WEB" is not an alias of this file; did you mean "web"?`},
		{"LOGBOT_CONFIG", write(t, "j.yaml", "aliases: {web: "+webID+", Web: "+webID+"}\n"), `"Web" and "web" differ only in capitals`},
		{"LOGBOT_CONFIG", write(t, "k.yaml", "access:\n  - channels: []\n    tasks: ['*']\n"), "access rule 1: channels: the list is empty"},
		{"LOGBOT_CONFIG", write(t, "l.yaml", "access:\n  - channels:\n    tasks: ['*']\n"), "line 2: access rule 1: channels: the list is empty"},
		{"LOGBOT_CONFIG", write(t, "n.yaml", "access: [{tasks: ['*'], verbs: [fial]}]\n"), `access rule 1: verbs: there is no command "fial"; did you mean "fail"?`},
		{"LOGBOT_CONFIG", write(t, "o.yaml", "access: [{projects: ["+webID+"]}]\n"), `access rule 1: projects: "` + webID + `" is not among LOGBOT_PROJECTS`},
		{"LOGBOT_CONFIG", write(t, "p.yaml", "access: [{tasks: ['*']}]\n"), "LOGBOT_OPEN lets every member read everything, so the rules"},
		{"LOGBOT_CONFIG", write(t, "d.yaml", "access: [{channels: [builds], tasks: [web]}]\n"), "access rule 1: channels"},
	} {
		t.Run(c.name+"="+c.value, func(t *testing.T) {
			env := map[string]string{}
			for k, v := range good {
				env[k] = v
			}
			env[c.name] = c.value
			if strings.Contains(c.says, "access rule") {
				env["LOGBOT_OPEN"] = ""
			}
			status, _, errs := program(t, env, "serve")
			assert.Equal(t, 1, status)
			assert.Contains(t, errs, c.says)
			assert.NotContains(t, errs, "sk-of-the-tests-0123")
		})
	}
}

func TestHelpListsEverySetting(t *testing.T) {
	status, out, _ := program(t, nil, "serve", "--help")
	assert.Equal(t, 0, status)
	assert.Contains(t, out, config.Help())
}

// TestWhatADeadProcessDidNotAnswerIsAnsweredByTheNext also shows that a watch of
// an earlier process is told through Slack.
func TestWhatADeadProcessDidNotAnswerIsAnsweredByTheNext(t *testing.T) {
	sim, env := codearts(t)
	slack := startSlack(t, env)
	env["LOGBOT_OPEN"], env["LOGBOT_DATA"] = "true", t.TempDir()
	env["LOGBOT_CONFIG"] = write(t, "config.yaml", "aliases: {web: "+webID+"}\n")
	env["LOGBOT_PROJECTS"] = sim.Projects()["shop"]

	before, err := state.OpenFile(filepath.Join(env["LOGBOT_DATA"], "state.db"), state.Options{Budget: patientBudget})
	require.NoError(t, err)
	ask := `{"ID":"env-1","Text":"fail api 57","Again":"/logs fail api 57","To":{"Channel":"C0BUILDS01","User":"U0ANN00001"}}`
	_, err = before.Intents.Put(t.Context(), time.Now(), state.Intent{ID: "command:env-1", Kind: jobs.Command, Payload: []byte(ask)})
	require.NoError(t, err)
	_, _, err = before.Watches.AddWatch(t.Context(), state.Watch{
		Channel: "C0BUILDS01", Task: webID, TaskName: "web", Project: sim.Projects()["shop"], Owner: "U0ANN00001",
		Seen: state.WatchState{Build: 127, Note: "{}"}, // 128 failed since
	})
	require.NoError(t, err)
	require.NoError(t, before.Close())

	stop := start(t, env, io.Discard, "serve")
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, says := range []string{"Round(10.125) = 10.125, want 10.13", "total expected:<10> but was:<11>"} {
		require.NoError(t, slack.Wait(soon, func() bool { return strings.Contains(slack.Render("C0BUILDS01", "U0BOB00001"), says) }), says)
	}
	status, errs := stop()
	assert.Equal(t, 0, status, errs)
	after, err := state.OpenFile(filepath.Join(env["LOGBOT_DATA"], "state.db"), state.Options{Budget: patientBudget})
	require.NoError(t, err)
	commandsLeft, err := after.Intents.List(t.Context(), jobs.Command)
	require.NoError(t, err)
	assert.Empty(t, commandsLeft)
	w, err := after.Watches.Watch(t.Context(), "C0BUILDS01", webID)
	require.NoError(t, err)
	assert.Equal(t, 1, w.Seen.Failures)
	assert.NotEmpty(t, w.Seen.Thread)
	reads, err := after.Audit.Events(t.Context(), state.EventFilter{User: "U0ANN00001", Verb: "fail"})
	require.NoError(t, err)
	assert.NotEmpty(t, reads, "what was answered is in the audit log")
	require.NoError(t, after.Close())
}

func TestVersionNamesTheProgram(t *testing.T) {
	status, out, _ := program(t, nil, "version")
	assert.Equal(t, 0, status)
	assert.True(t, strings.HasPrefix(out, "logbot "+programVersion()+" go"), out)
	status, out, _ = program(t, nil, "--version")
	assert.Equal(t, 0, status)
	assert.Equal(t, "logbot version "+programVersion()+"\n", out)
}
