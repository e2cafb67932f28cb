package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"logbot/bot"
	"logbot/bot/delivery"
	"logbot/bot/jobs"
	"logbot/cache/patience"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
)

// keeping is what a bot keeps beyond a request and a process.
type keeping struct {
	store   *state.Store
	jobs    *jobs.Jobs
	records *records

	watches *jobs.Watches
	follows *jobs.Follows
	source  jobs.Source
	lang    texts.Lang
}

// openLasting opens the state for a process that stays. Where the environment
// names no place for it, it ends with the process.
func openLasting(ctx context.Context, c config, log *logrus.Logger) (*state.Store, error) {
	o := state.Options{Log: log}
	store, err := openState(ctx, c, true, o)
	if errors.Is(err, errNoState) {
		log.Warn("short names and watches end with this process; set LOGBOT_DATA to a folder, or REDIS_URL, to keep them")
		store, err = state.OpenTemporary(o)
	}
	if err != nil {
		return nil, err
	}
	looking, cancel := context.WithTimeout(ctx, storeCheckTime)
	defer cancel()
	for _, wrong := range store.Check(looking) {
		log.Warnf("REDIS_URL: %s", wrong)
	}
	return store, nil
}

// newKeeping keeps things in a state, which stays the caller's.
func newKeeping(store *state.Store, lang texts.Lang, log *logrus.Logger) *keeping {
	return &keeping{
		store: store, jobs: jobs.New(jobs.Options{Intents: store.Intents, Log: log}),
		records: newRecords(store, log), lang: lang,
	}
}

// offer gives the commands their places to keep things; a nil keeping offers
// none.
func (k *keeping) offer(o commands.Options) commands.Options {
	if k != nil {
		o.AliasStore = aliasStore{k.store.Aliases}
		o.Watches = jobs.WatchStore{Watches: k.store.Watches, Jobs: k.jobs}
		o.Follows = jobs.FollowStop{Jobs: k.jobs}
		o.Audit = k.records.read
	}
	return o
}

// runWith runs a bot, and the work that outlives its requests, until ctx ends or
// the bot does. A keeping is run once.
func (k *keeping) runWith(ctx context.Context, c *commands.Commands, b *bot.Bot) error {
	slack := poster{b}
	k.follows = jobs.NewFollows(k.jobs, c, slack)
	k.watches = jobs.NewWatches(k.jobs, jobs.WatchOptions{
		Watches: k.store.Watches, Limits: k.store.Limits, Source: k.source, Commands: c, Slack: slack, People: b, Lang: k.lang,
	})
	k.jobs.Handle(jobs.Command, jobs.Answers(b.Resume, b.Apologise))
	k.jobs.Await(b.Known()) // answers in threads and watches name the bot
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	recording, endRecords := context.WithCancel(context.WithoutCancel(ctx))
	defer endRecords()
	var working, recorder sync.WaitGroup
	recorder.Go(func() { k.records.work(recording) })
	working.Go(func() { k.jobs.Run(ctx) })
	working.Go(func() {
		select {
		case <-b.Known():
			k.watches.Run(ctx)
		case <-ctx.Done():
		}
	})
	err := b.Run(ctx) // it answers for a while after ctx ended, and its leases are kept
	stop()
	k.jobs.Leave(context.WithoutCancel(ctx))
	working.Wait()
	endRecords() // only now: answers and watches make records until they end
	recorder.Wait()
	return err
}

// intents keep what the bot answers, so that another process does when this one
// dies.
func (k *keeping) intents() bot.Intents { return jobs.Switch{Jobs: k.jobs} }

// follow begins a message that grows; see jobs.Follows. It is called while the bot
// runs.
func (k *keeping) follow(ctx context.Context, channel, thread string, r reply.Reply) (instead reply.Reply, posted bool) {
	return k.follows.Start(ctx, channel, thread, r)
}

// poster is a bot as jobs post through it.
type poster struct{ *bot.Bot }

// Post implements jobs.Poster.
func (p poster) Post(ctx context.Context, channel, thread string, r reply.Reply) (string, error) {
	ts, err := p.Bot.Post(ctx, channel, thread, r)
	return ts, final(err)
}

// Update implements jobs.Poster.
func (p poster) Update(ctx context.Context, channel, ts string, r reply.Reply) error {
	return final(p.Bot.Update(ctx, channel, ts, r))
}

// final says it in the jobs' words where trying again is in vain, or may repeat
// what stands there.
func final(err error) error {
	switch {
	case errors.Is(err, delivery.ErrOutcomeUnknown):
		return fmt.Errorf("%w: %w", jobs.ErrUnsure, err)
	case err != nil && delivery.IsChannelClosed(err):
		return fmt.Errorf("%w: %w", jobs.ErrClosed, err)
	case err != nil && delivery.IsUneditable(err):
		return fmt.Errorf("%w: %w", jobs.ErrGone, err)
	}
	return err
}

// aliasStore is the state's aliases as the commands know them. Who sets, removes or
// lists them waits as long as the state takes; who uses one has a command's patience.
type aliasStore struct{ kept state.Aliases }

// SetAlias implements commands.AliasStore.
func (s aliasStore) SetAlias(ctx context.Context, a commands.Alias) error {
	return jobs.StoreError(s.kept.SetAlias(patience.Without(ctx), state.Alias{Channel: a.Channel, Name: a.Name, Target: a.Target, Check: a.Check, By: a.By, At: a.At}))
}

// DeleteAlias implements commands.AliasStore.
func (s aliasStore) DeleteAlias(ctx context.Context, channel, name string) (bool, error) {
	found, err := s.kept.DeleteAlias(patience.Without(ctx), channel, name)
	return found, jobs.StoreError(err)
}

// Alias implements commands.AliasStore.
func (s aliasStore) Alias(ctx context.Context, channel, name string) (commands.Alias, bool, error) {
	a, err := s.kept.Alias(ctx, channel, name)
	if errors.Is(err, state.ErrNotFound) {
		return commands.Alias{}, false, nil
	}
	return commandsAlias(a), err == nil, jobs.StoreError(err)
}

// ListAliases implements commands.AliasStore.
func (s aliasStore) ListAliases(ctx context.Context, channel string) ([]commands.Alias, error) {
	all, err := s.kept.ListAliases(patience.Without(ctx), channel)
	var out []commands.Alias
	for _, a := range all {
		out = append(out, commandsAlias(a))
	}
	return out, jobs.StoreError(err)
}

func commandsAlias(a state.Alias) commands.Alias {
	return commands.Alias{Channel: a.Channel, Name: a.Name, Target: a.Target, Check: a.Check, By: a.By, At: a.At}
}

// codeArtsRate is the rate of all replicas towards CodeArts: they have one
// credential.
type codeArtsRate struct{ limits state.Limits }

const codeArtsBucket = "codearts"

// Take implements logsapi.Shared.
func (r codeArtsRate) Take(ctx context.Context, rate float64, burst int) (time.Duration, error) {
	return r.limits.Take(ctx, codeArtsBucket, rate, burst, 1)
}

// Pause implements logsapi.Shared.
func (r codeArtsRate) Pause(ctx context.Context, length time.Duration) error {
	return r.limits.Pause(ctx, codeArtsBucket, length)
}

// slackPace is the pace of all replicas towards Slack.
type slackPace struct{ limits state.Limits }

// Take implements delivery.Limiter. It waits until the use is claimed.
func (p slackPace) Take(ctx context.Context, name string, perSecond float64, burst int) (time.Duration, error) {
	return 0, state.Wait(ctx, p.limits, "slack/"+name, perSecond, burst, 1)
}

// Pause implements delivery.Limiter.
func (p slackPace) Pause(ctx context.Context, name string, until time.Time) error {
	return p.limits.Pause(ctx, "slack/"+name, time.Until(until))
}

// pace is the pace towards Slack: that of the configuration, else one that is
// shared where there may be several replicas.
func (k *keeping) pace(c config) delivery.Limiter {
	if own := c.pace(); own != nil || c.values["REDIS_URL"] == "" {
		return own
	}
	return slackPace{k.store.Limits}
}

// shared is the rate towards CodeArts that is shared, where there may be several
// replicas; a nil keeping shares nothing.
func (k *keeping) shared(c config) logsapi.Shared {
	if k == nil || c.values["REDIS_URL"] == "" {
		return nil
	}
	return codeArtsRate{k.store.Limits}
}
