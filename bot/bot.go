// Package bot is the Slack side of logbot: it receives commands over socket
// mode, runs them and posts the answers.
package bot

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"logbot/bot/delivery"
	"logbot/bot/sockets"
	"logbot/commands"
	"logbot/commands/texts"
)

const (
	// workers is how many commands run at once in one process.
	workers = 16
	// queued is how many acknowledged commands may wait for a worker; beyond
	// it the caller is told to try again instead of waiting unseen.
	queued = 256
	// answerWithin bounds one command, a large upload included. A response_url
	// lives 30 minutes.
	answerWithin = 15 * time.Minute
	// drainWithin is how long a stopping bot finishes what it acknowledged.
	drainWithin = 30 * time.Second
)

// Runner answers commands; a *commands.Commands is one.
type Runner interface {
	Run(ctx context.Context, r commands.Request) commands.Reply
}

// Options configure a Bot.
type Options struct {
	BotToken    string // xoxb-…
	AppToken    string // xapp-…, scope connections:write
	APIURL      string // of a stand-in for Slack, ending in "/"; empty is Slack
	Commands    Runner
	Spool       string        // folder for files on their way; empty is the system's
	Connections int           // sockets held open, 1 to 10; 0 is 2
	Lang        texts.Lang    // of those whose own is not known
	Pace        delivery.Pace // shared with other replicas; nil keeps Slack's limits in this process alone
	Log         logrus.FieldLogger

	// Follow begins a message that grows, in a channel or under a message there.
	// posted says that the message comes by itself; else instead is the answer. Nil
	// shows how the build stands, once.
	Follow func(ctx context.Context, channel, thread string, r commands.Reply) (instead commands.Reply, posted bool)

	// Answered, where it is set, hears of each acknowledged command that has its
	// answer, by its envelope id. It is called from many goroutines.
	Answered func(envelope string)
}

// Bot is one process's presence in a Slack workspace.
type Bot struct {
	api         *slack.Client
	transport   *http.Transport
	courier     *delivery.Courier
	commands    Runner
	lang        texts.Lang
	connections int
	log         logrus.FieldLogger
	answered    func(envelope string)
	follow      func(ctx context.Context, channel, thread string, r commands.Reply) (instead commands.Reply, posted bool)

	work    chan job
	seen    *recent        // events that were taken already
	pending sync.WaitGroup // acknowledged commands without an answer
	name    string         // what people type after "/invite @"
	userID  string         // how a mention of the bot begins
}

// New returns a bot that has not connected yet. It refuses tokens of the wrong
// kind, which Slack would answer with an endless loop of refusals.
func New(o Options) (*Bot, error) {
	if !strings.HasPrefix(o.BotToken, "xoxb-") {
		return nil, errors.New("SLACK_BOT_TOKEN: expected a bot token, which begins with xoxb-")
	}
	if !strings.HasPrefix(o.AppToken, "xapp-") {
		return nil, errors.New("SLACK_APP_TOKEN: expected an app-level token, which begins with xapp-")
	}
	if o.APIURL != "" && !strings.HasSuffix(o.APIURL, "/") {
		o.APIURL += "/"
	}
	if o.Answered == nil {
		o.Answered = func(string) {}
	}
	transport := delivery.Transport()
	options := []slack.Option{
		slack.OptionAppLevelToken(o.AppToken),
		slack.OptionHTTPClient(&http.Client{Transport: transport}),
	}
	if o.APIURL != "" {
		options = append(options, slack.OptionAPIURL(o.APIURL))
	}
	api := slack.New(o.BotToken, options...)
	return &Bot{
		api:         api,
		transport:   transport,
		courier:     delivery.New(api, o.Spool, o.Log, delivery.WithPace(o.Pace)),
		commands:    o.Commands,
		lang:        o.Lang,
		connections: o.Connections,
		log:         o.Log,
		answered:    o.Answered,
		follow:      o.Follow,
		work:        make(chan job, queued),
		seen:        newRecent(),
	}, nil
}

// Run connects and answers commands until ctx ends; then it takes no more, lets
// what was acknowledged finish for up to 30 s, and returns nil. It returns an
// error when Slack refuses the tokens.
func (b *Bot) Run(ctx context.Context) error {
	who, err := b.courier.Identify(ctx)
	if err != nil {
		return err
	}
	b.name, b.userID = who.User, who.UserID
	b.log.WithFields(logrus.Fields{"workspace": who.Team, "bot": who.User}).Info("Slack accepts the bot token")

	// Work goes on after ctx ended, until the drain is over.
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var pool sync.WaitGroup
	for range workers {
		pool.Go(func() { b.answerAll(working) })
	}
	err = sockets.Run(ctx, sockets.Options{API: b.api, Connections: b.connections, Transport: b.transport, Log: b.log, Take: b.accept})
	b.drain()
	stopWork()
	pool.Wait()
	b.transport.CloseIdleConnections()
	return err
}

// drain waits until every acknowledged command is answered, but not for ever.
func (b *Bot) drain() {
	done := make(chan struct{})
	go func() { b.pending.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(drainWithin):
		b.log.Warn("stopping although some commands are not answered yet")
	}
}

// accept acknowledges an envelope when there is room for what it asks for, so
// that what was acknowledged is ours to answer. A command for which there is no
// room is refused with words; a mention stays unacknowledged, so that Slack
// brings it again.
func (b *Bot) accept(ctx context.Context, e sockets.Envelope) {
	j, ask := b.jobOf(e.Event)
	if !ask {
		e.Ack(ctx, nil)
		return
	}
	j.envelope, j.received = e.ID, time.Now()
	b.pending.Add(1)
	select {
	case b.work <- j:
		e.Ack(ctx, nil)
		return
	default:
		b.pending.Done()
	}
	b.log.WithField("envelope", j.envelope).Warn("too many commands are waiting; one was turned away")
	if e.Event.Type == socketmode.EventTypeSlashCommand {
		e.Ack(ctx, map[string]string{
			"response_type": slack.ResponseTypeEphemeral,
			"text":          "Too many commands are waiting right now. Please type it again in a minute.",
		})
	} else {
		b.seen.forget(j.event)
	}
}
