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

var testFile = StepFile{RecordID: vectorRecord, Step: 3}

// download reads the whole file that a handler serves.
func download(t *testing.T, h http.HandlerFunc) (text string, size int64, err error) {
	t.Helper()
	d, err := newClient(t, h).OpenStepFile(t.Context(), testFile)
	if err != nil {
		return "", 0, err
	}
	defer d.Close()
	b, err := io.ReadAll(d)
	return string(b), d.Size, err
}

func serve(contentType string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		w.Write(body)
	}
}

func gzipped(t *testing.T, text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// zipped makes a ZIP of entries whose sizes are known, or follow them.
func zipped(t *testing.T, method uint16, known bool, texts ...string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, text := range texts {
		h := &zip.FileHeader{Name: fmt.Sprintf("步骤%d.log", i), Method: method}
		if known {
			var raw bytes.Buffer
			inner := zip.NewWriter(&raw)
			f, err := inner.CreateHeader(&zip.FileHeader{Name: "x", Method: method})
			require.NoError(t, err)
			io.WriteString(f, text)
			require.NoError(t, inner.Close())
			r, err := zip.NewReader(bytes.NewReader(raw.Bytes()), int64(raw.Len()))
			require.NoError(t, err)
			h.CRC32, h.UncompressedSize64, h.CompressedSize64 = r.File[0].CRC32, r.File[0].UncompressedSize64, r.File[0].CompressedSize64
			packed, err := r.File[0].OpenRaw()
			require.NoError(t, err)
			to, err := w.CreateRaw(h)
			require.NoError(t, err)
			_, err = io.Copy(to, packed)
			require.NoError(t, err)
			continue
		}
		f, err := w.CreateHeader(h)
		require.NoError(t, err)
		_, err = io.WriteString(f, text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestStepFileComesOutAsPlainText(t *testing.T) {
	log := buildLog(3000)
	small := buildLog(5)
	for _, c := range []struct {
		name string
		h    http.HandlerFunc
		want string
		size int64
	}{
		{"plain", serve("application/octet-stream", []byte(log)), log, int64(len(log))},
		{"short", serve("application/octet-stream", []byte(small)), small, int64(len(small))},
		{"of no declared type", serve("", []byte(log)), log, int64(len(log))},
		{"declared as JSON but a log", serve("application/json;charset=UTF-8", []byte(log)), log, int64(len(log))},
		{"declared as a page but a log", serve("text/html", []byte(small)), small, int64(len(small))},
		{"blanks only", serve("text/html", []byte("  \n")), "  \n", 3},
		{"a log that begins like JSON", serve("text/plain", []byte(`{"step": 1}`+"\n"+small)), `{"step": 1}` + "\n" + small, int64(len(small)) + 12},
		{"of unknown length", func(w http.ResponseWriter, r *http.Request) {
			for line := range strings.Lines(log) {
				io.WriteString(w, line)
				w.(http.Flusher).Flush()
			}
		}, log, -1},
		{"gzip", serve("application/octet-stream", gzipped(t, log)), log, -1},
		{"gzip in gzip encoding", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(gzipped(t, string(gzipped(t, log))))
		}, log, -1},
		{"ZIP", serve("application/zip", zipped(t, zip.Deflate, false, log)), log, -1},
		{"ZIP of known sizes", serve("application/zip", zipped(t, zip.Deflate, true, log)), log, -1},
		{"ZIP without compression", serve("application/zip", zipped(t, zip.Store, true, log)), log, -1},
		{"ZIP of several", serve("application/octet-stream", zipped(t, zip.Deflate, false, small, "", log)), small + log, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, size, err := download(t, c.h)
			require.NoError(t, err)
			assert.True(t, c.want == text, "got %d bytes, want %d", len(text), len(c.want))
			assert.Equal(t, c.size, size)
		})
	}
}

func TestStepFileRequestNamesStageAndLevel(t *testing.T) {
	for debug, want := range map[bool]string{
		false: "log_level=INFO&task_name=stage3",
		true:  "log_level=DEBUG&task_name=stage3",
	} {
		client := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "/v4/"+vectorRecord+"/task-log", r.URL.Path)
			assert.Equal(t, want, r.URL.RawQuery)
			io.WriteString(w, "x\n")
		}))
		d, err := client.OpenStepFile(t.Context(), StepFile{RecordID: vectorRecord, Step: 3, Debug: debug})
		require.NoError(t, err)
		require.NoError(t, d.Close())
	}
}

func TestWhatIsNoFileIsAnError(t *testing.T) {
	for _, c := range []struct {
		name        string
		contentType string
		body        string
		kind        error
		says        string
	}{
		{"JSON error", "application/json", `{"error_code":"CB.00031006","error_msg":"原文"}`, ErrNotFound, "no such task or build"},
		{"JSON error, declared as a file", "application/octet-stream", ` {"error":{"code":"CB.00030004","message":"原文"},"status":"error"}`, ErrNotReady, "there is no log now"},
		{"JSON error in a string", "application/octet-stream", `"{\"error_code\":\"CB.00031059\",\"error_msg\":\"原文\"}"`, ErrNotFound, "never built"},
		{"JSON that is no error", "application/json", `{"result":{"log":"x"},"error":null,"status":"success"}`, ErrProtocol, "JSON in place of the file"},
		{"long JSON that is no error", "application/json", `{"result":"` + strings.Repeat("x", 1<<20) + `"}`, ErrProtocol, "JSON in place of the file"},
		{"sign-on page", "text/html", "<!DOCTYPE html><html><body>sign in</body></html>", ErrProtocol, "web page in place of the file"},
		{"sign-on page, declared as a file", "application/octet-stream", "\n<html lang=zh>登录</html>", ErrProtocol, "web page"},
		{"nothing", "application/octet-stream", "", ErrNotFound, "empty file"},
		{"ZIP magic and nothing behind it", "application/zip", "PK\x03\x04", ErrIncomplete, "broke off after 0 bytes"},
		{"gzip magic and nothing behind it", "application/gzip", "\x1f\x8b\x08", ErrIncomplete, "broke off after 0 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := download(t, serve(c.contentType, []byte(c.body)))
			require.ErrorIs(t, err, c.kind)
			assert.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "open file of step 3 of record "+vectorRecord)
		})
	}
}

func TestFileCutShortIsNeverTakenForTheWhole(t *testing.T) {
	log := buildLog(3000)
	cut := func(contentType string, body []byte, length int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Content-Length", fmt.Sprint(length))
			w.Write(body)
		}
	}
	zipFile, gzipFile := zipped(t, zip.Deflate, false, log), gzipped(t, log)
	flipped := bytes.Clone(zipFile)
	flipped[bytes.Index(flipped, []byte("PK\x07\x08"))+5] ^= 0xff
	for _, c := range []struct {
		name string
		h    http.HandlerFunc
	}{
		{"plain", cut("application/octet-stream", []byte(log)[:len(log)/2], len(log))},
		{"by one byte", cut("application/octet-stream", []byte(log)[:len(log)-1], len(log))},
		{"chunked", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, log[:len(log)/2])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}},
		{"gzip", cut("application/gzip", gzipFile[:len(gzipFile)/2], len(gzipFile))},
		{"gzip, length fits", serve("application/gzip", gzipFile[:len(gzipFile)-4])},
		{"ZIP, length fits", serve("application/zip", zipFile[:len(zipFile)/2])},
		{"ZIP without its directory", serve("application/zip", zipFile[:bytes.Index(zipFile, []byte("PK\x01\x02"))])},
		{"ZIP with a wrong checksum", serve("application/zip", flipped)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := download(t, c.h)
			require.ErrorIs(t, err, ErrIncomplete)
			assert.ErrorContains(t, err, "broke off after")
		})
	}
}

func TestStalledDownloadEndsAfterTheIdleTimeOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := strings.Repeat("x", 2_000_000)
		client := offline(t, func(r *http.Request) (*http.Response, error) {
			a := answer(200, "")
			a.ContentLength = 1 << 30
			a.Body = io.NopCloser(io.MultiReader(&slow{strings.NewReader(first)}, stalling{r.Context()}))
			return a, nil
		})
		d, err := client.OpenStepFile(t.Context(), testFile)
		require.NoError(t, err)
		defer d.Close()
		began := time.Now()
		time.Sleep(time.Hour) // a reader that takes its time is no stall
		b, err := io.ReadAll(d)
		require.ErrorIs(t, err, ErrIncomplete)
		assert.ErrorContains(t, err, "broke off after 2000000 of 1073741824 bytes: nothing arrived for too long (30s)")
		assert.Len(t, b, len(first))
		assert.Greater(t, time.Since(began), time.Hour+10*time.Minute, "slow is not stalled")
	})
}

// slow is a body of which a byte arrives now and then.
type slow struct{ r io.Reader }

func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(29 * time.Second)
	return s.r.Read(p[:min(len(p), 64<<10)])
}

func TestCancelledDownloadEndsAtOnce(t *testing.T) {
	release := make(chan struct{})
	client := newClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat("x\n", 1000))
		w.(http.Flusher).Flush()
		<-release
	}))
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	d, err := client.OpenStepFile(ctx, testFile)
	require.NoError(t, err)
	defer d.Close()
	cancel()
	_, err = io.ReadAll(d)
	require.ErrorIs(t, err, context.Canceled)
}

func TestDownloadIsTriedAgainUntilItBegins(t *testing.T) {
	requests := 0
	text, _, err := download(t, func(w http.ResponseWriter, r *http.Request) {
		if requests++; requests < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "the log\n")
	})
	require.NoError(t, err)
	assert.Equal(t, "the log\n", text)
}

// A file that was made to fill a disk ends when it has grown too much; a log that shrinks
// well does not.
func TestAFileThatUnpacksToTooMuchEnds(t *testing.T) {
	mebibyte := string(gzipped(t, string(make([]byte, 1<<20)))) // several are one file
	for name, c := range map[string]struct {
		content string
		ends    bool
	}{
		"nothing but zeros": {strings.Repeat(mebibyte, 100), true},
		"the same, smaller": {strings.Repeat(mebibyte, 40), false},
	} {
		client := offline(t, func(*http.Request) (*http.Response, error) { return answer(200, c.content), nil })
		d, err := client.OpenStepFile(t.Context(), testFile)
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, d)
		if !c.ends {
			assert.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, ErrIncomplete, name)
		assert.ErrorContains(t, err, "200 times", name)
		assert.Less(t, n, int64(110<<20), name)
		d.Close()
	}
}

func FuzzZIP(f *testing.F) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	e, _ := w.Create("日志.log")
	io.WriteString(e, "编译失败\n")
	w.Close()
	f.Add(b.Bytes())
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, body []byte) {
		client := offline(t, func(*http.Request) (*http.Response, error) { return answer(200, string(body)), nil })
		d, err := client.OpenStepFile(t.Context(), testFile)
		if err != nil {
			return
		}
		defer d.Close()
		io.Copy(io.Discard, io.LimitReader(d, 1<<20))
	})
}

func BenchmarkDownload(b *testing.B) {
	line := []byte(strings.Repeat("[2026/09/10 17:26:22.772 GMT+08:00] + go test ./...\n", 1000))
	const size = 64 << 20
	client := func() *Client {
		c, err := NewClient(Options{Region: "cn-north-4", Credential: testKeys, Transport: transport(func(*http.Request) (*http.Response, error) {
			a := answer(200, "")
			a.ContentLength = size
			a.Body = io.NopCloser(io.LimitReader(repeating{line}, size))
			return a, nil
		})})
		require.NoError(b, err)
		return c
	}()
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		d, err := client.OpenStepFile(b.Context(), testFile)
		require.NoError(b, err)
		n, err := io.Copy(io.Discard, d)
		require.NoError(b, err)
		require.EqualValues(b, size, n)
		d.Close()
	}
}

type repeating struct{ line []byte }

func (r repeating) Read(p []byte) (int, error) { return copy(p, r.line), nil }
