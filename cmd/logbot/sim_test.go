package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheLocalSlackServesTLSAndKeepsThePace(t *testing.T) {
	lender := httptest.NewTLSServer(http.NotFoundHandler()) // has a certificate for 127.0.0.1
	lender.Close()
	key, err := x509.MarshalPKCS8PrivateKey(lender.TLS.Certificates[0].PrivateKey)
	require.NoError(t, err)
	certFile := write(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw})))
	keyFile := write(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))

	out, says := io.Pipe()
	stop := start(t, nil, says, "sim", "slack", "--tls-cert", certFile, "--tls-key", keyFile, "--rate-limits")
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, lines) }() // ends with the pipe
	found := regexp.MustCompile(`SLACK_API_URL=(https://\S+) SLACK_BOT_TOKEN=(\S+)`).FindStringSubmatch(first)
	require.Len(t, found, 3, first)

	pool := x509.NewCertPool()
	pool.AddCert(lender.Certificate())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var statuses []int
	for !slices.Contains(statuses, 429) && len(statuses) < 100 { // three at once; the machine may be slow
		resp, err := client.PostForm(found[1]+"chat.postMessage", url.Values{"token": {found[2]}, "channel": {"C0BUILDS01"}, "text": {"x"}})
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		statuses = append(statuses, resp.StatusCode)
	}
	assert.Equal(t, 200, statuses[0])
	assert.Contains(t, statuses, 429)
	status, errs := stop()
	assert.Equal(t, 0, status, errs)
	require.NoError(t, says.Close())

	status, _, said := program(t, nil, "sim", "slack", "--tls-cert", certFile)
	assert.Equal(t, 1, status)
	assert.Contains(t, said, "--tls-cert and --tls-key are wanted both")
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

func TestTheLocalSlackHasTheScopesOfTheManifestUnlessTold(t *testing.T) {
	status := whilePrinting(t, func(lines *bufio.Scanner) {
		require.True(t, lines.Scan())
		found := regexp.MustCompile(`SLACK_API_URL=(http://\S+) SLACK_BOT_TOKEN=(\S+)`).FindStringSubmatch(lines.Text())
		require.Len(t, found, 3)
		require.True(t, lines.Scan()) // its page
		resp, err := http.PostForm(found[1]+"files.getUploadURLExternal", url.Values{"token": {found[2]}, "filename": {"x"}, "length": {"1"}})
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Contains(t, string(body), "missing_scope")
		assert.Contains(t, resp.Header.Get("X-OAuth-Scopes"), "users:read")
		assert.NotContains(t, resp.Header.Get("X-OAuth-Scopes"), "files:write")
	}, "sim", "slack", "--without-scope", "files:write")
	assert.Equal(t, 0, status)
	status, _, said := program(t, nil, "sim", "slack", "--without-scope", "file:write")
	assert.Equal(t, 1, status)
	assert.Contains(t, said, "the app has only commands")
}

func TestTheLocalSlackHasAGuestAStrangerAndASharedChannelIfAsked(t *testing.T) {
	status := whilePrinting(t, func(lines *bufio.Scanner) {
		require.True(t, lines.Scan())
		found := regexp.MustCompile(`SLACK_API_URL=(http://\S+) SLACK_BOT_TOKEN=(\S+)`).FindStringSubmatch(lines.Text())
		require.Len(t, found, 3)
		require.True(t, lines.Scan()) // its page
		asked := func(method, name, value string) string {
			resp, err := http.PostForm(found[1]+method, url.Values{"token": {found[2]}, name: {value}})
			require.NoError(t, err)
			defer func() { _ = resp.Body.Close() }()
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			return string(body)
		}
		assert.Contains(t, asked("users.info", "user", "U0GUS00001"), `"is_restricted":true`)
		assert.Contains(t, asked("users.info", "user", "U0EVE00001"), `"team_id":"T0OTHER001"`)
		assert.Contains(t, asked("conversations.info", "channel", "C0PARTNER1"), `"is_ext_shared":true`)
	}, "sim", "slack", "--visitors")
	assert.Equal(t, 0, status)
}
