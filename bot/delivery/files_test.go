package delivery

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/delivery/send"
	"logbot/bot/delivery/spool"
)

func fileOf(content string) File {
	return File{
		Name:    "web-128.log",
		Open:    opens(io.NopCloser(strings.NewReader(content))),
		Message: func(Sent) Message { return Message{Text: "words"} },
	}
}

func opens(r io.ReadCloser) func(context.Context) (io.ReadCloser, func() int, error) {
	return func(context.Context) (io.ReadCloser, func() int, error) { return r, func() int { return 2 }, nil }
}

// noise is content that does not shrink.
func noise(n int) string {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // never fails
	return string(b)
}

var channel = Address{Channel: "C1", User: "U1"}

func TestTheSizeOfAFileDecidesItsForm(t *testing.T) {
	for name, c := range map[string]struct {
		content string
		form    Form
		name    string
		snippet string
	}{
		"small":     {strings.Repeat("一 line\n", 10), Snippet, "web-128.log", "text"},
		"larger":    {noise(5000), Plain, "web-128.log", ""},
		"too large": {strings.Repeat("a line\n", 2000), Gzip, "web-128.log.gz", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				courier, f := newHarness(t, func(call) reply { return fine })
				courier.sizes = sizes{file: 10_000, snippet: 1000, content: 100_000}
				sent, err := courier.SendFile(t.Context(), channel, fileOf(c.content))
				require.NoError(t, err)
				place, content, share := f.calls("files.getUploadURLExternal")[0], f.calls("bytes")[0], f.calls("files.completeUploadExternal")[0]
				assert.Equal(t, c.name, place.args.Get("filename"))
				assert.Equal(t, c.snippet, place.args.Get("snippet_type"))
				assert.Equal(t, place.args.Get("length"), strconv.Itoa(len(content.body)))
				assert.Equal(t, "words", share.args.Get("initial_comment"))
				assert.Equal(t, Sent{ID: "F1", Name: c.name, Form: c.form, Length: int64(len(content.body)), Hidden: 2}, sent)
				got := content.body
				if c.form == Gzip {
					packed, err := gzip.NewReader(bytes.NewReader(got))
					require.NoError(t, err)
					assert.Equal(t, "web-128.log", packed.Name)
					got, err = io.ReadAll(packed)
					require.NoError(t, err)
				}
				assert.True(t, c.content == string(got), "the bytes differ")
				assert.Zero(t, courier.Stats().Spooled)
			})
		})
	}
}

func TestAFileTooLargeForEveryFormReportsItsSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, func(call) reply { return fine })
		c.sizes = sizes{file: 1000, snippet: 10, content: 50_000}
		for _, n := range []int{20_000, 60_000} {
			_, err := c.SendFile(t.Context(), channel, fileOf(noise(n)))
			tooLarge, is := errors.AsType[*spool.TooLargeError](err)
			require.True(t, is, "%v", err)
			assert.GreaterOrEqual(t, tooLarge.Size, int64(min(n, 50_000)))
		}
		assert.Empty(t, f.got, "Slack is not asked")
		assert.Zero(t, c.Stats().Spooled)
	})
}

func TestTheMessageOfAFileKnowsItsIDBeforeTheFileIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, to(map[string]func(call) reply{"files.completeUploadExternal": inTurn(no("invalid_blocks"), fine)}))
		file := fileOf("x\n")
		file.Message = func(s Sent) Message {
			_, err := c.Say(t.Context(), channel, say("it comes")) // must not wait for itself
			assert.NoError(t, err)
			return Message{Text: "plain " + s.ID, Blocks: []slack.Block{slack.NewContextBlock("", slack.NewTextBlockObject("plain_text", s.ID+" "+s.Name, false, false))}}
		}
		_, err := c.SendFile(t.Context(), channel, file)
		require.NoError(t, err)
		shares := f.calls("files.completeUploadExternal")
		assert.Contains(t, shares[0].args.Get("blocks"), "F1 web-128.log")
		assert.Empty(t, shares[0].args.Get("initial_comment"), "which would win over blocks")
		assert.Equal(t, "plain F1", shares[1].args.Get("initial_comment"))
	})
}

func TestAFileIsSentUnderTheNameThatItsContentHasAtItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		courier, _ := newHarness(t, func(call) reply { return fine })
		file := fileOf("as far as it came\n")
		file.Renamed = func() string { return "web-128-incomplete.log" }
		sent, err := courier.SendFile(t.Context(), channel, file)
		require.NoError(t, err)
		assert.Equal(t, "web-128-incomplete.log", sent.Name)
	})
}

func TestProgressReportsTheBytesRead(t *testing.T) {
	c, _ := newHarness(t, func(call) reply { return fine })
	content := noise(5<<20 + 7)
	file := fileOf(content)
	var reported []int64
	file.Progress = func(n int64) { reported = append(reported, n) }
	_, err := c.SendFile(t.Context(), channel, file)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(reported), 5)
	assert.IsIncreasing(t, reported)
	assert.Equal(t, int64(len(content)), reported[len(reported)-1])
}

func TestABrokenTransferRestartsAndNothingIsSharedTwice(t *testing.T) {
	for name, c := range map[string]struct {
		answers         map[string]func(call) reply
		places, shared  int
		unsure, refused bool
	}{
		"bytes cut off":        {map[string]func(call) reply{"bytes": inTurn(reply{lost: true}, reply{status: 500}, busy, fine)}, 4, 1, false, false},
		"place refused":        {map[string]func(call) reply{"files.getUploadURLExternal": inTurn(busy, busyBare, busyPlain, reply{status: 500}, fine)}, 5, 1, false, false},
		"share limited":        {map[string]func(call) reply{"files.completeUploadExternal": inTurn(busy, reply{status: 503}, fine)}, 1, 3, false, false},
		"share lost, done":     {map[string]func(call) reply{"files.completeUploadExternal": inTurn(reply{lost: true}, no("file_not_found"))}, 1, 2, true, false},
		"share lost, not done": {map[string]func(call) reply{"files.completeUploadExternal": inTurn(reply{lost: true}, fine)}, 1, 2, false, false},
		"file unknown":         {map[string]func(call) reply{"files.completeUploadExternal": inTurn(no("file_not_found"))}, 1, 1, false, true},
		"no member":            {map[string]func(call) reply{"files.completeUploadExternal": inTurn(no("not_in_channel"))}, 1, 1, false, true},
		"snippet not taken":    {map[string]func(call) reply{"files.getUploadURLExternal": inTurn(no("unknown_snippet_type"), fine)}, 2, 1, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				courier, f := newHarness(t, to(c.answers))
				_, err := courier.SendFile(t.Context(), channel, fileOf("a line\n"))
				assert.Equal(t, c.refused, err != nil, "%v", err)
				assert.Equal(t, c.unsure, courier.Stats().Inferred == 1)
				assert.Len(t, f.calls("files.getUploadURLExternal"), c.places)
				assert.Len(t, f.calls("files.completeUploadExternal"), c.shared)
				for _, r := range f.calls("bytes") {
					assert.Equal(t, "a line\n", string(r.body))
				}
				assert.Equal(t, name == "no member", send.IsNotInChannel(err))
			})
		})
	}
}

// brokenReader ends in the middle.
type brokenReader struct {
	io.Reader
	err error
}

func (r *brokenReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == io.EOF {
		err = r.err
	}
	return n, err
}

func TestAHalfReadLogIsNotSent(t *testing.T) {
	c, f := newHarness(t, func(call) reply { return fine })
	file := fileOf("")
	file.Open = opens(io.NopCloser(&brokenReader{strings.NewReader(noise(3 << 20)), errors.New("CodeArts: 504")}))
	_, err := c.SendFile(t.Context(), channel, file)
	unread, is := errors.AsType[*ReadError](err)
	require.True(t, is, "%v", err)
	assert.Equal(t, "CodeArts: 504", unread.Error())
	assert.Empty(t, f.got)
	_, err = c.SendFile(t.Context(), channel, fileOf(""))
	assert.ErrorIs(t, err, ErrEmpty)
	assert.Zero(t, c.Stats().Spooled)
}

// damaged is a spooled content that cannot be read to its end.
type damaged struct{}

func (damaged) Open() (io.ReadCloser, error) {
	return io.NopCloser(&brokenReader{strings.NewReader(noise(3 << 20)), errors.New("invalid input")}), nil
}

func TestADamagedSpoolIsNotShared(t *testing.T) {
	c, f := newHarness(t, func(call) reply { return fine })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	sent := Sent{Name: "x", Length: 4 << 20, ID: "F1"}
	_, err := c.sendBytes(ctx, "https://slack.test/bytes", &sent, damaged{})
	assert.ErrorContains(t, err, "temporary file")
	assert.Empty(t, f.calls("files.completeUploadExternal"))
}

// blocking is a content that comes no further, and may ignore being closed.
type blocking struct {
	reading chan struct{}
	closed  chan struct{}
	once    sync.Once
	deaf    chan struct{} // if set, Read returns when it is closed
}

func (b *blocking) Read([]byte) (int, error) {
	close(b.reading)
	if b.deaf != nil {
		<-b.deaf
	} else {
		<-b.closed
	}
	return 0, errors.New("closed")
}

func (b *blocking) Close() error { b.once.Do(func() { close(b.closed) }); return nil }

func TestACancelledUploadStopsAtOnceWhileItsSourceBlocks(t *testing.T) {
	for name, deaf := range map[string]chan struct{}{"source that can be closed": nil, "deaf source": make(chan struct{})} {
		t.Run(name, func(t *testing.T) {
			c, f := newHarness(t, func(call) reply { return fine })
			source := &blocking{reading: make(chan struct{}), closed: make(chan struct{}), deaf: deaf}
			file := fileOf("")
			file.Open = opens(source)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() { _, err := c.SendFile(ctx, channel, file); ended <- err }()
			<-source.reading
			cancel()
			assert.ErrorIs(t, <-ended, context.Canceled) // would hang forever otherwise
			<-source.closed
			if deaf != nil {
				close(deaf)
			}
			assert.Empty(t, f.got)
		})
	}
}

func TestACancelledTransferStopsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, to(map[string]func(call) reply{"bytes": inTurn(reply{hang: true})}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := c.SendFile(ctx, channel, fileOf("a line\n"))
		assert.True(t, isEnd(err), "%v", err)
		assert.Equal(t, time.Second, time.Since(f.began))
	})
}

func TestAStalledTransferRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, to(map[string]func(call) reply{"bytes": inTurn(reply{hang: true}, fine)}))
		_, err := c.SendFile(t.Context(), channel, fileOf("a line\n"))
		require.NoError(t, err)
		assert.Len(t, f.calls("bytes"), 2)
		assert.GreaterOrEqual(t, time.Since(f.began), stalledAfter)
	})
}

func TestTheNumberOfFilesInTransitIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := newHarness(t, to(map[string]func(call) reply{"bytes": inTurn(reply{after: time.Second})}))
		var all sync.WaitGroup
		for range 2 * maxUploads {
			all.Go(func() {
				_, err := c.SendFile(t.Context(), channel, fileOf("a line\n"))
				assert.NoError(t, err)
			})
		}
		synctest.Wait()
		assert.Len(t, f.calls("bytes"), maxUploads)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.SendFile(ctx, channel, fileOf("a line\n"))
		assert.ErrorIs(t, err, context.Canceled)
		all.Wait()
	})
}
