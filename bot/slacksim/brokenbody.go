package slacksim

import (
	"errors"
	"io"
)

// slowReader delivers trickleBytes every trickleInterval.
type slowReader struct {
	io.Reader
	ws       *workspace
	canceled <-chan struct{}
	left     int
}

func (r *slowReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		r.ws.sleep(trickleInterval, r.canceled)
		r.left = trickleBytes
	}
	n, err := r.Reader.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// errBroken ends the body of an upload whose connection breaks.
var errBroken = errors.New("connection reset halfway")

// brokenReader ends with errBroken after left bytes.
type brokenReader struct {
	io.Reader
	left int64
}

func (r *brokenReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errBroken
	}
	n, err := r.Reader.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	return n, err
}
