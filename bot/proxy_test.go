package bot

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
	"logbot/commands"
	"logbot/commands/reply"
)

// farSlack is a name that only the proxy knows. Proxies of the environment do not
// hold for addresses of this machine.
const farSlack = "slack.test"

// behindProxy holds the address of the Web API in the process that is the bot.
const behindProxy = "LOGBOT_TEST_BEHIND_PROXY"

// TestTheBotOfTheProxyTest is the bot of TestSlackIsReachedThroughAProxy, in a process of
// its own: Go reads the environment's proxy and certificates once per process. It
// ends with its standard input.
func TestTheBotOfTheProxyTest(t *testing.T) {
	api := os.Getenv(behindProxy)
	if api == "" {
		return // not that process
	}
	log := logrus.New()
	log.SetOutput(os.Stderr)
	b, err := New(withDefaults(Options{
		BotToken: "xoxb-slacksim-bot", AppToken: "xapp-slacksim-app", APIURL: api, Log: log, Spool: t.TempDir(),
		Commands: runnerFunc(func(_ context.Context, r commands.Request) reply.Reply {
			switch r.Text {
			case "file":
				return fileOf(strings.Repeat("a line\n", 300_000))
			case "private":
				return reply.Reply{Private: true, Heading: "for you"}
			}
			return reply.Reply{Heading: "answer " + r.Text}
		}),
	}))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	go func() { _, _ = io.Copy(io.Discard, os.Stdin); stop() }()
	require.NoError(t, b.Run(ctx))
}

// authority makes a certificate for farSlack and the authority that vouches for it,
// as PEM.
func authority(t *testing.T) (server tls.Certificate, roots []byte) {
	t.Helper()
	make := func(about *x509.Certificate, by *x509.Certificate, signs *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		if by == nil {
			by, signs = about, key
		}
		about.NotBefore, about.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, about, by, &key.PublicKey, signs)
		require.NoError(t, err)
		return der, key
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "private authority"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootDER, rootKey := make(root, nil, nil)
	leafDER, leafKey := make(&x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{farSlack}}, root, rootKey)
	return tls.Certificate{Certificate: [][]byte{leafDER}, PrivateKey: leafKey},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})
}

// proxy is an HTTP proxy for CONNECT that wants a name and a password, and knows
// one host.
type proxy struct {
	to string

	mu      sync.Mutex
	granted int
	refused []string
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secret := "Basic " + base64.StdEncoding.EncodeToString([]byte("ann:word"))
	p.mu.Lock()
	allowed := r.Method == http.MethodConnect && r.Host == farSlack+":443" && r.Header.Get("Proxy-Authorization") == secret
	if allowed {
		p.granted++
	} else {
		p.refused = append(p.refused, r.Method+" "+r.Host)
	}
	p.mu.Unlock()
	if !allowed {
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	out, err := net.Dial("tcp", p.to)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer out.Close()
	w.WriteHeader(http.StatusOK)
	in, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer in.Close()
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(out, in); _ = out.Close() })
	both.Go(func() { _, _ = io.Copy(in, out); _ = in.Close() })
	both.Wait()
}

func TestSlackIsReachedThroughAProxyAndWithAPrivateAuthority(t *testing.T) {
	s := slacksim.New(slacksim.Config{Scopes: scopes})
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	certificate, roots := authority(t)
	far := httptest.NewUnstartedServer(s)
	far.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	far.StartTLS()
	t.Cleanup(far.Close)
	p := &proxy{to: far.Listener.Addr().String()}
	near := httptest.NewServer(p)
	t.Cleanup(near.Close)
	file := filepath.Join(t.TempDir(), "roots.pem")
	require.NoError(t, os.WriteFile(file, roots, 0o600))

	bot := exec.Command(os.Args[0], "-test.run=^TestTheBotOfTheProxyTest$")
	bot.Env = append(os.Environ(), behindProxy+"=https://"+farSlack+"/api/", "SSL_CERT_FILE="+file, "SSL_CERT_DIR="+t.TempDir(),
		"HTTPS_PROXY=http://ann:word@"+near.Listener.Addr().String(), "https_proxy=", "NO_PROXY=", "no_proxy=")
	said := t.Output()
	bot.Stdout, bot.Stderr = said, said
	input, err := bot.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, bot.Start())
	t.Cleanup(func() {
		assert.NoError(t, input.Close())
		assert.NoError(t, bot.Wait())
	})

	h := &harness{Server: s, user: ann, channel: builds}
	h.wait(t, "sockets", func() bool { return h.Connections() == 2 })
	h.slash(t, h.channel, "one")
	assert.Equal(t, "answer one", h.posted(t, h.channel, 1)[0].Text)
	h.slash(t, h.channel, "file")
	sent := h.posted(t, h.channel, 2)[1]
	require.Len(t, sent.Files, 1)
	assert.EqualValues(t, 7*300_000, sent.Files[0].Size)
	h.slash(t, h.channel, "private")
	assert.Equal(t, "for you", h.whispers(t, h.channel, 1)[0].Text)
	h.wait(t, "the end of the call", func() bool { return h.Counts()["response_url"] == 1 })

	p.mu.Lock()
	defer p.mu.Unlock()
	assert.GreaterOrEqual(t, p.granted, 3, "two sockets and the calls")
	assert.Empty(t, p.refused)
}
