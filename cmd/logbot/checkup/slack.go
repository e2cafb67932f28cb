package checkup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/slack-go/slack"

	"logbot/bot"
	"logbot/bot/delivery/send"
	"logbot/bot/envelope"
	"logbot/bot/sockets"
	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/config"
	"logbot/commands/texts"
)

// slackSide looks at Slack with the tokens of the settings.
type slackSide struct {
	c         *config.Config
	transport *http.Transport
	api       *slack.Client
	identify  func(context.Context) (*slack.AuthTestResponse, error)
}

// Slack adds the checks of the tokens, the scopes and the socket. A running bot makes
// its own sockets and says what Slack thinks of its tokens, so these are for doctor.
// close releases their connections.
func Slack(to *checks.Registry, c *config.Config) (closeIdle func() error) {
	s := &slackSide{c: c, transport: send.Transport()}
	options := []slack.Option{slack.OptionAppLevelToken(c.AppToken), slack.OptionHTTPClient(&http.Client{Transport: s.transport})}
	if c.SlackURL != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(c.SlackURL, "/")+"/"))
	}
	s.api = slack.New(c.BotToken, options...)
	s.identify = once(s.api.AuthTestContext)
	to.Add(checks.Check{Part: "Slack", Name: "Slack bot token (SLACK_BOT_TOKEN)", Alone: true, Run: s.token})
	to.Add(checks.Check{Part: "Slack", Name: "Slack scopes", Alone: true, Run: s.scopes})
	to.Add(checks.Check{Part: "Slack", Name: "Slack socket (SLACK_APP_TOKEN)", Alone: true, Run: s.socket})
	if len(channelsOf(c.AccessRules())) > 0 {
		to.Add(checks.Check{Part: "Slack", Name: "channels of rules (LOGBOT_CONFIG)", Alone: true, Run: s.channels})
	}
	return func() error { s.transport.CloseIdleConnections(); return nil }
}

// once calls f once, for the first caller, and returns the same to all.
func once[T any](f func(context.Context) (T, error)) func(context.Context) (T, error) {
	var one sync.Once
	var value T
	var err error
	return func(ctx context.Context) (T, error) {
		one.Do(func() { value, err = f(ctx) })
		return value, err
	}
}

const appPage = "https://api.slack.com/apps"

func (s *slackSide) token(ctx context.Context) checks.Result {
	if !s.c.Usable("SLACK_BOT_TOKEN") {
		return checks.Skip("no bot token, see the settings")
	}
	who, err := s.identify(ctx)
	if err != nil {
		return slackProblem(err, s.address())
	}
	return checks.Good("Slack knows it as @%s of the workspace %s", who.User, who.Team)
}

// address is the host of Slack's Web API.
func (s *slackSide) address() string {
	if s.c.SlackURL != "" {
		return s.c.SlackURL
	}
	return slack.APIURL
}

// slackProblem says what to do about an error of auth.test.
func slackProblem(err error, address string) checks.Result {
	var refused slack.SlackErrorResponse
	var status slack.StatusCodeError
	switch {
	case errors.As(err, &refused):
		switch refused.Err {
		case "invalid_auth", "not_authed":
			return checks.Wrong(checks.Red, "Slack does not know this token ("+refused.Err+")", "copy the Bot User OAuth Token again: "+appPage+", your app, OAuth & Permissions; after a reinstallation of the app it is a new one")
		case "token_revoked", "token_expired":
			return checks.Wrong(checks.Red, "this token was revoked or has expired ("+refused.Err+")", "reinstall the app and copy the new Bot User OAuth Token: "+appPage+", your app, OAuth & Permissions")
		case "account_inactive":
			return checks.Wrong(checks.Red, "the app was removed from the workspace, or its bot user is deactivated ("+refused.Err+")", "install the app again: "+appPage+", your app, Install App; then copy the new Bot User OAuth Token")
		case "not_allowed_token_type":
			return checks.Wrong(checks.Red, "Slack does not take this kind of token ("+refused.Err+")", "copy the Bot User OAuth Token, which begins with xoxb-")
		}
		return checks.Wrong(checks.Red, "Slack refuses: "+refused.Err, "look it up at https://docs.slack.dev/reference/methods/auth.test")
	case errors.As(err, &status) && status.Code == http.StatusNotFound:
		return checks.Wrong(checks.Red, address+" is not the address of a Slack: HTTP 404", "leave SLACK_API_URL out, unless a stand-in for Slack is used; it ends in /api/")
	}
	return checks.Wrong(checks.Red, "Slack cannot be asked: "+firstLine(err.Error()), "check that this machine reaches "+address+", and HTTPS_PROXY if it needs a proxy")
}

// scopes compares what Slack granted with what the bot uses.
func (s *slackSide) scopes(ctx context.Context) checks.Result {
	if !s.c.Usable("SLACK_BOT_TOKEN") {
		return checks.Skip("no bot token, see the settings")
	}
	who, err := s.identify(ctx)
	if err != nil {
		return checks.Skip("Slack does not accept the bot token")
	}
	granted := bot.GrantedScopes(who.Header)
	if len(granted) == 0 {
		return checks.Skip("Slack does not say which are granted (X-OAuth-Scopes)")
	}
	var r checks.Result
	for _, missing := range bot.MissingScopes(granted) {
		p := checks.Problem{Level: checks.Red, Says: "the app lacks " + missing.Name + ": " + missing.Without, Fix: "add it at " + appPage + " under OAuth & Permissions, then reinstall the app"}
		if missing.Optional {
			p.Level, p.Says, p.Fix = checks.Yellow, "the app lacks the optional "+missing.Name+": "+missing.Without, "add it if you want that"
		}
		r.Problems = append(r.Problems, p)
	}
	r.Says = counted(len(granted), "scope") + " granted, none missing"
	return r
}

// socket opens one socket and closes it.
func (s *slackSide) socket(ctx context.Context) checks.Result {
	if !s.c.Usable("SLACK_APP_TOKEN") {
		return checks.Skip("no app-level token, see the settings")
	}
	p, err := sockets.Probe(ctx, s.api, s.transport, s.caught)
	if err != nil {
		return checks.Wrong(checks.Red, strings.TrimPrefix(firstLine(err.Error()), "SLACK_APP_TOKEN: "), "")
	}
	r := checks.Good("%s says hello and answers a ping in %d ms", p.Host, p.Took.Milliseconds())
	if p.Counted > 1 {
		r.Says += fmt.Sprintf("; %s of this app besides, such as those of a bot that runs", counted(p.Counted-1, "connection"))
	}
	if p.Caught > 0 {
		r.Problems = append(r.Problems, checks.Problem{Level: checks.Yellow, Says: counted(p.Caught, "command or press") + " of users came here while this looked, and not to the bot", Fix: "who typed a command was told to type it again"})
	}
	return r
}

// caught answers a command that came to the socket of the check.
func (s *slackSide) caught(e sockets.Envelope) any {
	content, err := envelope.Read(e.Type, e.Payload)
	if err != nil || content.Command == nil {
		return nil // Slack sends an event again, and shows the failure of a press
	}
	line := strings.TrimSpace(content.Command.Name + " " + content.Command.Text)
	return map[string]string{"response_type": "ephemeral", "text": texts.Bot.CheckedMeanwhile.With(line).In(s.c.Lang)}
}
