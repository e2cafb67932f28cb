package app

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot"
	"logbot/bot/jobs"
	"logbot/bot/jobs/failures"
	"logbot/bot/jobs/follow"
	"logbot/bot/jobs/watch"
	"logbot/cache/state"
	"logbot/cmd/logbot/checks"
	"logbot/cmd/logbot/checkup"
	"logbot/cmd/logbot/config"
	"logbot/cmd/logbot/logging"
	"logbot/cmd/logbot/metrics"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/reply"
)

// Bot is a bot with everything it uses: the commands, their stores, and the work
// that outlives a request.
type Bot struct {
	sources
	store   *state.Store
	jobs    *jobs.Jobs
	records *records
	auditor *auditor
	ruled   *ruled
	bot     *bot.Bot

	version string // for the log
	listens string // where health checks are answered; empty for nowhere
	metrics *metrics.Metrics
	watcher watcher
	probed  probe
	masked  atomic.Int64    // values, under earlier rules
	follows *follow.Updater // made by Run
}

// Surroundings are what the process around a bot gives it.
type Surroundings struct {
	Version string // of the program
	Listens string // where health checks are answered; empty for nowhere
	Log     *logrus.Logger
	Metrics *metrics.Metrics
	// Answered, unless nil, is called with the id of each acknowledged envelope whose
	// answer is complete.
	Answered func(envelope string)
}

// OpenBot opens the stores that the settings name and makes a bot over them.
func OpenBot(ctx context.Context, c *config.Config, policy *access.Policy, in Surroundings) (*Bot, error) {
	b := &Bot{sources: sources{config: c, log: in.Log}, version: in.Version, listens: in.Listens, metrics: in.Metrics, ruled: &ruled{}}
	b.watcher = watcher{in.Metrics, &upstream{}, logging.NewTroubles(in.Log)}
	b.watched = b.watcher
	if err := b.open(ctx, policy, in.Answered); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *Bot) open(ctx context.Context, policy *access.Policy, answered func(envelope string)) error {
	if b.config.RedisURL != "" {
		// One that was never there is a mistake, not an outage.
		if err := checkup.ReachRedis(ctx, b.config.RedisURL, reachWithin); err != nil {
			return fmt.Errorf("REDIS_URL: %w", err)
		}
	}
	store, err := openBotState(ctx, b.config, b.log, &b.Checks)
	if err != nil {
		return err
	}
	b.closeLast(store)
	to, err := openAudit(b.config)
	if err != nil {
		return fmt.Errorf("LOGBOT_AUDIT: %w", err)
	}
	b.keep(store, to)
	pages, err := openPages(ctx, b.config, b.log, &b.Checks)
	if err != nil {
		return err
	}
	if err := b.connect(pages, codeArtsShared(b.config, store.Limits), b.log); err != nil {
		return err
	}
	checkup.CodeArts(&b.Checks, b.config, b.client)
	checkup.Disk(&b.Checks, b.config)
	if err := b.build(policy, answered); err != nil {
		return err
	}
	b.metrics.Read(b.counted())
	return nil
}

// keep makes what works on the state.
func (b *Bot) keep(store *state.Store, to *auditCopy) {
	b.store = store
	b.jobs = jobs.New(jobs.Options{Intents: store.Intents, Durable: store.Durable, Log: b.log})
	b.records = newRecords(store, b.log)
	b.auditor = newAuditor(store.Audit, to, b.log)
}

// build makes the commands and the bot. It comes after keep and connect.
func (b *Bot) build(policy *access.Policy, answered func(envelope string)) (err error) {
	b.use(b.config, policy)
	b.closeLast(closer(func() { b.ruled.now.Load().Close() }))
	b.bot, err = bot.New(b.botOptions(answered))
	return err
}

func (b *Bot) commandOptions(c *config.Config, policy *access.Policy) commands.Options {
	o := b.options(c, policy)
	o.AliasStore = aliasStore{b.store.Aliases}
	o.Watches = watch.Store{Watches: b.store.Watches, Jobs: b.jobs, Limits: b.store.Limits, Rate: b.config.Rate, Log: b.log}
	o.Follows = follow.Stopper{Jobs: b.jobs}
	o.Failures = failures.Store{Failures: b.store.Failures}
	o.Callers = func(ctx context.Context, c access.Caller) (access.Caller, error) { return b.bot.Caller(ctx, c) }
	o.PersonName = func(ctx context.Context, user string) string { return b.bot.PersonName(ctx, user) }
	o.Audit, o.AuditLog = b.auditor.record, auditLog{b.store.Audit}
	return o
}

func (b *Bot) botOptions(answered func(envelope string)) bot.Options {
	return bot.Options{
		BotToken:      b.config.BotToken,
		AppToken:      b.config.AppToken,
		APIURL:        b.config.SlackURL,
		Commands:      b.ruled,
		Finder:        b.ruled,
		Admission:     b.ruled,
		Admins:        b.ruled.admin,
		Quota:         personQuota(b.config, b.store.Limits),
		Spool:         b.config.DataDir,
		Connections:   b.config.Connections,
		Lang:          b.config.Lang,
		Limiter:       slackLimiter(b.config, b.store.Limits),
		Follow:        b.follow,
		DrainWithin:   drainWithin,
		PartingWithin: partingWithin,
		Intents:       b.jobs.Commands(),
		Temporary:     b.config.RedisURL == "" && b.config.DataDir == "",
		Presses:       b.store.Presses,
		Locales:       b.store.Locales,
		Notices:       b.store.Notices,
		Rated:         b.records.addVote,
		Audit:         b.auditor.record,
		Answered:      answered,
		Observer:      b.watcher,
		Log:           b.log,
	}
}

// Run logs what the checks find while it runs the bot and the work that outlives its
// requests until ctx ends or the bot does. A Bot is run once.
func (b *Bot) Run(ctx context.Context) error {
	began := time.Now()
	b.log.WithFields(b.beginning()).Info("logbot starts")
	unstopped := context.AfterFunc(ctx, func() {
		b.log.WithFields(logrus.Fields{"why": context.Cause(ctx).Error(), "unanswered": b.bot.Stats().Unanswered}).Info("stopping: no new commands are taken, those taken are answered")
	})
	defer func() {
		unstopped()
		b.log.WithFields(logrus.Fields{"ran": time.Since(began).Round(time.Second), "unanswered": b.bot.Stats().Unanswered}).Info("stopped")
	}()
	probing, stopProbe := context.WithCancel(context.WithoutCancel(ctx))
	defer stopProbe()
	var prober sync.WaitGroup
	prober.Go(func() {
		b.probed.run(probing, b.store.Intents, func(ctx context.Context, err error) { b.watcher.away(ctx, ofState, err) })
	})
	defer prober.Wait()
	defer stopProbe()
	var checking sync.WaitGroup
	defer checking.Wait()
	checking.Go(func() { b.logChecks(ctx) })
	b.follows = follow.New(follow.Options{Jobs: b.jobs, Commands: follower{b.ruled}, Slack: b.bot, Notify: b.bot.Notify, Failed: b.watcher.Told, Log: b.log})
	watcher := watch.New(watch.Options{
		Jobs: b.jobs, Watches: b.store.Watches, Limits: b.store.Limits, Rate: b.config.Rate, Source: b.client, Commands: announcer{b.ruled},
		Slack: b.bot, People: b.bot, Executors: b.ruled.people, Lang: b.config.Lang, Log: b.log,
		Notify: b.bot.Notify, Told: b.metrics.Notified, Failed: b.watcher.Told,
		Learn: announcer{b.ruled}.Learn,
	})
	b.jobs.Handle(jobs.Command, jobs.Answers(b.bot))
	b.jobs.Await(b.bot.Known())            // answers in threads and watches name the bot
	until, stop := context.WithCancel(ctx) // ctx itself stays, as others hold it
	defer stop()
	recording, endRecords := context.WithCancel(context.WithoutCancel(until))
	defer endRecords()
	var working, recorder sync.WaitGroup
	recorder.Go(func() { b.records.run(recording) })
	recorder.Go(func() { b.auditor.run(recording) })
	working.Go(func() { b.jobs.Run(until) })
	working.Go(func() { b.logUnknownIDs(until) })
	working.Go(func() {
		select {
		case <-b.bot.Known():
			watcher.Run(until)
		case <-until.Done():
		}
	})
	err := b.bot.Run(until) // it goes on answering for a while after that ends, and needs its leases
	stop()
	releasing, cancel := context.WithTimeout(context.WithoutCancel(until), releaseWithin)
	defer cancel()
	b.jobs.Release(releasing)
	working.Wait()
	endRecords() // after the answers and watches, which make records
	recorder.Wait()
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

const (
	// reachWithin is how long a starting bot waits for its Redis.
	reachWithin = 2500 * time.Millisecond
	// checkWithin is how long the checks at the start may take, beside the first
	// commands.
	checkWithin = 2500 * time.Millisecond
)

// logChecks logs the problems that the checks find. What a bot does or says itself is
// left out.
func (b *Bot) logChecks(ctx context.Context) {
	reports := b.Checks.Run(ctx, checkWithin, func(c checks.Check) bool { return c.Alone })
	if ctx.Err() != nil {
		return // the checks were broken off
	}
	for _, r := range reports {
		for _, p := range r.Problems {
			say := b.log.Warn
			if p.Level == checks.Red {
				say = b.log.Error
			}
			say(r.Line(p))
		}
	}
	b.log.WithFields(logrus.Fields{"checks": len(reports), "worst": checks.Worst(reports)}).Info("checked what the bot depends on; logbot doctor shows more")
}

// logUnknownIDs logs what the rules name and Slack does not know, once Slack knows the bot,
// and that everything is open if it is. Neither stops the bot: Slack may be away, and a
// private channel may invite the bot later.
func (b *Bot) logUnknownIDs(ctx context.Context) {
	policy := b.ruled.now.Load().policy
	if policy.IsOpen() {
		b.log.Warn("LOGBOT_OPEN: every member of the workspace may read every log and post it in every channel that no other organisation reads")
		return
	}
	select {
	case <-b.bot.Known():
	case <-ctx.Done():
		return
	}
	for _, line := range b.bot.UnknownIDs(ctx, policy.Channels(), policy.Users(), policy.Groups()) {
		b.log.Warn("access: " + line)
	}
}

// follow starts a message that grows; see follow.Updater. The bot calls it while it
// runs.
func (b *Bot) follow(ctx context.Context, channel, thread string, r reply.Reply) (instead reply.Reply, posted bool) {
	return b.follows.Start(ctx, channel, thread, r)
}
