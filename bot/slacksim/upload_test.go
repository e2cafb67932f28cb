package slacksim

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"logbot/bot/slacksim/blockkit"
)

// send posts bytes to an upload address.
func send(t *testing.T, address, contentType string, body []byte) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(within(t), http.MethodPost, address, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, resp.Body.Close()) }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

// declare is step 1; it returns the file's id and the upload address.
func declare(t *testing.T, s *Server, name string, length int) (string, string) {
	t.Helper()
	a := api(t, s, "files.getUploadURLExternal", "filename", name, "length", strconv.Itoa(length))
	require.True(t, a.ok(), "%v", a.Body)
	return blockkit.String(a.Body, "file_id"), blockkit.String(a.Body, "upload_url")
}

// uploaded is steps 1 and 2.
func uploaded(t *testing.T, s *Server, name, text string) string {
	t.Helper()
	id, address := declare(t, s, name, len(text))
	status, reply := send(t, address, "application/octet-stream", []byte(text))
	require.Equal(t, 200, status)
	require.Equal(t, "OK - "+strconv.Itoa(len(text)), reply)
	return id
}

func complete(t *testing.T, s *Server, id string, pairs ...string) answer {
	t.Helper()
	return api(t, s, "files.completeUploadExternal", append(pairs, "files", toJSON(t, []any{map[string]any{"id": id}}))...)
}

func TestUploadDeclarations(t *testing.T) {
	s := start(t, Config{})
	cases := []struct {
		name  string
		pairs []string
		want  string
	}{
		{"fine", []string{"filename", "x.log", "length", "1"}, ""},
		{"no name", []string{"length", "1"}, "invalid_arguments"},
		{"no length", []string{"filename", "x.log"}, "invalid_arguments"},
		{"not a number", []string{"filename", "x.log", "length", "one"}, "invalid_arguments"},
		{"negative", []string{"filename", "x.log", "length", "-1"}, "invalid_arguments"},
		{"empty file", []string{"filename", "x.log", "length", "0"}, "missing_argument"},
		{"1 GiB", []string{"filename", "x.log", "length", "1073741824"}, ""},
		{"more", []string{"filename", "x.log", "length", "1073741825"}, "file_upload_size_restricted"},
		{"snippet of 1 MiB", []string{"filename", "x.log", "length", "1048576", "snippet_type", "text"}, ""},
		{"a log is no type of snippet", []string{"filename", "x.log", "length", "1", "snippet_type", "log"}, "unknown_snippet_type"},
		{"larger snippet", []string{"filename", "x.log", "length", "1048577", "snippet_type", "text"}, "snippet_too_large"},
		{"long alt text", []string{"filename", "x.log", "length", "1", "alt_txt", strings.Repeat("日", 1001)}, "alt_txt_too_large"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, api(t, s, "files.getUploadURLExternal", c.pairs...).err())
		})
	}
	t.Run("JSON is not read", func(t *testing.T) {
		a := do(t, s.APIURL()+"files.getUploadURLExternal", jsonType, s.BotToken(), `{"filename":"x","length":1}`)
		assert.Equal(t, "invalid_arguments", a.err())
	})
	t.Run("storage ends", func(t *testing.T) {
		for range 3 {
			require.True(t, api(t, s, "files.getUploadURLExternal", "filename", "x", "length", "1073741824").ok())
		}
		assert.Equal(t, "storage_limit_reached", api(t, s, "files.getUploadURLExternal", "filename", "x", "length", "1073741824").err())
	})
}

func TestUploadAddressesAreSpelledAsTheClientSpellsTheHost(t *testing.T) {
	s := start(t, Config{})
	other := strings.Replace(s.APIURL(), "127.0.0.1", "localhost", 1)
	a := do(t, other+"files.getUploadURLExternal", formType, s.BotToken(), "filename=x&length=1")
	require.True(t, a.ok())
	assert.True(t, strings.HasPrefix(blockkit.String(a.Body, "upload_url"), strings.TrimSuffix(other, "api/")))
}

func TestBytesArriveRawOrInAnyFormField(t *testing.T) {
	text := []byte("日志\r\nline")
	form := func(field string) (string, []byte) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		require.NoError(t, w.WriteField("filename", "not the file"))
		part, err := w.CreateFormFile(field, "Untitled")
		require.NoError(t, err)
		_, err = part.Write(text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return w.FormDataContentType(), b.Bytes()
	}
	s := start(t, Config{})
	for _, field := range []string{"", "file", "body", "文件"} {
		t.Run(field, func(t *testing.T) {
			contentType, body := "application/x-www-form-urlencoded", text // curl's --data-binary
			if field != "" {
				contentType, body = form(field)
			}
			id, address := declare(t, s, "x.log", len(text))
			status, _ := send(t, address, contentType, body)
			require.Equal(t, 200, status)
			require.True(t, complete(t, s, id).ok())
			r, err := s.OpenFile(id)
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			assert.Equal(t, text, got)
		})
	}
	t.Run("a form without a file", func(t *testing.T) {
		_, address := declare(t, s, "x.log", 1)
		status, reply := send(t, address, "multipart/form-data; boundary=x", []byte("--x--\r\n"))
		assert.Equal(t, 400, status)
		assert.Contains(t, reply, "no file in the form")
	})
}

func TestTheDeclaredLengthHolds(t *testing.T) {
	strict, loose := start(t, Config{}), start(t, Config{LooseLength: true})
	for name, body := range map[string]string{"shorter": "12", "longer": "12345", "much longer": strings.Repeat("x", 3<<20)} {
		t.Run(name, func(t *testing.T) {
			id, address := declare(t, strict, "x.log", 4)
			status, reply := send(t, address, "text/plain", []byte(body))
			assert.Equal(t, 400, status)
			assert.Contains(t, reply, "declared 4 bytes")
			assert.Equal(t, "file_not_found", complete(t, strict, id).err())
			status, _ = send(t, address, "text/plain", []byte("1234"))
			assert.Equal(t, 200, status, "it may be tried again")

			id, address = declare(t, loose, "x.log", 4)
			status, _ = send(t, address, "text/plain", []byte(body))
			assert.Equal(t, 200, status)
			require.True(t, complete(t, loose, id).ok())
			files := loose.Files()
			assert.EqualValues(t, len(body), files[len(files)-1].Size)
		})
	}
}

func TestAnUploadCanBeCompletedOnce(t *testing.T) {
	s := start(t, Config{})
	id, address := declare(t, s, "x.log", 2)
	assert.Equal(t, "file_not_found", complete(t, s, id).err(), "no bytes yet")
	status, _ := send(t, address+"x", "text/plain", []byte("hi"))
	assert.Equal(t, 404, status, "wrong secret")
	status, _ = send(t, address, "text/plain", []byte("hi"))
	require.Equal(t, 200, status)
	status, _ = send(t, address, "text/plain", []byte("hi"))
	assert.Equal(t, 404, status, "bytes twice")
	assert.Equal(t, "not_in_channel", complete(t, s, id, "channel_id", general).err())
	assert.True(t, complete(t, s, id, "channel_id", builds).ok(), "a refusal uses nothing up")
	assert.Equal(t, "file_not_found", complete(t, s, id, "channel_id", builds).err(), "completed twice")
	assert.Len(t, s.Messages(builds), 1)
}

func TestAnUploadThatIsNotCompletedIsDiscarded(t *testing.T) {
	clock := handClock()
	s := start(t, Config{Clock: clock})
	_, late := declare(t, s, "late.log", 2)
	inMemory, onDisk := uploaded(t, s, "x.log", "hi"), uploaded(t, s, "large.log", strings.Repeat("x", spoolAbove+1))
	kept := uploaded(t, s, "kept.log", "hi")
	require.True(t, complete(t, s, kept).ok())
	clock.Advance(uploadLife - time.Second)
	young := uploaded(t, s, "young.log", "hi")
	clock.Advance(time.Second)
	for _, id := range []string{inMemory, onDisk} {
		assert.Equal(t, "file_not_found", complete(t, s, id).err())
	}
	status, _ := send(t, late, "text/plain", []byte("hi"))
	assert.Equal(t, 404, status)
	assert.True(t, complete(t, s, young).ok())
	assert.Len(t, s.Files(), 2)
	assert.EqualValues(t, 4, s.declaredBytes)
	assert.EqualValues(t, 4, s.memoryBytes)
}

func TestACommentMayBeBlocks(t *testing.T) {
	s := start(t, Config{Clock: handClock()})
	blocks := toJSON(t, []any{section("*the* whole log")})
	require.True(t, complete(t, s, uploaded(t, s, "x.log", "hi"), "channel_id", builds, "blocks", blocks).ok())
	require.True(t, complete(t, s, uploaded(t, s, "y.log", "hi"), "channel_id", builds, "blocks", blocks, "initial_comment", "said").ok())
	assert.Equal(t, "logbot (app)  14:02\n  the whole log\n  file x.log (2 bytes)\nlogbot (app)  14:02\n  said\n  file y.log (2 bytes)\n", s.Render(builds, ann))
	assert.Nil(t, s.Messages(builds)[1].Blocks)
}

func TestCompletions(t *testing.T) {
	s := start(t, Config{})
	parent := api(t, s, "chat.postMessage", "channel", builds, "text", "parent").ts()
	many := strings.Repeat(builds+",", 101)
	cases := []struct {
		name  string
		pairs []string
		want  string
	}{
		{"nowhere", nil, ""},
		{"a channel", []string{"channel_id", builds}, ""},
		{"channels", []string{"channels", builds}, ""},
		{"a thread", []string{"channel_id", builds, "thread_ts", parent}, ""},
		{"no such thread", []string{"channel_id", builds, "thread_ts", "1700000000.000100"}, "invalid_arguments"},
		{"a thread and two channels", []string{"channels", builds + "," + builds, "thread_ts", parent}, "invalid_arguments"},
		{"a name", []string{"channel_id", "#builds"}, "invalid_arguments"},
		{"a person", []string{"channel_id", ann}, "invalid_arguments"},
		{"101 channels", []string{"channels", many}, "channels_limit_exceeded"},
		{"bad blocks", []string{"channel_id", builds, "blocks", `[{"type":"x"}]`}, "invalid_blocks"},
		{"a comment wins over bad blocks", []string{"channel_id", builds, "blocks", `[{"type":"x"}]`, "initial_comment", "hi"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, complete(t, s, uploaded(t, s, "x.log", "hi"), c.pairs...).err())
		})
	}
	for name, files := range map[string]string{"none": "", "no array": "{}", "empty": "[]"} {
		assert.Equal(t, "invalid_arguments", api(t, s, "files.completeUploadExternal", "files", files).err(), name)
	}
	one := toJSON(t, map[string]any{"id": uploaded(t, s, "x.log", "hi")})
	assert.Equal(t, "file_not_found", api(t, s, "files.completeUploadExternal", "files", "["+one+","+one+"]").err(), "the same file twice")
}

func TestLargeFilesLeaveMemoryAndTheDisk(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	s := start(t, Config{})
	id := uploaded(t, s, "large.log", strings.Repeat("x", spoolAbove+1))
	require.True(t, complete(t, s, id).ok())
	assert.NotNil(t, s.uploads[id].content.file)
	assert.Zero(t, s.memoryBytes)
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	assert.Empty(t, left, "the temporary file has no name")
	require.NoError(t, s.Close())
	r, err := s.OpenFile(id)
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestABrokenUploadLeavesNothing(t *testing.T) {
	s := start(t, Config{})
	id, address := declare(t, s, "x.log", 100)
	body, stop := io.Pipe()
	req, err := http.NewRequestWithContext(within(t), http.MethodPost, address, body)
	require.NoError(t, err)
	go func() {
		_, _ = stop.Write([]byte("half"))
		_ = stop.CloseWithError(io.ErrUnexpectedEOF)
	}()
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		require.NoError(t, resp.Body.Close())
	}
	require.NoError(t, s.Wait(within(t), func() bool { return s.Counts()["upload"] == 1 }))
	assert.Equal(t, "file_not_found", complete(t, s, id).err())
	assert.Zero(t, s.memoryBytes)
}
