package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// direct calls a handler without a network, so that time in a synctest bubble can
// advance.
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

// plainBuilds asks CodeArts about builds, without a cache.
type plainBuilds struct{ *logsapi.Client }

func (b plainBuilds) Tasks(context.Context) ([]logsapi.Task, error) { return nil, nil }

func (b plainBuilds) CheckTasks(context.Context) ([]logsapi.CheckTask, error) { return nil, nil }

func (b plainBuilds) Steps(ctx context.Context, task string, build int64, record string) ([]logsapi.Step, error) {
	return b.StepsOf(ctx, task, build, record)
}

// bubbleCommands are commands over the demo builds, for use in a synctest bubble.
func bubbleCommands(t *testing.T) *commands.Commands {
	t.Helper()
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: "token"})
	require.NoError(t, err)
	client, err := logsapi.NewClient(logsapi.Options{BuildURL: "http://codearts", Credential: logsapi.Token("token"), Rate: 1000, Transport: direct{sim}})
	require.NoError(t, err)
	return commands.New(commands.Options{
		Logs: client, Builds: plainBuilds{client}, Gate: redact.New(), Access: access.Open(), Aliases: find.Aliases{Tasks: sim.Aliases()},
	})
}

func TestRunPrintsTheLinesOfABuildAsTheyComeAndThenItsOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bubbleCommands(t)
		time.Sleep(10 * time.Second)
		begun := c.Run(t.Context(), commands.Request{Text: "follow web 129"})
		require.NotNil(t, begun.Follow)
		var out bytes.Buffer
		require.NoError(t, followHere(t.Context(), c.Follower(), begun, &out, io.Discard))
		assert.Equal(t, 1, strings.Count(out.String(), "[Maven test] This action starts."))
		assert.Equal(t, 1, strings.Count(out.String(), "HEAD is now at 1f0c2d9 round half up in the order total"))
		at := strings.Index(out.String(), "Finished: FAILURE")
		require.Greater(t, at, 0)
		end := out.String()[at:]
		assert.Contains(t, end, `web #129 failed · Maven test`)
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
		require.NoError(t, followHere(ctx, c.Follower(), begun, &out, io.Discard))
		assert.Contains(t, out.String(), "●  web #129 running")
		assert.NotContains(t, out.String(), "Finished")
	})
}
