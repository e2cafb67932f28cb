package commands_test

import (
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/redact"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

// bigFolder is a build of 200,000 lines that fails in its last page and whose log has
// no line with which a step ends.
func bigFolder() fstest.MapFS {
	var block strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&block, "[2026/11/20 14:02:%02d.%03d GMT+08:00] compiled module %d of 1000, nothing to see here\n", i/500, i%500, i)
	}
	end := `[2026/11/20 23:59:58.000 GMT+08:00] src/cart.ts(14,7): error TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.
[2026/11/20 23:59:58.100 GMT+08:00] make: *** [Makefile:12: all] Error 2
`
	build := `task: {name: big, id: ` + webID + `}
build: 7
record: ` + record + `
state: FAILURE
started: 2026-11-20T14:02:00.000+08:00
duration: 10m
steps:
  - {name: Checkout, step_id: 11, state: SUCCESS, file: first.log}
  - name: Build
    step_id: 17
    state: FAILURE
    pieces: [{file: block.log, repeat: 200, every: 2s}, {file: end.log}]
`
	return fstest.MapFS{
		"big/build.yaml": {Data: []byte(build)},
		"big/first.log":  {Data: []byte("[2026/11/20 14:02:00.000 GMT+08:00] checked out\n")},
		"big/block.log":  {Data: []byte(block.String())},
		"big/end.log":    {Data: []byte(end)},
	}
}

// TestRequestsOfABigLog prints how many requests and seconds commands take for a build
// of 200,000 lines at 50 ms latency; "make bench-requests" runs it.
func TestRequestsOfABigLog(t *testing.T) {
	if os.Getenv("LOGBOT_BENCH_REQUESTS") == "" {
		t.Skip("measures for a minute or more; make bench-requests")
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 1, ' ', 0)
	fmt.Fprint(w, "| published\t command\t rate a second\t log requests\t all requests\t seconds\t\n|--|--|--|--|--|--|\n")
	for _, c := range []struct {
		published string
		faults    []codeartsim.Fault
		commands  []string
		rate      float64
	}{
		{"everything", nil, []string{"fail big 7"}, 5},
		{"no steps", []codeartsim.Fault{"not-published=full-stages", "not-published=history-details"}, []string{"fail big 7"}, 5},
		{"no steps, pages of 200 lines", []codeartsim.Fault{"not-published=full-stages", "not-published=history-details", "page-lines=200@finished-log"}, []string{"fail big 7"}, 5},
		{"five log endpoints", []codeartsim.Fault{fiveEndpoints}, []string{"fail big 7"}, 5},
		{"everything", nil, []string{"show big 7 --grep TS2345", "full big 7 all", "show big 7 --from 150000"}, 5},
		{"everything", nil, []string{"show big 7 --grep TS2345", "full big 7 all", "show big 7 --from 150000"}, 1e6},
		{"five log endpoints", []codeartsim.Fault{fiveEndpoints}, []string{"show big 7 --grep TS2345", "full big 7 all", "show big 7 --from 150000"}, 1e6},
	} {
		for _, line := range c.commands {
			pages, all, took, err := measured(t, line, c.rate, c.faults)
			if err != nil {
				t.Logf("%s, %s: %v", c.published, line, err)
				continue
			}
			rate := fmt.Sprint(c.rate)
			if c.rate > 1000 {
				rate = "no limit"
			}
			fmt.Fprintf(w, "| %s\t %s\t %s\t %d\t %d\t %.1f\t\n", c.published, line, rate, pages, all, took.Seconds())
		}
	}
	require.NoError(t, w.Flush())
	fmt.Fprint(t.Output(), table.String())
}

// measured answers a line by commands that know nothing yet. pages are the requests
// for pages and files.
func measured(t *testing.T, line string, rate float64, faults []codeartsim.Fault) (pages, all int64, took time.Duration, err error) {
	t.Helper()
	for _, f := range faults {
		if _, err := codeartsim.ParseFault(string(f)); err != nil {
			return 0, 0, 0, err
		}
	}
	sim, err := codeartsim.New(codeartsim.Config{FS: bigFolder(), Token: token, Faults: append([]codeartsim.Fault{"latency=50ms"}, faults...)})
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	defer server.Close()
	client, err := logsapi.NewClient(logsapi.Options{BuildURL: server.URL, CheckURL: server.URL, Credential: logsapi.Token(token), Rate: rate})
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	c := commands.New(commands.Options{
		Logs: client, Builds: builds{client}, Gate: redact.New(token), Access: access.Open(), Aliases: find.Aliases{Tasks: sim.Aliases()},
	})
	began := time.Now()
	r := ask(t, c, line)
	if r.File != nil {
		body, err := r.File.Open(t.Context())
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, body)
		require.NoError(t, err)
		require.NoError(t, body.Close())
	} else {
		require.NotEmpty(t, r.Lines, line)
	}
	took = time.Since(began)
	requests := sim.Requests()
	counts := sim.Counts()
	for _, n := range counts {
		all += n
	}
	return requests.Pages() + requests.StepFile + counts["build-file"] + counts["build-file-v1"] + counts["step-file-v1"], all, took, nil
}
