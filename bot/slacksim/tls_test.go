package slacksim

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// certify returns a certificate for 127.0.0.1 and example.com, and the
// authority that signed it, which nobody trusts yet.
func certify(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	lender := httptest.NewTLSServer(http.NotFoundHandler())
	defer lender.Close()
	pool := x509.NewCertPool()
	pool.AddCert(lender.Certificate())
	return &tls.Config{Certificates: lender.TLS.Certificates, MinVersion: tls.VersionTLS12}, pool
}

// tunnel is a proxy that knows CONNECT only and leads every name to one address.
type tunnel struct {
	to       string
	carrying sync.WaitGroup

	mu     sync.Mutex
	conns  []net.Conn // two for each tunnel
	closed bool
}

func (p *tunnel) tunnels() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns) / 2
}

// close ends the tunnels, whatever they still carry.
func (p *tunnel) close() {
	p.mu.Lock()
	p.closed = true
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.carrying.Wait()
}

func (p *tunnel) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
		return
	}
	there, err := net.Dial("tcp", p.to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = there.Close()
		return
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		_, _ = here.Close(), there.Close()
		return
	}
	p.conns = append(p.conns, here, there)
	p.carrying.Add(1) // while the lock is held: close waits for what it sees
	defer p.carrying.Done()
	p.mu.Unlock()
	_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
	for _, way := range [][2]net.Conn{{here, there}, {there, here}} {
		p.carrying.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].Close()
			_ = way[1].Close()
		})
	}
}

func TestSlackGoReachesItThroughAProxyWithAPrivateCA(t *testing.T) {
	certificate, pool := certify(t)
	s := start(t, Config{TLS: certificate})
	address, _ := strings.CutPrefix(s.URL(), "https://")
	proxy := &tunnel{to: address}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-served, http.ErrServerClosed)
		proxy.close()
	})

	through := http.ProxyURL(&url.URL{Scheme: "http", Host: listener.Addr().String()})
	trust := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	transport := &http.Transport{Proxy: through, TLSClientConfig: trust, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	api := slack.New(s.BotToken(), slack.OptionAPIURL("https://example.com/api/"),
		slack.OptionAppLevelToken(s.AppToken()), slack.OptionHTTPClient(&http.Client{Transport: transport}))
	ctx := within(t)
	failed := make(chan error, 4)
	// A dialer with the transport's own configuration, into which that wrote h2,
	// would talk HTTP/1.1 to a server that expects HTTP/2: hence the clone below.
	serveAll(t, api, func(client *socketmode.Client, e socketmode.Event) {
		cmd, ok := e.Data.(slack.SlashCommand)
		if !ok {
			return
		}
		failed <- client.Ack(*e.Request)
		_, _, err := api.PostMessageContext(ctx, "", slack.MsgOptionText("by the response URL", false),
			slack.MsgOptionResponseURL(cmd.ResponseURL, slack.ResponseTypeEphemeral))
		failed <- err
		_, err = api.UploadFileContext(ctx, slack.UploadFileParameters{
			Filename: "web.log", FileSize: 3, Reader: strings.NewReader("日"), Channel: cmd.ChannelID,
		})
		failed <- err
		_, _, err = api.PostMessageContext(ctx, cmd.ChannelID, slack.MsgOptionText("posted", false))
		failed <- err
	}, socketmode.OptionDialer(&websocket.Dialer{Proxy: through, TLSClientConfig: trust.Clone()}))
	inv := slash(t, s, "x")
	for range 4 {
		require.NoError(t, next(t, failed))
	}
	assert.True(t, strings.HasPrefix(inv.ResponseURL, "https://example.com/commands/"), inv.ResponseURL)
	seen := s.Render(builds, ann)
	assert.Contains(t, seen, "by the response URL")
	assert.Contains(t, seen, "file web.log (3 bytes)")
	assert.GreaterOrEqual(t, proxy.tunnels(), 2, "the socket has one of its own")

	plain := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	t.Cleanup(plain.CloseIdleConnections)
	_, err = (&http.Client{Transport: plain}).Get(s.APIURL() + "auth.test")
	require.ErrorContains(t, err, "certificate", "who does not know the authority is kept out")
}

func TestAResetOverTLSIsOne(t *testing.T) {
	certificate, pool := certify(t)
	for _, two := range []bool{false, true} {
		s := start(t, Config{TLS: certificate, Faults: []Fault{{Name: "post-reset", Every: 2}}})
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: two}
		client := &http.Client{Transport: transport}
		post := func() (*http.Response, error) {
			return client.PostForm(s.APIURL()+"chat.postMessage", url.Values{"token": {s.BotToken()}, "channel": {builds}, "text": {"hi"}})
		}
		resp, err := post()
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, two, resp.ProtoMajor == 2, "HTTP/2 for those who ask")
		_, err = post()
		require.Error(t, err)
		assert.Len(t, s.Messages(builds), 2)
		transport.CloseIdleConnections()
	}
}
