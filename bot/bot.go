// Package bot is the Slack side of logbot: it receives commands over socket
// mode, runs them and posts the answers.
package bot

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/people"
	"logbot/bot/sockets"
	"logbot/bot/work"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
)

const (
	// slots is how many commands run at once in one process.
	slots = 16
	// answerWithin bounds one command, and the sending of its file. A response_url
	// lives 30 minutes.
	answerWithin = 12 * time.Minute
	// The defaults of Options.DrainWithin and PartingWithin.
	drainWithin   = 20 * time.Second
	partingWithin = 5 * time.Second
	// identifyFirst is how long a starting bot waits for Slack to say who it is
	// before it takes commands. A refused token mostly shows within it, and then no
	// command was taken that cannot be answered.
	identifyFirst = 3 * time.Second
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
	Finder      Finder       // finds the build for the shortcut; nil finds none
	Spool       string       // folder for files on their way; empty is the system's
	Connections int          // sockets held open, 1 to 10; 0 is 2
	Limiter     send.Limiter // shared with other replicas; nil keeps Slack's limits in this process alone
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
	// PartingWithin is how long it then tells the callers of the rest; 0 is 5 s.
	PartingWithin time.Duration
	// Admins says who may remove messages of others, beside the admins of the
	// workspace; may be nil.
	Admins func(user string) bool
	// Intents keep what is being answered beyond this process; nil keeps it here.
	Intents Intents
	// Presses bring presses of Stop and How far to the process that does the work;
	// nil, or no Intents: they work where Slack hands them to that process.
	Presses work.Presses
	// Rated, where it is set, hears what people think of the lines they were shown.
	// It must return at once; it is called from many goroutines.
	Rated func(about reply.About, user string, right bool)

	// Answered, where it is set, hears of each acknowledged envelope whose
	// answer is out, or that needs none, by its id. It is called from many goroutines.
	Answered func(envelope string)

	noteTiming  *work.NoteTiming // tests shorten it
	pressTiming work.PressTiming // tests shorten it
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
	partFor     time.Duration
	waitFirst   time.Duration // identifyFirst
	admins      func(user string) bool
	intents     Intents
	rated       func(about reply.About, user string, right bool)
	answered    func(envelope string)
	follow      func(ctx context.Context, channel, thread string, r reply.Reply) (instead reply.Reply, posted bool)

	admission *work.Admission
	slots     chan struct{} // one for each command that runs
	work      chan job      // taken and not begun
	urgent    *work.Urgent
	events    *work.Events
	pending   sync.WaitGroup // acknowledged envelopes without an answer
	tasks     *work.Tasks
	controls  *work.Controls
	edits     *edits
	busy      *work.BusyButtons
	people    *people.Directory
	leaving   atomic.Bool // what is not answered will not be
	self      *self
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
	if o.Intents == nil {
		o.Intents = noIntents{}
	}
	if o.Answered == nil {
		o.Answered = func(string) {}
	}
	transport := send.Transport()
	options := []slack.Option{
		slack.OptionAppLevelToken(o.AppToken),
		slack.OptionHTTPClient(&http.Client{Transport: transport}),
	}
	if o.APIURL != "" {
		options = append(options, slack.OptionAPIURL(o.APIURL))
	}
	api := slack.New(o.BotToken, options...)
	ask := func(ctx context.Context, user string) (*slack.User, error) { return api.GetUserInfoContext(ctx, user) }
	b := &Bot{
		api:         api,
		transport:   transport,
		courier:     delivery.NewCourier(api, o.Spool, o.Limiter, o.Log),
		commands:    o.Commands,
		finder:      o.Finder,
		connections: o.Connections,
		log:         o.Log,
		drainFor:    cmp.Or(o.DrainWithin, drainWithin),
		partFor:     cmp.Or(o.PartingWithin, partingWithin),
		waitFirst:   identifyFirst,
		admins:      o.Admins,
		intents:     o.Intents,
		rated:       o.Rated,
		answered:    o.Answered,
		follow:      o.Follow,
		admission:   work.NewAdmission(),
		slots:       make(chan struct{}, slots),
		work:        make(chan job, work.MaxCommands),
		events:      work.NewEvents(),
		edits:       newEdits(),
		busy:        work.NewBusyButtons(),
		self:        newSelf(),
		people:      people.NewDirectory(o.Lang, ask, o.Log),
	}
	b.urgent = work.NewUrgent(&b.pending, o.Log)
	noteTiming := work.SlowNotes()
	if o.noteTiming != nil {
		noteTiming = *o.noteTiming
	}
	b.tasks = work.NewTasks(b.courier, noteTiming, o.Log)
	b.controls = &work.Controls{
		Tasks: b.tasks, Commands: storedCommands{o.Intents}, Presses: o.Presses, Timing: cmp.Or(o.pressTiming, work.QuickPresses()),
		Slack: b.courier, Urgent: b.urgent, Language: b.people.Language, Log: o.Log,
	}
	return b, nil
}

// Run connects and answers commands until ctx ends; then it takes no more, lets
// what was acknowledged finish for a while, tells the callers of the rest, and
// returns nil. It returns an error when Slack refuses the tokens. While Slack does
// not say who the bot is, commands are acknowledged and wait. Run is called once.
func (b *Bot) Run(ctx context.Context) error {
	// Made before the first call: it copies settings of the transport, which calls change.
	slackSockets := sockets.New(sockets.Options{API: b.api, Connections: b.connections, Transport: b.transport, Log: b.log, Take: b.accept})

	// Work goes on after ctx ended, until the drain is over.
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	receiving, stopReceiving := context.WithCancelCause(ctx)
	defer stopReceiving(nil)
	var pool sync.WaitGroup
	asked := make(chan struct{})
	pool.Go(func() {
		defer close(asked)
		if err := b.identify(working); err != nil && working.Err() == nil {
			stopReceiving(err)
		}
	})
	pool.Go(func() { b.answerAll(working, &pool) })
	for range work.UrgentWorkers {
		pool.Go(func() { b.urgent.Work(working) })
	}
	pool.Go(func() { b.controls.Listen(working) })
	select {
	case <-asked:
	case <-ctx.Done():
	case <-time.After(b.waitFirst):
		b.log.Warn("Slack does not say yet who this bot is (auth.test); commands are acknowledged and wait for that")
	}
	err := slackSockets.Run(receiving)
	drainFor := b.drainFor
	if receiving.Err() != nil && ctx.Err() == nil {
		// The token was refused: no command can be answered.
		err, drainFor = context.Cause(receiving), min(drainFor, 100*time.Millisecond)
	}
	b.drain(drainFor)
	stopWork()
	pool.Wait()
	b.transport.CloseIdleConnections()
	return err
}

// drain waits until every acknowledged command is answered, within a time.
// Then it ends the work on the rest, whose callers are told to ask again.
func (b *Bot) drain(within time.Duration) {
	done := make(chan struct{})
	go func() { b.pending.Wait(); close(done) }()
	select {
	case <-done:
		return
	case <-time.After(within):
	}
	b.log.Warn("stopping although some commands are not answered yet; their callers are told")
	b.leaving.Store(true)
	b.tasks.CancelAll(errRestarting)
	select {
	case <-done:
	case <-time.After(b.partFor):
		b.log.Error("stopping although some callers could not be told")
	}
}

// answerAll answers the accepted commands; the admission limits how many they are.
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

// release returns a command's slot of the admission.
func (b *Bot) release(j job) {
	b.admission.Release(j.To.Channel)
	b.pending.Done()
}
