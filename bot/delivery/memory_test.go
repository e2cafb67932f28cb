package delivery

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim"
)

// asSlack makes this test's binary run a local Slack and nothing else.
const asSlack = "LOGBOT_TEST_AS_SLACK"

// serveSlack prints the address of a local Slack and serves it until standard
// input ends.
func serveSlack() error {
	s := slacksim.New(slacksim.Config{})
	if err := s.Start(); err != nil {
		return err
	}
	fmt.Println(s.APIURL())
	_, err := io.Copy(io.Discard, os.Stdin)
	if closed := s.Close(); err == nil {
		err = closed
	}
	return err
}

// elsewhere starts a local Slack in another process.
func elsewhere(t *testing.T) (apiURL string) {
	t.Helper()
	cmd := exec.Command(os.Args[0]) // ends with its input
	cmd.Env = append(os.Environ(), asSlack+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		assert.NoError(t, in.Close())
		assert.NoError(t, cmd.Wait())
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(line)
}

// random is text of so many bytes that does not shrink.
type random struct {
	source *rand.ChaCha8
	left   int64
}

func (r *random) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), r.left))
	r.left -= int64(n)
	return r.source.Read(p[:n])
}

// TestUploadMemory sends a file through all of an upload. Its size is in
// UPLOAD_MIB, and small without it.
func TestUploadMemory(t *testing.T) {
	mib := int64(32)
	if text := os.Getenv("UPLOAD_MIB"); text != "" {
		var err error
		mib, err = strconv.ParseInt(text, 10, 64)
		require.NoError(t, err)
	}
	size := mib << 20
	c := newCourier(t, elsewhere(t), "xoxb-slacksim-bot", nil)

	began, most := time.Now(), heapPeak()
	file := File{
		Name: "large.log",
		Open: opens(io.NopCloser(&random{source: rand.NewChaCha8([32]byte{}), left: size})),
	}
	sent, err := c.SendFile(context.WithoutCancel(t.Context()), Address{Channel: "C0BUILDS01"}, file)
	require.NoError(t, err)
	assert.Equal(t, size, sent.Length)
	heap := most()
	assert.Less(t, heap, uint64(40<<20), "the heap does not grow with the file")
	peak, known := peakRSS()
	t.Logf("%d MiB in %s: heap at most %d MiB, peak RSS %d MiB", mib, time.Since(began).Round(time.Millisecond), heap>>20, peak>>20)
	if known && os.Getenv("UPLOAD_MIB") != "" {
		assert.Less(t, peak, int64(64<<20), "RSS of the process")
	}
}

// heapPeak watches the heap until the returned function is called, which tells the
// most it had.
func heapPeak() func() uint64 {
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := uint64(0)
		every := time.NewTicker(20 * time.Millisecond)
		defer every.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-every.C:
			case <-stop:
				peak <- most
				return
			}
		}
	}()
	return func() uint64 { close(stop); return <-peak }
}

// peakRSS is the most memory that this process has had, on Linux.
func peakRSS() (bytes int64, known bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kib int64
	if _, err := fmt.Sscan(after, &kib); err != nil {
		return 0, false
	}
	return kib << 10, true
}
