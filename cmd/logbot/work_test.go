package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/jobs"
	"logbot/bot/slacksim"
	"logbot/cache/state"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

func TestTheDemoKeepsNamesAndWatchesAndFollowsABuild(t *testing.T) {
	status, out, _ := program(t, nil, "demo",
		"--once", "/logs alias shop web", "--once", "/logs shop 128", "--once", "/logs aliases",
		"--once", "/logs watch shop", "--once", "/logs watches", "--once", "/logs unwatch web",
		"--once", "/logs follow web 129", "--once", "/logs follow web 129", "--once", "press Stop")
	require.Equal(t, 0, status, out)
	parts := strings.Split(out, "\n> ")
	require.Len(t, parts, 9)
	for i, says := range []string{
		"shop stands for web in this channel now",
		"shop #128 failed",
		"this channel",
		"shop is watched here from now on",
		"no new failure",
		"web is not watched here any more",
		"web #129 is",
		"web #129 is followed in this channel already",
		"not followed any longer",
	} {
		assert.Contains(t, parts[i], says)
	}
	assert.Contains(t, parts[4], "/logs unwatch shop ", "by its name, not by its id")
	assert.Contains(t, parts[6], "Stop")
}

// direct brings requests to a handler without a network, so that the clock of a
// bubble can be turned.
type direct struct{ to http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	d.to.ServeHTTP(w, r)
	a := w.Result()
	a.Request = r
	return a, nil
}

// plainBuilds are what the service knows of builds, without a memory.
type plainBuilds struct{ *logsapi.Client }

func (b plainBuilds) Tasks(context.Context) ([]logsapi.Task, error)           { return nil, nil }
func (b plainBuilds) CheckTasks(context.Context) ([]logsapi.CheckTask, error) { return nil, nil }
func (b plainBuilds) Steps(ctx context.Context, task string, build int64, record string) ([]logsapi.Step, error) {
	return b.StepsOf(ctx, task, build, record)
}

// bubbleCommands are commands over the demo builds, on the clock of a bubble.
func bubbleCommands(t *testing.T) *commands.Commands {
	t.Helper()
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: "token"})
	require.NoError(t, err)
	client, err := logsapi.New(logsapi.Options{BuildURL: "http://codearts", Credential: logsapi.Token("token"), Rate: 1000, Transport: direct{sim}})
	require.NoError(t, err)
	return commands.New(commands.Options{
		Logs: client, Builds: plainBuilds{client}, Gate: redact.New(), Access: access.Open(), Aliases: commands.Aliases{Tasks: sim.Aliases()},
	})
}

func TestRunPrintsTheLinesOfABuildAsTheyComeAndThenItsOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bubbleCommands(t)
		time.Sleep(10 * time.Second)
		begun := c.Run(t.Context(), commands.Request{Text: "follow web 129"})
		require.NotNil(t, begun.Follow)
		var out bytes.Buffer
		require.NoError(t, followHere(t.Context(), c, begun, &out))
		assert.Equal(t, 1, strings.Count(out.String(), "[Maven test] This action starts."))
		assert.Equal(t, 1, strings.Count(out.String(), "HEAD is now at 1f0c2d9 round half up in the order total"))
		at := strings.Index(out.String(), "Finished: FAILURE")
		require.Greater(t, at, 0)
		end := out.String()[at:]
		assert.Contains(t, end, `web #129 failed in "Maven test"`)
		assert.Contains(t, end, "total expected:<10> but was:<11>")
	})
}

func TestCtrlCEndsAFollowInTheTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bubbleCommands(t)
		time.Sleep(10 * time.Second)
		begun := c.Run(t.Context(), commands.Request{Text: "follow web 129"})
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var out bytes.Buffer
		require.NoError(t, followHere(ctx, c, begun, &out))
		assert.Contains(t, out.String(), "web #129 is running")
		assert.NotContains(t, out.String(), "Finished")
	})
}

func TestWhatSlackRefusesIsSaidInTheWordsOfTheJobs(t *testing.T) {
	for code, want := range map[string][]error{
		"is_archived": {jobs.ErrClosed, jobs.ErrGone}, "not_in_channel": {jobs.ErrClosed, jobs.ErrGone},
		"message_not_found": {jobs.ErrGone}, "internal_error": nil,
	} {
		err := final(slack.SlackErrorResponse{Err: code})
		assert.ErrorContains(t, err, code)
		for _, is := range []error{jobs.ErrClosed, jobs.ErrGone} {
			assert.Equal(t, slices.Contains(want, is), errors.Is(err, is), "%s: %v", code, is)
		}
	}
	assert.NoError(t, final(nil))
}

func TestNamesAreKeptInTheState(t *testing.T) {
	kept, err := state.OpenFile(filepath.Join(t.TempDir(), "state.db"), state.Options{Budget: patientBudget})
	require.NoError(t, err)
	store := aliasStore{kept.Aliases}
	_, found, err := store.Alias(t.Context(), "C0BUILDS01", "shop")
	require.NoError(t, err)
	assert.False(t, found)
	a := commands.Alias{Channel: "C0BUILDS01", Name: "Shop", Target: webID, By: "U0ANN00001", At: time.Unix(1000, 0).UTC()}
	require.NoError(t, store.SetAlias(t.Context(), a))
	require.NoError(t, store.SetAlias(t.Context(), commands.Alias{Name: "stil", Target: webID, Check: true}))
	got, found, err := store.Alias(t.Context(), "C0BUILDS01", "SHOP")
	require.NoError(t, err)
	assert.True(t, found)
	assert.True(t, a.At.Equal(got.At))
	got.At = a.At
	assert.Equal(t, a, got)
	all, err := store.ListAliases(t.Context(), "C0BUILDS01")
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.True(t, all[1].Check)
	found, err = store.DeleteAlias(t.Context(), "C0BUILDS01", "shop")
	require.NoError(t, err)
	assert.True(t, found)
	require.NoError(t, kept.Close())
	_, _, err = store.Alias(t.Context(), "C0BUILDS01", "shop")
	assert.ErrorIs(t, err, commands.ErrStoreAway, "a closed file is away")
}

// unsteady are limits that let a token go only at the second asking.
type unsteady struct {
	asked  []string
	paused time.Duration
	fails  error
}

func (u *unsteady) Take(_ context.Context, name string, _ float64, _, _ int) (time.Duration, error) {
	u.asked = append(u.asked, name)
	if len(u.asked)%2 == 1 && u.fails == nil {
		return 3 * time.Second, nil
	}
	return 0, u.fails
}

func (u *unsteady) Pause(_ context.Context, _ string, length time.Duration) error {
	u.paused = length
	return nil
}

func TestThePaceTowardsSlackWaitsForItsTurnAmongTheReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &unsteady{}
		p := slackPace{u}
		began := time.Now()
		wait, err := p.Take(t.Context(), "post/C0BUILDS01", 1, 3)
		require.NoError(t, err)
		assert.Zero(t, wait)
		assert.Equal(t, 3*time.Second, time.Since(began))
		assert.Equal(t, []string{"slack/post/C0BUILDS01", "slack/post/C0BUILDS01"}, u.asked)
		require.NoError(t, p.Pause(t.Context(), "chat.postMessage", time.Now().Add(7*time.Second)))
		assert.Equal(t, 7*time.Second, u.paused)
		u.fails = errors.New("no store")
		_, err = p.Take(t.Context(), "post/C0BUILDS01", 1, 3)
		assert.Error(t, err, "the courier keeps a pace of its own then")
	})
}

// TestWhatADeadProcessDidNotAnswerIsAnsweredByTheNext also shows that a watch of
// an earlier process is told through Slack.
func TestWhatADeadProcessDidNotAnswerIsAnsweredByTheNext(t *testing.T) {
	sim, env := codearts(t)
	slack := slacksim.New(slacksim.Config{})
	require.NoError(t, slack.Start())
	defer slack.Close()
	env["SLACK_BOT_TOKEN"], env["SLACK_APP_TOKEN"], env["SLACK_API_URL"] = slack.BotToken(), slack.AppToken(), slack.APIURL()
	env["LOGBOT_OPEN"], env["LOGBOT_DATA"] = "true", t.TempDir()
	env["LOGBOT_CONFIG"] = write(t, "config.yaml", "aliases: {web: "+webID+"}\n")
	env["LOGBOT_PROJECTS"] = sim.Projects()["shop"]

	before, err := state.OpenFile(filepath.Join(env["LOGBOT_DATA"], stateFile), state.Options{Budget: patientBudget})
	require.NoError(t, err)
	ask := `{"ID":"env-1","Text":"fail api 57","Again":"/logs fail api 57","To":{"Channel":"C0BUILDS01","User":"U0ANN00001"}}`
	_, err = before.Intents.Put(t.Context(), time.Now(), state.Intent{ID: "command:env-1", Kind: jobs.Command, Payload: []byte(ask)})
	require.NoError(t, err)
	_, _, err = before.Watches.AddWatch(t.Context(), state.Watch{
		Channel: "C0BUILDS01", Task: webID, TaskName: "web", Project: sim.Projects()["shop"], Owner: "U0ANN00001",
		Seen: state.WatchState{Build: 127, Note: "{}"}, // 128 failed since
	})
	require.NoError(t, err)
	require.NoError(t, before.Close())

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out, errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve"}, func(name string) string { return env[name] }, strings.NewReader(""), &out, &errs)
	}()
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, says := range []string{"Round(10.125) = 10.125, want 10.13", "total expected:<10> but was:<11>"} {
		require.NoError(t, slack.Wait(soon, func() bool { return strings.Contains(slack.Render("C0BUILDS01", "U0BOB00001"), says) }), says)
	}
	stop()
	assert.Equal(t, 0, <-ended, errs.String())
	after, err := state.OpenFile(filepath.Join(env["LOGBOT_DATA"], stateFile), state.Options{Budget: patientBudget})
	require.NoError(t, err)
	commandsLeft, err := after.Intents.List(t.Context(), jobs.Command)
	require.NoError(t, err)
	assert.Empty(t, commandsLeft)
	w, err := after.Watches.Watch(t.Context(), "C0BUILDS01", webID)
	require.NoError(t, err)
	assert.Equal(t, 1, w.Seen.Failures)
	assert.NotEmpty(t, w.Seen.Thread)
	reads, err := after.Audit.Reads(t.Context(), state.ReadFilter{User: "U0ANN00001", Verb: "fail"})
	require.NoError(t, err)
	assert.NotEmpty(t, reads, "what was answered is in the audit log")
	require.NoError(t, after.Close())
}
