package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"logbot/bot/slacksim"
	"logbot/cache/redistest"
	"logbot/logsapi/codeartsim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, redistest.NoLeakOfRedis) }

// lines is an environment as os.Environ has it.
func lines(env map[string]string) []string {
	var all []string
	for name, value := range env {
		all = append(all, name+"="+value)
	}
	return all
}

// program runs the whole program with an environment and returns its exit
// status and what it printed.
func program(t *testing.T, env map[string]string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, lines(env), strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

// start runs the program in the background. The function it returns ends it and
// returns its exit status and what it wrote to stderr.
func start(t *testing.T, env map[string]string, stdout io.Writer, args ...string) (stop func() (status int, stderr string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	var errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, args, lines(env), strings.NewReader(""), stdout, &errs)
	}()
	return func() (int, string) {
		cancel()
		status := <-ended
		return status, errs.String()
	}
}

// startWith runs the program in the background, with a writer for what it writes to
// stderr. The function it returns ends it and returns its exit status.
func startWith(t *testing.T, env map[string]string, stdout io.Writer, stderr io.WriteCloser, args ...string) (stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	ended := make(chan int, 1)
	go func() {
		status := run(ctx, args, lines(env), strings.NewReader(""), stdout, stderr)
		_ = stderr.Close()
		ended <- status
	}()
	return func() int { cancel(); return <-ended }
}

// lineWith reads lines until one contains part, and goes on reading in the background.
func lineWith(t *testing.T, from io.Reader, part string) string {
	t.Helper()
	all := bufio.NewScanner(from)
	for all.Scan() {
		if strings.Contains(all.Text(), part) {
			go func() { _, _ = io.Copy(io.Discard, from) }()
			return all.Text()
		}
	}
	require.Fail(t, "the program ended without a line", part)
	return ""
}

// startSlack starts a Slack and adds it to the environment of a program.
func startSlack(t *testing.T, env map[string]string) *slacksim.Server {
	t.Helper()
	slack := slacksim.New(slacksim.Config{})
	require.NoError(t, slack.Start())
	t.Cleanup(func() { slack.Close() })
	env["SLACK_BOT_TOKEN"], env["SLACK_APP_TOKEN"], env["SLACK_API_URL"] = slack.BotToken(), slack.AppToken(), slack.APIURL()
	return slack
}

// whilePrinting runs the program until the test has seen enough of what it
// prints, and returns its exit status.
func whilePrinting(t *testing.T, seen func(lines *bufio.Scanner), args ...string) int {
	t.Helper()
	out, in := io.Pipe()
	stop := start(t, nil, in, args...)
	seen(bufio.NewScanner(out))
	rest := make(chan []byte, 1)
	go func() {
		all, _ := io.ReadAll(out)
		rest <- all
	}()
	status, _ := stop()
	require.NoError(t, in.Close())
	assert.Empty(t, string(<-rest), "nothing more is printed")
	return status
}

// codearts starts a CodeArts and returns the environment that leads to it.
func codearts(t *testing.T, faults ...codeartsim.Fault) (*codeartsim.Server, map[string]string) {
	t.Helper()
	sim, err := codeartsim.New(codeartsim.Config{FS: codeartsim.Demo(), Recent: true, AccessKey: "AKOFTHETESTS", SecretKey: "sk-of-the-tests-0123", Faults: faults})
	require.NoError(t, err)
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return sim, map[string]string{
		"LOGBOT_BUILD_URL":   server.URL,
		"LOGBOT_CHECK_URL":   server.URL,
		"HUAWEICLOUD_SDK_AK": "AKOFTHETESTS",
		"HUAWEICLOUD_SDK_SK": "sk-of-the-tests-0123",
	}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

const webID = "48c66c6002964721be537cdc6ce0297b"

var httpAddress = regexp.MustCompile(`http://[\d.:]+/`)

// fetched is what a GET brings, as a browser's page would ask.
func fetched(t *testing.T, address string) string {
	t.Helper()
	defer http.DefaultClient.CloseIdleConnections()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel() // ends a stream
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, 200, resp.StatusCode)
	if resp.Header.Get("Content-Type") == "text/event-stream" {
		first, err := bufio.NewReader(resp.Body).ReadString('\n')
		require.NoError(t, err)
		return first
	}
	all, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(all)
}
