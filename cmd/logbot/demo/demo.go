// Package demo is the command "logbot demo": the bot between a CodeArts and a
// Slack on localhost, and a person who types into that Slack. The bot is started
// as anywhere else, with an environment.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"logbot/bot/slacksim"
	"logbot/cmd/logbot/config"
	"logbot/logsapi/codeartsim"
)

const (
	answerWithin = time.Minute // limit for one command, and for the start
	slashCommand = "/logs"
	mention      = "@logbot" // typed in the place of it
	pressWord    = "press"   // typed before the label of a button: press Full log
)

// demo is the bot between two simulators, and the person who types.
type demo struct {
	codearts *http.Server
	address  string // of codearts
	slack    *slacksim.Server
	folder   string // the bot's LOGBOT_DATA; Close removes it
	out      io.Writer

	user, channel string
	transcript    *slacksim.Transcript

	stop     context.CancelFunc // ends the bot
	ended    chan struct{}      // closed when the bot has ended
	serveErr error              // the bot's; read it after ended
	running  sync.WaitGroup

	mu       sync.Mutex
	answered map[string]bool // by envelope
	news     chan struct{}   // holds a value when answered has changed
}

// start starts both simulators and the bot, and returns when the bot is connected.
// What people see goes to out.
func start(ctx context.Context, o options, serve Serve, out, logTo io.Writer) (*demo, error) {
	d := &demo{out: out, answered: map[string]bool{}, news: make(chan struct{}, 1), ended: make(chan struct{})}
	if err := d.start(ctx, o, serve, logTo); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *demo) start(ctx context.Context, o options, serve Serve, logTo io.Writer) error {
	const token = "demo-token-of-the-simulator"
	builds, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token})
	if err != nil {
		return err
	}
	if err := d.listen(builds); err != nil {
		return err
	}
	if err := d.startSlack(o); err != nil {
		return err
	}
	if d.folder, err = os.MkdirTemp("", "logbot-demo-*"); err != nil {
		return fmt.Errorf("make a folder for the store: %w", err)
	}
	environ := []string{
		"LOGBOT_BUILD_URL=" + d.address,
		"LOGBOT_CHECK_URL=" + d.address,
		"LOGBOT_PIPELINE_URL=" + d.address,
		"LOGBOT_AUTH_TOKEN=" + token,
		"LOGBOT_PROJECTS=" + strings.Join(slices.Collect(maps.Values(builds.Projects())), ","),
		"LOGBOT_RATE=1000",
		"LOGBOT_COMPARE_WAIT=10s", // the same answers on a slow machine, too
		"LOGBOT_CONSOLE_URL=" + d.address + config.ConsolePath,
		"LOGBOT_COMMAND=" + slashCommand,
		"LOGBOT_DATA=" + d.folder,
		"LOGBOT_LANG=" + o.rawLang,
		"LOGBOT_LOG_LEVEL=error", // that all may read is no news here
		"LOGBOT_OPEN=true",
		"LOGBOT_UNPACED=true", // the local Slack has no limits
		"SLACK_API_URL=" + d.slack.APIURL(),
		"SLACK_BOT_TOKEN=" + d.slack.BotToken(),
		"SLACK_APP_TOKEN=" + d.slack.AppToken(),
	}
	var running context.Context
	running, d.stop = context.WithCancel(ctx)
	d.running.Go(func() {
		defer close(d.ended)
		d.serveErr = serve(running, environ, logTo, d.sawAnswer)
	})
	if err := d.connected(ctx); err != nil {
		return err
	}
	return d.prepare(ctx)
}

// prepare is what happened before the demo begins: the channel watches web, whose last
// failures are read then. Nothing of it is printed.
func (d *demo) prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	watch, err := d.slack.Slash(ctx, slacksim.SlashCommand{Channel: d.channel, User: d.user, Command: slashCommand, Text: "watch web"})
	if err == nil {
		err = d.await(ctx, watch.Delivery)
	}
	if err != nil {
		return fmt.Errorf("watch web: %w", err)
	}
	d.transcript.Next()
	return nil
}

// connected waits until the bot is connected to the local Slack.
func (d *demo) connected(ctx context.Context) error {
	late := time.NewTimer(answerWithin)
	defer late.Stop()
	for {
		changed := d.slack.Changed()
		if d.slack.Connections() > 0 {
			return nil
		}
		select {
		case <-changed:
		case <-d.ended:
			return errors.New("the bot ended before it was connected")
		case <-late.C:
			return fmt.Errorf("the bot has not connected within %v", answerWithin)
		case <-ctx.Done():
			return fmt.Errorf("wait for the bot to connect: %w", ctx.Err())
		}
	}
}

// listen serves CodeArts on a free port of the loopback interface.
func (d *demo) listen(builds http.Handler) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for CodeArts: %w", err)
	}
	d.address = "http://" + l.Addr().String()
	d.codearts = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isConsole(r.URL.Path) {
			serveConsole(w, r)
			return
		}
		builds.ServeHTTP(w, r)
	})}
	d.running.Go(func() { _ = d.codearts.Serve(l) }) // ends with Close
	return nil
}

func (d *demo) startSlack(o options) (err error) {
	c := workspace(o.lang)
	if c.Listener, err = net.Listen("tcp", o.listen); err != nil {
		return fmt.Errorf("listen for Slack: %w", err)
	}
	d.slack = slacksim.New(c)
	if err := d.slack.Start(); err != nil {
		return err
	}
	d.user, d.channel = d.slack.Users()[0].ID, d.slack.Channels()[0].ID
	d.transcript = d.slack.Transcript(d.channel, d.user)
	return nil
}

// Close ends the bot and both simulators.
func (d *demo) Close() error {
	var errs []error
	if d.stop != nil {
		d.stop()
		<-d.ended
		errs = append(errs, d.serveErr)
	}
	if d.slack != nil {
		errs = append(errs, d.slack.Close())
	}
	if d.codearts != nil {
		errs = append(errs, d.codearts.Close())
	}
	d.running.Wait()
	if d.folder != "" {
		errs = append(errs, os.RemoveAll(d.folder))
	}
	return errors.Join(errs...)
}

// sawAnswer notes that the answer to an envelope is complete.
func (d *demo) sawAnswer(envelope string) {
	d.mu.Lock()
	d.answered[envelope] = true
	d.mu.Unlock()
	select {
	case d.news <- struct{}{}:
	default:
	}
}
