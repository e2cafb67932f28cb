package slacksim

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"time"
)

// callFault is what a fault does to a call.
type callFault string

const (
	callSlow        callFault = "slow"
	callHang        callFault = "hang"
	call429         callFault = "429"
	call429Bare     callFault = "429 bare"
	callLimited     callFault = "200 limited"
	call500         callFault = "500"
	call503         callFault = "503"
	callError       callFault = "error"
	callResetBefore callFault = "reset before"
	callReset       callFault = "reset"
)

const (
	slowBy      = 2 * time.Second // call-slow, socket-late
	slowShares  = 30 * time.Second
	trickle     = 256 << 10 // bytes of an upload, every
	trickleTime = 100 * time.Millisecond
)

// callFault counts a call and returns what is to go wrong with it, and for an
// error its name. When several faults strike at once, the first that was switched
// on wins.
func (fs *faults) callFault(method string) (struck callFault, name string) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range fs.active {
		if f.call != "" && (f.Method == "" || f.Method == method) && f.strikes() && struck == "" {
			struck, name = f.call, f.Error
		}
	}
	return struck, name
}

// disturb lets happen what is to go wrong with a call before it is carried out.
// A refusal ends it; reset tells to hang up after it was carried out.
func (fs *faults) disturb(method string, gone <-chan struct{}) (no *refusal, reset bool) {
	switch struck, name := fs.callFault(method); struck {
	case callError:
		return refuse(cmp.Or(name, "fatal_error")), false
	case callSlow:
		fs.sleep(slowBy, gone)
	case callHang:
		select {
		case <-gone:
		case <-fs.ctx.Done():
		}
		return &refusal{code: "request_timeout", status: http.StatusGatewayTimeout}, false
	case call429:
		return tooFast(time.Second), false
	case call429Bare:
		return tooFast(0), false
	case callLimited:
		return refuse("ratelimited"), false
	case call500:
		return &refusal{code: "internal_error", status: http.StatusInternalServerError}, false
	case call503:
		return &refusal{code: "service_unavailable", status: http.StatusServiceUnavailable, page: true}, false
	case callResetBefore:
		return &refusal{code: "connection reset before it was carried out", hangUp: true}, false
	case callReset:
		return nil, true
	}
	return nil, false
}

// lostAnswer hangs up on a call that was carried out.
func lostAnswer() *refusal {
	return &refusal{code: "connection reset after it was carried out", hangUp: true}
}

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
