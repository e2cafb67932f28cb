// Package bot is the Slack side of logbot: it receives commands over Socket Mode, runs
// them and posts the answers.
package bot

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/slack-go/slack"

	"logbot/bot/delivery"
	"logbot/bot/delivery/send"
	"logbot/bot/notice"
	"logbot/bot/people"
	"logbot/bot/recent"
	"logbot/bot/sockets"
	"logbot/bot/work"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi/pace"
)

// identifyFirst is how long a starting bot waits for auth.test before it accepts
// commands. A refused token mostly shows within it, before a command was accepted
// that cannot be answered.
const identifyFirst = 3 * time.Second

// Options configure a Bot.
type Options struct {
	BotToken    string // xoxb-…
	AppToken    string // xapp-…, scope connections:write
	APIURL      string // of a stand-in for Slack, ending in "/"; empty is Slack
	Commands    Runner
	Finder      Finder       // finds builds for the shortcut
	Admission   Admission    // who may use the bot at all
	Quota       Quota        // limits the commands of one person; nil does not
	Spool       string       // folder for files being sent; empty is the system's
	Connections int          // sockets held open, 1 to 10; 0 is 2
	Limiter     send.Limiter // shared with other replicas; nil limits this process alone
	Log         logrus.FieldLogger

	// Follow starts a message that follows a build, in a channel or a thread. posted
	// says that it posts the message; otherwise instead is the answer.
	Follow func(ctx context.Context, channel, thread string, r reply.Reply) (instead reply.Reply, posted bool)

	// Lang is the language of people whose language in Slack is unknown or not
	// supported.
	Lang texts.Lang
	// Locales remember the languages of people across restarts.
	Locales people.Locales
	// DrainWithin is how long a stopping bot answers what it acknowledged.
	DrainWithin time.Duration
	// PartingWithin is how long it then tells the callers of the rest.
	PartingWithin time.Duration
	// Admins says who may remove messages of others, besides the admins of the
	// workspace.
	Admins func(user string) bool
	// Intents stores commands until they are answered, for other processes.
	Intents Intents
	// Temporary says that Intents end with this process: nobody else answers what it leaves.
	Temporary bool
	// Presses pass presses of Stop and How far to the process that runs the command.
	Presses work.Presses
	// Rated is called with every vote on the lines of an answer. It must return at once
	// and may be called concurrently.
	Rated func(about reply.About, user string, right bool)

	// Notices decide who is told that a log shows a credential; nil tells nobody.
	Notices notice.Claims

	// Observer is told what becomes of commands; nil logs failures alone.
	Observer Observer

	// Audit is told who removed a message and who stopped a command; commands record the
	// rest. It must return at once and may be called concurrently; may be nil.
	Audit func(ctx context.Context, e commands.AuditEvent)

	// Answered is called with the id of every acknowledged envelope once it is answered
	// or needs no answer. It may be called concurrently; may be nil.
	Answered func(envelope string)

	// Tests shorten these; zero is the usual.
	noteTiming    *work.NoteTiming
	pressTiming   work.PressTiming
	identifyFirst time.Duration
	fileLooks     []time.Duration   // before each look whether a file is shown
	slack         http.RoundTripper // carries calls of the Web API; not sockets
}

// Bot is one process's presence in a Slack workspace. Its methods may be called
// concurrently.
type Bot struct {
	options   Options
	sockets   *sockets.Sockets
	transport *http.Transport
	sender    sender
	people    *people.Directory
	commands  chan accepted
	pending   sync.WaitGroup // accepted envelopes without an answer
	urgent    *work.Urgent
	controls  *work.Controls
	receiver  *receiver
	answerer  *answerer
	granted   *granted
	shown     *shownFiles
	admitter  *admitter
	admission *work.Admission

	amendments *amendments
}

// New returns a bot that has not connected yet. It refuses tokens of the wrong kind,
// with which connecting would fail forever.
func New(o Options) (*Bot, error) {
	if !strings.HasPrefix(o.BotToken, "xoxb-") {
		return nil, errors.New("SLACK_BOT_TOKEN: expected a bot token, which begins with xoxb-")
	}
	if !strings.HasPrefix(o.AppToken, "xapp-") {
		return nil, errors.New("SLACK_APP_TOKEN: expected an app-level token, which begins with xapp-")
	}
	if o.Answered == nil {
		o.Answered = func(string) {}
	}
	if o.Observer == nil {
		o.Observer = logging{o.Log}
	}
	if o.Audit == nil {
		o.Audit = func(context.Context, commands.AuditEvent) {}
	}
	if o.noteTiming == nil {
		slow := work.SlowNotes()
		o.noteTiming = &slow
	}
	transport := send.Transport()
	client := &http.Client{Transport: transport, CheckRedirect: stay}
	if o.slack != nil {
		client.Transport = o.slack
	}
	api := newClient(o, client)
	lookup := people.NewLookup(people.NewAPI(o.APIURL, o.BotToken, client, send.NewSender(o.Limiter, o.Log)), o.Log)
	b := &Bot{
		options: o, transport: transport,
		sender:   sender{courier: delivery.NewCourier(api, o.Spool, o.Limiter, o.Log), self: newSelf(), log: o.Log},
		people:   people.NewDirectory(o.Lang, lookup.User, o.Locales, o.Log),
		commands: make(chan accepted, work.MaxCommands),
	}
	b.sender.courier.OnTold(o.Observer.Told)
	b.granted = &granted{}
	b.admitter = &admitter{rules: o.Admission, quota: o.Quota, lookup: lookup, self: b.sender.self, log: o.Log}
	b.connect()
	// Made before the first call: it copies settings of the transport, which calls change.
	b.sockets = sockets.New(sockets.Options{API: api, Connections: o.Connections, Transport: transport, Log: o.Log, Take: b.receiver.accept})
	return b, nil
}

// stay follows no redirect: the Web API has none, and the tokens are in the requests.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func newClient(o Options, client *http.Client) *slack.Client {
	options := []slack.Option{slack.OptionAppLevelToken(o.AppToken), slack.OptionHTTPClient(client)}
	if o.APIURL != "" {
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(o.APIURL, "/")+"/"))
	}
	return slack.New(o.BotToken, options...)
}

// connect makes the parts that a command passes, and connects them.
func (b *Bot) connect() {
	var (
		o         = b.options
		courier   = b.sender.courier
		tasks     = work.NewTasks(courier, *o.noteTiming, o.Log)
		admission = work.NewAdmission(channelRate(o.Limiter))
		busy      = work.NewBusyButtons()
		edits     = work.NewEdits()
		leases    = leases{intents: o.Intents, log: o.Log}
		deliverer = &deliverer{sender: b.sender, leases: leases, edits: edits, busy: busy, follow: o.Follow, observer: o.Observer, log: o.Log}
	)
	b.admission = admission
	b.shown = newShownFiles(b.granted, deliverer, o.fileLooks, o.Log)
	deliverer.shown = b.shown
	b.amendments = newAmendments(b.sender, leases, o.Log)
	deliverer.amendments = b.amendments
	b.urgent = work.NewUrgent(&b.pending, o.Log)
	b.controls = &work.Controls{
		Tasks: tasks, Commands: o.Intents, Again: storedLine, Presses: o.Presses, Timing: cmp.Or(o.pressTiming, work.QuickPresses()),
		Slack: courier, Urgent: b.urgent, Language: b.people.Language, Log: o.Log,
	}
	b.answerer = &answerer{
		commands: o.Commands, finder: o.Finder, admitter: b.admitter, leases: leases, durable: !o.Temporary, deliver: deliverer.deliver,
		sender: b.sender, people: b.people, answered: o.Answered, log: o.Log,
		admission: admission, pending: &b.pending, busy: busy, tasks: tasks, urgent: b.urgent, slots: make(chan struct{}, slots),
		observer: o.Observer, notices: b.notices(), amendments: b.amendments, settlements: newSettlements(),
	}
	b.receiver = &receiver{
		commands: b.commands, admission: admission, admitter: b.admitter, leases: leases,
		known: recent.NewMap[struct{}](maxKnown), late: recent.NewMap[time.Time](maxKnown), busy: busy, urgent: b.urgent, pending: &b.pending,
		controls: b.controls, buttons: &buttons{
			sender: b.sender, people: b.people, edits: edits, forms: newForms(o.BotToken), admins: o.Admins, rated: o.Rated, audit: o.Audit, log: o.Log,
		},
		sender: b.sender, people: b.people, answered: o.Answered, log: o.Log, observer: o.Observer,
	}
}

// channelRate is how often the bot posts in one channel.
func channelRate(l send.Limiter) pace.Rate {
	if l == (send.Unlimited{}) {
		return pace.Rate{}
	}
	return send.InChannel("").Rate()
}

// Run connects and answers commands until ctx ends. Then it accepts no more, answers
// what was acknowledged for a while, tells the callers of the rest, and returns nil. It
// returns an error if Slack refuses the tokens. Until Slack has reported the bot's name,
// commands are acknowledged and wait. Run is called once.
func (b *Bot) Run(ctx context.Context) error {
	// Work continues after ctx ended, until the drain is over.
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	receiving, stopReceiving := context.WithCancelCause(ctx)
	defer stopReceiving(nil)
	var pool sync.WaitGroup
	identified := make(chan struct{})
	pool.Go(func() {
		defer close(identified)
		if err := b.identify(working); err != nil && working.Err() == nil {
			stopReceiving(err)
		}
	})
	pool.Go(func() { b.answerer.work(working, b.commands, &pool) })
	for range work.UrgentWorkers {
		pool.Go(func() { b.urgent.Work(working) })
	}
	pool.Go(func() { b.controls.Listen(working) })
	pool.Go(func() { b.shown.run(working) })
	pool.Go(func() { b.amendments.run(working) })
	select {
	case <-identified:
	case <-ctx.Done():
	case <-time.After(cmp.Or(b.options.identifyFirst, identifyFirst)):
		b.options.Log.Warn("Slack does not report yet who this bot is (auth.test); commands are acknowledged and wait for that")
	}
	told := make(chan time.Time, 1)
	defer context.AfterFunc(ctx, func() { told <- time.Now() })()
	err := b.sockets.Run(receiving)
	drainFor := b.options.DrainWithin
	select {
	case at := <-told: // the sockets took a part of the time
		drainFor -= time.Since(at)
	default:
	}
	if receiving.Err() != nil && ctx.Err() == nil {
		// The token was refused: no command can be answered.
		err, drainFor = context.Cause(receiving), min(drainFor, 100*time.Millisecond)
	}
	b.drain(drainFor)
	b.answerer.settlements.end()
	stopWork()
	pool.Wait()
	b.people.Wait()
	b.transport.CloseIdleConnections()
	return err
}

// identify asks Slack who the bot is, until Slack answers or refuses the token.
func (b *Bot) identify(ctx context.Context) error {
	who, err := b.sender.courier.Identify(ctx)
	if err != nil {
		return err
	}
	scopes := GrantedScopes(who.Header)
	b.options.Log.WithFields(logrus.Fields{"workspace": who.Team, "bot": who.User, "scopes": strings.Join(scopes, " ")}).Info("Slack accepts the bot token")
	b.granted.set(scopes)
	b.logMissingScopes(scopes)
	b.sender.self.set(identity{
		name: who.User, userID: who.UserID, botID: who.BotID, home: people.Home{Team: who.TeamID, Enterprise: who.EnterpriseID},
	})
	return nil
}

// logMissingScopes logs a line for each scope that the app lacks; none if Slack did not
// say which are granted.
func (b *Bot) logMissingScopes(granted []string) {
	if len(granted) == 0 {
		return
	}
	for _, s := range MissingScopes(granted) {
		if s.Optional {
			b.options.Log.Warnf("the app lacks the optional scope %s: %s", s.Name, s.Without)
			continue
		}
		b.options.Log.Errorf("the app lacks the scope %s: %s. Add it at https://api.slack.com/apps under OAuth & Permissions, then reinstall the app", s.Name, s.Without)
	}
}

// drain waits until every accepted command is answered. After a while it gives up the
// rest, whose callers are told to ask again.
func (b *Bot) drain(within time.Duration) {
	done := make(chan struct{})
	go func() { b.pending.Wait(); close(done) }()
	select {
	case <-done:
		return
	case <-time.After(within):
	}
	b.options.Log.Warn("stopping although some commands are not answered yet; their callers are told")
	b.answerer.leave()
	select {
	case <-done:
	case <-time.After(b.options.PartingWithin):
		b.options.Log.Error("stopping although some callers could not be told")
	}
}
