package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestACredentialIsNotSentInClearToAnotherMachine(t *testing.T) {
	for address, refused := range map[string]bool{
		"https://build.example.com":     false,
		"http://127.0.0.1:8080":         false,
		"http://localhost:8080":         false,
		"http://[::1]:8080":             false,
		"http://build.example.com":      true,
		"http://10.0.0.7":               true,
		"http://localhost.evil.example": true,
		"http://127.0.0.1.nip.io":       true,
	} {
		assert.Equal(t, refused, SentInClear(address), address)
		for name, o := range map[string]Options{
			"build": {BuildURL: address, Credential: testKeys},
			"IAM":   {Region: "cn-north-4", IAMURL: address, Credential: User{Name: "u", Password: "p-of-the-tests", Domain: "d"}},
		} {
			_, err := NewRequester(o)
			assert.Equal(t, refused, err != nil, "%s at %s: %v", name, address, err)
			if refused {
				assert.ErrorContains(t, err, "plain HTTP", name)
			}
			o.InsecureHTTP = true
			_, err = NewRequester(o)
			assert.NoError(t, err, "allowed")
		}
	}
}

func TestWhatIsNotOfTheInternetIsInternal(t *testing.T) {
	for _, ip := range []string{
		"127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "198.18.0.1", "224.0.0.1", "255.255.255.255",
		"::1", "::", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
	} {
		assert.True(t, isInternal(netip.MustParseAddr(ip)), ip)
	}
	for _, ip := range []string{"1.1.1.1", "114.115.116.117", "172.32.0.1", "100.128.0.1", "2400:3200::1", "::ffff:1.1.1.1"} {
		assert.False(t, isInternal(netip.MustParseAddr(ip)), ip)
	}
}

// elsewhere is a Requester of a service that seems to be on another machine.
func elsewhere(t *testing.T, h http.Handler, o Options) *Requester {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	o.BuildURL, o.InsecureHTTP, o.Rate, o.Sleep = "http://codearts.example", true, 1e6, noSleep
	r := newRequester(t, o)
	transport := r.exchanger.transport.(*http.Transport)
	transport.Proxy = nil
	r.redirects.proxy = nil
	guarded := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		switch address {
		case "codearts.example:80":
			return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
		case "rebound.example:80": // a name that leads inside
			address = "127.0.0.1:80"
		}
		return guarded(ctx, network, address)
	}
	return r
}

func TestARedirectNeverLeadsInside(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "internal dashboard") }))
	defer inside.Close()
	at := func(o Options, to string) error {
		r := elsewhere(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { http.Redirect(w, q, to, http.StatusFound) }), o)
		a, err := r.Open(t.Context(), aRequest)
		if err == nil {
			a.Body.Close()
		}
		return err
	}
	for _, to := range []string{inside.URL, "http://rebound.example/", "http://169.254.169.254/latest/meta-data/", "http://[::1]:6379/", "http://localhost:" + port(inside.URL)} {
		err := at(Options{}, to)
		require.ErrorIs(t, err, ErrProtocol, to)
		assert.ErrorContains(t, err, "not on the Internet", to)
		assert.ErrorContains(t, err, "LOGBOT_REDIRECT_HOSTS", to)
	}
	assert.NoError(t, at(Options{RedirectHosts: []string{"127.0.0.1"}}, inside.URL), "unless the operator names the host")
}

func port(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }

func TestThroughAProxyTheAddressIsJudgedAsItStands(t *testing.T) {
	base, err := url.Parse("https://build.example.com")
	require.NoError(t, err)
	r := redirects{proxy: func(*http.Request) (*url.URL, error) { return url.Parse("http://10.0.0.1:3128") }}
	for to, followed := range map[string]bool{
		"https://bucket.example.com/log": true, "https://1.1.1.1/": true, "https://localhost/": false, "https://192.168.0.1/": false, "https://[fe80::1]/": false,
	} {
		request, err := http.NewRequest(http.MethodGet, to, nil)
		require.NoError(t, err)
		ctx, err := r.follow(t.Context(), base, request)
		assert.Equal(t, followed, err == nil, to)
		assert.NoError(t, refuses(ctx, netip.MustParseAddr("10.0.0.1")), "the proxy itself is dialled")
	}
}

// drip sends a byte now and then.
type drip struct {
	every time.Duration
	ctx   context.Context
}

func (d drip) Read(p []byte) (int, error) {
	select {
	case <-time.After(d.every):
		p[0] = 'x'
		return 1, nil
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
}

func (drip) Close() error { return nil }

func TestAnAnswerThatComesTooSlowlyEnds(t *testing.T) {
	for every, ends := range map[time.Duration]bool{time.Second: true, 500 * time.Microsecond: false} {
		synctest.Test(t, func(t *testing.T) {
			r := offline(t, func(q *http.Request) (*http.Response, error) {
				a := answer(200, "")
				a.Body, a.ContentLength = drip{every, q.Context()}, -1
				return a, nil
			})
			a, err := r.Open(t.Context(), aRequest)
			require.NoError(t, err)
			defer a.Body.Close()
			began := time.Now()
			_, err = io.CopyN(io.Discard, a.Body, 250_000)
			assert.Equal(t, ends, errors.Is(err, errSlow), "%v: %v", every, err)
			if ends {
				assert.InDelta(t, time.Minute, time.Since(began), float64(2*time.Second))
			}
		})
	}
}
