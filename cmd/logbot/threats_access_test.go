package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/cache/redistest"
	"logbot/cache/state"
)

// events are those of the audit log of a bot that was stopped, as "USER VERB RESULT REASON".
func (s *served) events(t *testing.T) (all []string) {
	t.Helper()
	s.stop()
	found, _ := audited(t, s.env)
	for _, e := range found {
		all = append(all, strings.TrimSpace(strings.Join([]string{e.User, e.Verb, e.Result, e.Reason}, " ")))
	}
	return all
}

// countingReads serves with a configuration and counts the requests about the task web.
func countingReads(t *testing.T, workspace slacksim.Config, config string) (*served, func() int64) {
	t.Helper()
	var reads atomic.Int64
	sim := simOf(t, nil)
	through := between(sim, func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.String(), webID) {
			reads.Add(1)
		}
		return false
	})
	return serveThrough(t, sim, through, workspace, map[string]string{"LOGBOT_CONFIG": config}), reads.Load
}

// Of what is hidden from a person, each command says what it says of what does not exist.
func TestWhoMayNotReadLearnsNothingFromTheWholeBot(t *testing.T) {
	t.Parallel()
	config := write(t, "config.yaml", "access: [{channels: [C0BUILDS01], tasks: [5a90e1c47d3b4f2683bc0d1fe2a5b719]}]\n")
	s, reads := countingReads(t, slacksim.Config{}, config)
	said := func(text, word string) string {
		i, err := s.Slash(t.Context(), slacksim.SlashCommand{Channel: buildsChannel, User: ann, Command: "/logs", Text: text})
		require.NoError(t, err)
		s.log.wait(t, i.EnvelopeID, `"outcome"`)
		all := s.Ephemerals(buildsChannel, ann)
		require.NotEmpty(t, all, text)
		last := all[len(all)-1]
		return strings.NewReplacer(word, "WORD", word[:min(8, len(word))], "WORD").Replace(last.Text + regexp.MustCompile(`"block_id":"[^"]*"`).ReplaceAllString(string(last.Blocks), ""))
	}
	nobodys := strings.Repeat("9", 32)
	for _, text := range []string{"fail WORD 128", "show WORD 128 --tail", "full WORD 128 all", "builds WORD", "follow WORD 128", "watch WORD", "alias x WORD", "steps WORD 128", "tests WORD 128"} {
		for hidden, missing := range map[string]string{"web": "wxb", webID: nobodys} {
			assert.Equal(t, said(strings.ReplaceAll(text, "WORD", missing), missing), said(strings.ReplaceAll(text, "WORD", hidden), hidden), text)
		}
	}
	assert.Zero(t, reads(), "nothing of it was read")
	assert.Empty(t, s.Messages(buildsChannel))
	refused := 0
	for _, e := range s.events(t) {
		if strings.HasPrefix(e, ann) && strings.HasSuffix(e, "refused no-rule") {
			refused++
		}
	}
	assert.GreaterOrEqual(t, refused, 18)
}

func TestStrangersAndGuestsLearnNothingFromTheWholeBot(t *testing.T) {
	t.Parallel()
	everyone := []string{ann, eve, gus}
	workspace := slacksim.Config{
		Users:    []slacksim.User{{ID: ann, Name: "ann"}, {ID: gus, Name: "gus", Guest: true}, {ID: eve, Name: "eve", Team: "T0EVIL0001"}},
		Channels: []slacksim.Channel{{ID: buildsChannel, Name: "builds", Members: everyone, Bot: true}, {ID: "C0SHARED01", Name: "joint", Members: everyone, Bot: true, Shared: true}},
		Scopes:   []string{"commands", "chat:write", "chat:write.public", "files:write", "app_mentions:read", "im:history", "users:read", "channels:read", "groups:read"},
	}
	config := write(t, "config.yaml", "aliases: {web: "+webID+"}\naccess: [{channels: [C0BUILDS01, C0SHARED01], tasks: [web]}]\n")
	s, reads := countingReads(t, workspace, config)
	for _, user := range []string{eve, gus} {
		_, err := s.Say(t.Context(), slacksim.Saying{User: user, Channel: buildsChannel, Text: "@logbot fail web 128"})
		require.NoError(t, err)
		shown := s.until(t, user, buildsChannel, map[string]string{eve: "answers only members of its own workspace", gus: "doesn't answer guests"}[user])
		assert.NotContains(t, shown, "Invoice")
	}
	_, err := s.Notify(t.Context(), slacksim.Notice{Channel: buildsChannel, Text: "<@U0LOGBOT01> fail web 128"}) // an app
	require.NoError(t, err)
	shown := s.ask(t, ann, "C0SHARED01", "fail web 128")
	assert.Contains(t, shown, "Other organizations can read this channel")
	assert.Zero(t, reads(), "nothing was read")
	events := s.events(t)
	for _, want := range []string{eve + " fail refused stranger", gus + " fail refused guest", "B0WEBHOOK1 fail refused app", ann + " fail refused shared channel"} {
		assert.Contains(t, events, want)
	}
}

// Rights are taken away, in the configuration, from a message that grows.
func TestAFollowOfTheWholeBotEndsWithTheRightToRead(t *testing.T) {
	t.Parallel()
	const rules = "aliases: {web: " + webID + "}\naccess: [{channels: [%], tasks: [web]}]\n"
	config := write(t, "config.yaml", strings.ReplaceAll(rules, "%", buildsChannel))
	running := oneBuild("Maven test", "fix", "line one", "line two")
	running["web/build.yaml"] += "grows: true\n"
	s := serveWith(t, running, map[string]string{"LOGBOT_CONFIG": config})
	s.ask(t, ann, buildsChannel, "follow web 128")
	require.NoError(t, os.WriteFile(config, []byte(strings.ReplaceAll(rules, "%", "C0OTHER001")), 0o600))
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP)) // every bot of this process reads its own again
	s.log.wait(t, "the configuration was reloaded")
	s.until(t, bob, buildsChannel, "You can't read this here")
	assert.NotContains(t, s.Render(buildsChannel, bob), "Maven")
	assert.Contains(t, s.events(t), ann+" follow refused no-rule")
}

func TestNobodyElseRemovesAnAnswerOfTheWholeBot(t *testing.T) {
	t.Parallel()
	s := serveWith(t, nil, nil)
	s.ask(t, ann, buildsChannel, "fail "+webID+" 128")
	m := s.Messages(buildsChannel)[0]
	var blocks []struct {
		BlockID  string `json:"block_id"`
		Elements []struct {
			ActionID string `json:"action_id"`
			Options  []struct {
				Text  struct{ Text string }
				Value string
			}
		}
	}
	require.NoError(t, json.Unmarshal(m.Blocks, &blocks))
	press := slacksim.Click{User: bob, Channel: buildsChannel, TS: m.TS}
	for _, b := range blocks {
		for _, e := range b.Elements {
			for _, o := range e.Options {
				if strings.HasPrefix(o.Text.Text, "Remove") {
					press.BlockID, press.ActionID, press.Values = b.BlockID, e.ActionID, []string{o.Value}
				}
			}
		}
	}
	require.NotEmpty(t, press.Values, "the menu has Remove")
	_, err := s.Click(t.Context(), press)
	require.NoError(t, err)
	soon := time.Now().Add(20 * time.Second)
	for {
		if _, open := s.OpenView(bob); open || time.Now().After(soon) {
			break
		}
		<-s.Changed()
	}
	_, err = s.Submit(t.Context(), slacksim.Submission{User: bob})
	require.NoError(t, err)
	shown := s.until(t, bob, buildsChannel, "only visible to you")
	assert.Contains(t, shown, "web #128 failed")
	assert.NotContains(t, shown, "This message was deleted")
	assert.Contains(t, strings.Join(s.events(t), "\n"), bob+" remove refused")
}

func TestNoEventIsLostByTheWholeBotInSilence(t *testing.T) {
	t.Parallel()
	r := redistest.Start(t)
	s := serveWith(t, nil, map[string]string{"REDIS_URL": r.URL(), "LOGBOT_DATA": ""})
	s.ask(t, ann, buildsChannel, "fail "+webID+" 128")
	s.stop()
	found, _ := audited(t, s.env)
	require.Len(t, found, 1)

	// A process that ended without a word: the next one says what may be missing.
	folder := t.TempDir()
	kept, err := state.OpenFile(folder+"/state.db", state.Options{Budget: patientBudget})
	require.NoError(t, err)
	long := time.Now().Add(-time.Hour)
	require.NoError(t, kept.Audit.Show(t.Context(), state.AuditRun{Process: "crashed", Began: long, Seen: long, Issued: 7, Stored: 4}))
	require.NoError(t, kept.Close())
	next := serveWith(t, nil, map[string]string{"LOGBOT_DATA": folder})
	next.log.wait(t, "process crashed ended before it closed the audit log", "at least 3 events")
	next.ask(t, ann, buildsChannel, "help")
	next.stop()
	env := maps.Clone(next.env)
	lost, _ := audited(t, env, "--result", "lost")
	require.Len(t, lost, 1)
	assert.Contains(t, lost[0].Reason, "at least 3 events")
}
