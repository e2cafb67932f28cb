package codeartsim

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// try is get for answers that may break: it returns what came before that.
func (h harness) try(target string, headers ...string) (reply, error) {
	r := h.request(target)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := h.server.Client().Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, body}, err
}

// sleeper records how long a Server slept instead of sleeping.
type sleeper struct {
	mu    sync.Mutex
	slept []time.Duration
}

func (s *sleeper) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slept = append(s.slept, d)
	return ctx.Err()
}

func (s *sleeper) total() (sum time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.slept {
		sum += d
	}
	return sum
}

const (
	debugFile = "/v4/" + webRecord + "/task-log?task_name=stage2"
	bigFile   = "/v4/" + web128 + "/task-log?task_name=stage3"
)

func TestBodyIsCutInTheMiddle(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{BodyCut}})
	for _, target := range []string{debugFile, firstPage, recordPath} {
		cut, err := h.try(target)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, target)
		assert.Equal(t, http.StatusOK, cut.status)
		whole, err := h.try(target)
		require.NoError(t, err)
		assert.Len(t, cut.body, len(whole.body)/2, target)
		assert.True(t, bytes.HasPrefix(whole.body, cut.body) || target != debugFile)
	}
	refused, err := h.try(unknownTask)
	assert.NoError(t, err, "refusals stay whole")
	assert.Equal(t, http.StatusUnprocessableEntity, refused.status)
}

func TestCutFileIsContinuedWhereRangesAreHonoured(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{BodyCut, FileRanges}})
	cut, err := h.try(debugFile)
	assert.Error(t, err)
	assert.Equal(t, "bytes", cut.header.Get("Accept-Ranges"))
	rest, err := h.try(debugFile, "Range", "bytes="+strconv.Itoa(len(cut.body))+"-", "If-Range", cut.header.Get("ETag"))
	require.NoError(t, err)
	assert.Equal(t, http.StatusPartialContent, rest.status)
	assert.Equal(t, stage2Web, string(cut.body)+string(rest.body))

	without := newHarness(t, Config{})
	whole, err := without.try(debugFile, "Range", "bytes=10-")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, whole.status, "Range is ignored")
	assert.Equal(t, stage2Web, string(whole.body))
}

func TestCompressedFileIsCutToo(t *testing.T) {
	h := startDemo(t, BodyCut, FileGzip)
	_, err := h.try(bigFile)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

func TestBodyStallsUntilTheCallerGoes(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{BodyStall}})
	ctx, cancel := context.WithCancel(t.Context())
	resp, err := h.server.Client().Do(h.request(debugFile).WithContext(ctx))
	require.NoError(t, err)
	defer resp.Body.Close()
	half := make([]byte, len(stage2Web)/2)
	_, err = io.ReadFull(resp.Body, half)
	require.NoError(t, err)
	assert.Equal(t, stage2Web[:len(half)], string(half))
	ended := make(chan error)
	go func() {
		_, err := resp.Body.Read(half)
		ended <- err
	}()
	cancel()
	assert.ErrorIs(t, <-ended, context.Canceled)
	whole, err := h.try(debugFile)
	require.NoError(t, err)
	assert.Equal(t, stage2Web, string(whole.body), "every second one")
}

func TestFilesComeGzippedOrZipped(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{FileGzip}})
	r := h.get(debugFile)
	assert.Equal(t, "application/gzip", r.header.Get("Content-Type"))
	z, err := gzip.NewReader(bytes.NewReader(r.body))
	require.NoError(t, err)
	content, err := io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, stage2Web, string(content))

	require.NoError(t, h.SetFaults(FileZip))
	r = h.get(debugFile)
	assert.Equal(t, "application/zip", r.header.Get("Content-Type"))
	archive, err := zip.NewReader(bytes.NewReader(r.body), int64(len(r.body)))
	require.NoError(t, err)
	require.Len(t, archive.File, 1)
	assert.Equal(t, "stage2.log", archive.File[0].Name)
	entry, err := archive.File[0].Open()
	require.NoError(t, err)
	content, err = io.ReadAll(entry)
	require.NoError(t, err)
	assert.Equal(t, stage2Web, string(content))
}

func TestAnswersAreEncodedForThoseWhoAccept(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{Gzip}})
	for _, target := range []string{debugFile, firstPage, unknownTask} {
		plain, err := h.try(target, "Accept-Encoding", "identity")
		require.NoError(t, err)
		assert.Empty(t, plain.header.Get("Content-Encoding"))
		encoded, err := h.try(target, "Accept-Encoding", "gzip")
		require.NoError(t, err)
		assert.Equal(t, "gzip", encoded.header.Get("Content-Encoding"))
		z, err := gzip.NewReader(bytes.NewReader(encoded.body))
		require.NoError(t, err)
		content, err := io.ReadAll(z)
		require.NoError(t, err)
		assert.Equal(t, plain.status, encoded.status)
		assert.Equal(t, string(plain.body), string(content))
	}
}

func TestEmptyBodyOfASuccess(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{EmptyBody}})
	r := h.get(firstPage)
	assert.Equal(t, http.StatusOK, r.status)
	assert.Empty(t, r.body)
	assert.NotEmpty(t, h.get(firstPage).body)
	assert.NotEmpty(t, h.get(unknownTask).body, "refusals say something")
}

func TestLatencyAndBandwidthSleep(t *testing.T) {
	s := new(sleeper)
	h := newHarness(t, Config{Sleep: s.sleep, Faults: []Fault{Latency + "=80ms@live-log", Bandwidth + "=100@step-file"}})
	h.get(firstPage)
	assert.Equal(t, 80*time.Millisecond, s.total())
	h.get(recordPath)
	assert.Equal(t, 80*time.Millisecond, s.total(), "not for this endpoint")
	assert.Equal(t, stage2Web, string(h.get(debugFile).body))
	want := 80*time.Millisecond + time.Duration(len(stage2Web))*10*time.Millisecond
	assert.Equal(t, want, s.total())
}

func TestSleepEndsWithTheCaller(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, sleep(ctx, time.Hour), context.Canceled)
	assert.NoError(t, sleep(t.Context(), time.Nanosecond))
}

func TestBigFileIsMadeWhileItIsSent(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{FileBig + "=5000000"}})
	r := h.get(debugFile)
	assert.GreaterOrEqual(t, len(r.body), 5_000_000)
	assert.Equal(t, strconv.Itoa(len(r.body)), r.header.Get("Content-Length"))
	assert.True(t, bytes.HasSuffix(r.body, []byte("\n")))
	assert.EqualValues(t, 0, backwards(string(r.body)))
	assert.GreaterOrEqual(t, repeatedLog(1<<30).Size, int64(1<<30))
}

func TestSignOnPageInsteadOfAnAnswer(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{SignOnPage}})
	for _, target := range []string{firstPage, recordPath, wholeFile} {
		r := h.get(target)
		assert.Equal(t, http.StatusOK, r.status)
		assert.Contains(t, r.header.Get("Content-Type"), "text/html")
		assert.True(t, strings.HasPrefix(string(r.body), "<!DOCTYPE html>"))
	}
}

func TestConnectionIsLost(t *testing.T) {
	h := newHarness(t, Config{Faults: []Fault{Lost + "=1"}})
	_, err := h.try(firstPage)
	assert.True(t, errors.Is(err, io.EOF) || strings.Contains(err.Error(), "reset"), "%v", err)
	require.NoError(t, h.SetFaults())
	assert.Equal(t, http.StatusOK, h.get(firstPage).status)
}

func BenchmarkBigFile(b *testing.B) {
	log := repeatedLog(1 << 30)
	b.SetBytes(log.Size)
	b.ReportAllocs()
	for b.Loop() {
		_, err := io.Copy(io.Discard, io.NewSectionReader(log, 0, log.Size))
		require.NoError(b, err)
	}
}
