package slacksim

import (
	"errors"
	"io"
)

// slowReader delivers a little at a time.
type slowReader struct {
	io.Reader
	ws   *workspace
	gone <-chan struct{}
	left int
}

func (r *slowReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		r.ws.sleep(trickleInterval, r.gone)
		r.left = trickleBytes
	}
	n, err := r.Reader.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// errBroken ends the body of an upload that is to break.
var errBroken = errors.New("connection reset halfway")

// brokenReader ends with errHalf after so many bytes.
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
