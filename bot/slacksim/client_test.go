package slacksim

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestFirst(t *testing.T) {
	s := New(Config{})
	require.NoError(t, s.Start())
	defer func() { require.NoError(t, s.Close()) }()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	api := slack.New(s.BotToken(), slack.OptionAPIURL(s.APIURL()), slack.OptionAppLevelToken(s.AppToken()))
	auth, err := api.AuthTestContext(ctx)
	require.NoError(t, err)
	assert.Equal(t, "U0LOGBOT01", auth.UserID)
	sm := socketmode.New(api)
	runCtx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- sm.RunContext(runCtx) }()
	defer func() { stop(); <-done }()
	require.NoError(t, s.Wait(ctx, func() bool { return s.Connections() == 1 }))
	go func() {
		for {
			select {
			case e := <-sm.Events:
				if e.Type == socketmode.EventTypeSlashCommand {
					sm.Ack(*e.Request, map[string]any{"text": "reading *web* #128 &lt;x&gt;"})
					cmd := e.Data.(slack.SlashCommand)
					_, ts, err := api.PostMessageContext(ctx, cmd.ChannelID, slack.MsgOptionText("fb", false), slack.MsgOptionBlocks(
						slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "web #128 failed", false, false)),
						slack.NewContextBlock("", slack.NewTextBlockObject("mrkdwn", "<@U0ANN00001> <!date^1700000000^{date_short} {time}|x>", false, false)),
						slack.NewRichTextBlock("", &slack.RichTextPreformatted{Type: "rich_text_preformatted", Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement("-212 [ERROR] <x>\n-211 b", nil)}}),
						slack.NewActionBlock("", slack.NewButtonBlockElement("full", "v", slack.NewTextBlockObject("plain_text", "Full log", false, false))),
					))
					fmt.Println(ts, err)
					_, err = api.UploadFileContext(ctx, slack.UploadFileParameters{Filename: "web.log", FileSize: 5, Title: "x", Reader: strings.NewReader("12345"), Channel: cmd.ChannelID, ThreadTimestamp: ts})
					fmt.Println(err)
					_, _, err = api.PostMessageContext(ctx, "", slack.MsgOptionResponseURL(cmd.ResponseURL, "in_channel"), slack.MsgOptionText("done", false))
					fmt.Println(err)
				}
			case <-runCtx.Done():
				return
			}
		}
	}()
	inv, err := s.Slash(ctx, SlashCommand{Channel: "C0BUILDS01", User: "U0ANN00001", Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	require.NoError(t, inv.Settled(ctx))
	require.NoError(t, s.Wait(ctx, func() bool { return len(inv.Status().Answers) == 2 }))
	fmt.Println(s.Render("C0BUILDS01", "U0ANN00001"))
	fmt.Println(s.Counts())
}
