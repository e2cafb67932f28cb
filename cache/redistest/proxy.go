package redistest

import (
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy forwards connections to a server, and fails as networks do. It is safe for
// concurrent use and ends with its test.
type Proxy struct {
	Addr string // host:port

	target string
	tb     testing.TB

	mu       sync.Mutex
	listener net.Listener
	pairs    map[*pair]struct{}
	delay    time.Duration
	cutAfter int // bytes of answers until the connection is cut; 0 is never
	ended    bool
	running  sync.WaitGroup
}

// pair is a connection of a client and the one to the server.
type pair struct {
	client, server net.Conn
	closed         chan struct{}
	once           sync.Once
}

func (p *pair) close() {
	p.once.Do(func() {
		close(p.closed)
		p.client.Close()
		p.server.Close()
	})
}

// StartProxy starts a proxy that forwards everything to target.
func StartProxy(tb testing.TB, target string) *Proxy {
	tb.Helper()
	p := &Proxy{Addr: "127.0.0.1:0", target: target, tb: tb, pairs: map[*pair]struct{}{}}
	p.Accept()
	tb.Cleanup(func() {
		p.mu.Lock()
		p.ended = true
		p.mu.Unlock()
		p.Refuse()
		p.running.Wait()
	})
	return p
}

// URL is the address of the proxy in the form of a redis:// URL.
func (p *Proxy) URL() string { return "redis://" + p.Addr }

// Refuse closes the port and every connection.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
	p.mu.Unlock()
	p.Break()
}

// Accept opens the same port again.
func (p *Proxy) Accept() {
	p.tb.Helper()
	l, err := net.Listen("tcp", p.Addr)
	if err != nil {
		p.tb.Fatal(err)
	}
	p.mu.Lock()
	p.Addr, p.listener = l.Addr().String(), l
	p.mu.Unlock()
	p.running.Go(func() { p.serve(l) })
}

// Break closes every open connection.
func (p *Proxy) Break() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pair := range p.pairs {
		pair.close()
	}
}

// Delay delays every answer by d; 0 ends it.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	p.delay = d
	p.mu.Unlock()
}

// Cut closes each connection after that many more bytes of answers, in the middle of
// one; 0 ends it.
func (p *Proxy) Cut(after int) {
	p.mu.Lock()
	p.cutAfter = after
	p.mu.Unlock()
}

func (p *Proxy) serve(l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			client.Close()
			continue
		}
		pair := &pair{client: client, server: server, closed: make(chan struct{})}
		p.mu.Lock()
		if p.ended {
			pair.close()
		}
		p.pairs[pair] = struct{}{}
		p.mu.Unlock()
		p.running.Go(func() { p.pass(pair, client, server, false) })
		p.running.Go(func() { p.pass(pair, server, client, true) })
	}
}

// pass copies from one connection to the other, with the faults if it is for
// answers.
func (p *Proxy) pass(pair *pair, from, to net.Conn, answers bool) {
	defer func() {
		pair.close()
		p.mu.Lock()
		delete(p.pairs, pair)
		p.mu.Unlock()
	}()
	buffer := make([]byte, 32<<10)
	passed := 0
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if answers {
			p.mu.Lock()
			delay, cut := p.delay, p.cutAfter
			p.mu.Unlock()
			select {
			case <-time.After(delay):
			case <-pair.closed:
				return
			}
			if cut == 0 {
				passed = 0
			} else if passed += n; passed > cut {
				to.Write(buffer[:max(0, n-(passed-cut))])
				return
			}
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
