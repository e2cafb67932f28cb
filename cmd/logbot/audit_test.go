package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/cache/redistest"
	"logbot/cache/state"
)

// audited are the events that "logbot audit" prints.
func audited(t *testing.T, env map[string]string, args ...string) (events []state.Event, said string) {
	t.Helper()
	status, out, said := program(t, env, append([]string{"audit"}, args...)...)
	require.Equal(t, 0, status, said)
	for line := range strings.Lines(out) {
		var e state.Event
		require.NoError(t, json.Unmarshal([]byte(line), &e), line)
		events = append(events, e)
	}
	return events, said
}

func TestTheAuditLogOfAServingBotCanBeRead(t *testing.T) {
	for name, place := range map[string]func(*testing.T) map[string]string{
		"file":  func(t *testing.T) map[string]string { return map[string]string{"LOGBOT_DATA": t.TempDir()} },
		"Redis": func(t *testing.T) map[string]string { return map[string]string{"REDIS_URL": redistest.Start(t).URL()} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, env := codearts(t)
			slack := startSlack(t, env)
			for k, v := range place(t) {
				env[k] = v
			}
			env["LOGBOT_OPEN"], env["LOGBOT_UNPACED"] = "true", "true"
			stop := start(t, env, io.Discard, "serve")
			soon, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			require.NoError(t, slack.Wait(soon, func() bool { return slack.Connections() > 0 }))
			for _, text := range []string{"fail " + webID + " 128", "fail payments 7", "full " + webID + " 128 3"} {
				_, err := slack.Slash(t.Context(), slacksim.SlashCommand{Channel: "C0BUILDS01", User: "U0ANN00001", Command: "/logs", Text: text})
				require.NoError(t, err)
			}
			err := slack.Wait(soon, func() bool {
				shown := slack.Render("C0BUILDS01", "U0ANN00001")
				return len(slack.Files()) == 1 && strings.Contains(shown, "payments") && strings.Contains(shown, "#128 failed")
			})
			require.NoError(t, err, slack.Render("C0BUILDS01", "U0ANN00001"))
			if name == "file" {
				status, _, said := program(t, env, "audit")
				assert.Equal(t, 1, status)
				assert.Contains(t, said, "LOGBOT_AUDIT=file:PATH", "it says how to read it while the bot runs")
			} else {
				require.Eventually(t, func() bool {
					events, _ := audited(t, env, "--verb", "fail")
					return len(events) == 2
				}, time.Minute, 50*time.Millisecond)
			}
			status, errs := stop()
			require.Equal(t, 0, status, errs)

			events, _ := audited(t, env)
			require.Len(t, events, 4)
			results := map[string]string{}
			for _, e := range events {
				assert.Equal(t, "U0ANN00001", e.User)
				results[e.Verb+" "+e.Name+" "+e.Result] = e.Task
			}
			assert.Equal(t, map[string]string{"fail  answered": webID, "fail payments not-found": "", "full  answered": webID, "full  sent": webID}, results)
			found, _ := audited(t, env, "--task", "payments")
			assert.Len(t, found, 1)
			last, _ := audited(t, env, "--limit", "1", "--since", "7d", "--user", "U0ANN00001", "--result", "sent")
			require.Len(t, last, 1)
			assert.Greater(t, last[0].Bytes, int64(60_000))
			assert.Equal(t, 2, last[0].Hidden)
			for _, e := range events {
				line, err := json.Marshal(e)
				require.NoError(t, err)
				assert.NotContains(t, string(line), "InvoiceTest", "nothing of a log is in it")
			}
		})
	}
}

func TestACopyIsReadWhileTheFileIsInUse(t *testing.T) {
	folder := t.TempDir()
	s, err := state.OpenFile(filepath.Join(folder, "state.db"), state.Options{Budget: patientBudget})
	require.NoError(t, err)
	defer s.Close()
	env := map[string]string{"LOGBOT_DATA": folder, "LOGBOT_AUDIT": "file:" + filepath.Join(folder, "audit.jsonl")}
	status, _, said := program(t, env, "audit")
	assert.Equal(t, 1, status)
	assert.Contains(t, said, "audit.jsonl")
	var lines strings.Builder
	for i := range 5 {
		line, err := json.Marshal(state.Event{At: time.Now(), User: "U1", Verb: []string{"fail", "show"}[i%2], Build: int64(i)})
		require.NoError(t, err)
		lines.WriteString(string(line) + "\n")
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "audit.jsonl"), []byte(lines.String()), 0o600))
	events, said := audited(t, env, "--verb", "fail", "--limit", "2")
	assert.Contains(t, said, "this is from its copy")
	require.Len(t, events, 2)
	assert.Equal(t, []int64{2, 4}, []int64{events[0].Build, events[1].Build})
	status, _, said = program(t, env, "audit", "--since", "soon")
	assert.Equal(t, 1, status)
	assert.Contains(t, said, `--since: "soon" is neither a span nor a time`)
}
