package codeartsim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	webID     = "48c66c6002964721be537cdc6ce0297b"
	otherID   = "00000000000000000000000000000000"
	webRecord = "2cc26382-b2cb-4234-8eb0-b37d362f4d4c"
	styleID   = "a777ff00d3cf4d369d87066806ae0000"
)

// smallFolder holds a failed and a running build of web and a check run.
func smallFolder() fstest.MapFS {
	build := `task: {name: web, id: ` + webID + `}
build: 7
record: ` + webRecord + `
state: FAILURE
branch: main
commit: 1f0c2d9
message: "四舍五入 <b> & co"
trigger: push
started: 2026-11-20T14:02:08.113+08:00
duration: 3m12.5s
before: before.log
after: after.log
steps:
  - {name: 代码检出, step_id: 11, state: SUCCESS, file: stage1.log}
  - name: Maven test
    step_id: 17
    state: FAILURE
    pieces: [{file: block.log, repeat: 5, every: 1500ms}, {file: end.log}]
    debug: {pieces: [{file: debug.log}, {file: end.log}]}
`
	return fstest.MapFS{
		"web/build.yaml": {Data: []byte(build)},
		"web/before.log": {Data: []byte("[2026/11/20 14:02:08.200 GMT+08:00] [INFO]  : onStarted\n")},
		"web/stage1.log": {Data: []byte("[2026/11/20 14:02:09.000 GMT+08:00] [INFO] [代码检出:external_pre_checkout] : 该步骤开始执行\nno stamp <here> & there\n")},
		"web/block.log":  {Data: []byte("[2026/11/20 23:59:58.999 GMT+08:00] 编译 a\n\n[2026/11/20 23:59:59.500 GMT+08:00] b\n")},
		"web/end.log":    {Data: []byte("[2026/11/21 00:00:09.000 GMT+08:00] it failed\n")},
		"web/debug.log":  {Data: []byte("[2026/11/20 23:59:50.000 GMT+08:00] [DEBUG] shell\n")},
		"web/after.log":  {Data: []byte("[2026/11/21 00:00:10.000 GMT+08:00] [INFO] [BUILD_PARALLEL:post_build] : ends\n")},
		"live/build.yaml": {Data: []byte(strings.NewReplacer("build: 7", "build: 8", webRecord, strings.Replace(webRecord, "2", "3", 1),
			"state: FAILURE\nbranch", "state: Running\nbranch", ".log", ".log").Replace(strings.ReplaceAll(build, "file: ", "file: ../web/")))},
		"live/before.log":  {Data: []byte("[2026/11/20 14:02:08.200 GMT+08:00] [INFO]  : onStarted\n")},
		"live/after.log":   {Data: []byte("[2026/11/21 00:00:10.000 GMT+08:00] still going\n")},
		"style/check.yaml": {Data: []byte("name: style\nrun: " + styleID + "\nstate: FAILURE\nstarted: 2026-11-21T09:31:02Z\nduration: 43s\nfile: check.log\n")},
		"style/check.log":  {Data: []byte("[2026/11/21 09:31:02.500 GMT+00:00] [INFO] [CHECK_PARALLEL:analyze] : main-INFO\n规则 TypeName\n")},
	}
}

// wholeWeb is the log of build 7 of web, byte for byte.
const wholeWeb = "[2026/11/20 14:02:08.200 GMT+08:00] [INFO]  : onStarted\n" +
	"[2026/11/20 14:02:09.000 GMT+08:00] [INFO] [代码检出:external_pre_checkout] : 该步骤开始执行\nno stamp <here> & there\n" +
	stage2Web +
	"[2026/11/21 00:00:10.000 GMT+08:00] [INFO] [BUILD_PARALLEL:post_build] : ends\n" +
	"[2026/11/20 14:05:20.613 GMT+08:00] Finished: FAILURE\n"

const stage2Web = "[2026/11/20 23:59:58.999 GMT+08:00] 编译 a\n\n[2026/11/20 23:59:59.500 GMT+08:00] b\n" +
	"[2026/11/21 00:00:00.499 GMT+08:00] 编译 a\n\n[2026/11/21 00:00:01.000 GMT+08:00] b\n" +
	"[2026/11/21 00:00:01.999 GMT+08:00] 编译 a\n\n[2026/11/21 00:00:02.500 GMT+08:00] b\n" +
	"[2026/11/21 00:00:03.499 GMT+08:00] 编译 a\n\n[2026/11/21 00:00:04.000 GMT+08:00] b\n" +
	"[2026/11/21 00:00:04.999 GMT+08:00] 编译 a\n\n[2026/11/21 00:00:05.500 GMT+08:00] b\n" +
	"[2026/11/21 00:00:09.000 GMT+08:00] it failed\n"

const wholeStyle = "[2026/11/21 09:31:02.500 GMT+00:00] [INFO] [CHECK_PARALLEL:analyze] : main-INFO\n规则 TypeName\n" +
	"[2026/11/21 09:31:45.000 GMT+00:00] Finished: FAILURE\n"

// harness is a Server that listens on loopback.
type harness struct {
	*Server
	t      *testing.T
	server *httptest.Server
}

func newHarness(t *testing.T, c Config) harness {
	if c.FS == nil {
		c.FS = smallFolder()
	}
	s, err := New(c)
	require.NoError(t, err)
	h := harness{Server: s, t: t, server: httptest.NewServer(s)}
	t.Cleanup(h.server.Close)
	return h
}

// reply is what came back for one request.
type reply struct {
	status int
	header http.Header
	body   []byte
}

func (h harness) do(r *http.Request) reply {
	resp, err := h.server.Client().Do(r)
	require.NoError(h.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(h.t, err)
	return reply{resp.StatusCode, resp.Header, body}
}

func (h harness) request(target string) *http.Request {
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.server.URL+target, nil)
	require.NoError(h.t, err)
	return r
}

func (h harness) get(target string) reply { return h.do(h.request(target)) }

func (r reply) code(t *testing.T) string {
	var body struct {
		Code    string `json:"error_code"`
		Message string `json:"error_msg"`
	}
	require.NoError(t, json.Unmarshal(r.body, &body), "%s", r.body)
	assert.NotEmpty(t, body.Message)
	return body.Code
}
