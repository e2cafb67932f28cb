package slacksim

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// faults holds the enabled faults. mu guards it.
type faults struct {
	*workspace
	active []*activeFault
}

type activeFault struct {
	Fault
	call      callFault
	occasions int
	random    *rand.Rand
}

func (fs *faults) set(list []Fault) {
	fs.active = nil
	for _, one := range list {
		kind, _ := one.kind()
		if kind.method != "" {
			one.Method = kind.method
		}
		fs.active = append(fs.active, &activeFault{Fault: one, call: kind.call, random: rand.New(rand.NewPCG(one.Seed, 0))})
	}
}

// fires counts an occasion and reports whether it must fail.
func (f *activeFault) fires() bool {
	if f.Chance > 0 {
		return f.random.Float64() < f.Chance
	}
	f.occasions++
	return f.occasions%f.Every == 0
}

// SetFaults replaces the enabled faults and starts counting anew. Without arguments
// it disables all.
func (fs *faults) SetFaults(list ...Fault) error {
	for _, f := range list {
		if err := f.check(); err != nil {
			return fmt.Errorf("slacksim: %w", err)
		}
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.set(list)
	return nil
}

// fires counts an occasion of the named fault, which does not concern calls.
func (fs *faults) fires(name string) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	struck := false
	for _, f := range fs.active {
		if f.Name == name && f.fires() {
			struck = true
		}
	}
	return struck
}

// callFault counts a call and returns the fault that hits it, and for callError the
// name of the error. If several faults hit it, the first in the list wins.
func (fs *faults) callFault(method, channel string) (struck callFault, name string) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for _, f := range fs.active {
		if f.call != "" && (f.Method == "" || f.Method == method) && (f.Channel == "" || f.Channel == channel) && f.fires() && struck == "" {
			struck, name = f.call, f.Error
		}
	}
	return struck, name
}

// beforeCall applies the faults that hit a call; channel is the conversation that it is
// about, if any. A refusal ends the call; reset
// means that the connection is reset after the call was carried out.
func (fs *faults) beforeCall(method, channel string, canceled <-chan struct{}) (refused *refusal, reset bool) {
	switch struck, name := fs.callFault(method, channel); struck {
	case callError:
		return refuse(cmp.Or(name, "fatal_error")), false
	case callSlow:
		fs.sleep(slowDelay, canceled)
	case callHang:
		select {
		case <-canceled:
		case <-fs.ctx.Done():
		}
		return &refusal{code: "request_timeout", status: http.StatusGatewayTimeout}, false
	case call429:
		return rateLimited(time.Second), false
	case call429Bare:
		return rateLimited(0), false
	case callLimited:
		return refuse("ratelimited"), false
	case call500:
		return &refusal{code: "internal_error", status: http.StatusInternalServerError}, false
	case call503:
		return &refusal{code: "service_unavailable", status: http.StatusServiceUnavailable, htmlPage: true}, false
	case call403:
		return &refusal{code: "access_denied", status: http.StatusForbidden, htmlPage: true}, false
	case call404:
		return &refusal{code: "access_denied", status: http.StatusNotFound, htmlPage: true}, false
	case callResetBefore:
		return &refusal{code: "connection reset before it was carried out", hangUp: true}, false
	case callReset:
		return nil, true
	}
	return nil, false
}

// resetAfterCall resets the connection of a call that was carried out.
func resetAfterCall() *refusal {
	return &refusal{code: "connection reset after it was carried out", hangUp: true}
}
