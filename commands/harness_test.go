package commands_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/commands"
	"logbot/commands/access"
	"logbot/commands/find"
	"logbot/commands/read"
	"logbot/commands/redact"
	"logbot/commands/reply"
	"logbot/commands/texts"
	"logbot/logsapi"
	"logbot/logsapi/codeartsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	token  = "token-of-the-account"
	webID  = "48c66c6002964721be537cdc6ce0297b"
	record = "f5d2de18-0fe5-221f-5215-6b9b8519e81e" // of web 128

	// fiveEndpoints leaves a CodeArts with the five documented log endpoints.
	fiveEndpoints codeartsim.Fault = "not-published=further"
)

// harness is the commands over the demo builds, reached through a real client.
type harness struct {
	*commands.Commands
	codearts *codeartsim.Server
	store    *memoryStore
	failures *memoryFailures
	reads    *[]commands.AuditEvent // what the audit log heard
}

// newHarness starts a harness without a memory of failures, so that equal lines have equal
// answers. The policy is open unless one is given.
func newHarness(t *testing.T, policy *access.Policy, faults ...codeartsim.Fault) harness {
	t.Helper()
	return startHarness(t, policy, commands.Options{}, faults)
}

// remembering is newHarness with a memory of failures.
func remembering(t *testing.T, policy *access.Policy) harness {
	t.Helper()
	return rememberingWith(t, policy, nil)
}

// rememberingWith is remembering whose callers are asked for again.
func rememberingWith(t *testing.T, policy *access.Policy, callers commands.Callers) harness {
	t.Helper()
	failures := newMemoryFailures()
	h := startHarness(t, policy, commands.Options{Failures: failures, Callers: callers}, nil)
	h.failures = failures
	t.Cleanup(h.Close)
	return h
}

func startHarness(t *testing.T, policy *access.Policy, o commands.Options, faults []codeartsim.Fault) harness {
	t.Helper()
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token, Faults: faults})
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	client, err := logsapi.NewClient(logsapi.Options{BuildURL: server.URL, CheckURL: server.URL, Credential: logsapi.Token(token), Rate: 1000})
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	if policy == nil {
		policy, err = access.Open().WithAdmins(admin)
		require.NoError(t, err)
	}
	store, reads := newMemoryStore(), &[]commands.AuditEvent{}
	o.Logs, o.Builds, o.Gate, o.Access = client, builds{client}, redact.New(token), policy
	o.Aliases = find.Aliases{Tasks: sim.Aliases(), Checks: sim.CheckRuns()}
	o.Audit = func(_ context.Context, e commands.AuditEvent) { *reads = append(*reads, e) }
	o.AliasStore, o.Watches, o.Follows, o.AuditLog = store, store, store, &oneAudit{}
	return harness{codearts: sim, store: store, reads: reads, Commands: commands.New(o)}
}

func (h harness) typed(t *testing.T, text string) reply.Reply {
	t.Helper()
	return h.Run(t.Context(), commands.Request{Text: text, Channel: "C0BUILDS01", User: "U0ANN00001"})
}

// midnight is when replies are read in tests.
var midnight = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// shown is everything a reply says.
func shown(r reply.Reply) string {
	return r.Text(midnight)
}

func contentOf(t *testing.T, f *reply.File) (string, int) {
	t.Helper()
	require.NotNil(t, f)
	body, err := f.Open(t.Context())
	require.NoError(t, err)
	defer body.Close()
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	return string(content), body.Hidden()
}

const (
	here, elsewhere = "C0BUILDS01", "C0OTHER001"
	ann             = "U0ANN00001"
	apiID           = "5a90e1c47d3b4f2683bc0d1fe2a5b719"
)

func (h harness) says(t *testing.T, channel, user, text string) reply.Reply {
	t.Helper()
	return h.Run(t.Context(), commands.Request{Text: text, Channel: channel, User: user})
}

func (h harness) inChinese(t *testing.T, text string) reply.Reply {
	t.Helper()
	return h.Run(t.Context(), commands.Request{Text: text, Channel: "C0BUILDS01", User: "U0ANN00001", Lang: texts.Chinese})
}

// newHarnessWithAliases is over a service that lists a task named "Shop web" under
// webID and one named "Shop api" under apiID.
func newHarnessWithAliases(t *testing.T, a find.Aliases, rules ...access.Rule) harness {
	t.Helper()
	policy := access.Open()
	if len(rules) > 0 {
		var err error
		policy, err = access.New(rules)
		require.NoError(t, err)
	}
	store := newMemoryStore()
	return harness{store: store, Commands: commands.New(commands.Options{
		Logs: logs{page: func(logsapi.PageRequest) (logsapi.Page, error) { return logsapi.Page{}, nil }},
		Builds: service{
			tasks:  []logsapi.Task{{ID: webID, Name: "Shop web"}, {ID: apiID, Name: "Shop api"}},
			builds: []logsapi.Build{{Number: 128, State: logsapi.Failed}},
		},
		Gate: redact.New(), Access: policy, Aliases: a, AliasStore: store, Watches: store, Follows: store,
	})}
}

// newBubbleHarness is a harness whose clock is the bubble's. The page source may be
// put in front of the client.
func newBubbleHarness(t *testing.T, policy *access.Policy, before func(read.Logs) read.Logs, faults ...codeartsim.Fault) harness {
	t.Helper()
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, Token: token, Faults: faults})
	require.NoError(t, err)
	client, err := logsapi.NewClient(logsapi.Options{
		BuildURL: "http://codearts", CheckURL: "http://codearts", Credential: logsapi.Token(token), Rate: 1000, Transport: direct{sim},
	})
	require.NoError(t, err)
	if policy == nil {
		policy = access.Open()
	}
	var logs read.Logs = client
	if before != nil {
		logs = before(client)
	}
	store, reads := newMemoryStore(), &[]commands.AuditEvent{}
	return harness{codearts: sim, store: store, reads: reads, Commands: commands.New(commands.Options{
		Audit: func(_ context.Context, e commands.AuditEvent) { *reads = append(*reads, e) },
		Logs:  logs, Builds: builds{client}, Gate: redact.New(token), Access: policy,
		Aliases: find.Aliases{Tasks: sim.Aliases()}, Follows: store,
	})}
}

// direct brings requests to a handler without a network, so that the clock of a
// bubble may be turned while connections would be open.
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

// id is a task id that ends in the given digits.
func id(end string) string { return strings.Repeat("0", 32-len(end)) + end }

// newCommands are commands that everybody may use, with one alias: web. o may say
// otherwise.
func newCommands(o commands.Options) *commands.Commands {
	o.Gate = redact.New()
	if o.Builds == nil {
		o.Builds = noBuilds{}
	}
	if o.Access == nil {
		o.Access = access.Open()
	}
	o.Aliases = find.Aliases{Tasks: map[string]string{"web": webID}}
	return commands.New(o)
}

// optionsOf are options of commands over a service whose pages a function answers.
func optionsOf(s commands.Builds, page func(logsapi.PageRequest) (logsapi.Page, error)) commands.Options {
	return commands.Options{Logs: logs{page: page}, Builds: s}
}

// commandsReading are commands that read these logs.
func commandsReading(l read.Logs) *commands.Commands {
	return newCommands(commands.Options{Logs: l})
}

// over are commands over a service whose logs are answered by a function.
func over(s commands.Builds, policy *access.Policy, answer func(logsapi.Log) string) (*commands.Commands, *reader) {
	r := &reader{}
	r.page = func(q logsapi.PageRequest) (logsapi.Page, error) {
		r.asked = append(r.asked, q.Log.String())
		return logsapi.Page{Text: answer(q.Log), Last: true}, nil
	}
	return newCommands(commands.Options{Logs: r, Builds: s, Access: policy}), r
}

// pressed is the example that a button stands for; zero if the reply has no such button.
func pressed(r reply.Reply, button string) reply.Example {
	for _, e := range r.Try {
		if e.Button == button {
			return e
		}
	}
	return reply.Example{}
}

// ask answers a line that must not be refused.
func ask(t *testing.T, c *commands.Commands, line string) reply.Reply {
	t.Helper()
	r := c.Run(t.Context(), commands.Request{Text: strings.TrimPrefix(line, "/logs "), Channel: "C1", User: "U1"})
	require.False(t, r.Refused, "%s: %s", line, r.Body)
	return r
}
