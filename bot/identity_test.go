package bot

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

// shy is a workspace that does not say who the bot is before it is told to.
type shy struct {
	*slacksim.Server
	bot   *Bot
	asked chan struct{} // one for each auth.test that waits
	tell  chan string   // lets one auth.test end: empty as usual, else with that error
	stop  context.CancelFunc
	ended chan error
}

// startShy starts a bot that takes commands while it waits.
func startShy(t *testing.T, options Options) *shy {
	t.Helper()
	s := &shy{Server: slacksim.New(slacksim.Config{Scopes: scopes}), asked: make(chan struct{}, 99), tell: make(chan string), ended: make(chan error, 1)}
	require.NoError(t, s.Start())
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	to, err := url.Parse(s.APIURL())
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	pass := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host }}
	over := make(chan struct{})
	between := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path.Base(r.URL.Path) == "auth.test" {
			s.asked <- struct{}{}
			select {
			case problem := <-s.tell:
				if problem != "" {
					w.Header().Set("Content-Type", "application/json")
					_, _ = w.Write([]byte(`{"ok":false,"error":"` + problem + `"}`))
					return
				}
			case <-over:
				return
			}
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { close(over); between.Close() })
	log, _ := logtest.NewNullLogger()
	options.BotToken, options.AppToken, options.APIURL = s.BotToken(), s.AppToken(), between.URL+to.Path
	options.Spool, options.Log, options.Limiter = t.TempDir(), log, send.Unlimited{}
	b, err := New(options)
	require.NoError(t, err)
	b.waitFirst = time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	s.bot, s.stop = b, stop
	go func() { s.ended <- b.Run(ctx); close(s.ended) }()
	t.Cleanup(func() { stop(); <-s.ended })
	<-s.asked
	return s
}

func (s *shy) wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, s.Wait(ctx, done), "wait for %s", what)
}

// suggesting answers with a line to type, and counts how often it is asked.
func suggesting(asked chan<- string) Runner {
	return answers(func(_ context.Context, r commands.Request) reply.Reply {
		asked <- r.Text
		return reply.Reply{Heading: "web #128", Try: []reply.Example{{Line: "/logs full web 128"}}}
	})
}

func TestWorkWaitsUntilTheBotKnowsItsName(t *testing.T) {
	asked := make(chan string, 9)
	s := startShy(t, Options{Commands: suggesting(asked)})
	said, err := s.Say(t.Context(), slacksim.Saying{User: "U0ANN00001", Channel: inChannel, Text: "hello"})
	require.NoError(t, err)
	to := delivery.Address{Channel: inChannel, User: "U0ANN00001", Thread: said.TS}
	payload, err := json.Marshal(job{ID: "Ev1", Text: "fail web 128", To: to})
	require.NoError(t, err)
	invite, err := json.Marshal(job{ID: "Ev2", Again: "/logs follow web", To: to})
	require.NoError(t, err)
	work := map[string]func(ctx context.Context) error{
		"a command of a dead process": func(ctx context.Context) error { return s.bot.Resume(ctx, nil, payload, false) },
		"an apology":                  func(ctx context.Context) error { return s.bot.Apologise(ctx, invite) },
		"an invitation":               func(ctx context.Context) error { return s.bot.Uninvited(ctx, invite) },
		"a watch": func(ctx context.Context) error {
			_, err := s.bot.Post(ctx, inChannel, said.TS, reply.Reply{Heading: "web #128 failed", Try: []reply.Example{{Line: "/logs show web 128"}}})
			return err
		},
	}
	over, end := context.WithCancel(t.Context())
	end()
	for name, do := range work {
		assert.ErrorIs(t, do(over), context.Canceled, "%s ends with its context", name)
	}
	assert.Empty(t, asked)
	assert.Len(t, s.Messages(inChannel), 1)

	done := make(chan error, len(work))
	for _, do := range work {
		go func() { done <- do(t.Context()) }()
	}
	s.tell <- ""
	for range work {
		require.NoError(t, <-done)
	}
	shown := s.Render(inChannel, "U0ANN00001")
	for _, line := range []string{"@logbot full web 128", "@logbot show web 128", "@logbot follow web", "/invite @logbot"} {
		assert.Contains(t, shown, line)
	}
	assert.NotContains(t, shown, "@ ")
}

func TestCommandsAreAcknowledgedWhileSlackDoesNotSayWhoTheBotIs(t *testing.T) {
	asked := make(chan string, 9)
	s := startShy(t, Options{Commands: suggesting(asked)})
	s.wait(t, "a connection", func() bool { return s.Connections() > 0 })
	i, err := s.Slash(t.Context(), slacksim.SlashCommand{Channel: inChannel, User: "U0ANN00001", Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	require.NoError(t, i.Settled(t.Context()))
	assert.False(t, i.Status().Late)
	assert.Empty(t, asked)
	s.tell <- "internal_error"
	<-s.asked // asked again
	s.tell <- ""
	assert.Equal(t, "fail web 128", <-asked)
	s.wait(t, "the answer", func() bool {
		for _, m := range s.Messages(inChannel) {
			if m.Text == "web #128" {
				return true
			}
		}
		return false
	})
}

func TestAMentionThatComesBeforeTheNameIsLeftForSlackToBringAgain(t *testing.T) {
	asked := make(chan string, 9)
	s := startShy(t, Options{Commands: suggesting(asked)})
	s.wait(t, "a connection", func() bool { return s.Connections() > 0 })
	_, err := s.Say(t.Context(), slacksim.Saying{User: "U0ANN00001", Channel: inChannel, Text: "@logbot fail web 128"})
	require.NoError(t, err)
	s.tell <- ""
	assert.Equal(t, "fail web 128", <-asked)
}

func TestATokenThatIsRefusedLateEndsTheBotAndLeavesItsCommands(t *testing.T) {
	l := newLedger()
	asked := make(chan string, 9)
	s := startShy(t, Options{Commands: suggesting(asked), Intents: l})
	s.wait(t, "a connection", func() bool { return s.Connections() > 0 })
	i, err := s.Slash(t.Context(), slacksim.SlashCommand{Channel: inChannel, User: "U0ANN00001", Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	require.NoError(t, i.Settled(t.Context()))
	s.tell <- "invalid_auth"
	assert.ErrorContains(t, <-s.ended, "invalid_auth")
	assert.Equal(t, 1, l.left(), "another process answers")
	assert.Empty(t, asked)
}

func TestABotThatDoesNotKnowItsNameStopsWhenTold(t *testing.T) {
	s := startShy(t, Options{Commands: &shelf{}})
	s.stop()
	assert.NoError(t, <-s.ended)
}
