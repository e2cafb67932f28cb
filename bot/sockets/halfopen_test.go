package sockets

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	logtest "github.com/sirupsen/logrus/hooks/test"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

// passage forwards TCP connections until it is frozen: then they stay open, and
// nothing comes through any more.
type passage struct {
	net.Listener
	to     string
	frozen atomic.Bool
	work   sync.WaitGroup
	mu     sync.Mutex
	conns  []net.Conn
}

func (p *passage) run() {
	for {
		in, err := p.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, in, out)
		p.mu.Unlock()
		p.work.Go(func() { p.forward(in, out) })
		p.work.Go(func() { p.forward(out, in) })
	}
}

func (p *passage) forward(from, to net.Conn) {
	buf := make([]byte, 4096)
	for {
		n, err := from.Read(buf)
		if p.frozen.Load() {
			if err != nil {
				return
			}
			continue
		}
		if err != nil {
			_ = to.Close()
			return
		}
		_, _ = to.Write(buf[:n])
	}
}

func (p *passage) end() {
	_ = p.Close()
	p.mu.Lock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.work.Wait()
}

func TestAHalfOpenSocketIsNoticedAndReplaced(t *testing.T) {
	s := slacksim.New(slacksim.Config{})
	require.NoError(t, s.Start())
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	listen := func() *passage {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		p := &passage{Listener: l, to: strings.TrimPrefix(s.URL(), "http://")}
		p.work.Go(p.run)
		t.Cleanup(p.end)
		return p
	}
	p, q := listen(), listen()
	var target atomic.Pointer[passage]
	target.Store(p)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, target.Load().Addr().String())
	}
	times := shortTimes()
	times.ping, times.silent = 20*time.Millisecond, time.Second
	log, _ := logtest.NewNullLogger()
	sockets := New(Options{
		API: slack.New(s.BotToken(), slack.OptionAppLevelToken(s.AppToken()), slack.OptionAPIURL("http://slack.test/api/"),
			slack.OptionHTTPClient(&http.Client{Transport: transport})),
		Connections: 1, Log: log, Transport: transport, times: times,
		Take: func(ctx context.Context, e Envelope) { e.Ack(ctx, nil) },
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sockets.Run(ctx) }()
	t.Cleanup(func() { stop(); assert.NoError(t, <-ended) })
	within, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	connected := func() bool { return sockets.Health().Connected == 1 }
	require.Eventually(t, connected, 30*time.Second, time.Millisecond)
	p.frozen.Store(true) // a line that died without a word
	target.Store(q)
	require.NoError(t, s.Wait(within, func() bool { return s.Connections() == 2 }), "%+v", sockets.Health())
	require.Eventually(t, func() bool { return sockets.Health().Reconnects == 1 }, 30*time.Second, time.Millisecond)
}
