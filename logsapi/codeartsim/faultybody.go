package codeartsim

import (
	"compress/gzip"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// breakUnknown is the number of bytes after which a body of unknown length breaks.
const breakUnknown = 64

// wrapWriter puts a writer that applies the faults between the endpoint and the
// connection. end completes the answer.
func (c *exchange) wrapWriter(sleep func(context.Context, time.Duration) error) (end func()) {
	end = func() {}
	if d := c.faults.amount(Latency); d > 0 {
		if sleep(c.request.Context(), time.Duration(d)) != nil {
			panic(http.ErrAbortHandler) // the client has gone away
		}
	}
	b := &faultyBody{
		ResponseWriter: c.ResponseWriter, ctx: c.request.Context(), sleep: sleep,
		rate:  c.faults.amount(Bandwidth),
		cut:   c.faults.hits(BodyCut),
		stall: c.faults.hits(BodyStall),
		empty: c.faults.hits(EmptyBody),
	}
	c.ResponseWriter = b
	if c.faults.has(Gzip) && strings.Contains(c.request.Header.Get("Accept-Encoding"), "gzip") {
		z := &compressed{ResponseWriter: b, zip: gzip.NewWriter(b)}
		c.ResponseWriter, end = z, z.end
	}
	return end
}

// faultyBody writes an answer with the faults that concern its body.
type faultyBody struct {
	http.ResponseWriter
	ctx               context.Context
	sleep             func(context.Context, time.Duration) error
	rate              int64 // bytes a second; 0 for no limit
	cut, stall, empty bool

	status int
	left   int64 // bytes until the break
}

// WriteHeader decides where the body breaks: in the middle of a success; refusals
// do not break.
func (b *faultyBody) WriteHeader(status int) {
	b.status = status
	if status != http.StatusOK && status != http.StatusPartialContent {
		b.cut, b.stall, b.empty = false, false, false
	}
	length, err := strconv.ParseInt(b.Header().Get("Content-Length"), 10, 64)
	if b.left = length / 2; err != nil {
		b.left = breakUnknown
	}
	if b.empty {
		b.Header().Set("Content-Length", "0")
	}
	b.ResponseWriter.WriteHeader(status)
}

func (b *faultyBody) Write(p []byte) (int, error) {
	if b.status == 0 {
		b.WriteHeader(http.StatusOK)
	}
	if b.empty {
		return len(p), nil
	}
	for done := 0; ; {
		piece := p[done:]
		if b.cut || b.stall {
			if b.left == 0 {
				return done, b.breakOff()
			}
			piece = piece[:min(int64(len(piece)), b.left)]
		}
		if b.rate > 0 { // a piece arrives after its time, not before
			piece = piece[:min(int64(len(piece)), max(b.rate/10, 1))]
			if err := b.sleep(b.ctx, time.Duration(len(piece))*time.Second/time.Duration(b.rate)); err != nil {
				return done, err
			}
		}
		n, err := b.ResponseWriter.Write(piece)
		done += n
		b.left -= int64(n)
		if err == nil && b.rate > 0 {
			http.NewResponseController(b.ResponseWriter).Flush()
		}
		if err != nil || done == len(p) {
			return done, err
		}
	}
}

// breakOff sends what was written, then closes the connection or keeps it open
// until the client gives up.
func (b *faultyBody) breakOff() error {
	http.NewResponseController(b.ResponseWriter).Flush()
	if b.cut {
		panic(http.ErrAbortHandler) // closes the connection
	}
	<-b.ctx.Done()
	return b.ctx.Err()
}

// compressed is an answer with Content-Encoding: gzip.
type compressed struct {
	http.ResponseWriter
	zip  *gzip.Writer
	sent bool // the header was sent
}

func (z *compressed) WriteHeader(status int) {
	z.sent = true
	z.Header().Del("Content-Length")
	z.Header().Set("Content-Encoding", "gzip")
	z.ResponseWriter.WriteHeader(status)
}

func (z *compressed) Write(p []byte) (int, error) {
	if !z.sent {
		z.WriteHeader(http.StatusOK)
	}
	return z.zip.Write(p)
}

func (z *compressed) end() {
	if z.sent {
		z.zip.Close() // fails only if the client has gone away
	}
}

// sleep is the default of Config.Sleep.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
