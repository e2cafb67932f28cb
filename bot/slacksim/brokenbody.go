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
		r.ws.sleep(trickleTime, r.gone)
		r.left = trickle
	}
	n, err := r.Reader.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// errHalf ends the body of an upload that is to break.
var errHalf = errors.New("connection reset halfway")

// halfReader ends with errHalf after so many bytes.
type halfReader struct {
	io.Reader
	left int64
}

func (r *halfReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errHalf
	}
	n, err := r.Reader.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	return n, err
}
