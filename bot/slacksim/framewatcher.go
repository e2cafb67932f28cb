package slacksim

import (
	"bufio"
	"net"
	"net/http"
	"sync"
)

// frameWatcher notes which messages of a client came as one WebSocket frame (RFC
// 6455, 5.2). The WebSocket library reassembles fragments and does not tell.
type frameWatcher struct {
	mu    sync.Mutex
	whole []bool // per message not yet asked for: it came as one frame

	header     []byte // of the current frame, as far as received
	payload    uint64 // bytes of the current frame still to come
	fragmented bool   // the current message has more than one frame
}

// nextWhole reports whether the oldest message not yet asked for came as one frame.
func (f *frameWatcher) nextWhole() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.whole) == 0 {
		return true
	}
	first := f.whole[0]
	f.whole = f.whole[1:]
	return first
}

// observe reads the received bytes.
func (f *frameWatcher) observe(p []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(p) > 0 {
		if f.payload > 0 {
			n := min(f.payload, uint64(len(p)))
			f.payload -= n
			p = p[n:]
			continue
		}
		f.header = append(f.header, p[0])
		p = p[1:]
		if len(f.header) == headerLength(f.header) {
			f.readHeader()
			f.header = f.header[:0]
		}
	}
}

// headerLength returns the length of a frame header from its first two bytes; 2
// while they are incomplete.
func headerLength(head []byte) int {
	if len(head) < 2 {
		return 2
	}
	n := 2
	switch head[1] & 0x7f {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if head[1]&0x80 != 0 {
		n += 4 // the mask
	}
	return n
}

// readHeader reads a complete frame header.
func (f *frameWatcher) readHeader() {
	f.payload = uint64(f.header[1] & 0x7f)
	long := 0
	switch f.payload {
	case 126:
		long = 2
	case 127:
		long = 8
	}
	if long > 0 {
		f.payload = 0
		for _, b := range f.header[2 : 2+long] {
			f.payload = f.payload<<8 | uint64(b)
		}
	}
	if f.header[0]&0x08 != 0 {
		return // a control frame, which may come between the fragments of a message
	}
	last := f.header[0]&0x80 != 0
	if last {
		f.whole = append(f.whole, !f.fragmented)
	}
	f.fragmented = !last
}

// watch returns a ResponseWriter whose hijacked connection is observed.
func (f *frameWatcher) watch(w http.ResponseWriter) http.ResponseWriter { return watchedWriter{w, f} }

type watchedWriter struct {
	http.ResponseWriter
	frames *frameWatcher
}

func (w watchedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	// Bytes that the server has read ahead come from the buffer, not from the
	// connection.
	ahead, _ := buffered.Reader.Peek(buffered.Reader.Buffered())
	w.frames.observe(ahead)
	return watchedConn{conn, w.frames}, buffered, nil
}

type watchedConn struct {
	net.Conn
	frames *frameWatcher
}

func (c watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.frames.observe(p[:n])
	return n, err
}
