package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/commands"
	"logbot/commands/texts"
)

// whilePrinting runs the program until the test has seen enough of what it
// prints, and returns its exit status.
func whilePrinting(t *testing.T, seen func(lines *bufio.Scanner), args ...string) int {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		status := run(ctx, args, func(string) string { return "" }, strings.NewReader(""), in, io.Discard)
		_ = in.Close()
		ended <- status
	}()
	seen(bufio.NewScanner(out))
	stop()
	rest, err := io.ReadAll(out)
	require.NoError(t, err)
	assert.Empty(t, string(rest), "nothing more is printed")
	return <-ended
}

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

func TestTheDemoServesItsPageUntilToldToStop(t *testing.T) {
	at := freeAddress(t)
	status := whilePrinting(t, func(lines *bufio.Scanner) {
		require.True(t, lines.Scan())
		assert.Equal(t, "The demo is at http://"+at+"/ until you stop it.", lines.Text())
		address := httpAddress.FindString(lines.Text())
		assert.Contains(t, fetched(t, address), "<!doctype html>")
		news := fetched(t, address+"page/stream")
		assert.Contains(t, news, "web #128 failed", "the opening was played")
		assert.Contains(t, news, `"connections":`)
		console := regexp.MustCompile(`http://[\d.:]+/cicd/project/[0-9a-f]{32}/build/detail/48c66c6002964721be537cdc6ce0297b`).FindString(news)
		require.NotEmpty(t, console, "Open in CodeArts leads somewhere")
		assert.Contains(t, fetched(t, console), "https://devcloud.cn-north-4.huaweicloud.com/cicd/project/")
		for _, u := range commands.New(commands.Options{}).Usages(texts.English) {
			assert.Contains(t, news, `{"name":"`+u.Verb+`"`, "the page completes every verb")
		}
	}, "demo", "--page", "--listen", at)
	assert.Equal(t, 0, status)
}

func TestTheDemoSaysWhatIsWrongWithItsFlags(t *testing.T) {
	status, _, errs := program(t, nil, "demo", "--page", "--once", "/logs help")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "[once page]")

	status, _, errs = program(t, nil, "demo", "--page", "--listen", "nowhere")
	assert.Equal(t, 1, status)
	assert.Contains(t, errs, "listen for Slack: listen tcp: address nowhere: missing port in address")
}

func TestTheSimulatorOfSlackSaysWhereItsPageIs(t *testing.T) {
	status := whilePrinting(t, func(lines *bufio.Scanner) {
		require.True(t, lines.Scan())
		assert.Contains(t, lines.Text(), "export SLACK_API_URL=")
		require.True(t, lines.Scan())
		address := httpAddress.FindString(lines.Text())
		require.NotEmpty(t, address, lines.Text())
		assert.Equal(t, "# its page: "+address, lines.Text())
		assert.Contains(t, fetched(t, address), "<!doctype html>")
	}, "sim", "slack")
	assert.Equal(t, 0, status)
}
