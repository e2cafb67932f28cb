package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/render"
	"logbot/cmd/logbot/app"
	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/config"
	"logbot/commands"
	"logbot/commands/texts"
	"logbot/logsapi/codeartsim"
)

// message is one of the messages of the bot, as Slack is asked about it.
type message struct {
	of   string     // what brings it
	form url.Values // the argument of blocks.validate
}

// addMessages adds the check that Slack takes one of each of the bot's messages
// (https://docs.slack.dev/reference/methods/blocks.validate). It shows them to nobody
// and needs no token.
func addMessages(to *checks.Registry, c *config.Config) {
	to.Add(checks.Check{Part: "Slack", Name: "Slack takes our messages (blocks.validate)", Alone: true, Run: func(ctx context.Context) checks.Result {
		all, err := messages(ctx, c.Lang)
		if err != nil {
			return checks.Skip("the messages could not be made: %v", err)
		}
		address := slack.APIURL
		if c.SlackURL != "" {
			address = strings.TrimSuffix(c.SlackURL, "/") + "/"
		}
		transport := send.Transport()
		defer transport.CloseIdleConnections()
		return validate(ctx, &http.Client{Transport: transport}, address+"blocks.validate", all)
	}})
}

// messages makes the messages from commands over the builds of the demo.
func messages(ctx context.Context, lang texts.Lang) ([]message, error) {
	known, stop, err := overDemo(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	var all []message
	add := func(of string, m delivery.Message) error {
		text, err := json.Marshal(m.Blocks)
		all = append(all, message{of, url.Values{"blocks": {string(text)}}})
		return err
	}
	origin := render.Origin{Asker: "U0ANN00001"}
	for _, line := range []string{
		"fail web 128", "fail web 128 --lines 100", "fail web 122", "fail web 124", "fail web 127", "fail nothing", "show web 128 --grep error", "show web 128 --lines 100", "builds web", "check style", "aliases", "help", "help fail",
	} {
		r := known.Run(ctx, commands.Request{Text: line, Lang: lang})
		if err := add("/logs "+line, render.Message(r, render.Options{Lang: lang, Origin: origin})); err != nil {
			return nil, err
		}
	}
	file := known.Run(ctx, commands.Request{Text: "full web 128 stage3", Lang: lang})
	if err := add("/logs full", render.FileMessage(file, delivery.Sent{ID: "F0FILE0001", Name: "web-128.log", Hidden: 2}, origin.Asker, lang)); err != nil {
		return nil, err
	}
	if err := add("progress", render.ProgressNote("1", texts.Bot.Working.In(lang), "/logs fail web 128", lang)); err != nil {
		return nil, err
	}
	for name, view := range map[string]slack.ModalViewRequest{"the search form": render.SearchView("{}", true, lang), "the form of Remove": render.RemoveView("{}", lang)} {
		form, err := json.Marshal(view)
		if err != nil {
			return nil, err
		}
		all = append(all, message{name, url.Values{"view": {string(form)}}})
	}
	return all, nil
}

// overDemo makes commands over the builds of the demo, on a free port of localhost.
func overDemo(ctx context.Context) (known *app.Commands, stop func(), err error) {
	builds, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true})
	if err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	server := &http.Server{Handler: builds, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(l) }()
	end := func() { _ = server.Close(); <-served }
	address := "http://" + l.Addr().String()
	env := map[string]string{
		"LOGBOT_BUILD_URL": address, "LOGBOT_CHECK_URL": address, "LOGBOT_PIPELINE_URL": address, "LOGBOT_AUTH_TOKEN": "doctor", "LOGBOT_RATE": "1000",
		"LOGBOT_PROJECTS": strings.Join(slices.Collect(maps.Values(builds.Projects())), ","), "LOGBOT_CONSOLE_URL": address + config.ConsolePath,
	}
	c, err := config.Load(func(name string) string { return env[name] })
	if err != nil {
		end()
		return nil, nil, err
	}
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	if known, err = app.OpenCommands(ctx, c, silent); err != nil {
		end()
		return nil, nil, err
	}
	return known, func() { _ = known.Close(); end() }, nil
}

// validate asks Slack about each message.
func validate(ctx context.Context, client *http.Client, address string, all []message) checks.Result {
	var r checks.Result
	for i, m := range all {
		answer, err := ask(ctx, client, address, m.form)
		switch {
		case err != nil:
			return checks.Skip("Slack cannot be asked: %v", err)
		case answer.OK:
		case answer.Error == "unknown_method":
			return checks.Skip("not offered here")
		case answer.Error == "ratelimited":
			r.Says = fmt.Sprintf("%d of %d, then Slack asked for fewer requests", i, len(all))
			return r
		case !strings.HasPrefix(answer.Error, "invalid_blocks") && answer.Error != "invalid_view":
			return checks.Skip("Slack does not say: %s", answer.Error)
		default:
			says := m.of + " is refused (" + answer.Error + ")"
			if len(answer.Errors) > 0 {
				says += ": " + answer.Errors[0].Message + " at " + answer.Errors[0].Pointer
			}
			r.Problems = append(r.Problems, checks.Problem{Level: checks.Yellow, Says: says, Fix: "the bot sends it as plain text instead; tell the makers of logbot"})
		}
	}
	r.Says = fmt.Sprintf("all %d kinds", len(all))
	return r
}

// validated is the answer of blocks.validate.
type validated struct {
	OK     bool   `json:"ok"`
	Error  string `json:"error"`
	Errors []struct {
		Pointer string `json:"pointer"`
		Message string `json:"message"`
	} `json:"errors"`
}

func ask(ctx context.Context, client *http.Client, address string, form url.Values) (v validated, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return v, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := client.Do(request)
	if err != nil {
		return v, err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusTooManyRequests {
		return validated{Error: "ratelimited"}, nil
	}
	if answer.StatusCode == http.StatusNotFound {
		return validated{Error: "unknown_method"}, nil
	}
	err = json.NewDecoder(io.LimitReader(answer.Body, 1<<20)).Decode(&v)
	return v, err
}
