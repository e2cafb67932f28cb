package slacksim

import (
	"bufio"
	"net"
	"net/http"
	"sync"
)

// frameWatcher follows the WebSocket frames that a client sends, because the library
// puts the pieces of a message together before anyone can tell (RFC 6455, 5.2).
type frameWatcher struct {
	mu    sync.Mutex
	whole []bool // of the messages not yet asked for: came in one frame

	header     []byte // of a frame, as far as it came
	payload    uint64 // bytes of the frame still to come
	fragmented bool   // the message under way has more than one frame
}

// nextWhole tells of the oldest message not yet asked for whether it came in one
// frame.
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

// observe takes the bytes as they arrive.
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

// headerLength is how long the head is that begins so; 2 until that is known.
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

// readHeader reads a head that is complete.
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
		return // a control frame, which may stand between the pieces of a message
	}
	last := f.header[0]&0x80 != 0
	if last {
		f.whole = append(f.whole, !f.fragmented)
	}
	f.fragmented = !last
}

// watch returns w so that the connection taken from it is followed.
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
	// What the server has read ahead is handed on by the buffer, not by the
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
