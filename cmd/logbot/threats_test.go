package main

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/logsapi/codeartsim"
)

// The tests in this file and its neighbours play each row of the table of threats in
// SECURITY.md against the whole program: "logbot serve" between a Slack and a CodeArts on
// localhost.

const (
	ann, bob      = "U0ANN00001", "U0BOB00001"
	eve, gus      = "U0EVE00001", "U0GUS00001" // of another company; a guest
	buildsChannel = "C0BUILDS01"
	ownKey        = "OwnSecretKeyOfTheBotItself0123456789abcd"
)

// served is a bot that runs.
type served struct {
	*slacksim.Server
	codearts *codeartsim.Server
	env      map[string]string
	log      *logOfServe
	stop     func() int
}

// logOfServe is what a bot logs, read while it runs.
type logOfServe struct {
	mu      sync.Mutex
	written bytes.Buffer
}

func (l *logOfServe) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written.Write(p)
}

func (*logOfServe) Close() error { return nil }

func (l *logOfServe) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written.String()
}

// wait waits until the log has all parts in one line.
func (l *logOfServe) wait(t *testing.T, parts ...string) {
	t.Helper()
	over := time.After(time.Minute)
	for {
		for line := range strings.Lines(l.String()) {
			has := 0
			for _, part := range parts {
				if strings.Contains(line, part) {
					has++
				}
			}
			if has == len(parts) {
				return
			}
		}
		select {
		case <-time.After(10 * time.Millisecond): // several may wait
		case <-over:
			require.Fail(t, "the log has no such line", "%q in\n%s", parts, l)
		}
	}
}

// serveThrough starts a bot whose requests to CodeArts pass a handler, which may be nil.
// What is in settings comes over the usual ones.
func serveThrough(t *testing.T, sim *codeartsim.Server, through http.Handler, workspace slacksim.Config, settings map[string]string) *served {
	t.Helper()
	if through == nil {
		through = sim
	}
	service := httptest.NewServer(through)
	t.Cleanup(service.Close)
	slack := slacksim.New(workspace)
	require.NoError(t, slack.Start())
	t.Cleanup(func() { slack.Close() })
	env := map[string]string{
		"LOGBOT_BUILD_URL": service.URL, "LOGBOT_CHECK_URL": service.URL, "HUAWEICLOUD_SDK_AK": "AKOFTHETESTS", "HUAWEICLOUD_SDK_SK": ownKey,
		"SLACK_BOT_TOKEN": slack.BotToken(), "SLACK_APP_TOKEN": slack.AppToken(), "SLACK_API_URL": slack.APIURL(),
		"LOGBOT_PROJECTS": "6b1f0c7e94d24a3f8a5e2d907c3b41f8", "LOGBOT_RATE": "1000", "LOGBOT_UNPACED": "true", "LOGBOT_LOG_LEVEL": "debug", "LOGBOT_LOG_FORMAT": "json", "LOGBOT_DATA": t.TempDir(),
	}
	maps.Copy(env, settings)
	if env["LOGBOT_CONFIG"] == "" {
		env["LOGBOT_OPEN"] = "true"
	}
	s := &served{Server: slack, codearts: sim, env: env, log: &logOfServe{}}
	var once sync.Once
	end := startWith(t, env, io.Discard, s.log, "serve")
	s.stop = func() (status int) {
		once.Do(func() { status = end() })
		return status
	}
	t.Cleanup(func() { s.stop() })
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, slack.Wait(soon, func() bool { return slack.Connections() > 0 }), "%s", s.log)
	return s
}

// serveWith is serveThrough without anything between, and with the demo's builds unless
// others are given.
func serveWith(t *testing.T, files map[string]string, settings map[string]string, faults ...codeartsim.Fault) *served {
	t.Helper()
	return serveThrough(t, simOf(t, files, faults...), nil, slacksim.Config{}, settings)
}

// simOf is a CodeArts with these files; the demo's without any.
func simOf(t *testing.T, files map[string]string, faults ...codeartsim.Fault) *codeartsim.Server {
	t.Helper()
	c := codeartsim.Config{FS: codeartsim.Demo(), Recent: true, AccessKey: "AKOFTHETESTS", SecretKey: ownKey, Faults: faults}
	if len(files) > 0 {
		folder := fstest.MapFS{}
		for name, content := range files {
			folder[name] = &fstest.MapFile{Data: []byte(content)}
		}
		c.FS = folder
	}
	sim, err := codeartsim.New(c)
	require.NoError(t, err)
	return sim
}

// oneBuild is the folder of web 128, which fails in its only step with this log. Its
// texts are YAML.
func oneBuild(step, message string, lines ...string) map[string]string {
	var log strings.Builder
	for _, line := range append(lines, "make: *** [all] Error 2") {
		log.WriteString("[2026/11/20 14:03:29.949 GMT+08:00] " + line + "\n")
	}
	return map[string]string{"web/step.log": log.String(), "web/build.yaml": `task:
  name: web
  id: ` + webID + `
  project: {name: shop, id: 6b1f0c7e94d24a3f8a5e2d907c3b41f8}
build: 128
record: f5d2de18-0fe5-221f-5215-6b9b8519e81e
state: FAILURE
branch: main
commit: 1f0c2d91e4b7788e2a6105f94cc1b7be0d342aaa
message: ` + message + `
trigger: push
started: 2026-11-20T14:02:08.113+08:00
duration: 3m12.000s
executor: wang.lei
steps:
  - {name: ` + step + `, step_id: 11, state: FAILURE, file: step.log}
`}
}

// ask types a command and waits until it has ended. It returns all that its caller then
// sees there.
func (s *served) ask(t *testing.T, user, channel, text string) string {
	t.Helper()
	i, err := s.Slash(t.Context(), slacksim.SlashCommand{Channel: channel, User: user, Command: "/logs", Text: text})
	require.NoError(t, err)
	s.log.wait(t, i.EnvelopeID, `"outcome"`)
	return s.Render(channel, user)
}

// until waits until the caller sees some words there.
func (s *served) until(t *testing.T, user, channel, words string) string {
	t.Helper()
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	assert.NoError(t, s.Wait(soon, func() bool { return strings.Contains(s.Render(channel, user), words) }), "%q is not in\n%s", words, s.Render(channel, user))
	return s.Render(channel, user)
}

// everything is all that has left the bot so far: for Slack, files included, for its log
// and for the audit log, which is read after the bot was stopped.
func (s *served) everything(t *testing.T) string {
	t.Helper()
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	all := ""
	for _, f := range s.Files() {
		require.NoError(t, s.Wait(soon, func() bool { _, err := s.OpenFile(f.ID); return err == nil }))
		content, err := s.OpenFile(f.ID)
		require.NoError(t, err)
		text, err := io.ReadAll(content)
		require.NoError(t, err)
		all += f.Name + "\n" + string(text)
	}
	for _, channel := range s.Channels() {
		for _, m := range s.Messages(channel.ID) {
			all += m.Text + string(m.Blocks)
			for _, in := range s.Thread(channel.ID, m.TS) {
				all += in.Text + string(in.Blocks)
			}
		}
		for _, u := range s.Users() {
			for _, m := range s.Ephemerals(channel.ID, u.ID) {
				all += m.Text + string(m.Blocks)
			}
		}
	}
	s.stop()
	_, events, said := program(t, s.env, "audit")
	return all + s.log.String() + events + said
}
