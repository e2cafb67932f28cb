package logsapi

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// breaking serves a file and closes the connection after so many bytes of every
// answer's body.
type breaking struct {
	file     []byte
	after    int // bytes
	times    int // answers that break; all when negative
	header   http.Header
	modified time.Time
	alter    func(http.Header)
	further  func(w http.ResponseWriter, r *http.Request) // instead of the file, from the second request on
	ranges   []string                                     // that were asked for
}

func (b *breaking) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.ranges = append(b.ranges, r.Header.Get("Range"))
	for name, values := range b.header {
		w.Header()[name] = values
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/octet-stream")
	}
	if len(b.ranges) > 1 && b.further != nil {
		b.further(w, r)
		return
	}
	left := len(b.file) + 1
	if b.times < 0 || len(b.ranges) <= b.times {
		left = b.after
	}
	http.ServeContent(&cutWriter{ResponseWriter: w, left: left, alter: b.alter}, r, "", b.modified, bytes.NewReader(b.file))
}

type cutWriter struct {
	http.ResponseWriter
	left  int
	alter func(http.Header) // of what the file server says
}

func (w *cutWriter) WriteHeader(status int) {
	if w.alter != nil {
		w.alter(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *cutWriter) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p[:min(len(p), w.left)])
	if w.left -= n; w.left == 0 {
		http.NewResponseController(w.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

func TestFileThatBreaksOffIsContinued(t *testing.T) {
	log := buildLog(4_000)
	tag := http.Header{"Etag": {`"v1"`}}
	for _, c := range []struct {
		name string
		b    breaking
		size int64
	}{
		{"once", breaking{file: []byte(log), after: 100_000, times: 1, header: tag}, int64(len(log))},
		{"again and again", breaking{file: []byte(log), after: len(log)/4 + 1, times: 3, header: tag}, int64(len(log))},
		{"in its first bytes", breaking{file: []byte(log), after: 20, times: 2, header: tag}, int64(len(log))},
		{"by one byte", breaking{file: []byte(log), after: len(log) - 1, times: 1, header: tag}, int64(len(log))},
		{"by its date", breaking{file: []byte(log), after: 100_000, times: 1, modified: testTime}, int64(len(log))},
		{"of unknown length", breaking{file: []byte(log), after: 100_000, times: 1, header: tag, alter: func(h http.Header) { h.Del("Content-Length") }}, -1},
		{"gzip", breaking{file: gzipped(t, log), after: 10_000, times: 3, header: tag}, -1},
		{"ZIP", breaking{file: zipped(t, zip.Deflate, false, log), after: 10_000, times: 3, header: tag}, -1},
		{"in gzip encoding", breaking{file: gzipped(t, log), after: 10_000, times: 3,
			header: http.Header{"Etag": {`"v1"`}, "Content-Encoding": {"gzip"}}}, -1},
		{"more often than allowed on end, but not on end", breaking{file: []byte(strings.Repeat(log, 40)), after: resumeWorth, times: -1, header: tag}, int64(40 * len(log))},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := newClient(t, &c.b).OpenStepFile(t.Context(), testFile)
			require.NoError(t, err)
			defer d.Close()
			body, err := io.ReadAll(d)
			require.NoError(t, err)
			assert.True(t, strings.Repeat(log, max(1, len(body)/len(log))) == string(body), "got %d bytes", len(body))
			assert.Equal(t, c.size, d.Size)
			assert.Greater(t, len(c.b.ranges), 1)
			assert.Empty(t, c.b.ranges[0])
		})
	}
}

func TestFileThatCannotBeContinuedIsReported(t *testing.T) {
	log := []byte(buildLog(3000))
	tag := http.Header{"Etag": {`"v1"`}}
	partial := func(contentRange, tag string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", tag)
			w.Header().Set("Content-Range", contentRange)
			w.WriteHeader(http.StatusPartialContent)
			w.Write(log[1000:])
		}
	}
	total := fmt.Sprint(len(log))
	for _, c := range []struct {
		name     string
		b        breaking
		says     string
		requests int
	}{
		{"no version", breaking{header: nil}, "unexpected EOF", 1},
		{"weak tag", breaking{header: http.Header{"Etag": {`W/"v1"`}}, modified: testTime}, "unexpected EOF", 1},
		{"no ranges", breaking{header: tag, alter: func(h http.Header) { h.Set("Accept-Ranges", "none") }}, "unexpected EOF", 1},
		{"the whole again", breaking{header: tag, further: func(w http.ResponseWriter, r *http.Request) { w.Write(log) }}, "from its beginning only, or it has changed", 2},
		{"another version", breaking{header: tag, further: partial("bytes 1000-99999/"+total, `"v2"`)}, "the file has changed", 2},
		{"another range", breaking{header: tag, further: partial("bytes 900-99999/"+total, `"v1"`)}, "for the bytes from 1000", 2},
		{"another length", breaking{header: tag, further: partial("bytes 1000-99999/5", `"v1"`)}, "for the bytes from 1000", 2},
		{"a range that is none", breaking{header: tag, further: partial("lines 3-4", `"v1"`)}, `the service sent the range "lines 3-4"`, 2},
		{"deleted meanwhile", breaking{header: tag, further: func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(403)
			io.WriteString(w, `{"error_code":"CB.00031059"}`)
		}}, "never built, or the history of this build was deleted", 2},
		{"range not satisfiable", breaking{header: tag, further: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(416) }}, "HTTP 416", 2},
		{"no progress", breaking{header: tag, further: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes 1000-99999/"+total)
			w.Header().Set("Content-Length", "5000")
			w.WriteHeader(http.StatusPartialContent)
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}}, "unexpected EOF", 1 + maxResumes},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.b.file, c.b.after, c.b.times = log, 1000, -1
			d, err := newClient(t, &c.b).OpenStepFile(t.Context(), testFile)
			require.NoError(t, err)
			defer d.Close()
			body, err := io.ReadAll(d)
			require.ErrorIs(t, err, ErrIncomplete)
			assert.ErrorContains(t, err, "broke off after 1000 of "+total+" bytes: ")
			assert.ErrorContains(t, err, c.says)
			assert.Equal(t, string(log[:1000]), string(body))
			assert.Len(t, c.b.ranges, c.requests)
		})
	}
}

func TestFileThatStallsIsContinued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			if requests++; requests == 1 {
				a := answer(200, "", "Etag", `"v1"`)
				a.ContentLength = 10
				a.Body = io.NopCloser(io.MultiReader(strings.NewReader("01234"), stalling{r.Context()}))
				return a, nil
			}
			assert.Equal(t, "bytes=5-", r.Header.Get("Range"))
			assert.Equal(t, `"v1"`, r.Header.Get("If-Range"))
			assert.NotEmpty(t, r.Header.Get("Authorization"))
			return answer(206, "56789", "Etag", `"v1"`, "Content-Range", "bytes 5-9/10"), nil
		})
		d, err := client.OpenStepFile(t.Context(), testFile)
		require.NoError(t, err)
		defer d.Close()
		body, err := io.ReadAll(d)
		require.NoError(t, err)
		assert.Equal(t, "0123456789", string(body))
	})
}

func TestCallerWhoLeavesIsNotContinued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		requests := 0
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			requests++
			a := answer(200, "", "Etag", `"v1"`)
			a.ContentLength = 10_000
			a.Body = io.NopCloser(io.MultiReader(strings.NewReader(strings.Repeat("x", 1000)), stalling{r.Context()}))
			return a, nil
		})
		time.AfterFunc(time.Second, cancel)
		d, err := client.OpenStepFile(ctx, testFile)
		if err == nil {
			defer d.Close()
			_, err = io.ReadAll(d)
		}
		require.ErrorIs(t, err, context.Canceled)
		assert.NotErrorIs(t, err, ErrIncomplete)
		assert.Equal(t, 1, requests)
	})
}

func TestFileInAnEncodingNobodyAskedForIsAnError(t *testing.T) {
	_, _, err := download(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", "br")
		io.WriteString(w, "???")
	})
	require.ErrorIs(t, err, ErrIncomplete)
	assert.ErrorContains(t, err, `content encoding "br"`)
}

func BenchmarkGunzip(b *testing.B) {
	log := buildLog(100_000)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	io.WriteString(w, log)
	w.Close()
	client, err := NewClient(Options{Region: "cn-north-4", Credential: testKeys, Rate: 1e6, Transport: transport(func(*http.Request) (*http.Response, error) {
		return answer(200, packed.String()), nil
	})})
	require.NoError(b, err)
	b.SetBytes(int64(len(log)))
	for b.Loop() {
		d, err := client.OpenStepFile(b.Context(), testFile)
		require.NoError(b, err)
		n, err := io.Copy(io.Discard, d)
		require.NoError(b, err)
		require.EqualValues(b, len(log), n)
		d.Close()
	}
}
