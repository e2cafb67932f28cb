package slacksim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slackGo is the client library that bots use, pointed at the workspace.
func slackGo(t *testing.T, s *Server) *slack.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return slack.New(s.BotToken(), slack.OptionAPIURL(s.APIURL()),
		slack.OptionAppLevelToken(s.AppToken()), slack.OptionHTTPClient(&http.Client{Transport: transport}))
}

// serve runs a socket, waits for its hello and gives each slash command to
// answer. Further hellos come out of the channel.
func serve(t *testing.T, api *slack.Client, answer func(*socketmode.Client, socketmode.Event, slack.SlashCommand)) <-chan bool {
	t.Helper()
	return serveAll(t, api, func(client *socketmode.Client, e socketmode.Event) {
		if cmd, ok := e.Data.(slack.SlashCommand); ok {
			answer(client, e, cmd)
		}
	})
}

// serveAll is serve for envelopes of every kind.
func serveAll(t *testing.T, api *slack.Client, answer func(*socketmode.Client, socketmode.Event), options ...socketmode.Option) <-chan bool {
	t.Helper()
	client := socketmode.New(api, options...)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{}, 2)
	hellos := make(chan bool, 10)
	go func() {
		_ = client.RunContext(ctx) // ends with the context
		ended <- struct{}{}
	}()
	go func() {
		defer func() { ended <- struct{}{} }()
		for {
			select {
			case e := <-client.Events:
				answer(client, e)
				if e.Type == socketmode.EventTypeHello {
					hellos <- true
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(func() { stop(); <-ended; <-ended })
	next(t, hellos)
	return hellos
}

func TestSlackGoHoldsAWholeConversation(t *testing.T) {
	s := start(t, Config{})
	api := slackGo(t, s)
	ctx := within(t)
	auth, err := api.AuthTestContext(ctx)
	require.NoError(t, err)
	assert.Equal(t, "B0LOGBOT01", auth.BotID)

	failed := make(chan error, 10)
	log := strings.Repeat("日志 line\n", 200_000) // above the spooling threshold
	serve(t, api, func(client *socketmode.Client, e socketmode.Event, cmd slack.SlashCommand) {
		failed <- client.Ack(*e.Request, map[string]any{"text": "reading " + cmd.Text})
		_, ts, err := api.PostMessageContext(ctx, cmd.ChannelID, slack.MsgOptionText("web #128 failed", false))
		failed <- err
		_, _, _, err = api.UpdateMessageContext(ctx, cmd.ChannelID, ts, slack.MsgOptionText("web #128 failed", false),
			slack.MsgOptionBlocks(
				slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "web #128 failed", false, false)),
				slack.NewContainerBlock(slack.NewRichTextBlock("", &slack.RichTextPreformatted{
					Type: slack.RTEPreformatted,
					Elements: []slack.RichTextSectionElement{
						slack.NewRichTextSectionTextElement("-2 [ERROR] <x>\n-1 *b*", nil),
					},
				})).WithTitle(slack.NewTextBlockObject("plain_text", "excerpt", false, false)),
				slack.NewActionBlock("", slack.NewButtonBlockElement("full", "web/128", slack.NewTextBlockObject("plain_text", "Full log", false, false))),
			))
		failed <- err
		_, err = api.UploadFileContext(ctx, slack.UploadFileParameters{
			Filename: "web-128-stage3-maven.log", Title: "web 128", FileSize: len(log),
			Reader: strings.NewReader(log), Channel: cmd.ChannelID, ThreadTimestamp: ts,
		})
		failed <- err
		_, _, err = api.PostMessageContext(ctx, "", slack.MsgOptionText("that was all", false),
			slack.MsgOptionResponseURL(cmd.ResponseURL, slack.ResponseTypeInChannel))
		failed <- err
	})
	inv := slash(t, s, "fail web 128")
	for range 5 {
		require.NoError(t, next(t, failed))
	}
	st := inv.Status()
	assert.False(t, st.AckedAt.IsZero())
	assert.Empty(t, st.Failure)
	require.Len(t, st.Answers, 2)
	assert.Equal(t, ann, st.Answers[0].OnlyFor)
	assert.Empty(t, st.Answers[1].OnlyFor)

	require.Len(t, s.Files(), 1)
	f := s.Files()[0]
	sum := sha256.Sum256([]byte(log))
	assert.Equal(t, hex.EncodeToString(sum[:]), f.SHA256)
	r, err := s.OpenFile(f.ID)
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.True(t, bytes.Equal([]byte(log), got))

	seen := s.Render(builds, ann)
	for _, want := range []string{
		"only visible to you\n  reading fail web 128\n",
		"  web #128 failed\n  excerpt\n        -2 [ERROR] <x>\n        -1 *b*\n  [Full log]\n",
		"  |   file web-128-stage3-maven.log (2,400,000 bytes)\n",
		"  /logs fail web 128\n",
		"  that was all\n",
	} {
		assert.Contains(t, seen, want)
	}
	assert.NotContains(t, s.Render(builds, bob), "reading fail")
}

func TestSlackGoLearnsOfLimits(t *testing.T) {
	s := start(t, Config{})
	_, _, err := slackGo(t, s).PostMessageContext(within(t), builds, slack.MsgOptionBlocks(
		slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", strings.Repeat("x", 3001), false, false), nil, nil)))
	var refused slack.SlackErrorResponse
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "invalid_blocks", refused.Err)
	assert.Equal(t, []string{
		"[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/text]",
		"[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
	}, refused.ResponseMetadata.Messages)
}

func TestSlackGoComesBackAfterADisconnect(t *testing.T) {
	for _, how := range []struct {
		name string
		end  func(*Server)
	}{
		{"warning", func(s *Server) { s.Disconnect("warning") }},
		{"refresh_requested", func(s *Server) { s.Disconnect("refresh_requested") }},
		{"reset", func(s *Server) { s.Reset() }},
	} {
		t.Run(how.name, func(t *testing.T) {
			s := start(t, Config{})
			got := make(chan string, 2)
			hellos := serve(t, slackGo(t, s), func(client *socketmode.Client, e socketmode.Event, cmd slack.SlashCommand) {
				got <- cmd.Text
				assert.NoError(t, client.Ack(*e.Request))
			})
			how.end(s)
			next(t, hellos)
			require.NoError(t, s.Wait(within(t), func() bool { return s.Connections() == 1 }), "the old one is gone")
			inv := slash(t, s, "after")
			require.NoError(t, inv.Settled(within(t)))
			assert.Equal(t, "after", next(t, got))
			assert.Empty(t, inv.Status().Failure)
		})
	}
}

func TestSlackGoSeesRateLimits(t *testing.T) {
	s := start(t, Config{PostBurst: 1, Clock: handClock()})
	api := slackGo(t, s)
	_, _, err := api.PostMessageContext(within(t), builds, slack.MsgOptionText("one", false))
	require.NoError(t, err)
	_, _, err = api.PostMessageContext(within(t), builds, slack.MsgOptionText("two", false))
	var limited *slack.RateLimitedError
	require.ErrorAs(t, err, &limited)
	assert.EqualValues(t, 1, limited.RetryAfter.Seconds())
}
