package redact

import "io"

// Reader masks what it reads from another reader. It is for one goroutine.
type Reader struct {
	r      io.Reader
	passes passes
	in     []byte
	out    []byte // masked, not read yet from sent on
	sent   int
	err    error
}

// Reader returns a reader of the masked text of r. It gives what [Gate.Page] gives
// for the whole text, whatever the sizes of reads, in less than 1 MiB of
// buffers. The last two to three times Reach are held back until r ends, so it suits
// files, not conversations. An error of r is returned after the text before it, which
// is treated as ended there.
func (g *Gate) Reader(r io.Reader) *Reader {
	return &Reader{r: r, passes: g.passes()}
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.sent == len(r.out) && r.err == nil {
		r.fill()
	}
	n := copy(p, r.out[r.sent:])
	r.sent += n
	if n == 0 {
		return 0, r.err
	}
	return n, nil
}

// Hidden returns how many values were masked; all of them once Read has returned
// io.EOF.
func (r *Reader) Hidden() int { return r.passes.hidden() }

// Findings are what [Gate.Inspect] finds; all of it once Read has returned io.EOF.
func (r *Reader) Findings() []Finding { return r.passes.findings() }

// fill reads once and masks what can be.
func (r *Reader) fill() {
	if r.in == nil {
		r.in = make([]byte, r.passes.streams[0].gate.fresh)
	}
	n, err := r.read(r.in)
	r.err = err
	r.out, r.sent = r.passes.through(r.in[:n], err != nil), 0
}

// read reads at least one byte or returns an error.
func (r *Reader) read(p []byte) (int, error) {
	const most = 100 // as bufio
	for range most {
		if n, err := r.r.Read(p); n > 0 || err != nil {
			return n, err
		}
	}
	return 0, io.ErrNoProgress
}
