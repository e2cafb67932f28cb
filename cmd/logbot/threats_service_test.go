package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/logsapi/codeartsim"
)

func TestTheWholeBotSendsNoCredentialInClear(t *testing.T) {
	t.Parallel()
	_, good := codearts(t)
	good["SLACK_BOT_TOKEN"], good["SLACK_APP_TOKEN"], good["LOGBOT_OPEN"] = "xoxb-1", "xapp-1", "true"
	for name, value := range map[string]string{
		"LOGBOT_BUILD_URL": "http://codearts.example.com", "LOGBOT_CHECK_URL": "http://10.0.0.7", "SLACK_API_URL": "http://slack.example.com/api/",
	} {
		env := map[string]string{name: value}
		for other, is := range good {
			if other != name {
				env[other] = is
			}
		}
		status, _, said := program(t, env, "serve")
		assert.Equal(t, 1, status, name)
		assert.Contains(t, said, "plain HTTP", name)
		assert.Contains(t, said, "LOGBOT_INSECURE_HTTP", name)
	}
}

func TestARedirectTakesNoCredentialOfTheWholeBotAlong(t *testing.T) {
	t.Parallel()
	s := serveWith(t, nil, nil, codeartsim.RedirectAway)
	assert.Contains(t, s.ask(t, ann, buildsChannel, "fail "+webID+" 128"), "total expected:<10> but was:<11>", "it is followed")
	assert.Zero(t, s.codearts.Requests().Leaked)
	s.stop()
}

// between leads some requests elsewhere, the rest to the service.
func between(sim http.Handler, some func(w http.ResponseWriter, r *http.Request) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !some(w, r) {
			sim.ServeHTTP(w, r)
		}
	})
}

func TestARedirectLeadsTheWholeBotNowhereInside(t *testing.T) {
	t.Parallel()
	sim := simOf(t, nil)
	through := between(sim, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "log") {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
			return true
		}
		return false
	})
	s := serveThrough(t, sim, through, slacksim.Config{}, nil)
	shown := s.ask(t, ann, buildsChannel, "show "+webID+" 128 --tail")
	assert.Contains(t, shown, "not on the Internet")
	s.log.wait(t, `"level":"error"`, "169.254.169.254")
	s.stop()
}

// While files drip, other commands are answered. That each ends after a minute is shown
// where time is virtual.
func TestADrippingServiceHoldsUpNobodyElseInTheWholeBot(t *testing.T) {
	t.Parallel()
	var dripping atomic.Int64
	var over atomic.Bool
	sim := simOf(t, nil)
	through := between(sim, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "task-log") {
			return false
		}
		dripping.Add(1)
		for r.Context().Err() == nil && !over.Load() {
			if _, err := io.WriteString(w, "x"); err != nil {
				break
			}
			w.(http.Flusher).Flush()
			select {
			case <-time.After(100 * time.Millisecond):
			case <-r.Context().Done():
			}
		}
		return true
	})
	s := serveThrough(t, sim, through, slacksim.Config{}, nil)
	for range 6 {
		_, err := s.Slash(t.Context(), slacksim.SlashCommand{Channel: buildsChannel, User: ann, Command: "/logs", Text: "full " + webID + " 128 stage3"})
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return dripping.Load() > 0 }, 20*time.Second, 5*time.Millisecond)
	assert.Contains(t, s.ask(t, bob, buildsChannel, "fail "+webID+" 128"), "#128 failed")
	over.Store(true)
	assert.Equal(t, 0, s.stop())
}

func TestAFileThatUnpacksToTooMuchEndsInTheWholeBot(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	_, _ = w.Write(append(bytes.Repeat([]byte("log "), 1<<18), '\n'))
	require.NoError(t, w.Close())
	file := bytes.Repeat(bomb.Bytes(), 100) // gzip files one after another are one
	sim := simOf(t, nil)
	through := between(sim, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "task-log") {
			_, _ = w.Write(file)
			return true
		}
		return false
	})
	s := serveThrough(t, sim, through, slacksim.Config{}, nil)
	assert.Contains(t, s.ask(t, ann, buildsChannel, "full "+webID+" 128 stage3"), "incomplete, couldn't read the rest")
	require.Len(t, s.Files(), 1)
	assert.Less(t, s.Files()[0].Size, int64(100<<20))
	s.log.wait(t, `"level":"error"`, "200 times")
	s.stop()
}

// A service that answers with what it was sent: nothing of it is said or logged.
func TestNoErrorOfTheWholeBotShowsACredential(t *testing.T) {
	t.Parallel()
	sim := simOf(t, nil)
	var asked atomic.Int64
	through := between(sim, func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		if asked.Add(1)%2 == 0 {
			fmt.Fprintf(w, `{"error_code":"APIGW.0302","error_msg":"%s token %s is wrong"}`, strings.Repeat("长", 158), githubToken) // over byte 500
			return true
		}
		fmt.Fprintf(w, `{"error_code":"APIGW.0302","error_msg":"%s of %s with %s"}`, r.Header.Get("Authorization"), ownKey, githubToken)
		return true
	})
	s := serveThrough(t, sim, through, slacksim.Config{}, nil)
	for _, text := range []string{"fail " + webID + " 128", "full " + webID + " 128 stage3", "builds " + webID, "fail web", "nonsense " + githubToken} {
		s.ask(t, ann, buildsChannel, text)
	}
	all := s.everything(t)
	require.Contains(t, all, "APIGW.0302")
	for _, secret := range []string{ownKey, githubToken} {
		keepsSecret(t, all, secret)
	}
	for _, token := range []string{s.BotToken(), s.AppToken()} {
		assert.NotContains(t, all, token)
	}
	assert.NotRegexp(t, "Signature=[0-9a-f]", all)
}

func TestAWrongKeyOfTheWholeBotDoesNotLockTheAccount(t *testing.T) {
	t.Parallel()
	var signed atomic.Int64
	sim := simOf(t, nil, "unauthorized")
	through := between(sim, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") != "" {
			signed.Add(1)
		}
		return false
	})
	s := serveThrough(t, sim, through, slacksim.Config{}, nil)
	group := make(chan struct{})
	for i := range 12 {
		go func() {
			defer func() { group <- struct{}{} }()
			_, err := s.Slash(context.WithoutCancel(t.Context()), slacksim.SlashCommand{Channel: buildsChannel, User: []string{ann, bob}[i%2], Command: "/logs", Text: "fail " + webID + " 128"})
			assert.NoError(t, err)
		}()
	}
	for range 12 {
		<-group
	}
	told := func() int {
		return strings.Count(s.Render(buildsChannel, ann), "in logbot's log") + strings.Count(s.Render(buildsChannel, bob), "in logbot's log")
	}
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, s.Wait(soon, func() bool { return told() == 12 }), "%s", s.Render(buildsChannel, ann))
	assert.Less(t, signed.Load(), int64(5), "five wrong signatures lock a key")
	s.stop()
}
