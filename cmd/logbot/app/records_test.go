package app

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot"
	"logbot/bot/slacksim"
	"logbot/cache/state"
	"logbot/cmd/logbot/config"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/reply"
)

func TestVotesAreKept(t *testing.T) {
	log, _ := logtest.NewNullLogger()
	store, err := state.OpenTemporary(state.Options{Budget: patientBudget})
	require.NoError(t, err)
	defer store.Close()
	r := newRecords(store, log)
	about := reply.About{Task: webID, Name: "web", Build: 128}
	r.addVote(about, "U1", true)
	r.addVote(about, "U2", false)
	r.addVote(about, "U1", false) // on second thoughts
	ended, end := context.WithCancel(t.Context())
	end()
	r.run(ended) // what waits is counted before it ends
	builds, err := store.History.Builds(t.Context(), webID, 0)
	require.NoError(t, err)
	require.Len(t, builds, 1)
	rights, wrongs := builds[0].Counts()
	assert.Equal(t, [2]int{0, 2}, [2]int{rights, wrongs})
}

func TestAVoteTooManyWaitsForNobody(t *testing.T) {
	log, logged := logtest.NewNullLogger()
	r := &records{log: log, votes: make(chan vote, 1)}
	r.addVote(reply.About{}, "U1", true)
	r.addVote(reply.About{}, "U2", true)
	assert.Contains(t, logged.LastEntry().Message, "too many votes")
}

// stuck is a state that takes nothing in its time.
type stuck struct{}

func (stuck) Record(context.Context, state.Build) error { return nil }

func (stuck) Vote(ctx context.Context, _ string, _ int64, _ string, _ bool) (int, int, error) {
	<-ctx.Done()
	return 0, 0, ctx.Err()
}

func TestWhatCannotBeStoredInTheEndIsLoggedOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, logged := logtest.NewNullLogger()
		r := newRecords(&state.Store{}, log)
		r.history = stuck{}
		ctx, end := context.WithCancel(t.Context())
		var working sync.WaitGroup
		working.Go(func() { r.run(ctx) })
		for i := range 20 {
			r.addVote(reply.About{Task: webID, Build: 128}, fmt.Sprint("voter", i), true)
		}
		time.Sleep(time.Second)
		began := time.Now()
		end()
		working.Wait()
		assert.Equal(t, recordsWithin, time.Since(began), "a process that stops has not longer")
		r.addVote(reply.About{Task: webID, Build: 128}, "voter20", true)
		named := map[string]int{}
		for _, e := range logged.AllEntries() {
			if e.Level == logrus.WarnLevel {
				named[e.Data["user"].(string)]++
				assert.Contains(t, e.Message, "only logged")
			}
		}
		assert.Len(t, named, 21)
		for who, times := range named {
			assert.Equal(t, 1, times, who)
		}
	})
}

// runner answers commands.
type runner func(ctx context.Context, r commands.Request) reply.Reply

func (r runner) Run(ctx context.Context, request commands.Request) reply.Reply {
	return r(ctx, request)
}

func TestEventsAndVotesOfTheDrainAreStored(t *testing.T) {
	slack := slacksim.New(slacksim.Config{})
	require.NoError(t, slack.Start())
	defer slack.Close()
	log, logged := logtest.NewNullLogger()
	store, err := state.OpenTemporary(state.Options{Budget: patientBudget})
	require.NoError(t, err)
	defer store.Close()
	audit := &memoryAudit{}
	_, env := codearts(t)
	env["SLACK_BOT_TOKEN"], env["SLACK_APP_TOKEN"], env["SLACK_API_URL"] = slack.BotToken(), slack.AppToken(), slack.APIURL()
	env["LOGBOT_UNPACED"], env["LOGBOT_DATA"] = "true", t.TempDir()
	c, err := config.Load(func(name string) string { return env[name] })
	require.NoError(t, err)
	b := newBot(c)
	b.log = log
	b.keep(store, nil)
	b.auditor.store = audit
	require.NoError(t, b.connect(nil, nil, nil))
	defer func() { assert.NoError(t, b.Close()) }()
	require.NoError(t, b.build(access.Open(), nil))
	o := b.botOptions(nil)
	started, release := make(chan struct{}), make(chan struct{})
	o.Commands = runner(func(ctx context.Context, _ commands.Request) reply.Reply {
		close(started)
		<-release
		b.auditor.record(ctx, commands.AuditEvent{User: "U0ANN00001", Verb: "fail"})
		b.records.addVote(reply.About{Task: webID, Build: 128}, "U0ANN00001", true)
		return reply.Reply{Heading: "web #128 failed"}
	})
	b.bot, err = bot.New(o)
	require.NoError(t, err)
	ctx, sigterm := context.WithCancel(t.Context())
	defer sigterm()
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, slack.Wait(soon, func() bool { return slack.Connections() > 0 }))
	_, err = slack.Slash(t.Context(), slacksim.SlashCommand{Channel: "C0BUILDS01", User: "U0ANN00001", Command: "/logs", Text: "fail web 128"})
	require.NoError(t, err)
	<-started
	sigterm()
	require.NoError(t, slack.Wait(soon, func() bool { return slack.Connections() == 0 }))
	close(release)
	require.NoError(t, <-ended)
	require.Len(t, audit.events, 1)
	assert.Equal(t, "U0ANN00001", audit.events[0].User)
	builds, err := store.History.Builds(t.Context(), webID, 0)
	require.NoError(t, err)
	require.Len(t, builds, 1)
	for _, e := range logged.AllEntries() {
		assert.NotContains(t, e.Message, "only logged")
	}
}
