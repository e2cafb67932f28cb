package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

// logged are the lines of a log in JSON.
func logged(t *testing.T, log string) (lines []map[string]any) {
	t.Helper()
	for s := bufio.NewScanner(strings.NewReader(log)); s.Scan(); {
		var line map[string]any
		require.NoError(t, json.Unmarshal(s.Bytes(), &line), s.Text())
		lines = append(lines, line)
	}
	return lines
}

// having are the lines with these values.
func having(lines []map[string]any, pairs ...string) (found []map[string]any) {
	for _, l := range lines {
		fits := true
		for i := 0; i < len(pairs); i += 2 {
			said, _ := l[pairs[i]].(string)
			fits = fits && strings.Contains(said, pairs[i+1])
		}
		if fits {
			found = append(found, l)
		}
	}
	return found
}

// A wrong key, a configuration that is reloaded, and a stop, as an operator sees them.
func TestAnOperatorFindsInTheLogWhatPeopleWereTold(t *testing.T) {
	_, env := codearts(t, "unauthorized")
	slack := startSlack(t, env)
	env["LOGBOT_LOG_FORMAT"], env["LOGBOT_OPEN"], env["LOGBOT_LISTEN"] = "json", "true", freeAddress(t)
	env["LOGBOT_CONFIG"] = write(t, "config.yaml", "aliases: {web: "+webID+"}\n")
	var out bytes.Buffer
	stop := start(t, env, &out, "serve")
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, slack.Wait(soon, func() bool { return slack.Connections() > 0 }))
	for range 3 {
		_, err := slack.Slash(t.Context(), slacksim.SlashCommand{Channel: "C0BUILDS01", User: "U0ANN00001", Command: "/logs", Text: "fail web 128"})
		require.NoError(t, err)
	}
	told := func() string { return slack.Render("C0BUILDS01", "U0ANN00001") }
	require.NoError(t, slack.Wait(soon, func() bool { return strings.Count(told(), "in logbot's log") == 3 }))
	assert.Contains(t, fetched(t, "http://"+env["LOGBOT_LISTEN"]+"/readyz"), `"codearts":{"state":"degraded"`)

	reload := func(content, until string) {
		require.NoError(t, os.WriteFile(env["LOGBOT_CONFIG"], []byte(content), 0o600))
		require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
		require.Eventually(t, func() bool {
			return strings.Contains(fetched(t, "http://"+env["LOGBOT_LISTEN"]+"/metrics"), until)
		}, 30*time.Second, 10*time.Millisecond)
	}
	reload("alias: {}\naccess: 7\n", `logbot_config_reloads_total{result="rejected"} 1`)
	reload("aliases: {shop: "+webID+"}\n", `logbot_config_reloads_total{result="applied"} 1`)
	_, err := slack.Slash(t.Context(), slacksim.SlashCommand{Channel: "C0BUILDS01", User: "U0ANN00001", Command: "/logs", Text: "aliases"})
	require.NoError(t, err)
	require.NoError(t, slack.Wait(soon, func() bool { return strings.Contains(told(), "shop") }))

	status, errs := stop()
	assert.Equal(t, 0, status)
	lines := logged(t, errs)
	begins := having(lines, "msg", "logbot starts")
	require.Len(t, begins, 1)
	assert.Equal(t, env["LOGBOT_LISTEN"], begins[0]["listen"])
	failures := having(lines, "level", "error", "kind", "codearts_unauthorized")
	require.Len(t, failures, 1, "three commands failed, and a minute has one line")
	assert.Equal(t, "APIGW.0301", failures[0]["code"])
	id, _ := failures[0]["request"].(string)
	require.NotEmpty(t, id)
	assert.Contains(t, told(), id, "its caller was told the same id")
	assert.Len(t, having(lines, "msg", "answered", "request", id, "outcome", "failed"), 1)
	assert.Len(t, having(lines, "msg", "audit", "request", id), 1)
	assert.Len(t, having(lines, "level", "error", "kind", "config", "msg", `"alias" is unknown`), 1)
	assert.Len(t, having(lines, "msg", "the configuration was reloaded"), 1)
	assert.Len(t, having(lines, "msg", "stopping"), 1)
	assert.Equal(t, "stopped", lines[len(lines)-1]["msg"])
}

func TestWhatEndsAServiceIsALineOfItsLog(t *testing.T) {
	_, env := codearts(t)
	env["SLACK_BOT_TOKEN"], env["SLACK_APP_TOKEN"], env["LOGBOT_OPEN"], env["LOGBOT_LOG_FORMAT"] = "xoxb-1", "xapp-1", "true", "json"
	env["LOGBOT_LISTEN"] = "256.0.0.1:80"
	status, _, errs := program(t, env, "serve")
	assert.Equal(t, 1, status)
	assert.NotEmpty(t, having(logged(t, errs), "level", "fatal", "msg", "LOGBOT_LISTEN"))
	env["LOGBOT_LISTEN"], env["LOGBOT_RATE"] = "", "fast"
	status, _, errs = program(t, env, "serve")
	assert.Equal(t, 1, status)
	assert.NotEmpty(t, having(logged(t, errs), "level", "fatal", "msg", "LOGBOT_RATE"))
}
