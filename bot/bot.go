// Package bot is the Slack side of logbot: it receives commands over socket
// mode, runs them and posts the answers.
package bot

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/sockets"
	"logbot/cache/patience"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

const (
	// slots is how many commands run at once in one process.
	slots = 16
	// maxTaken is how many acknowledged commands may wait for a slot, run, or wait
	// for Slack's pace, and maxOfChannel how many of them may be of one channel,
	// which takes a message a second. Beyond it the caller is told to try again
	// instead of waiting unseen.
	maxTaken     = 1024
	maxOfChannel = 128
	// quickWorkers do what must follow a press at once, such as opening a form; it
	// does not wait behind commands.
	quickWorkers = 4
	quickQueued  = 128
	// answerWithin bounds one command, and the sending of its file. A response_url
	// lives 30 minutes.
	answerWithin = 12 * time.Minute
	// drainWithin is how long a stopping bot finishes what it acknowledged, and
	// partingWithin how long it then tells the callers of the rest. Together they
	// stay below the 30 s that Kubernetes gives a process.
	drainWithin   = 20 * time.Second
	partingWithin = 5 * time.Second
)

// Runner answers commands; a *commands.Commands is one.
type Runner interface {
	Run(ctx context.Context, r commands.Request) reply.Reply
}

// Options configure a Bot.
type Options struct {
	BotToken    string // xoxb-…
	AppToken    string // xapp-…, scope connections:write
	APIURL      string // of a stand-in for Slack, ending in "/"; empty is Slack
	Commands    Runner
	Finder      Finder           // finds the build for the shortcut; nil finds none
	Spool       string           // folder for files on their way; empty is the system's
	Connections int              // sockets held open, 1 to 10; 0 is 2
	Limiter     delivery.Limiter // shared with other replicas; nil keeps Slack's limits in this process alone
	Log         logrus.FieldLogger

	// Follow begins a message that grows, in a channel or under a message there.
	// posted says that the message comes by itself; else instead is the answer. Nil
	// shows how the build stands, once.
	Follow func(ctx context.Context, channel, thread string, r reply.Reply) (instead reply.Reply, posted bool)

	// Lang is what people read whose Slack speaks no other language of logbot's.
	// Where it is not English Slack is not asked.
	Lang texts.Lang
	// DrainWithin is how long a stopping bot finishes what it acknowledged; 0 is 20 s.
	DrainWithin time.Duration
	// Admins says who may remove messages of others, beside the admins of the
	// workspace; may be nil.
	Admins func(user string) bool
	// Intents keep what is being answered beyond this process; nil keeps it here.
	Intents Intents
	// Presses bring presses of Stop and How far to the process that does the work;
	// nil, or no Intents: they work where Slack hands them to that process.
	Presses Presses
	// Rated, where it is set, hears what people think of the lines they were shown.
	// It must return at once; it is called from many goroutines.
	Rated func(about reply.About, user string, right bool)

	// Answered, where it is set, hears of each acknowledged envelope whose
	// answer is out, or that needs none, by its id. It is called from many goroutines.
	Answered func(envelope string)
}

// Bot is one process's presence in a Slack workspace.
type Bot struct {
	api         *slack.Client
	transport   *http.Transport
	courier     *delivery.Courier
	commands    Runner
	finder      Finder
	connections int
	log         logrus.FieldLogger
	drainFor    time.Duration
	pace        notePace
	reach       reach
	admins      func(user string) bool
	intents     Intents
	presses     Presses
	rated       func(about reply.About, user string, right bool)
	answered    func(envelope string)
	follow      func(ctx context.Context, channel, thread string, r reply.Reply) (instead reply.Reply, posted bool)

	places  *places
	slots   chan struct{} // one for each command that runs
	work    chan job      // taken and not begun
	quick   chan func(context.Context)
	seen    *recent        // events that were taken already
	pending sync.WaitGroup // acknowledged envelopes without an answer
	labours *labours
	changes *changes
	once    *once
	people  *people
	leaving atomic.Bool // what is not answered will not be
	name    string      // what people type after "/invite @"
	userID  string      // how a mention of the bot begins
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
	ask := func(ctx context.Context, user string) (*slack.User, error) { return api.GetUserInfoContext(ctx, user) }
	return &Bot{
		api:         api,
		transport:   transport,
		courier:     delivery.New(api, o.Spool, o.Log, delivery.WithLimiter(o.Limiter)),
		commands:    o.Commands,
		finder:      o.Finder,
		connections: o.Connections,
		log:         o.Log,
		drainFor:    cmp.Or(o.DrainWithin, drainWithin),
		pace:        slowPace(),
		reach:       quickReach(),
		admins:      o.Admins,
		intents:     o.Intents,
		presses:     o.Presses,
		rated:       o.Rated,
		answered:    o.Answered,
		follow:      o.Follow,
		places:      newPlaces(),
		slots:       make(chan struct{}, slots),
		work:        make(chan job, maxTaken),
		quick:       make(chan func(context.Context), quickQueued),
		seen:        newRecent(),
		labours:     newLabours(),
		changes:     newChanges(),
		once:        newOnce(),
		people:      newPeople(o.Lang, ask, o.Log),
	}, nil
}

// Run connects and answers commands until ctx ends; then it takes no more, lets
// what was acknowledged finish for a while, tells the callers of the rest, and
// returns nil. It returns an error when Slack refuses the tokens.
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
	pool.Go(func() { b.answerAll(working, &pool) })
	for range quickWorkers {
		pool.Go(func() { b.hurry(working) })
	}
	if b.presses != nil {
		pool.Go(func() { b.hear(working) })
	}
	err = sockets.Run(ctx, sockets.Options{API: b.api, Connections: b.connections, Transport: b.transport, Log: b.log, Take: b.accept})
	b.drain()
	stopWork()
	pool.Wait()
	b.transport.CloseIdleConnections()
	return err
}

// drain waits until every acknowledged command is answered, but not for ever.
// Then it ends the work on the rest, whose callers are told to ask again.
func (b *Bot) drain() {
	done := make(chan struct{})
	go func() { b.pending.Wait(); close(done) }()
	select {
	case <-done:
		return
	case <-time.After(b.drainFor):
	}
	b.log.Warn("stopping although some commands are not answered yet; their callers are told")
	b.leaving.Store(true)
	b.labours.endAll(errRestarting)
	select {
	case <-done:
	case <-time.After(partingWithin):
		b.log.Error("stopping although some callers could not be told")
	}
}

// answerAll begins on whatever was taken; the places bound how much that is.
func (b *Bot) answerAll(ctx context.Context, pool *sync.WaitGroup) {
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-b.work:
			pool.Go(func() {
				defer b.release(j)
				_ = b.answer(ctx, j) // logged
			})
		}
	}
}

// release gives a command's place free.
func (b *Bot) release(j job) {
	b.places.free(j.To.Channel)
	b.pending.Done()
}

// hurry does what must follow a press at once.
func (b *Bot) hurry(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case do := <-b.quick:
			b.guarded(ctx, do)
		}
	}
}

// guarded survives a panic.
func (b *Bot) guarded(ctx context.Context, do func(context.Context)) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	do(patience.With(ctx))
}

// quickly has do done soon, without waiting; false when too much waits already.
func (b *Bot) quickly(do func(context.Context)) bool {
	select {
	case b.quick <- do:
		return true
	default:
		return false
	}
}
