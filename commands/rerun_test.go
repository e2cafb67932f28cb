package commands_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/cache"
	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// cachedLogs are the logs of a client behind a cache.
type cachedLogs struct {
	*cache.Pages
	*logsapi.Client
}

func (l cachedLogs) Page(ctx context.Context, r logsapi.PageRequest) (logsapi.Page, error) {
	return l.Pages.Page(ctx, r)
}

func TestTheLogOfABuildThatWasRunAgainIsTheNewOne(t *testing.T) {
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Token: token})
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	defer server.Close()
	client, err := logsapi.NewClient(logsapi.Options{BuildURL: server.URL, CheckURL: server.URL, Credential: logsapi.Token(token), Rate: 1000})
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	pages := cache.New(client, cache.Options{})
	defer pages.Close()
	c := commands.New(commands.Options{
		Logs: read.Logs(cachedLogs{pages, client}), Builds: builds{client}, Gate: redact.New(token), Access: access.Open(),
		Aliases: find.Aliases{Tasks: sim.Aliases()},
	})
	lines := []string{"show web 128 --lines 3", "show web 128 --tail --lines 3", "show web 128 --grep Finished"}
	for _, line := range lines {
		assert.NotContains(t, ask(t, c, line).Excerpt(), "again: ", line)
	}
	require.NoError(t, sim.SetFaults(codeartsim.Rerun))
	for _, line := range lines {
		assert.Contains(t, ask(t, c, line).Excerpt(), "again: ", line)
	}
}

func TestACachedPageIsNotServedToWhoMayNotReadIt(t *testing.T) {
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Token: token})
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	defer server.Close()
	client, err := logsapi.NewClient(logsapi.Options{BuildURL: server.URL, CheckURL: server.URL, Credential: logsapi.Token(token), Rate: 1000})
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	pages := cache.New(client, cache.Options{})
	defer pages.Close()
	policy, err := access.New([]access.Rule{{Channels: []string{here}, Users: []string{ann}, Tasks: []string{"web"}}})
	require.NoError(t, err)
	c := commands.New(commands.Options{
		Logs: read.Logs(cachedLogs{pages, client}), Builds: builds{client}, Gate: redact.New(token), Access: policy,
		Aliases: find.Aliases{Tasks: sim.Aliases()},
	})
	for _, line := range []string{"show web 128 --lines 3", "show " + webID + " 128 --lines 3", "fail web 128"} {
		first := c.Run(t.Context(), commands.Request{Text: line, Channel: here, User: ann})
		require.NotEmpty(t, first.Lines, line)
		other := c.Run(t.Context(), commands.Request{Text: line, Channel: here, User: "U0EVE00001"})
		assert.True(t, other.Refused, line)
		assert.Empty(t, other.Lines, line)
	}
}
